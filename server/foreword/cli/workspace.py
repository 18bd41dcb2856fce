"""Opening the workspace of a command: its settings from the flags, a progress bar while it is indexed, its problems."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.session import Session, open_session
from foreword.cli.arguments import flags_of
from foreword.cli.consent import consent_of
from foreword.cli.terminal import index_progress, show_problems


@contextmanager
def workspace_of(
    arguments: argparse.Namespace, flags: Mapping[str, object] | None = None
) -> Iterator[Session]:
    """The session of a command line, with `flags` besides those that stand there; its problems are told at the end.

    Raises:
        ForewordError: there is no such workspace, or its settings can't be used.
    """
    given = {**flags_of(arguments), **(flags or {})}
    with (
        index_progress() as progress,
        open_session(arguments.workspace, given, on_progress=progress) as session,
    ):
        session.trust = TRUSTED  # who types a command into a shell in a folder trusts it
        if "yes" in arguments:
            session.consent = consent_of(arguments)
        try:
            yield session
        finally:
            show_problems(session.problems)
