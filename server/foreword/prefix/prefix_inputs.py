"""What a prefix was made from besides the files: settings and the like, by name, kept with the digests of what was sent.

So a verdict names the one that changed, with its old and its new value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

INPUT = "input: "
"""How the name of an input begins among the digests of a request; a layer is never called so."""
NOTHING = "nothing"
TOOLS = frozenset({"tools.rounds", "tools.style"})
"""Inputs of the tool definitions; all others are those of the base."""


def as_digests(inputs: Mapping[str, str]) -> dict[str, str]:
    """Inputs by their names among the digests of a request."""
    return {f"{INPUT}{name}": value for name, value in inputs.items()}


def changed_inputs(old: Mapping[str, str], new: Mapping[str, str], *, of_tools: bool = False) -> str:
    """Which inputs differ between two requests' digests, each with both values; empty for none, or where the old are not known."""
    names = sorted(key for key in new if key.startswith(INPUT) and _is_of(key, TOOLS) is of_tools)
    # A request that an older release sent has none of them.
    return "; ".join(
        f"{key.removeprefix(INPUT)} changed from {old[key] or NOTHING} to {new[key] or NOTHING}"
        for key in names
        if key in old and old[key] != new[key]
    )


def _is_of(key: str, names: Collection[str]) -> bool:
    return key.removeprefix(INPUT) in names
