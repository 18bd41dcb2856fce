#!/usr/bin/env bash
# pygit2 1.21.0 (libgit2 1.9.7), dulwich 1.2.21, git 2.39.5 (whatever is on PATH is tried, and its version told).
#
# Guess: libraries that read repositories themselves say of a sparse checkout what `git status` says: nothing has changed; or that they
#   know no sparse checkouts.
# Seen: pygit2 says that every file that is not checked out was deleted. Where git keeps a sparse index too, pygit2 refuses the index and
#   names the extension, and dulwich calls the sound index damaged ("checksum mismatch").
# Why it matters: in the largest repositories, which are the ones with sparse checkouts, a tool on pygit2 tells its model that most files were
#   deleted, and one on dulwich tells its user to repair a repository that is fine.
# In the product: git itself is asked for its index and for changes (`workspace/git/git_listing.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pygit2==1.21.0 dulwich==1.2.21
git --version

for index in plain sparse; do
  git init -q "$index" 2>/dev/null
  mkdir "$index/here" "$index/there"
  echo 1 >"$index/here/one.txt"
  echo 2 >"$index/there/two.txt"
  git -C "$index" add .
  git -C "$index" -c user.name=a -c user.email=a@example.org commit -q -m add
done
git -C plain sparse-checkout set --cone here
git -C sparse sparse-checkout set --cone --sparse-index here

cat >status.py <<'PYTHON'
import subprocess

import pygit2
from dulwich import porcelain


def pygit2_says(folder):
    try:
        return {path: status.name for path, status in pygit2.Repository(folder).status().items()}
    except pygit2.GitError as error:
        return str(error)


def dulwich_says(folder):
    try:
        status = porcelain.status(folder)
    except Exception as error:  # whatever it is, it is said
        return f"{type(error).__name__}"
    return {"unstaged": status.unstaged, "untracked": status.untracked}


said = {}
for folder in ("plain", "sparse"):
    git = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True)
    said[folder] = repr(git.stdout), pygit2_says(folder), dulwich_says(folder)
    print(f"{folder} index: git {said[folder][0]}, pygit2 {said[folder][1]}, dulwich {said[folder][2]}")
assert said["plain"] == ("''", {"there/two.txt": "WT_DELETED"}, {"unstaged": [], "untracked": []})
assert said["sparse"] == ("''", "unsupported mandatory extension: 'sdir'", "ChecksumMismatch")
PYTHON

venv/bin/python status.py
echo "as described"
