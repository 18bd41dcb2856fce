"""acp.el, on which Emacs packages that talk to agents stand (agent-shell), in a real Emacs against `foreword acp`.

It runs where FOREWORD_TEST_ACP_EL names a folder with `acp.el`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emacs import binary
from foreword_cli import PATIENCE, Foreword, command
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi
from shop_edits import CHECKOUT, script_edit

WHERE = "FOREWORD_TEST_ACP_EL"

pytestmark = pytest.mark.skipif(
    not os.environ.get(WHERE), reason=f"no package: {WHERE} names the folder of acp.el"
)

CLIENT = """\
;;; -*- lexical-binding: t -*-
(add-to-list 'load-path PACKAGE)
(require 'acp)
(require 'map)
; Nobody is there to say that a buffer of a process may go.
(setq kill-buffer-query-functions nil)
(defvar updates nil)
(defvar questions nil)
(defvar client
  (acp-make-client :command PROGRAM :command-params ARGUMENTS :context-buffer (current-buffer)))
(defun said ()
  (mapconcat (lambda (one) (or (map-nested-elt one '(content text)) ""))
             (seq-filter (lambda (one) (equal (map-elt one 'sessionUpdate) "agent_message_chunk"))
                         (reverse updates))))
(defun wait-for (found)
  (let ((end (time-add nil PATIENCE)) value)
    (while (not (setq value (funcall found)))
      (when (time-less-p end nil) (error "It never came true; said: %s" (said)))
      (accept-process-output nil 0.05))
    value))
(defun ask-agent (request)
  (let (done failed)
    (acp-send-request :client client :request request :buffer (current-buffer)
                      :on-success (lambda (result) (setq done (list result)))
                      :on-failure (lambda (error &rest _) (setq failed (list error))))
    (wait-for (lambda () (or done failed)))
    (when failed (error "%S" failed))
    (car done)))
(acp-subscribe-to-notifications
 :client client :buffer (current-buffer)
 :on-notification (lambda (one) (push (map-nested-elt one '(params update)) updates)))
(acp-subscribe-to-requests
 :client client :buffer (current-buffer)
 :on-request
 (lambda (one)
   (let ((method (map-elt one 'method)) (id (map-elt one 'id))
         (path (map-nested-elt one '(params path))))
     (acp-send-response
      :client client
      :response
      (cond
       ((equal method "session/request_permission")
        (push (map-nested-elt one '(params toolCall title)) questions)
        (acp-make-session-request-permission-response :request-id id :option-id "yes"))
       ((equal method "fs/read_text_file")
        (if (file-exists-p path)
            (acp-make-fs-read-text-file-response
             :request-id id :content (with-temp-buffer (insert-file-contents path) (buffer-string)))
          (acp-make-fs-read-text-file-response
           :request-id id :error (acp-make-error :code -32002 :message "no such file"))))
       ((equal method "fs/write_text_file")
        (with-temp-file path (insert (map-nested-elt one '(params content))))
        (acp-make-fs-write-text-file-response :request-id id)))))))
(ask-agent (acp-make-initialize-request :protocol-version 1 :read-text-file-capability t
                                        :write-text-file-capability t))
(defun prompt (session text)
  (ask-agent (acp-make-session-prompt-request
              :session-id session :prompt `[((type . "text") (text . ,text))])))
"""


def emacs(user: Foreword, repo: GitRepo, place: Path, code: str) -> Any:  # noqa: ANN401 - any JSON
    """What a chunk gives, in an Emacs that has introduced itself to an agent."""
    program, *arguments = command("acp")
    script, told = place / "client.el", place / "told.json"
    lisp = CLIENT.replace("PACKAGE", json.dumps(os.environ[WHERE])).replace("PROGRAM", json.dumps(program))
    lisp = lisp.replace("ARGUMENTS", f"'({' '.join(map(json.dumps, arguments))})").replace(
        "PATIENCE", str(PATIENCE)
    )
    script.write_text(
        f"{lisp}\n(let ((found (progn {code})) (coding-system-for-write 'no-conversion))\n"
        f"  (with-temp-file {json.dumps(str(told))}\n"
        "    (set-buffer-multibyte nil) (insert (json-serialize found))))\n"
        "(acp-shutdown :client client)\n",
        encoding="utf-8",
    )
    line = [str(binary()), "-Q", "--batch", "-l", str(script)]
    done = subprocess.run(
        line,
        cwd=repo.path,
        env=user.environ(),
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert 0 == done.returncode, done.stderr[-3_000:]
    return json.loads(told.read_text(encoding="utf-8"))


NEW = "(map-elt (ask-agent (acp-make-session-new-request :cwd default-directory :mcp-servers [])) 'sessionId)"


def test_emacs_asks_applies_an_edit_and_resumes(
    online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    script_edit(api, "VAT_PERCENT = 19", "VAT_PERCENT = 20")
    told = emacs(
        online,
        shop,
        tmp_path,
        f"""(let* ((session {NEW}) (done (prompt session "Raise the VAT to 20 percent")))
          (list (cons 'session session) (cons 'stop (map-elt done 'stopReason)) (cons 'said (said))
                (cons 'questions (vconcat (reverse questions)))
                (cons 'cost (map-nested-elt (seq-find (lambda (one) (equal (map-elt one 'sessionUpdate) "usage_update"))
                                                      updates) '(cost amount)))))""",
    )
    assert "end_turn" == told["stop"]
    assert "cache: cold" in told["said"]
    assert f"Apply the proposed edits of {CHECKOUT}?" == told["questions"][-1]
    assert pytest.approx(api.cost(), abs=1e-6) == told["cost"]
    assert "VAT_PERCENT = 20" in (shop.path / CHECKOUT).read_text(encoding="utf-8")
    again = emacs(
        online,
        shop,
        tmp_path,
        f"""(let ((session {json.dumps(told["session"])}))
          (ask-agent (acp-make-session-load-request :session-id session :cwd default-directory :mcp-servers []))
          (let ((before (said))) (prompt session "And now?") (list (cons 'before before))))""",
    )
    assert told["said"] == again["before"]
    assert 5 == len((api.messages[-1].body or {})["messages"])


def test_emacs_stops_an_answer(online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path) -> None:
    api.script((Hold(after=2), "It takes a while to say what this is about."))
    told = emacs(
        online,
        shop,
        tmp_path,
        f"""(let ((session {NEW}) done)
          (acp-send-request
           :client client :buffer (current-buffer)
           :request (acp-make-session-prompt-request :session-id session :prompt [((type . "text") (text . "Why?"))])
           :on-success (lambda (result) (setq done result)) :on-failure #'ignore)
          (wait-for (lambda () (not (equal "" (said)))))
          (acp-send-notification :client client
                                 :notification (acp-make-session-cancel-notification :session-id session))
          (wait-for (lambda () done))
          (list (cons 'stop (map-elt done 'stopReason))))""",
    )
    assert {"stop": "cancelled"} == told
    assert api.messages[0].disconnected.wait(60)
