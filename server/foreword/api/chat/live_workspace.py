"""A workspace that stays open while a client converses: what it may send, and whom it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from foreword.api.workspace import Workspace
from foreword.assist.session.open_workspace import OpenFolder, open_folder
from foreword.assist.session.ports import Consent, Trust
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.assist.session.trust_store import is_revoked, is_trusted, set_trust
from foreword.assist.session.worker import Worker
from foreword.model.messages_api.credentials import has_credentials

CLOSE_S = 5.0
"""Seconds that closing waits for work that can't be stopped."""
REMEDY = "run `foreword trust` there"
HOW_TO_KEY = (
    "Set ANTHROPIC_API_KEY in the environment that starts Foreword, or `model.key_command` in its configuration, and "
    "start it again. Without a key, answers come from the index alone."
)

AskTrust = Callable[[str, str], Awaitable[bool]]
"""Asks the user whether text from a folder may be sent to a provider, both by name."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How the user of a client is asked: for trust, for money above a limit, and for a secret in a question."""

    trust: AskTrust
    consent: Consent
    disclose: Consent


class LiveWorkspace:
    """Made, used and closed on the event loop. Its index is built beside the questions."""

    def __init__(self, opened: OpenFolder) -> None:
        """See `open`."""
        self._opened = opened
        session = opened.session
        self.workspace = Workspace(
            session.root,
            session.environ,
            session.clock,
            session,
            run=opened.run,
            run_aside=asyncio.to_thread,
            saved_files=self._saved,
        )

    @classmethod
    async def open(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """The workspace at a folder.

        Raises:
            WorkspaceError: there is no such folder, or git refuses it.
            StoreError: Foreword's own data can't be used.
        """
        worker = Worker(f"foreword {folder.name}")
        try:
            return cls(await open_folder(folder, environ, (), worker, lambda *_: None))
        # Whatever it was: a thread that nobody holds must not stay.
        except BaseException:
            worker.close()
            raise

    @property
    def root(self) -> Path:
        """The folder, with symlinks resolved."""
        return self._opened.root

    async def session(self, flags: Mapping[str, object], asking: Asking) -> Session:
        """The session for one turn, with the settings as they are now; whoever is asked is the client's user.

        `flags` are settings by key that hold for it alone. Trust that was granted is remembered.
        """
        session = await self._opened.current(flags)
        trust = self._trust(asking.trust)
        return replace(session, trust=trust, consent=asking.consent, disclose=asking.disclose)

    async def close(self) -> None:
        """Close it; requests under way have been cancelled by now."""
        await self._opened.close(CLOSE_S)

    def _trust(self, ask_trust: AskTrust) -> Trust:
        places, root = self._opened.session.places, self.root

        def granted() -> bool:
            return is_trusted(places, root) and not is_revoked(places, root)

        async def ask(provider: str) -> bool:
            # Who took trust back is not asked again: `foreword trust` grants it anew.
            if is_revoked(places, root) or not await ask_trust(root.name, provider):
                return False
            await self._opened.run(set_trust, places, root, trusted=True)
            return True

        return Trust(granted, ask, REMEDY)

    async def _saved(self, whole: bool) -> WorkspaceSnapshot:
        return await (self._opened.index() if whole else self._opened.look())


def has_key(environ: Mapping[str, str]) -> bool:
    """Whether the environment has credentials for the model."""
    return has_credentials(environ)


def answers_offline(session: Session) -> bool:
    """Whether answers come from the index alone."""
    return provider_name(session) == "offline"
