"""Values that look like secrets and that the user lets be shown: public test keys, sample passwords.

They are known by their digests. A process works for one user, whose list it is: whoever opens a workspace reads it, and
before that, or where it can't be read, nothing is allowed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

DIGEST_LENGTH = 16


@dataclass(slots=True)
class AllowedValues:
    """The digests of a user's allowed values; replaced as a whole, as several threads read it."""

    digests: frozenset[str] = frozenset()

    def __contains__(self, value: str) -> bool:
        return bool(self.digests) and digest_of(value) in self.digests


ALLOWED = AllowedValues()
"""The list of this process's user."""


def digest_of(value: str) -> str:
    """What a value is called where it must not be told: the beginning of its SHA-256."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]
