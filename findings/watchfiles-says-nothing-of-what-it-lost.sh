#!/usr/bin/env bash
# watchfiles 1.3.0, Linux.
#
# Guess: when more happens than the system's queue of changes holds, the watcher raises an error or says that everything has to be looked at
#   again, as the system tells it.
# Seen: it goes on with what is left, and says nothing: of as many new files as the queue has places it tells of a third.
# Why it matters: a branch that is switched while the program is busy or the machine asleep leaves its picture of the files wrong for good.
# In the product: a question never believes the watcher, and after a storm the folder is looked at whole and watched again
#   (server/docs/decisions/workspace.md, "A look never believes a watcher"; `workspace/files/watch.py`). The second would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check watchfiles==1.3.0
mkdir watched

cat >watcher.py <<'PYTHON'
from watchfiles import watch

for changes in watch("watched", watch_filter=None, yield_on_timeout=True, rust_timeout=500):
    print(len(changes), flush=True)
PYTHON
cat >storm.py <<'PYTHON'
import signal
import subprocess
import sys
from pathlib import Path

places = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
watcher = subprocess.Popen([sys.executable, "watcher.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
watcher.stdout.readline()
watcher.send_signal(signal.SIGSTOP)
for number in range(places):
    Path("watched", str(number)).touch()
watcher.send_signal(signal.SIGCONT)
told, quiet = 0, 0
while quiet < 4:
    line = watcher.stdout.readline()
    assert line, f"it ended: {watcher.stderr.read()}"
    told, quiet = told + int(line), 0 if int(line) else quiet + 1
watcher.terminate()
errors = watcher.communicate()[1]
print(f"the queue has {places} places: {places} files were made, {told} were told of, and it said {errors!r}")
assert 0 < told < places
assert errors == ""
PYTHON

timeout 90 venv/bin/python storm.py
echo "as described"
