"""Reading git objects in bulk."""

from __future__ import annotations

import itertools
import zlib
from pathlib import Path

import pytest

from foreword.core.exclusion import MAX_FILE_BYTES, reason_for_content
from foreword.core.tree import blob_id
from foreword.workspace.git.blobs import read_blobs
from gitrepo import GitRepo, make_repo
from workspaces import repository_of

MISSING = "0123456789" * 4


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return make_repo(tmp_path / "repo")


def store(repo: GitRepo, data: bytes) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=data)


def test_contents_come_in_the_order_asked_for(repo: GitRepo) -> None:
    contents = [b"", b"a\n", b"no newline", b"\0\r\n\xff", b"a\n", b"missing\n"]
    blobs = [store(repo, data) for data in contents]
    assert list(zip(blobs, contents, strict=True)) == list(read_blobs(repository_of(repo.path), blobs))


def test_asking_for_nothing_gives_nothing(repo: GitRepo) -> None:
    assert list(read_blobs(repository_of(repo.path), [])) == []


def test_what_is_no_blob_or_is_not_there_is_none(repo: GitRepo) -> None:
    repo.write("a.txt", "a\n")
    commit = repo.commit()
    blob = repo.git("rev-parse", "HEAD:a.txt")
    wanted = [MISSING, commit, blob, f"{commit}^{{tree}}", "nonsense", blob]
    assert [data for _, data in read_blobs(repository_of(repo.path), wanted)] == [
        None,
        None,
        b"a\n",
        None,
        None,
        b"a\n",
    ]


def test_a_large_blob_is_cut_so_that_it_counts_as_too_large(repo: GitRepo) -> None:
    large, limit = store(repo, b"x" * (3 * MAX_FILE_BYTES)), store(repo, b"x" * MAX_FILE_BYTES)
    after = store(repo, b"after")
    contents = [data for _, data in read_blobs(repository_of(repo.path), [large, limit, after])]
    assert [len(data) for data in contents if data is not None] == [MAX_FILE_BYTES + 1, MAX_FILE_BYTES, 5]
    assert reason_for_content("x.py", contents[0] or b"") == "too large"


def test_many_blobs_do_not_fill_up_a_pipe(repo: GitRepo) -> None:
    blob = store(repo, b"x" * 100)
    wanted = [blob, MISSING] * 20_000
    n_read = sum(data is not None for _, data in read_blobs(repository_of(repo.path), wanted))
    assert n_read == 20_000


def test_stopping_early_leaves_no_process_behind(repo: GitRepo) -> None:
    blob = store(repo, b"x" * 100_000)
    contents = read_blobs(repository_of(repo.path), [blob] * 10_000)
    assert len(list(itertools.islice(contents, 3))) == 3
    contents.close()


def test_a_corrupt_object_costs_only_itself(repo: GitRepo) -> None:
    blobs = [store(repo, f"{n}\n".encode()) for n in range(3)]
    broken = repo.path / ".git" / "objects" / blobs[1][:2] / blobs[1][2:]
    broken.chmod(0o644)
    broken.write_bytes(zlib.compress(b"blob 2\0")[:-3])
    contents = dict(read_blobs(repository_of(repo.path), blobs))
    assert {blobs[0]: b"0\n", blobs[1]: None, blobs[2]: b"2\n"} == contents


def test_a_partial_clone_reads_what_it_has_and_fetches_nothing(repo: GitRepo, tmp_path: Path) -> None:
    for n in range(5):
        repo.write(f"{n}.txt", f"{n}\n")
    repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = repo.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    here = store(partial, b"local\n")
    blobs = [blob_id(f"{n}\n".encode()) for n in range(5)]
    wanted = [blobs[0], here, *blobs[1:], here]
    contents = [data for _, data in read_blobs(repository_of(partial.path), wanted)]
    assert contents == [None, b"local\n", None, None, None, None, b"local\n"]
