"""Writing files of the workspace: whole and at once, only where nothing else changed them, never through a symlink."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath
from typing import IO
from uuid import uuid4

from foreword.core.edits.path_risks import why_no_name
from foreword.core.errors import Problem, WorkspaceError, cause_of
from foreword.core.exclusion import IGNORED_BY_GIT, TEMPORARY, reason_for_path
from foreword.workspace.files.disk import read_file
from foreword.workspace.git.git_listing import ignored_by_git
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import GITIGNORE, IgnoreRules, is_ignored, read_rules

WRITE_BITS = 0o222
RUN_BITS = 0o111 if os.name == "posix" else 0
"""Elsewhere each file seems to have them, or none."""
PRIVATE = 0o600
MOUNTED = frozenset({errno.EBUSY, errno.EXDEV})
"""What a rename says of a file that is a mount of its own, as containers have them for single files."""


def replace_file(root: Path, path: str, expected: bytes | None, data: bytes) -> Problem | None:
    """Replace a file that holds `expected` (None: that does not exist yet), keeping its mode; or say why not."""
    problem = _obstacle(root, path)
    if problem is not None:
        return problem
    target = root / path
    try:
        if expected is None:
            target.parent.mkdir(parents=True, exist_ok=True)
            _create(target, data)
            return None
        mode = stat.S_IMODE(target.lstat().st_mode)
        # Replacing needs leave for the folder only, so a read-only file would be overwritten without a word.
        if not mode & WRITE_BITS:
            return _read_only(path)
        return None if _replace(root, path, expected, data) else _changed(path)
    except FileExistsError:
        return Problem(f"{path} exists by now: move it away, or ask again", path)
    except OSError as error:
        return Problem(f"can't write {path}: {cause_of(error)} (nothing was changed in it)", path)


def why_not_written(root: Path, path: str) -> Problem | None:
    """What forbids that anybody writes a file of the workspace: it leads out of it, or is read-only."""
    problem = _obstacle(root, path)
    if problem is not None:
        return problem
    try:
        is_read_only = not stat.S_IMODE((root / path).lstat().st_mode) & WRITE_BITS
    except OSError:  # nothing is there yet
        return None
    return _read_only(path) if is_read_only else None


def is_executable(root: Path, path: str) -> bool:
    """Whether there is a file that anybody may run as a program."""
    try:
        mode = (root / path).lstat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) and bool(stat.S_IMODE(mode) & RUN_BITS)


def move_file(root: Path, path: str, new_path: str, expected: bytes) -> Problem | None:
    """Give a file that holds `expected` a path where nothing is, or say why not."""
    problem = _obstacle(root, path) or _obstacle(root, new_path)
    if problem is not None:
        return problem
    if read_file(root, path) != expected:
        return _changed(path)
    source, target = root / path, root / new_path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # A link fails where the name is taken, while a rename would silently replace what is there.
        if _linked(source, target):
            source.unlink()
        else:
            _move_without_links(source, target)
    except FileExistsError:
        return Problem(f"{new_path} exists by now: move it away, or ask again", path)
    except OSError as error:
        return Problem(f"can't rename {path} to {new_path}: {cause_of(error)}", path)
    return None


def remove_file(root: Path, path: str, expected: bytes) -> Problem | None:
    """Delete a file that holds `expected`, or say why not."""
    problem = _obstacle(root, path)
    if problem is not None:
        return problem
    if read_file(root, path) != expected:
        return _changed(path)
    try:
        (root / path).unlink()
    except OSError as error:
        return Problem(f"can't delete {path}: {cause_of(error)}", path)
    return None


def why_not_new(root: Path, repository: Repository | None, rules: IgnoreRules, path: str) -> str | None:
    """Why there can't be a new file at `path` that the model would see afterwards; None if there can be."""
    if not _is_plain(path):
        return "it is no path below the workspace"
    unfit = why_no_name(path)
    if unfit is not None:
        return unfit
    if not _is_direct(root, path):
        return "a folder above it is a symlink"
    reason = reason_for_path(path) or _ignored(root, repository, rules, path)
    return f"it would be left out ({reason})" if reason else _in_the_way(root, path)


def _in_the_way(root: Path, path: str) -> str | None:
    """What is on disk where a file and the folders above it should be."""
    target = root / path
    if target.is_symlink():
        return f"it is a symlink to {target.readlink()}, which is the file to name"
    if target.is_dir():
        return "it is a folder"
    if os.path.lexists(target):
        return "there is something that is left out"
    below_root = (folder for folder in target.parents if folder != root and folder.is_relative_to(root))
    # Git of the outer repository does not see files in there, so the model would not either.
    if any(os.path.lexists(folder / ".git") for folder in below_root):
        return "it is in another repository"
    above = next(folder for folder in target.parents if os.path.lexists(folder))
    return None if above.is_dir() else f"{above.name} is no folder"


def _obstacle(root: Path, path: str) -> Problem | None:
    """What forbids to touch the path at all."""
    if not _is_plain(path):
        return Problem(f"{path!r} leads out of the workspace: nothing was written there", path)
    if unfit := why_no_name(path):
        return Problem(f"{path!r} was not written: {unfit}", path)
    if not _is_direct(root, path) or (root / path).is_symlink():
        return Problem(f"{path} is reached through a symlink by now: edit the file itself", path)
    return None


def _is_plain(path: str) -> bool:
    """Whether a path is relative and names each folder once; a backslash or drive would mean more on Windows."""
    parts = path.split("/")
    plain = not {"", ".", ".."} & set(parts) and "\0" not in path and "\\" not in path
    return plain and not Path(path).drive and all(part == part.strip() for part in parts)


def _is_direct(root: Path, path: str) -> bool:
    folder = (root / path).parent
    return os.path.realpath(folder) == str(folder)


def _ignored(root: Path, repository: Repository | None, rules: IgnoreRules, path: str) -> str | None:
    if rules.ignores(path):
        return "ignored by .forewordignore"
    if repository is not None:
        try:
            return IGNORED_BY_GIT if ignored_by_git(repository, [path]) else None
        except WorkspaceError as error:
            return str(error)
    folders = [f"{folder}/" for folder in reversed(PurePosixPath(path).parents) if str(folder) != "."]
    found = [read_rules(root, folder, GITIGNORE)[0] for folder in ("", *folders)]
    hidden = (
        is_ignored([one for one in found if name.startswith(one.folder)], name) for name in (*folders, path)
    )
    return "ignored by .gitignore" if any(hidden) else None


def _create(target: Path, data: bytes) -> None:
    """The file gets its name when it is complete, and only if nobody else has it by then.

    Raises:
        FileExistsError: somebody else was faster.
    """
    temporary = _written_beside(target, data, None)
    try:
        if not _linked(temporary, target):
            _create_without_links(target, data)
    finally:
        temporary.unlink(missing_ok=True)


def _linked(source: Path, target: Path) -> bool:
    """Give a file one more name, all at once; whether the file system can do that.

    Raises:
        FileExistsError: something has that name.
    """
    try:
        # The source is no symlink: it was just written, or `_obstacle` has looked.
        os.link(source, target)
    except FileExistsError:
        raise
    # FAT and some network file systems have no hard links, and some platforms have no `os.link`.
    except (OSError, NotImplementedError, AttributeError):
        return False
    return True


def _move_without_links(source: Path, target: Path) -> None:
    """The new name is taken first, so that nothing that appears meanwhile is overwritten."""
    # `replace` overwrites; from here on the name is ours.
    target.touch(exist_ok=False)
    try:
        source.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _create_without_links(target: Path, data: bytes) -> None:
    """Where a file system has no hard links the name is taken first, by an empty file."""
    with target.open("xb") as file:
        # The mode that the user's umask gave the new file: the one that replaces it shall have the same.
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    try:
        temporary = _written_beside(target, data, mode)
        temporary.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _replace(root: Path, path: str, expected: bytes, data: bytes) -> bool:
    """Whether the file still held `expected` just before it was replaced.

    What a file of a new one would lack (other names, the owner, rights beyond the mode, a mount of its own) is kept by writing
    into it; the text is complete in the file beside it meanwhile.
    """
    target = root / path
    temporary = _written_beside(target, data, PRIVATE)
    try:
        if read_file(root, path) != expected:
            return False
        status = target.lstat()
        if status.st_nlink > 1 or not _is_like(temporary, target, status):
            return _write_over(target, expected, data)
        try:
            # As late as can be: between the look and this line somebody's save could still get lost.
            temporary.replace(target)
        except OSError as error:
            if error.errno not in MOUNTED:
                raise
            return _write_over(target, expected, data)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _is_like(temporary: Path, target: Path, status: os.stat_result) -> bool:
    """Give a file the owner, the attributes and the mode of another; whether that could be done."""
    try:
        made = temporary.lstat()
        # Before the mode: a change of owner takes set-user-ID away, and that must not go to another owner.
        if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
            os.chown(temporary, status.st_uid, status.st_gid)
        # The lists of who may do what (ACLs) are among them.
        for name in os.listxattr(target) if hasattr(os, "listxattr") else ():
            os.setxattr(temporary, name, os.getxattr(target, name))
        temporary.chmod(stat.S_IMODE(status.st_mode))
    except OSError:
        return False
    return True


def _write_over(target: Path, expected: bytes, data: bytes) -> bool:
    """Write into a file that holds `expected`; whether it did.

    Raises:
        OSError: it can't be written; it holds what it held.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(target, flags), "r+b") as file:
        if file.read() != expected:
            return False
        try:
            _fill(file, data)
        except OSError:
            # A full disk: the blocks of the old text are still there.
            _fill(file, expected)
            raise
    return True


def _fill(file: IO[bytes], data: bytes) -> None:
    file.seek(0)
    file.write(data)
    file.flush()
    # Last, so that a text that did not fit has cut nothing off.
    file.truncate()
    os.fsync(file.fileno())


def _written_beside(target: Path, data: bytes, mode: int | None) -> Path:
    """A temporary file in the same folder with the data, safe on disk; without a mode it has that of a new file."""
    # In the same folder, because a rename is at once within one file system only.
    temporary = target.parent / f"{TEMPORARY}{uuid4().hex[:8]}"
    # O_EXCL follows no link that somebody put there; 0o666 leaves the mode to the user's umask. Where a mode is given, nobody
    # may read the text before the file has it.
    made = 0o666 if mode is None else PRIVATE
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), made)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            # Without it a power failure can leave the new name with nothing in it.
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _read_only(path: str) -> Problem:
    return Problem(f"{path} is read-only: make it writable and try again", path)


def _changed(path: str) -> Problem:
    return Problem(f"{path} changed while it was being written: try again", path)
