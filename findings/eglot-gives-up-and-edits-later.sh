#!/usr/bin/env bash
# Emacs 30.1 with its built-in eglot 1.17 and jsonrpc 1.0.25 (another version on PATH is tried, and told).
#
# Guess: eglot waits for `workspace/executeCommand` until the reply comes or the user presses C-g; and whoever gives up on a request cancels it.
# Seen: after ten seconds it fails with "Timed out", and the server hears nothing of that. When the server is done and asks for
#   `workspace/applyEdit`, the buffer is edited, long after the user was told that it failed.
# Why it matters: a model takes longer than ten seconds. The user sees a failure, asks once more, pays twice, and has two edits.
# In the product: the recipe for Emacs sets `jsonrpc-default-request-timeout` to 600 (editors/README.md). That line would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
emacs --version | head -n 1
cat >server.py <<'PYTHON'
import json
import sys
import threading
import time

EDIT = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "newText": "late "}


def say(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


def answer(id_, uri):
    time.sleep(12)
    say(id=1000, method="workspace/applyEdit", params={"edit": {"changes": {uri: [EDIT]}}})
    say(id=id_, result=None)


with open(sys.argv[1], "w", encoding="utf-8") as heard:
    while header := sys.stdin.buffer.readline():
        if header.lower().startswith(b"content-length"):
            length = int(header.split(b":")[1])
        if header != b"\r\n":
            continue
        message = json.loads(sys.stdin.buffer.read(length))
        print(message.get("method", "a reply"), file=heard, flush=True)
        if message.get("method") == "initialize":
            say(id=message["id"], result={"capabilities": {"textDocumentSync": 1, "executeCommandProvider": {"commands": ["slow"]}}})
        elif message.get("method") == "textDocument/didOpen":
            uri = message["params"]["textDocument"]["uri"]
        elif message.get("method") == "workspace/executeCommand":
            threading.Thread(target=answer, args=(message["id"], uri), daemon=True).start()
        elif message.get("method") == "shutdown":
            say(id=message["id"], result=None)
PYTHON
mkdir project
printf 'one\ntwo\n' >project/a.txt
cat >tried.el <<'LISP'
(require 'eglot)
(setq eglot-confirm-server-edits nil)
(defun wait-until (done seconds)
  (let ((end (+ (float-time) seconds)))
    (while (and (not (funcall done)) (< (float-time) end)) (accept-process-output nil 0.1))))
(add-to-list 'eglot-server-programs `(text-mode . ("python3" ,(expand-file-name "server.py") ,(expand-file-name "heard"))))
(find-file "project/a.txt")
(text-mode)
(apply #'eglot--connect (eglot--guess-contact))
(wait-until #'eglot-managed-p 20)
(let ((began (float-time)))
  (condition-case error (eglot-execute (eglot-current-server) '(:command "slow"))
    (error (message "failed after %d s: %s" (- (float-time) began) (cdr (assq 'jsonrpc-error-message (cdr error)))))))
(message "then: %S" (buffer-string))
(wait-until (lambda () (string-prefix-p "late" (buffer-string))) 20)
(message "later: %S" (buffer-string))
LISP
timeout 90 emacs -Q --batch -l tried.el 2>&1 | grep -A1 "^failed\|^then\|^later" | tee said
echo "the server heard: $(tr '\n' ' ' <heard)" | tee -a said
grep -q "^failed after 10 s: Timed out" said
grep -q '^then: "one' said
grep -q '^later: "late one' said
[[ $(grep -c cancelRequest heard || true) == 0 ]]
echo "as described"
