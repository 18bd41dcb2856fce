"""The layer of instruction files of a workspace: in the base at an anchor, and what became of each file (for `context`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import Text
from foreword.core.tokens import estimate
from foreword.index.index import Index
from foreword.prefix.base.base import BaseSource
from foreword.prefix.instruction_files import (
    INSTRUCTION_FORMS,
    InstructionFile,
    Read,
    collect,
    imports_from,
    is_instruction_path,
    names_above,
    render_instructions,
    render_layer,
)
from foreword.prefix.layers import Block, Form

SHOWN_AS: Mapping[Form | None, str] = {"instructions": "whole", "cut": "cut"}
NEAREST_TOKENS = 4_000
"""What instruction files may take in the turn of a question that points at files."""
NO_ROOM = "it does not fit into context.instructions"


@dataclass(frozen=True, slots=True)
class InstructionState:
    """An instruction file as `context` lists it: `state` is `whole`, `cut` or `not shown`, the last with a `reason`."""

    path: str
    state: str
    imported_by: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in `foreword.context/1`."""
        shown = {"path": self.path, "state": self.state}
        more = {"importedBy": self.imported_by, "reason": self.reason}
        return shown | {key: value for key, value in more.items() if value}


def instruction_layer(source: BaseSource, index: Index, budget: int) -> tuple[BaseSource, tuple[Block, ...]]:
    """The layer of a tree within `budget` tokens (0: none), and the source of its base without the files in the layer."""
    if budget <= 0:
        return source, ()
    hidden = {
        path: row.reason
        for path, row in index.rows.items()
        if row.reason is not None and is_instruction_path(path)
    }

    def read(paths: Sequence[str]) -> Mapping[str, Text]:
        # What is left out by its contents stands in the tree, and is no source of the base.
        return source.read([path for path in paths if path in source.sizes])

    blocks = render_layer(collect(source.sizes, read), hidden, budget)
    shown = {part.path for block in blocks for part in block.parts}
    if not shown:
        return source, blocks
    rest = replace(
        source,
        sizes={path: size for path, size in source.sizes.items() if path not in shown},
        weights={path: weight for path, weight in source.weights.items() if path not in shown},
        pinned=source.pinned - shown,
    )
    return rest, blocks


def new_imports(
    saved: WorkspaceSnapshot, path: str, text: Text, forms: Mapping[str, Form]
) -> Iterator[tuple[str, Text]]:
    """What an instruction file imports, and the model was not shown as instructions yet."""
    for file in imports_from(path, text, _reader(saved)):
        if file.text is not None and forms.get(file.path) not in INSTRUCTION_FORMS:
            yield file.path, file.text


def nearest_instructions(
    saved: WorkspaceSnapshot, prefix_forms: Mapping[str, Form], paths: Iterable[str]
) -> str:
    """The instruction files that hold for some paths and are not in the prefix, rendered, the nearest first."""
    wanted = dict.fromkeys(name for path in paths for name in names_above(path))
    texts = saved.read_all([name for name in wanted if prefix_forms.get(name) not in INSTRUCTION_FORMS])
    rendered, room = "", NEAREST_TOKENS
    for name in wanted:
        if name in texts:
            text, _ = render_instructions(InstructionFile(name, texts[name]), room)
            room = max(0, room - estimate(text))
            rendered += text
    return rendered


def instruction_states(
    saved: WorkspaceSnapshot, forms: Mapping[str, Form], budget: int
) -> tuple[InstructionState, ...]:
    """What became of each instruction file, and of each import that is not followed; `forms` are those of the prefix."""
    if budget <= 0:
        return ()
    states = [
        InstructionState(
            file.path,
            SHOWN_AS.get(forms.get(file.path), "not shown"),
            file.imported_by,
            file.reason or ("" if forms.get(file.path) in INSTRUCTION_FORMS else NO_ROOM),
        )
        for file in collect(saved.paths, _reader(saved))
    ]
    left_out = (left for left in saved.report.left_out if is_instruction_path(left.path))
    known = {state.path for state in states}
    states += [
        InstructionState(left.path, "not shown", reason=left.reason)
        for left in left_out
        if left.path not in known
    ]
    return tuple(states)


def _reader(saved: WorkspaceSnapshot) -> Read:
    def read(paths: Sequence[str]) -> Mapping[str, Text]:
        return saved.read_all(paths)

    return read
