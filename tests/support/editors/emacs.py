"""A real Emacs without a screen: what a test asks of it is Emacs Lisp, what it answers is JSON, and every wait is bounded.

text, told = emacs(user, repo.path, init, '(find-file "shop/checkout.py") (eglot-ensure) (buffer-string)')
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from foreword_cli import PATIENCE, Foreword
from installed import environ, program, version_of

OLDEST = 30
"""The Emacs whose eglot resolves code actions."""

PRELUDE = """\
;;; -*- lexical-binding: t -*-
(require 'cl-lib)
(require 'project)
(require 'eglot)
(setq last-nonmenu-event ?x
      make-backup-files nil
      create-lockfiles nil)

(defun until (found)
  "What FOUND gives as soon as it gives something."
  (let ((end (time-add nil PATIENCE)) value)
    (while (not (setq value (funcall found)))
      (when (time-less-p end nil)
        (error "It never came true: %S" found))
      (accept-process-output nil 0.05))
    value))

(defun offered (title)
  "Whether an action of this TITLE is offered here."
  (cl-find title (append (eglot-code-actions (point) nil) nil)
           :key (lambda (action) (plist-get action :title)) :test #'equal))

(defun choose (title)
  "Open the menu of what can be done here, and take TITLE."
  (until (lambda () (offered title)))
  (undo-boundary)
  (cl-letf (((symbol-function 'completing-read) (lambda (&rest _) title)))
    (call-interactively #'eglot-code-actions))
  (undo-boundary))

(defun answer (file found)
  "Write what was FOUND into FILE."
  (let ((coding-system-for-write 'no-conversion))
    (with-temp-file file
      (set-buffer-multibyte nil)
      (insert (json-serialize found)))))
"""
"""In batch, Emacs thinks that it was used by mouse, and would open a menu for it."""


@functools.cache
def binary() -> str:
    """The path of Emacs; skips the test, with the reason, where there is none that is new enough."""
    found = program("emacs")
    if found is None:
        pytest.skip(f"no Emacs: install version {OLDEST} or later (emacs-nox)")
    said = version_of(found, "Emacs")
    version = re.match(r"GNU Emacs (\d+)", said)
    if version is None or int(version[1]) < OLDEST:
        pytest.skip(f"{said} is too old: install {OLDEST} or later")
    return found


def emacs(user: Foreword, folder: Path, init: str, code: str) -> tuple[Any, str]:
    """Run an Emacs in a folder with this `init`.

    Gives what the last form of `code` is, as JSON, and all that was told to the user.
    """
    with tempfile.TemporaryDirectory(prefix="fw-") as place:
        started, script, answer = (Path(place) / name for name in ("init.el", "script.el", "answer.json"))
        started.write_text(init, encoding="utf-8")
        prelude = PRELUDE.replace("PATIENCE", str(int(PATIENCE)))
        script.write_text(f"{prelude}\n(answer {json.dumps(str(answer))} (progn {code}))", encoding="utf-8")
        line = [binary(), "--quick", "--batch", "--load", str(started), "--load", str(script)]
        done = subprocess.run(
            line,
            cwd=folder,
            env=environ(user, Path(place)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(answer.read_text(encoding="utf-8")), done.stderr
