"""Files on disk, never outside of the workspace folder and never anything but regular files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from foreword.core.errors import WorkspaceError
from foreword.core.tree import Source, blob_id
from foreword.workspace.git.blobs import READ_LIMIT, read_blobs
from foreword.workspace.git.repository import Repository

# O_NOFOLLOW: links were resolved and judged before; one that was put there since is refused.
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Without waiting for a writer, should the path be a FIFO; some flags are missing on Windows."""


def open_root(path: str) -> Path:
    """The workspace folder at `path`, absolute and with symlinks resolved.

    Raises:
        WorkspaceError: there is no such folder, or it can't be read.
    """
    if not path or "\0" in path:
        raise WorkspaceError(f"{path!r} is no path: name a folder")
    try:
        # Resolved once here, so that later a path is within the workspace exactly if it begins with this one.
        root = Path(path).resolve(strict=True)
        is_folder = root.is_dir()
    except FileNotFoundError as error:
        raise WorkspaceError(f"no such folder: {path} (check the spelling)") from error
    except (OSError, RuntimeError) as error:
        raise WorkspaceError(f"can't open {path}: {_reason(error)} (choose another folder)") from error
    if not is_folder:
        raise WorkspaceError(
            f"{path} is not a folder: use --workspace for its folder, and --path for the file"
        )
    if not os.access(root, os.R_OK | os.X_OK):
        raise WorkspaceError(f"no permission to read the folder {path}: grant it, or choose another folder")
    return root


def read_file(root: Path, path: str, limit: int = READ_LIMIT) -> bytes | None:
    """The first `limit` bytes of a regular file; None if there is none, or it can't be read.

    Raises:
        WorkspaceError: `path` leads out of the workspace, directly or through a symlink.
    """
    return _read_regular(_confined(root, path), limit)


def is_file(root: Path, path: str) -> bool:
    """Whether there is a regular file that can be read, in the workspace."""
    try:
        return read_file(root, path, limit=0) is not None
    except WorkspaceError:
        return False


def why_elsewhere(root: Path, path: str) -> str | None:
    """Why a path is no file of this workspace although there is one: a symlink, or a repository of its own above it."""
    if ".." in PurePosixPath(path).parts or Path(path).is_absolute():
        return None
    if (root / path).is_symlink():
        return f"{path} is {_link(root, root / path)}: name the file itself"
    for parent in (*reversed(PurePosixPath(path).parents), PurePosixPath(path)):
        folder = root / parent
        if parent.as_posix() in {".", "/"}:
            continue
        if folder.is_symlink():
            return f"{path} is below {parent}, {_link(root, folder)}: name the file by its own path"
        if (folder / ".git").exists():
            if parent == PurePosixPath(path):
                return f"{path} is a repository of its own: open that folder as a workspace"
            return f"{path} is in {parent}, a repository of its own: open that folder as a workspace"
    return None


def _link(root: Path, link: Path) -> str:
    """What a symlink is; where it leads out of the workspace is nobody's business but the user's."""
    try:
        inside = Path(os.path.realpath(link)).is_relative_to(root)
    except OSError:  # it leads in a circle
        inside = False
    return f"a symlink to {link.readlink()}" if inside else "a symlink out of the workspace"


def read_any(file: Path, limit: int = READ_LIMIT) -> bytes | None:
    """The first `limit` bytes of a regular file of the user's own, wherever it is; None if it can't be read."""
    # A user's own file may be a link (dotfiles often are); `OPEN_FLAGS` would refuse to follow it.
    return _read_regular(os.path.realpath(file), limit)


def _read_regular(target: str | Path, limit: int) -> bytes | None:
    try:
        descriptor = os.open(target, OPEN_FLAGS)
    except OSError:
        return None
    try:
        # The open file is judged and not its path, where something else may stand by now.
        status = os.fstat(descriptor)
        return _read_open(descriptor, status.st_size, limit) if stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, size: int, limit: int) -> bytes:
    """Up to `limit` bytes of an open file; `size` is how many it seems to have."""
    content = b""
    # One byte more than it seems to have: so a file that has grown since is noticed and read on.
    asked = min(size + 1, limit)
    while len(content) < asked and (more := os.read(descriptor, asked - len(content))):
        content += more
        if len(content) == asked:
            asked = min(2 * asked, limit)
    return content


def read_sources(
    root: Path, repository: Repository | None, sources: Sequence[Source]
) -> Iterator[tuple[Source, bytes | None]]:
    """The contents of each source: from disk where they are what the blob id says, the others from git at last.

    None for what can't be read, and for a dirty one that changed: whoever keeps results by blob id must never
    see other contents. With its first two arguments bound it is a picklable `Reader`.
    """
    in_git: list[Source] = []
    for source in sources:
        # Git does not have what is dirty, so what changed on disk since has no second place to come from.
        if repository is None or source.dirty:
            yield source, _read_expected(root, source)
        elif (content := _read_tracked(root, source)) is not None:
            yield source, content
        else:
            in_git.append(source)
    if repository is not None and in_git:
        contents = read_blobs(repository, [source.blob for source in in_git])
        yield from ((source, content) for source, (_, content) in zip(in_git, contents, strict=True))


def hash_of(content: bytes, like: str) -> str:
    """The blob id of `content` by the hash function that made the id `like`."""
    return blob_id(content, "sha256" if len(like) == 64 else "sha1")  # noqa: PLR2004 - hexadecimal digits


def _read_expected(root: Path, source: Source) -> bytes | None:
    content = read_file(root, source.path)
    return content if content is not None and hash_of(content, source.blob) == source.blob else None


def _read_tracked(root: Path, source: Source) -> bytes | None:
    """The contents of a file that git has, if they are on disk too: quicker than asking git.

    Wherever its path may lead by now, what has the blob's id is what git has.
    """
    content = _read_regular(f"{root}/{source.path}", READ_LIMIT)
    return content if content is not None and hash_of(content, source.blob) == source.blob else None


def _confined(root: Path, path: str) -> Path:
    pure = PurePosixPath(path.replace("\\", "/") if os.name == "nt" else path)
    if "\0" in path or pure.is_absolute() or ".." in pure.parts or Path(path).drive:
        raise WorkspaceError(f"{path!r} leads out of the workspace: use a path relative to it")
    base = os.path.realpath(root)
    # Links are resolved before the comparison: `a/../..` and a link to `/` lead out alike.
    target = os.path.realpath(os.path.join(base, *pure.parts))  # noqa: PTH118 - Path would not resolve loops
    if os.path.commonpath([base, target]) != base:
        raise WorkspaceError(f"{path!r} is a symlink out of the workspace: use the file itself")
    return Path(target)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or "too many symlinks"
