"""Instruction files: what a repository asks of assistants (`AGENTS.md`, `CLAUDE.md` with its imports, and the like).

A layer of their own at the end of the base: a function of the anchor and of `context.instructions`, bounded, and covered by
the mark of the base. A change is told by the delta. They are read like all text: what is left out stays out, secrets are
redacted, and nothing that they say changes a setting, a consent or a tool.

Imports: https://code.claude.com/docs/en/memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import normpath

from foreword.core.documents.text import Text, lines_of
from foreword.core.secrets.redaction import shown
from foreword.core.tokens import estimate, weigh
from foreword.prefix.base.render import END_LENGTH, FRAME, quoted, render_hidden
from foreword.prefix.layers import Block, Form, Part, text_digest

AGENTS, CLAUDE = "AGENTS.md", "CLAUDE.md"
COPILOT = ".github/copilot-instructions.md"
CURSOR_RULES = ".cursor/rules/"
RULE_ENDINGS = (".mdc", ".md")
MAX_HOPS = 5
"""How deep imports of imports are followed, as in Claude Code."""
MAX_IMPORTS = 100
MAX_LINE = 2_000
"""So much of a line is searched for imports: nobody writes longer ones by hand."""
MIN_ROOM = 200
"""With less room than so many tokens a file is only named."""
INSTRUCTION_FORMS: frozenset[str | None] = frozenset({"instructions", "cut"})
"""How files of this layer are shown: whole, or cut."""

LEADS_OUT = "it leads out of the workspace"
NO_FILE = "there is no such file, or it is left out"
TOO_DEEP = f"imports are followed {MAX_HOPS} steps deep"

Read = Callable[[Sequence[str]], Mapping[str, Text]]
"""The texts of those of some paths that are there and not left out."""

_IMPORT = re.compile(r"(?<![^\s(])@((?:\\ |[^\s`\\)])+)")
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")


@dataclass(frozen=True, slots=True)
class InstructionFile:
    """A file that is to be followed, and which file imports it; `text` is None for one that is not, for a `reason`."""

    path: str
    text: Text | None = None
    imported_by: str = ""
    reason: str = ""


def is_instruction_path(path: str) -> bool:
    """Whether a file is to be followed by its name, rather than because another one imports it."""
    folder, _, name = path.rpartition("/")
    return (
        name in (AGENTS, CLAUDE)
        or path == COPILOT
        or (f"/{folder}/".find(f"/{CURSOR_RULES}") >= 0 and name.endswith(RULE_ENDINGS))
    )


def folder_of(path: str) -> str:
    """The folder for whose files an instruction file holds, with a slash at its end; empty for all files."""
    before, rules, _ = f"/{path}".rpartition(f"/{CURSOR_RULES}")
    if rules:
        return f"{before}/".removeprefix("/")
    folder = path.rpartition("/")[0]
    # What stands in the folder of a tool's own settings holds for the folder around it.
    if folder.rpartition("/")[2] in (".claude", ".github"):
        folder = folder.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def names_above(path: str) -> Iterator[str]:
    """Where `AGENTS.md` and `CLAUDE.md` could stand that hold for a file; the nearest folder first."""
    folders = path.split("/")[:-1]
    for n in range(len(folders), -1, -1):
        for name in (AGENTS, CLAUDE):
            yield "/".join((*folders[:n], name))


def imports_of(text: str) -> tuple[str, ...]:
    """The paths behind an `@`, as written, each once; what stands in code is none."""
    found = (
        match[1].replace("\\ ", " ").rstrip(".,;:!?")
        for line in _prose(text)
        for match in _IMPORT.finditer(_CODE_SPAN.sub("", line[:MAX_LINE]))
    )
    # An address has its @ within a word; `@someone` is no path, and there is no file of that name either.
    return tuple(dict.fromkeys(path for path in found if path))


def imported_path(of: str, written: str) -> str | None:
    """The path in the workspace that a file means by an import; None for what leads out of the workspace."""
    if written.startswith(("/", "~", "\\")) or ":" in written.split("/", maxsplit=1)[0]:
        return None
    path = normpath(f"{of.rpartition('/')[0] or '.'}/{written}")
    return None if path == ".." or path.startswith("../") else path


def collect(paths: Iterable[str], read: Read) -> list[InstructionFile]:
    """The instruction files among some paths, and what they import, in the order in which they are shown.

    Each file once, however many import it, or each other.
    """
    named = sorted((path for path in paths if is_instruction_path(path)), key=_order)
    texts = read(named)
    found: dict[str, InstructionFile] = {}
    for path in named:
        if path in texts:
            found.setdefault(path, InstructionFile(path, texts[path]))
            if path.rpartition("/")[2] == CLAUDE:
                found |= {one.path: one for one in imports_from(path, texts[path], read, found)}
    return list(found.values())


def imports_from(path: str, text: Text, read: Read, known: Iterable[str] = ()) -> Iterator[InstructionFile]:
    """What a file imports, and what that imports in turn, but for `known` files; an import that is refused has a reason."""
    seen, queue = {path, *known}, [(path, text, 1)]
    while queue and len(seen) < MAX_IMPORTS:
        of, content, hops = queue.pop(0)
        wanted = {written: imported_path(of, written) for written in imports_of(content.content)}
        texts = read([target for target in wanted.values() if target is not None and target not in seen])
        for written, target in wanted.items():
            name = target or written
            # Most words behind an @ are people, packages and decorators: only what looks like a path is missed.
            if name in seen or (target not in texts and not _looks_like_path(written)):
                continue
            seen.add(name)
            if target is None or target not in texts:
                yield InstructionFile(name, None, of, NO_FILE if target else LEADS_OUT)
            elif hops > MAX_HOPS:
                yield InstructionFile(target, None, of, TOO_DEEP)
            else:
                yield InstructionFile(target, texts[target], of)
                queue.append((target, texts[target], hops + 1))


def render_layer(
    files: Iterable[InstructionFile], hidden: Mapping[str, str], budget: int
) -> tuple[Block, ...]:
    """The block of the layer within `budget` tokens, none if there is nothing in it; `hidden` are left out, with reasons.

    A file that does not fit is cut, or only named, with its size.
    """
    pieces, parts, left = list[str](), list[Part](), budget
    for file in files:
        if file.text is None:
            continue
        text, form = render_instructions(file, left)
        left -= estimate(text) if form in INSTRUCTION_FORMS else 0
        pieces.append(text)
        if form in INSTRUCTION_FORMS:
            parts.append(Part(file.path, form, text_digest(text), weigh(text)))
    pieces += [render_hidden(path, reason) for path, reason in sorted(hidden.items())]
    return (Block("".join(pieces), tuple(parts)),) if pieces else ()


def render_instructions(file: InstructionFile, room: int) -> tuple[str, Form]:
    """An instruction file within `room` tokens: whole, cut at a line with its size told, or only named (as `outline`)."""
    assert file.text is not None, "what is refused is not shown"  # noqa: S101 - the caller's contract
    content = shown(file.text.content)
    whole = _element(file, content)
    n_tokens = estimate(whole)
    if n_tokens <= room:
        return whole, "instructions"
    if room < MIN_ROOM:
        size = f"about {n_tokens:,} tokens, too many to stand here: view the file before you work on what it holds for"
        return f"<instructions {_attributes(file)}>{size}</instructions>\n", "outline"
    lines = lines_of(content)
    n_shown = _n_fitting(lines, room)
    note = f"(lines 1 to {n_shown} of {len(lines)}, about {n_tokens:,} tokens in all: view the file for the rest)\n"
    return _element(file, "".join(f"{line}\n" for line in lines[:n_shown]) + note), "cut"


def render_changed_instructions(path: str, diff: str) -> str:
    """The change of an instruction file that was shown before."""
    return f"<instructions path={quoted(path)}>\nchanged since they were shown:\n{diff}</instructions>\n"


def _n_fitting(lines: Sequence[str], room: int) -> int:
    """How many lines fit, beside the frame; one that is too long for all of it does not."""
    left = room - MIN_ROOM / 2
    for n, line in enumerate(lines):
        left -= estimate(f"{line}\n")
        if left < 0:
            return n
    return len(lines)


def _element(file: InstructionFile, content: str) -> str:
    closing = "" if content.endswith("\n") or not content else "\n"
    end = hashlib.sha256(content.encode()).hexdigest()[:END_LENGTH] if FRAME.search(content) else ""
    attribute, name = (f" end={quoted(end)}", f"instructions {end}") if end else ("", "instructions")
    return f"<instructions {_attributes(file)}{attribute}>\n{content}{closing}</{name}>\n"


def _attributes(file: InstructionFile) -> str:
    imported = f" imported-by={quoted(file.imported_by)}" if file.imported_by else ""
    return f"path={quoted(file.path)}{imported}"


def _order(path: str) -> tuple[int, int, str]:
    """What holds for all files first; of one folder `AGENTS.md`, then `CLAUDE.md`, then the others."""
    name = path.rpartition("/")[2]
    kind = {AGENTS: 0, CLAUDE: 1}.get(name, 2)
    return folder_of(path).count("/"), kind, path


def _looks_like_path(written: str) -> bool:
    return (
        "/" in written.removeprefix("./")
        or written.startswith(("~", "."))
        or written.endswith((".md", ".mdc", ".txt"))
    )


def _prose(text: str) -> Iterator[str]:
    """The lines that are not in a fenced block of code."""
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) and not line.strip(" `~") else fence
        elif mark:
            fence = mark[1]
        else:
            yield line
