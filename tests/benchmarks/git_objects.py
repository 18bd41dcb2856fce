"""A commit of a bare repository as a file tree, and its blobs as a reader: no work tree is needed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foreword.core.tree import FileTree, LeftOut, Source, make_tree

MAX_BYTES = 1_000_000


def read_tree(git_dir: str, commit: str) -> FileTree:
    """The regular files of `commit`; large and absent ones are left out."""
    listing = subprocess.run(
        ["git", "--git-dir", git_dir, "ls-tree", "-r", "-z", "-l", commit], check=True, capture_output=True
    ).stdout.decode("utf-8", "surrogateescape")
    blobs: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for entry in listing.split("\0")[:-1]:
        meta, path = entry.split("\t", 1)
        mode, _, blob, size = meta.split()
        if not mode.startswith("100"):
            continue
        if not size.isdecimal() or int(size) > MAX_BYTES:
            left_out.append(LeftOut(path, "large"))
        else:
            blobs[path] = blob
    return make_tree(blobs, left_out)


@dataclass(frozen=True, slots=True)
class GitObjects:
    """Reads blobs from the object store at `git_dir` with one `git cat-file --batch` a call."""

    git_dir: str

    def __call__(self, sources: Sequence[Source]) -> Iterator[tuple[Source, bytes | None]]:
        process = subprocess.Popen(
            ["git", "--git-dir", self.git_dir, "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for source in sources:
                process.stdin.write(source.blob.encode() + b"\n")
                process.stdin.flush()
                header = process.stdout.readline().split()
                data = process.stdout.read(int(header[2]) + 1)[:-1] if len(header) == 3 else None
                yield source, data
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait()
