"""The message for what is staged, in the style of the last commits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foreword.assist.question.answer import Answer
from foreword.assist.session.session import Session
from foreword.core.documents.text import printable
from foreword.core.errors import UsageError, WorkspaceError
from foreword.core.exclusion import IGNORED, reason_for_path
from foreword.core.secrets.redaction import redact, shown
from foreword.prefix.base.render import in_a_row
from foreword.workspace.git import plumbing
from foreword.workspace.git.blobs import read_blobs
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import IgnoreRules, read_rules

COMMIT_SCHEMA = "foreword.commit/1"
N_EXAMPLES = 10
MAX_EXAMPLE = 600
"""Characters of an earlier message."""
MAX_DIFF = 120_000
"""Characters of the diff; the files behind that are named without theirs."""
INSTRUCTION = """\
Write the commit message for the staged change below. Follow the style of the repository's last messages: their length,
mood, capitals, prefixes, and whether they have a body. Say what the change does and why, as far as the change shows it.
Answer with the message alone: no fence, no quotes, no words about it, no citations of files and lines."""


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """A message, and the answer that it was made from."""

    text: str
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        """As `foreword.commit/1`."""
        return {
            "schema": COMMIT_SCHEMA,
            "message": self.text,
            "receipt": self.answer.receipt.to_json(),
        }


def commit_question(session: Session) -> str:
    """The words of the question for what is staged now; it blocks on git.

    Raises:
        UsageError: there is no repository, or nothing is staged.
        WorkspaceError: git failed.
    """
    repository = session.repository
    if repository is None:
        raise UsageError(f"{session.root.name} is no git repository, so it has no commits")
    paths = _staged(repository)
    if not paths:
        raise UsageError("nothing is staged: choose with `git add` what the commit is to hold")
    rules = read_rules(session.root)[0].with_included(session.settings.context_include)
    examples = "\n\n".join(f"<message>\n{text}\n</message>" for text in _examples(repository))
    style = f"<last-messages>\n{examples}\n</last-messages>\n\n" if examples else ""
    return f"{INSTRUCTION}\n\n{style}<staged>\n{''.join(_diffs(repository, paths, rules))}</staged>"


def message_of(answer: Answer) -> CommitMessage:
    """The message in an answer: without a fence around it, and without spaces at the ends of its lines.

    Raises:
        WorkspaceError: the model gave none.
    """
    lines = [line.rstrip() for line in answer.text.strip().splitlines()]
    # Models put a fence around the message although they were told not to.
    is_fenced = len(lines) > 1 and lines[0].startswith("```") and lines[-1] == "```"
    text = "\n".join(lines[1:-1] if is_fenced else lines).strip()
    if not text:
        raise WorkspaceError(f"the model gave no message ({answer.stop_reason}): ask again")
    return CommitMessage(text + "\n", answer)


_FRAME = re.compile(r"</?(?:message|last-messages|staged)\b")


def _staged(repository: Repository) -> list[str]:
    return plumbing.records_of(plumbing.run(repository.root, "diff", "--cached", "--name-only", "-z"))


def _examples(repository: Repository) -> list[str]:
    """The last messages; none in a repository without commits."""
    status, output, _ = plumbing.execute(
        repository.root, "log", f"--max-count={N_EXAMPLES}", "--no-merges", "-z", "--format=%B"
    )
    messages = output.decode("utf-8", "replace").split("\0") if not status else []
    found = (text.strip() for text in messages if text.strip())
    # A message that has such marks itself could pass for what is asked; there are others to learn the style from.
    return [shown(text)[:MAX_EXAMPLE] for text in found if not _FRAME.search(text)]


def _diffs(repository: Repository, paths: list[str], rules: IgnoreRules) -> Iterator[str]:
    """The diff, file by file, without the values of secrets. A secret file is only named, as it is everywhere else."""
    left, hidden = MAX_DIFF, _hidden_lines(repository)
    for path in paths:
        # The list of staged files can name a secret file, which is shown nowhere else either.
        reason = reason_for_path(path) or (IGNORED if _ignores(repository, rules, path) else None)
        diff = b"" if reason else _diff(repository, path)
        # A diff holds lines of files as they are; secrets in them are not sent, as everywhere else.
        text = shown(_without(diff.decode("utf-8", "replace"), hidden))
        if reason is None and len(text) > left:
            reason = "too large to be shown"
        if reason is not None:
            yield f"{in_a_row(path.encode('utf-8', 'replace').decode())}: changed, not shown ({reason})\n"
            continue
        left -= len(text)
        yield text


def _hidden_lines(repository: Repository) -> dict[str, str]:
    """The staged lines, and those that they replace, with something that is redacted, and how they are shown.

    What makes a value a secret can stand far from it, as a row with the names of columns does.
    """
    # Of each file its two modes, its two blobs and what happened to it; its path is the next record.
    entries = plumbing.records_of(
        plumbing.run(repository.root, "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames")
    )[::2]
    blobs = dict.fromkeys(blob for entry in entries for blob in entry.split()[2:4] if blob.strip("0"))
    found: dict[str, str] = {}
    for _, data in read_blobs(repository, blobs):
        text = printable((data or b"").decode("utf-8", "replace"))
        lines = zip(text.split("\n"), redact(text).split("\n"), strict=True)
        found |= {line: seen for line, seen in lines if line != seen}
    return found


def _without(diff: str, hidden: Mapping[str, str]) -> str:
    """A diff with those lines as they are shown."""
    if not hidden:
        return diff
    rows = printable(diff).split("\n")
    return "\n".join(
        _without_heading(row, hidden) if row.startswith("@@ ") else row[:1] + hidden.get(row[1:], row[1:])
        for row in rows
    )


def _without_heading(row: str, hidden: Collection[str]) -> str:
    """The head of a hunk; git writes the beginning of a line above behind it, which may be one of them."""
    head, mark, line = row.rpartition(" @@ ")
    return f"{head} @@" if mark and any(one.startswith(line) for one in hidden) else row


def _ignores(repository: Repository, rules: IgnoreRules, path: str) -> bool:
    """Whether the workspace's own rules ignore a file, whose `path` counts from the top of the repository."""
    return path.startswith(repository.prefix) and rules.ignores(path.removeprefix(repository.prefix))


def _diff(repository: Repository, path: str) -> bytes:
    line = (
        "diff",
        "--cached",
        "--no-color",
        "--no-ext-diff",
        # Both options keep git from running a program that the repository's configuration names.
        "--no-textconv",
        "-M",
        "--",
        f":(top,literal){path}",
    )
    return plumbing.run(repository.root, *line)
