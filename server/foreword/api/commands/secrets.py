"""What is redacted: `secrets`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from foreword.api.command import Body
from foreword.api.parameters import Nothing
from foreword.api.printed import Line, Printed, notice
from foreword.api.workspace import Workspace
from foreword.assist.question.secret_list import RedactedSecret, list_secrets


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets that a model is shown a placeholder for, in the order of paths and lines."""

    secrets: tuple[RedactedSecret, ...]

    def __iter__(self) -> Iterator[RedactedSecret]:
        return iter(self.secrets)

    def __len__(self) -> int:
        return len(self.secrets)

    def to_json(self) -> list[dict[str, Any]]:
        """A list of places, kinds and digests, without any value."""
        return [one.to_json() for one in self.secrets]


async def find_all(workspace: Workspace, _: Nothing) -> Secrets:
    """Look through all files that can be shown."""
    return Secrets(await workspace.run_aside(list_secrets, await workspace.saved(whole=True)))


def _show(found: Secrets, _: Nothing, _columns: int) -> Iterator[Printed]:
    for one in found:
        yield Line(f"{one.path}:{one.line} {one.kind} ({one.digest})")
    if not found.secrets:
        yield notice("no secrets were found in the files that the model may see")


SECRETS = Body(Nothing, find_all, _show)
