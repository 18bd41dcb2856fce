"""Texts that hold others: components of Vue, Svelte and Astro, and notebooks.

Each part is outlined by its own language, with blanks for all that stands around it, so that lines stay what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from foreword.core.outline import Definition
from foreword.index.outline.languages.line_outline import Embedded, Scanner
from foreword.index.outline.languages.mask import blanks

_PART = re.compile(
    rb"^<(?P<tag>script|style|template)\b(?P<attributes>[^>\n]*(?:\n[^>\n]*){0,6}?)>",
    re.MULTILINE | re.IGNORECASE,
)
_LANG = re.compile(rb"\blang\s*=\s*[\"']?([\w-]+)")
_LANGUAGE_OF: Mapping[str, str] = {
    "ts": "typescript",
    "typescript": "typescript",
    "tsx": "tsx",
    "jsx": "javascript",
    "js": "javascript",
    "pug": "",
}
_BY_TAG: Mapping[str, str] = {"script": "javascript", "style": "css", "template": "html"}
_SNIPPET = re.compile(rb"^[ \t]*\{#snippet\s+(\w+)[^\n}]*\}?", re.MULTILINE)
_FRONT_MATTER = re.compile(rb"\A---\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)

_CELL_KIND = re.compile(rb"^\s*\"cell_type\":\s*\"(\w+)\"")
_SOURCE = re.compile(rb"^\s*\"source\":\s*\[\s*$")
_SOURCE_ON_A_LINE = re.compile(rb"^\s*\"source\":\s*(\[.*\]|\".*\")\s*,?\s*$")
_KERNEL = re.compile(rb"\"language\":\s*\"(\w+)\"")
_MAGIC = re.compile(rb"^[ \t]*[%!?][^\n]*", re.MULTILINE)


def scan_component(data: bytes, embedded: Embedded) -> Sequence[Definition]:
    """The definitions in the scripts, styles and template of a component, and its snippets."""
    found, rest, at = list[Definition](), data, 0
    while (part := _PART.search(data, at)) is not None:
        tag = part["tag"].lower()
        # Templates stand in templates: only a closing tag at the margin ends the outer one.
        end = (
            data.find(b"\n</" + tag, part.end() - 1)
            if tag == b"template"
            else data.find(b"</" + tag, part.end())
        )
        end = end if end >= 0 else len(data)
        named = _LANG.search(part["attributes"])
        language = named[1].decode().lower() if named else _BY_TAG[tag.decode()]
        found += embedded(_LANGUAGE_OF.get(language, language), _only(data, part.end(), end))
        # As many bytes as before: what is found in `rest` stands at the same place in `data`.
        rest = rest[: part.start()] + blanks(rest[part.start() : end]) + rest[end:]
        at = max(end, part.end())
    # Svelte and Astro have no element around their markup.
    if b"<template" not in data:
        found += embedded("html", rest)
    found += _snippets(rest)
    return sorted(found, key=lambda one: one.line)


def _snippets(data: bytes) -> Iterator[Definition]:
    for match in _SNIPPET.finditer(data):
        line = data.count(b"\n", 0, match.start(1)) + 1
        yield Definition(
            match[1].decode(), "function", match[0].decode("utf-8", "replace").strip(), line, line
        )


def scan_astro(data: bytes, embedded: Embedded) -> Sequence[Definition]:
    """The definitions in the front matter of a page, which is TypeScript, and in what stands below."""
    front = _FRONT_MATTER.match(data)
    if front is None:
        return scan_component(data, embedded)
    above = embedded("typescript", _only(data, front.start(1), front.end(1)))
    return [*above, *scan_component(_only(data, front.end(), len(data)), embedded)]


def _only(data: bytes, start: int, end: int) -> bytes:
    """`data` up to `end` with blanks before `start`."""
    return blanks(data[:start]) + data[start:end]


def scan_notebook(data: bytes, embedded: Embedded) -> Sequence[Definition]:
    """The definitions in the cells of a notebook, at the lines of its file: as notebooks are saved, each line of code has one.

    Outputs and metadata hold none.
    """
    kernel = _KERNEL.search(data)
    language = kernel[1].decode().lower() if kernel else "python"
    found = list[Definition]()
    for kind, cell in _cells(data):
        text = b"".join(line for _, line in cell)
        if kind == b"code":
            # Commands of IPython, which are no Python. The line stays, so that those below keep their
            # numbers.
            text = _MAGIC.sub(b"", text)
        numbers = [number for number, _ in cell]
        for one in embedded(language if kind == b"code" else "markdown", text):
            if one.line <= len(numbers):
                last = numbers[min(one.end_line, len(numbers)) - 1]
                found.append(one._replace(line=numbers[one.line - 1], end_line=last))
    return found


def _cells(data: bytes) -> Iterator[tuple[bytes, list[tuple[int, bytes]]]]:
    """The kind of each cell of code or text, and its lines with their numbers in the file."""
    kind, cell, is_source = b"", list[tuple[int, bytes]](), False
    for number, line in enumerate(data.split(b"\n"), 1):
        if is_source:
            text = line.strip().removesuffix(b",")
            if text.startswith(b'"') and text.endswith(b'"'):
                cell.append((number, _decoded(text)))
                continue
            if kind in {b"code", b"markdown"} and cell:
                yield kind, cell
            cell, is_source = [], False
        elif match := _CELL_KIND.match(line):
            kind = match[1]
        elif (match := _SOURCE_ON_A_LINE.match(line)) and kind in {b"code", b"markdown"}:
            yield kind, [(number, one) for one in _all_decoded(match[1])]
        else:
            is_source = _SOURCE.match(line) is not None


def _all_decoded(text: bytes) -> list[bytes]:
    """The lines of a cell that stands on one line of the file."""
    try:
        source = json.loads(text)
    except ValueError:
        return []
    whole = source if isinstance(source, str) else "".join(map(str, source))
    return [line.encode("utf-8", "replace") + b"\n" for line in whole.split("\n")]


def _decoded(text: bytes) -> bytes:
    """A line of a cell, with its line end."""
    try:
        line = json.loads(text)
    # A line that can't be read is still a line: those below it keep their numbers.
    except ValueError:
        return b"\n"
    return str(line).replace("\n", "").encode("utf-8", "replace") + b"\n"


LANGUAGES: Mapping[str, Scanner] = {
    "astro": scan_astro,
    "notebook": scan_notebook,
    "svelte": scan_component,
    "vue": scan_component,
}
