from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from foreword.assist.session.session import Session, open_session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, over_saved
from foreword.index.search.search import search
from gitrepo import GitRepo, make_repo

N_FILES = 30


def overwrite(path: Path, start: float, end: float, data: Callable[[int], bytes]) -> None:
    """Put other bytes in the place of those between two shares of the file."""
    whole = path.read_bytes()
    first, last = int(len(whole) * start), int(len(whole) * end)
    path.write_bytes(whole[:first] + data(last - first) + whole[last:])


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("of somebody", encoding="utf-8")


def other_database(path: Path) -> None:
    path.unlink()
    execute(path, "CREATE TABLE somebody (name TEXT)", "INSERT INTO somebody VALUES ('else')")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_bytes(b"hello\n" * 1_000),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 37]),
    "first page only": lambda path: path.write_bytes(path.read_bytes()[:4_096]),
    "zeros": lambda path: overwrite(path, 0.4, 0.7, bytes),
    "noise": lambda path: overwrite(path, 0.2, 0.9, Random(2).randbytes),
    "no header": lambda path: overwrite(path, 0.0, 0.001, lambda n: b"\xff" * n),
    "another database": other_database,
    "a table is gone": lambda path: execute(path, "DROP TABLE outlines"),
    "a column is gone": lambda path: execute(path, "ALTER TABLE blobs RENAME COLUMN failed TO went_wrong"),
    "another format": lambda path: execute(path, "PRAGMA user_version = 4000"),
    "an outline": lambda path: execute(path, "UPDATE outlines SET packed = substr(packed, 2)"),
    "words": lambda path: execute(path, "UPDATE vectors SET counts = zeroblob(length(counts) + 1)"),
    "text for bytes": lambda path: execute(path, "UPDATE outlines SET packed = 'x'"),
    "a folder": become_a_folder,
    "noise in the log": lambda path: path.with_name(f"{path.name}-wal").write_bytes(
        Random(3).randbytes(9_000)
    ),
}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = make_repo(tmp_path / "r")
    for n in range(N_FILES):
        made.write(f"m{n}.py", f"def area_{n}(radius):\n    return pi * radius ** {n}\n")
    made.commit("Begin")
    return made


def found(saved: WorkspaceSnapshot) -> object:
    """What questions read of an index: words, definitions, outlines."""
    excerpts = search(saved.index, "area 7 radius", saved.read_content, limit=5)
    outlines = [(path, saved.index.outline(path)) for path in saved.index.paths]
    return [excerpt.path for excerpt in excerpts], saved.index.definitions("area_7"), sorted(outlines)


def index_of(session: Session) -> Path:
    path = session.index_store.path
    assert path is not None
    return path


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_built_anew_while_it_is_asked(tmp_path: Path, repo: GitRepo, damage: str) -> None:
    environ = {"FOREWORD_HOME": str(tmp_path / "home")}
    with open_session(repo.path, {}, environ) as session:
        expected, path = over_saved(session, found), index_of(session)
    DAMAGES[damage](path)
    for _ in range(2):
        with open_session(repo.path, {}, environ) as session:
            assert expected == over_saved(session, found)
            assert path == index_of(session)
            said = [problem.message for problem in session.problems]
    assert [] == said


@pytest.mark.parametrize("damage", ["an outline", "words", "text for bytes", "a table is gone"])
def test_an_index_that_is_damaged_while_it_is_open_is_built_anew(
    tmp_path: Path, repo: GitRepo, damage: str
) -> None:
    with open_session(repo.path, {}, {"FOREWORD_HOME": str(tmp_path / "home")}) as session:
        expected = over_saved(session, found)
        DAMAGES[damage](index_of(session))
        session.recall.index, session.recall.files = None, None
        assert expected == over_saved(session, found)
