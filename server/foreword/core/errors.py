"""What can go wrong, as the user meets it.

    ForewordError            one line that says what happened and what to do next
    ├── UsageError           the command line or a question is not usable
    ├── ConfigError          a setting that must be right is wrong
    ├── WorkspaceError       the folder or its git repository can't be used
    ├── StoreError           Foreword's own data can't be read or written
    ├── EditError            an edit could not be applied cleanly
    ├── LimitError           a spending limit stands in the way
    ├── TrustError           nothing of this workspace may leave the machine yet
    └── ModelError           the model did not answer
        ├── CredentialsError     no key, or a wrong one
        ├── ModelUnavailable     network, overload, rate limit, deadline
        ├── ContextTooLarge      the request does not fit the model
        └── RequestRejected      the API says that the request is wrong

Expected trouble with data is no exception but a `Problem` beside the result.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

_WHAT_TO_DO: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOSPC: "free space on its disk",
        errno.EDQUOT: "your share of its disk is used up: free some of it",
        errno.EROFS: "its file system takes no changes: mount it for writing",
        errno.EACCES: "change its permissions, or those of its folder",
        errno.EPERM: "change its owner or its attributes",
        errno.EMFILE: "raise the limit of open files (`ulimit -n`)",
        errno.EBUSY: "another program holds it: close that, then try again",
        errno.ETXTBSY: "it is running: end it, then try again",
        errno.ELOOP: "its symlinks lead in a circle: name the file itself",
        errno.ENAMETOOLONG: "use a shorter name",
        errno.EIO: "its disk or network drive fails: check that",
        errno.ESTALE: "its network drive has changed: mount it again",
    }
)
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))


def cause_of(error: OSError) -> str:
    """What the system says of a file, and what to do about it where that is known."""
    said = error.strerror or str(error)
    advice = _WHAT_TO_DO.get(error.errno or 0)
    return f"{said}: {advice}" if advice else said


def unwritable(place: object, error: OSError) -> str:
    """That Foreword's own data can't be written, why, and what to do: another place for it does not help against a full disk alone."""
    told = cause_of(error) if error.errno in _FULL else error.strerror or str(error)
    return f"can't write to {place} ({told}){'' if error.errno in _FULL else ': set FOREWORD_HOME'}"


class ForewordError(Exception):
    """An error with a one-line message for the user; `exit_code` is the CLI's."""

    exit_code: ClassVar[int] = 1


class UsageError(ForewordError):
    """The command line or its input is not usable."""

    exit_code = 2


class ConfigError(ForewordError):
    """A setting that must be right is wrong."""

    exit_code = 2


class WorkspaceError(ForewordError):
    """The workspace folder, or the git repository around it, can't be used."""


class StoreError(ForewordError):
    """Foreword's own data can't be read or written."""


class EditError(ForewordError):
    """An edit could not be applied cleanly."""

    exit_code = 3


class LimitError(ForewordError):
    """A spending limit stands in the way; nothing was sent."""

    exit_code = 4


class TrustError(ForewordError):
    """Nothing of this workspace may leave the machine until the user says so."""


class ModelError(ForewordError):
    """The model did not answer."""

    exit_code = 5


class CredentialsError(ModelError):
    """There is no API key, or the API does not accept it."""


class ModelUnavailable(ModelError):
    """The network, an overload, a rate limit or the deadline stands in the way; trying again may help."""


class ContextTooLarge(ModelError):
    """The request does not fit into the model's context window."""


class RequestRejected(ModelError):
    """The API says that the request itself is wrong; trying again does not help."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Expected trouble beside a result: `message` is one line for the user, `path` the file it is about."""

    message: str
    path: str | None = None
