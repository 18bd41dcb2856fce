"""Values that look like secrets and are none, as this process's user says; apart, since the rules take long to load."""

from __future__ import annotations

import hashlib

DIGEST_LENGTH = 16


class AllowedValues:
    """The digests of a user's allowed values; replaced as a whole, as several threads read it."""

    __slots__ = ("digests",)

    def __init__(self) -> None:
        self.digests: frozenset[str] = frozenset()

    def __contains__(self, value: str) -> bool:
        return bool(self.digests) and digest_of(value) in self.digests


ALLOWED = AllowedValues()
"""The list of this process's user."""


def digest_of(value: str) -> str:
    """What a value is called where it must not be told: the beginning of its SHA-256."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]
