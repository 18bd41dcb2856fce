"""Documents whose headings are no grammar's business: reStructuredText and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from foreword.core.outline import Definition, DefinitionKind
from foreword.index.outline.languages.line_outline import MAX_NAME, MAX_SIGNATURE, Embedded, Scanner

_UNDERLINE = re.compile(r"([=\-`:.'\"~^_*+#<>!$%&,/;?@\\|])\1{2,}\s*$")
_LABEL = re.compile(
    r"\.\. (?:_(?P<label>[^:\n]+):\s*$|(?:[\w-]+:)?(?P<role>function|class|method|attribute|data|module|exception|option|confval|envvar|describe|macro|type|setting)::\s*(?P<name>[^\n]+))"
)
_OBJECT_KINDS: Mapping[str, DefinitionKind] = {
    "class": "class",
    "exception": "class",
    "module": "module",
    "method": "method",
    "function": "function",
    "macro": "macro",
    "type": "type",
}
_LATEX = re.compile(
    r"\\(?P<level>part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{(?P<title>(?:[^{}]|\{[^{}]*\})*)\}"
)
_LATEX_COMMAND = re.compile(
    r"\\(?P<word>(?:re)?newcommand|providecommand|DeclareMathOperator|def|(?:re)?newenvironment|newtheorem|NewDocumentCommand|DeclareRobustCommand)\*?\s*\{?(?P<name>\\?[A-Za-z@]+)"
)
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")


def scan_restructured_text(data: bytes, _embedded: Embedded) -> Sequence[Definition]:
    """Titles, nested by the order in which their marks first come, labels, and what is documented by directives."""
    lines = data.decode("utf-8", "replace").rstrip().split("\n")
    marks: list[tuple[str, bool]] = []
    titles: list[tuple[int, int, str]] = []
    others: list[Definition] = []
    for index, line in enumerate(lines):
        match = _UNDERLINE.fullmatch(line)
        title = lines[index - 1].rstrip() if index else ""
        # Four signs do, as docutils takes a longer title with a warning.
        if (
            match
            and title.strip()
            and not _UNDERLINE.fullmatch(title)
            and len(match[0].rstrip()) >= min(len(title), 4)
        ):
            above = lines[index - 2].rstrip() if index > 1 else ""
            mark = (match[1], above == line.rstrip())
            # Below a line of text it would be a paragraph: a title has a blank line or its own mark above it.
            if above and not mark[1]:
                continue
            if mark not in marks:
                marks.append(mark)
            titles.append((index, marks.index(mark), title.strip()))
        elif (label := _LABEL.match(line)) is not None:
            kind = _OBJECT_KINDS.get(label["role"] or "", "key")
            name = (label["label"] or label["name"]).strip().strip("`")
            plain = name.partition("(")[0].rpartition(" ")[2] if label["role"] else name
            if plain and len(plain) <= MAX_NAME:
                others.append(Definition(plain, kind, line.strip()[:MAX_SIGNATURE], index + 1, index + 1))
    return sorted([*_nested(titles, len(lines)), *others], key=lambda one: one.line)


def scan_latex(data: bytes, _embedded: Embedded) -> Sequence[Definition]:
    """Parts down to paragraphs, and commands and environments that are defined."""
    lines = data.decode("utf-8", "replace").rstrip().split("\n")
    titles, others = list[tuple[int, int, str]](), list[Definition]()
    for index, line in enumerate(lines, 1):
        # A percent sign begins a comment in LaTeX, unless a backslash stands before it.
        text = re.split(r"(?<!\\)%", line, maxsplit=1)[0][:2_000]
        if (match := _LATEX.search(text)) is not None:
            titles.append((index, _LEVELS.index(match["level"]), " ".join(match["title"].split())))
        elif (command := _LATEX_COMMAND.match(text.lstrip())) is not None:
            others.append(Definition(command["name"], "macro", text.strip()[:MAX_SIGNATURE], index, index))
    return sorted([*_nested(titles, len(lines)), *others], key=lambda one: one.line)


def _nested(titles: Sequence[tuple[int, int, str]], n_lines: int) -> Iterator[Definition]:
    """Headings by line (1-based), level and title, each down to the line before the next of its level or above."""
    ends, opened = [n_lines] * len(titles), list[int]()
    parents = [""] * len(titles)
    for index, (line, level, _) in enumerate(titles):
        while opened and titles[opened[-1]][1] >= level:
            ends[opened.pop()] = line - 1
        parents[index] = titles[opened[-1]][2] if opened else ""
        opened.append(index)
    for (line, _, title), end, parent in zip(titles, ends, parents, strict=True):
        if 0 < len(title) <= MAX_NAME:
            yield Definition(title, "heading", title[:MAX_SIGNATURE], line, max(line, end), parent or None)


LANGUAGES: Mapping[str, Scanner] = {"latex": scan_latex, "restructuredtext": scan_restructured_text}
