"""Which questions are in which Message Batch: one SQLite file for all workspaces, which several processes may use.

    run       the questions of one submission, named by a digest of what was asked
    part      one batch of a run: noted as "sending" before it is submitted and as "sent" when its id is known

A process that is killed between the two leaves a part without an id; the batch, if it came to be, is found again in the
endpoint's list (`submission.resolve`). So no question is lost, and none is asked twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self

from foreword.storage.database import open_database, transaction

KEPT_DAYS = 35
"""The endpoint keeps results for 29 days; what is older is of no use."""

PartState = Literal["sending", "sent", "collected", "void"]
"""`void`: the batch never came to be, so its questions are still to be asked."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, state TEXT NOT NULL, batch TEXT NOT NULL, at REAL NOT NULL,
    n INTEGER NOT NULL, endpoint TEXT NOT NULL, reserved TEXT NOT NULL, facts TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS part_of_run ON part (run);
CREATE INDEX IF NOT EXISTS part_of_batch ON part (batch);
CREATE TABLE IF NOT EXISTS question (
    run TEXT NOT NULL, number INTEGER NOT NULL, custom_id TEXT NOT NULL, workspace TEXT NOT NULL, line TEXT NOT NULL,
    part INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS question_of_part ON question (part, custom_id);
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One batch: `at` is when it was noted (Unix seconds), `n` its questions, `reserved` the id of the money held back.

    `facts` are what the receipts of its answers need to know, by workspace.
    """

    id: int
    run: str
    state: PartState
    batch: str
    at: float
    n: int
    endpoint: str
    reserved: str
    facts: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """One question of a run, from the line `number`: the line as JSON, and the folder that it is about.

    `outcome` is empty until there is a result, then that of the result: succeeded, errored, ...
    """

    run: str
    number: int
    custom_id: str
    workspace: str
    line: str
    part: int = 0
    outcome: str = ""


class BatchStore:
    """One connection, to be closed (a context manager)."""

    def __init__(self, path: Path) -> None:
        self._connection, self.problems = open_database(path, _SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def open_run(self, digest: str) -> str:
        """The run of these questions that is not collected yet, or the name of a new one."""
        rows = self._connection.execute(
            "SELECT run, sum(state IN ('sending', 'sent')), sum(state = 'void' AND EXISTS "
            "(SELECT 1 FROM question WHERE question.part = part.id)) FROM part WHERE substr(run, 1, ?) = ? GROUP BY run ORDER BY run DESC",
            (len(digest) + 1, f"{digest}-"),
        ).fetchall()
        # Once its answers were collected, the same questions are asked anew by whoever asks them again.
        if rows and (rows[0][1] or rows[0][2]):
            return str(rows[0][0])
        return f"{digest}-{len(rows):04d}"

    def questions(self, run: str) -> dict[int, BatchQuestion]:
        """The questions of a run that are in a batch, by number; those of a part that is void are not."""
        rows = self._connection.execute(
            f"SELECT {_QUESTION} FROM question JOIN part ON part.id = question.part "  # noqa: S608 - our own columns
            "WHERE question.run = ? AND part.state <> 'void' ORDER BY number",
            (run,),
        )
        return {question.number: question for question in map(_question, rows)}

    def stranded(self, run: str) -> tuple[BatchQuestion, ...]:
        """The questions of a run whose batch never came to be."""
        rows = self._connection.execute(
            f"SELECT {_QUESTION} FROM question JOIN part ON part.id = question.part "  # noqa: S608 - our own columns
            "WHERE question.run = ? AND part.state = 'void' ORDER BY number",
            (run,),
        )
        return tuple(map(_question, rows))

    def begin(self, part: Part, questions: Iterable[BatchQuestion]) -> Part:
        """Note a part that is about to be sent, and that these questions are in it."""
        with transaction(self._connection) as connection:
            row = (
                part.run,
                "sending",
                "",
                part.at,
                part.n,
                part.endpoint,
                part.reserved,
                json.dumps(part.facts),
            )
            cursor = connection.execute(
                "INSERT INTO part (run, state, batch, at, n, endpoint, reserved, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.executemany(
                "INSERT OR REPLACE INTO question VALUES (?, ?, ?, ?, ?, ?, '')",
                ((q.run, q.number, q.custom_id, q.workspace, q.line, cursor.lastrowid) for q in questions),
            )
        return self._part("id = ?", cursor.lastrowid)

    def note(self, part: Part, state: PartState, batch: str = "") -> None:
        """Note what became of a part."""
        with transaction(self._connection) as connection:
            connection.execute("UPDATE part SET state = ?, batch = ? WHERE id = ?", (state, batch, part.id))

    def parts(self, run: str) -> tuple[Part, ...]:
        """The parts of a run that are or may be batches, in order."""
        return tuple(self._parts("run = ? AND state <> 'void' ORDER BY id", run))

    def unsettled(self, endpoint: str) -> tuple[Part, ...]:
        """The parts of which it is not known whether they are batches."""
        return tuple(self._parts("state = 'sending' AND endpoint = ? ORDER BY id", endpoint))

    def waiting(self, endpoint: str) -> tuple[Part, ...]:
        """The batches whose results were not collected."""
        return tuple(self._parts("state = 'sent' AND endpoint = ? ORDER BY id", endpoint))

    def part_of(self, batch: str) -> Part | None:
        """The part that is this batch."""
        return next(self._parts("batch = ? ORDER BY id DESC LIMIT 1", batch), None)

    def is_known(self, batch: str) -> bool:
        """Whether a batch is a part of any run."""
        return self.part_of(batch) is not None

    def members(self, part: Part) -> dict[str, BatchQuestion]:
        """The questions of a part by custom id."""
        rows = self._connection.execute(
            f"SELECT {_QUESTION} FROM question WHERE part = ? ORDER BY number",  # noqa: S608 - our own columns
            (part.id,),
        )
        return {question.custom_id: question for question in map(_question, rows)}

    def collect(self, part: Part, outcomes: Mapping[str, str]) -> None:
        """Note that the results of a part were read: the outcome of each question by custom id."""
        with transaction(self._connection) as connection:
            connection.executemany(
                "UPDATE question SET outcome = ? WHERE part = ? AND custom_id = ?",
                ((outcome, part.id, custom_id) for custom_id, outcome in outcomes.items()),
            )
            connection.execute("UPDATE part SET state = 'collected' WHERE id = ?", (part.id,))

    def prune(self, now: float) -> None:
        """Forget what is too old to have results."""
        old = now - KEPT_DAYS * 86_400
        with transaction(self._connection) as connection:
            connection.execute(
                "DELETE FROM question WHERE part IN (SELECT id FROM part WHERE at < ?)", (old,)
            )
            connection.execute("DELETE FROM part WHERE at < ?", (old,))

    def _part(self, where: str, *arguments: object) -> Part:
        return next(self._parts(where, *arguments))

    def _parts(self, where: str, *arguments: object) -> Iterator[Part]:
        rows = self._connection.execute(
            f"SELECT id, run, state, batch, at, n, endpoint, reserved, facts FROM part WHERE {where}",  # noqa: S608 - constant
            arguments,
        )
        for row in rows.fetchall():
            yield _read_part(row)


def _read_part(row: tuple[Any, ...]) -> Part:
    named = dict(zip((field.name for field in fields(Part)), row, strict=True))
    return Part(**(named | {"facts": json.loads(named["facts"])}))


_QUESTION = "question.run, number, custom_id, workspace, line, part, outcome"


def _question(row: tuple[Any, ...]) -> BatchQuestion:
    return BatchQuestion(*row)
