"""Questions to the user, by `session/request_permission`: each shows as a tool call that waits.

Whoever closes the question, cancels the turn or goes away has not agreed, nor decided against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from acp.interfaces import Client
from acp.schema import (
    AllowedOutcome,
    PermissionOption,
    PermissionOptionKind,
    ToolCallLocation,
    ToolCallProgress,
    ToolCallStart,
    ToolCallUpdate,
    ToolKind,
)

from acp import RequestError
from foreword.acp.updates import ToolContent

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the words for yes and no; `lasts` says that a yes is remembered."""

    title: str
    yes: str
    no: str
    kind: ToolKind = "other"
    lasts: bool = False
    content: Sequence[ToolContent] = ()
    locations: Sequence[ToolCallLocation] = ()


class Permissions:
    """Asks the user of one session."""

    def __init__(self, client: Client, session_id: str) -> None:
        """`client` is the connection."""
        self._client = client
        self._session_id = session_id

    async def ask(self, question: Question) -> tuple[str, bool | None]:
        """The id of the tool call that shows the question, and whether the user agreed: None where nothing was decided.

        Without a yes the call is told to have failed.
        """
        call = ToolCallStart(
            session_update="tool_call",
            tool_call_id=uuid4().hex,
            title=question.title,
            kind=question.kind,
            status="pending",
            content=list(question.content),
            locations=list(question.locations),
        )
        await self._client.session_update(session_id=self._session_id, update=call)
        agreed = await self._agreed(question, call)
        if not agreed:
            await self.end(call.tool_call_id, done=False)
        return call.tool_call_id, agreed

    async def end(self, call_id: str, *, done: bool, content: Sequence[ToolContent] = ()) -> None:
        """Say how it ended what was agreed to."""
        await self._client.session_update(
            session_id=self._session_id,
            update=ToolCallProgress(
                session_update="tool_call_update",
                tool_call_id=call_id,
                status="completed" if done else "failed",
                content=list(content) or None,
            ),
        )

    async def may_send(self, folder: str, provider: str) -> bool:
        """Whether text from a folder may be sent to a provider, now and later."""
        title = f"May text from {folder} be sent to the provider {provider}? Answers need it."
        return await self._yes(Question(title, "Trust this folder", "Not now", lasts=True))

    async def may_spend(self, question: str) -> bool:
        """Whether a request may be sent that costs more than the user's limit (a `Consent`)."""
        return await self._yes(Question(question, "Send it", "Don't send it"))

    async def may_disclose(self, question: str) -> bool:
        """Whether a secret in the user's own words may be sent as it is (a `Consent`)."""
        title = f"{question[:1].upper()}{question[1:]}"
        return await self._yes(Question(title, "Send it as it is", "Send a placeholder in its place"))

    async def _yes(self, question: Question) -> bool:
        call_id, agreed = await self.ask(question)
        if agreed:
            await self.end(call_id, done=True)
        return bool(agreed)

    async def _agreed(self, question: Question, call: ToolCallStart) -> bool | None:
        kind: PermissionOptionKind = "allow_always" if question.lasts else "allow_once"
        options = [
            PermissionOption(option_id=YES, name=question.yes, kind=kind),
            PermissionOption(option_id=NO, name=question.no, kind="reject_once"),
        ]
        # A client may know nothing of calls that it was told of before, so all is said again.
        again = ToolCallUpdate(
            tool_call_id=call.tool_call_id,
            title=call.title,
            kind=call.kind,
            status=call.status,
            content=call.content,
            locations=call.locations,
        )
        try:
            answer = await self._client.request_permission(
                options=options, session_id=self._session_id, tool_call=again
            )
        # An answer of another shape is a ValueError of pydantic.
        except (RequestError, ValueError):
            return None
        chosen = answer.outcome.option_id if isinstance(answer.outcome, AllowedOutcome) else None
        return {YES: True, NO: False}.get(chosen or "")
