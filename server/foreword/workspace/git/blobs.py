"""Contents of git objects, through one `git cat-file` process for any number of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import BinaryIO, cast

from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.workspace.git.plumbing import run, start
from foreword.workspace.git.repository import Repository

READ_LIMIT = MAX_FILE_BYTES + 1
"""Contents are cut to so many bytes, which is enough to see that a file is too large."""

SKIP_BYTES = 1 << 20
MAX_RESTARTS = 100
"""git ends at an object that it can't read at all, and at one that was never fetched
(findings/git-cat-file-ends-at-what-is-missing.sh); after so many of them the rest is given up."""


def read_blobs(
    repository: Repository, blob_ids: Iterable[str]
) -> Generator[tuple[str, bytes | None], None, None]:
    """The contents of each blob in the given order, one in memory at a time, cut to `READ_LIMIT`.

    None for what the repository does not have, as in a partial clone: nothing is fetched.
    """
    rest = list(blob_ids)
    missing: frozenset[str] = frozenset()
    for attempt in range(MAX_RESTARTS):
        n_read = 0
        for blob, data in _read_until_broken(repository, rest, missing):
            yield blob, data
            n_read += 1
        rest = rest[n_read:]
        if not rest:
            return
        # The first break asks which objects there are; whatever breaks later is there and unreadable, so it
        # alone is left out.
        missing |= {rest[0]} if attempt else frozenset(rest) - _objects(repository)
    yield from ((blob, None) for blob in rest)


def _read_until_broken(
    repository: Repository, blob_ids: Sequence[str], missing: frozenset[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Like `read_blobs`, without asking for `missing`; ends early if git does."""
    with _cat_file(repository, [blob for blob in blob_ids if blob not in missing]) as output:
        for blob in blob_ids:
            if blob in missing:
                yield blob, None
                continue
            header = output.readline().split()
            if len(header) < 2:  # noqa: PLR2004 - "<id> missing" is the shortest answer
                return
            yield blob, None if header[-1] == b"missing" else _read_body(output, header)


def _read_body(output: BinaryIO, header: Sequence[bytes]) -> bytes | None:
    """The contents that follow `<id> <type> <size>`, of a blob only."""
    size = int(header[-1])
    data = output.read(min(size, READ_LIMIT))
    # One more for the line break that follows each object.
    excess = size - len(data) + 1
    while excess > 0 and (skipped := output.read(min(excess, SKIP_BYTES))):
        excess -= len(skipped)
    return data if header[1] == b"blob" and not excess else None


@contextmanager
def _cat_file(repository: Repository, blob_ids: Sequence[str]) -> Iterator[BinaryIO]:
    """The output of one process; its input is a file and its complaints are drained, so no pipe can fill up."""
    import tempfile  # noqa: PLC0415 - slow to import, and most files are read from disk

    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{blob}\n" for blob in blob_ids).encode())
        wanted.seek(0)
        with start(repository.root, "cat-file", "--batch", "--buffer", stdin=wanted) as process:
            output, complaints = cast("BinaryIO", process.stdout), cast("BinaryIO", process.stderr)
            drain = Thread(target=complaints.read, daemon=True)
            drain.start()
            try:
                yield output
            finally:
                # Whoever stops reading early leaves git writing into a pipe that nobody empties.
                process.kill()
                drain.join()


def _objects(repository: Repository) -> frozenset[str]:
    """Every object that is really there."""
    output = run(
        repository.root,
        "cat-file",
        "--batch-all-objects",
        "--unordered",
        "--batch-check=%(objectname)",
    )
    return frozenset(output.decode("ascii").split())
