"""What is redacted: `secrets`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

from foreword.api.command import Body
from foreword.api.parameters import Flag
from foreword.api.printed import Line, Printed, notice
from foreword.api.workspace import Workspace
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.assist.session.trust_store import allowed_values, set_allowed_values
from foreword.core.documents.text import printable
from foreword.core.errors import UsageError
from foreword.core.secrets.allowed_values import digest_of
from foreword.core.secrets.detection import find_secrets

# So many texts are in memory at a time.
FILES_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class RedactedSecret:
    """A secret of some kind on a line (from 1) of a file; the digest is of its value."""

    path: str
    line: int
    kind: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        """One entry of the list that `foreword secrets` gives."""
        return {"path": self.path, "line": self.line, "kind": self.kind, "digest": self.digest}


def list_secrets(saved: WorkspaceSnapshot) -> tuple[RedactedSecret, ...]:
    """The secrets of all files that can be shown, in the order of paths and lines."""
    paths = iter(saved.paths)
    found = list[RedactedSecret]()
    while some := list(islice(paths, FILES_AT_ONCE)):
        for path, text in saved.read_all(some).items():
            found += _secrets_of(path, printable(text.content))
    return tuple(sorted(found, key=lambda one: (one.path, one.line)))


def _secrets_of(path: str, text: str) -> Iterator[RedactedSecret]:
    line, at = 1, 0
    for one in find_secrets(text):
        # Counted on from the last one; from the beginning each time it would be quadratic.
        line += text.count("\n", at, one.start)
        at = one.start
        # The value itself is never told: two places with one secret can be matched by the digest.
        yield RedactedSecret(path, line, one.kind, digest_of(text[one.start : one.end]))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsParameters:
    """The parameters of `secrets`."""

    allow: Annotated[
        tuple[str, ...],
        Flag(
            "show the value with this digest from now on, in all your workspaces (may be repeated)", "DIGEST"
        ),
    ] = ()
    redact: Annotated[
        tuple[str, ...], Flag("redact a value again that was allowed (may be repeated)", "DIGEST")
    ] = ()


async def find_all(workspace: Workspace, given: SecretsParameters) -> Secrets:
    """Look through all files that can be shown, after the user's list of allowed values was changed.

    Raises:
        UsageError: no value that is redacted, or allowed, has such a digest.
    """
    listed = await workspace.run_aside(list_secrets, await workspace.saved(whole=True))
    if not given.allow and not given.redact:
        return Secrets(listed)
    places = workspace.places
    allowed = allowed_values(places)
    for digest in given.allow:
        # Only what was seen in a list: a digest that is misspelt would allow nothing, without a word.
        if digest not in allowed and digest not in {one.digest for one in listed}:
            raise UsageError(f"no redacted value here has the digest {digest}: see `foreword secrets`")
    for digest in given.redact:
        if digest not in allowed:
            raise UsageError(f"no allowed value has the digest {digest}")
    set_allowed_values(places, (allowed | set(given.allow)) - set(given.redact))
    return Secrets(await workspace.run_aside(list_secrets, await workspace.saved(whole=True)))


def _show(found: Secrets, _: SecretsParameters, _columns: int) -> Iterator[Printed]:
    for one in found:
        yield Line(f"{one.path}:{one.line} {one.kind} ({one.digest})")
    if not found.secrets:
        yield notice("no secrets were found in the files that the model may see")


SECRETS = Body(SecretsParameters, find_all, _show)
