"""The untracked files as git found them, and what has to stay as it is for them to be the same.

Git reads every folder of a workspace to find them. Later it is enough to ask when each of these folders was changed:
an entry that comes or goes changes its folder, and nothing else makes a file untracked but another index, other rules
of what is ignored, or another configuration. (Git's untracked cache does the same, see
https://git-scm.com/docs/git-update-index#_untracked_cache, but it writes to the index of the repository.)

That holds for folders on file systems of this machine alone, whose times are those of what is there now. One that others
write to too (NFS, SMB, FUSE) may go on for a minute with the times that it once asked for.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from foreword.workspace.git.git_listing import those_ignored
from foreword.workspace.git.plumbing import ask, execute, records_of
from foreword.workspace.git.repository import Repository
from foreword.workspace.ignore import GITIGNORE

TICK_NS = 100_000_000
"""What was changed so shortly before git looked may have been changed again within one tick of the clock of files."""
COARSE_TICK_NS = 2_000_000_000
"""The same where that clock knows whole seconds only."""
A_SECOND_NS = 1_000_000_000
SLOW_S = 0.02
SLOW_EACH_S = 20e-6
"""So long, and so long a folder, may it take to see whether all is as it was: other threads can make it last."""
MOST_BESIDE = 1_000
"""So many folders are noted that no tracked file is in, and as many again as there are with one."""

GIT = ".git"
INDEX = "/index"

Stamp = tuple[int, int] | None
"""When something was last changed, in nanoseconds, and its inode; None for what is not there."""


@dataclass(frozen=True, slots=True)
class UntrackedFiles:
    """What git found: `paths`, of which those of nested repositories end with a slash.

    `folders` are those below the root that it looked into, the one that was changed last first; `rules` are the files, by
    absolute path, that say what it looks for; `variables` are those of the environment that count.
    """

    paths: frozenset[str]
    folders: Mapping[str, Stamp]
    rules: Mapping[str, Stamp]
    variables: Mapping[str, str]


def is_still_so(found: UntrackedFiles, repository: Repository) -> bool:
    """Whether git would find the same now; False also where it takes long to tell."""
    # An answer waits for this: on a slow disk git itself may be as quick.
    end = perf_counter() + SLOW_S + SLOW_EACH_S * len(found.folders)
    base = _base(repository)
    return (
        found.variables == _variables()
        and _are_same(found.rules)
        and all(
            _stamp(base + path) == stamp and perf_counter() < end for path, stamp in found.folders.items()
        )
    )


def note(
    repository: Repository,
    tracked: Iterable[str],
    paths: frozenset[str],
    began_ns: int,
    before: UntrackedFiles | None = None,
) -> UntrackedFiles | None:
    """What git found beside the tracked files when it was asked, not before `began_ns` (since 1970).

    `before` saves time where folders are as they were noted. None where it can't be told later whether all is still so:
    something was changed just before, the file system is not this machine's own, or git can't say what is ignored.
    """
    # See `is_local`: times that were cached by a client would say that nothing has changed.
    if not is_local(repository.root):
        return None
    rules = _rules(repository)
    folders = set(_parents((*tracked, *paths)))
    found = _folders(repository, folders, before) if before and _has_rules(before, rules) else None
    if before is None or found is None or _gitignores(before.rules) != _gitignores((*rules, *found[1])):
        found = _folders(repository, folders, None)
    if found is None:
        return None
    folders, gitignores = found
    base = _base(repository)
    rules |= {path: _stamp(path) for path in gitignores}
    stamps = {path: _stamp(base + path) for path in folders}
    if not _are_settled((*stamps.values(), *rules.values()), began_ns):
        return None
    # What changed last is the likeliest to have changed again, so a "no" is found early.
    latest = sorted(stamps.items(), key=lambda pair: pair[1] or (0, 0), reverse=True)
    return UntrackedFiles(paths, dict(latest), rules, _variables())


def _are_same(stamps: Mapping[str, Stamp]) -> bool:
    return all(_stamp(path) == stamp for path, stamp in stamps.items())


def _has_rules(before: UntrackedFiles, rules: Mapping[str, Stamp]) -> bool:
    """Whether the rules are as they were; what is in the index says nothing of what is ignored."""
    gitignores = {path: before.rules[path] for path in _gitignores(before.rules)}
    return _are_same(gitignores) and all(
        before.rules.get(path, ()) == stamp for path, stamp in rules.items() if not path.endswith(INDEX)
    )


def _gitignores(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if path.endswith(f"/{GITIGNORE}")}


def _are_settled(stamps: Collection[Stamp], began_ns: int) -> bool:
    """Whether nothing was changed so late that it can have been changed again without a trace."""
    times = [stamp[0] for stamp in stamps if stamp is not None]
    # A file system with whole seconds shows itself by having no fraction anywhere.
    tick = TICK_NS if any(time % A_SECOND_NS for time in times) else COARSE_TICK_NS
    return max(times, default=0) < began_ns - tick


def _folders(
    repository: Repository, known: Collection[str], before: UntrackedFiles | None
) -> tuple[set[str], list[str]] | None:
    """The folders that git looks into, which these are among, and the files of rules in them."""
    most = 2 * len(known) + MOST_BESIDE
    entries = _Entries(_base(repository), before)
    new = folders = set(known)
    while new:
        inside = {one for folder in new for one in entries.folders_in(folder)} - folders
        ignored = those_ignored(repository, inside - entries.judged)
        if ignored is None or len(folders) + len(inside) > most:
            return None
        new = inside - ignored
        folders = folders | new
    return folders, entries.gitignores


class _Entries:
    """What is in folders: as it was noted `before` in those that have not changed since."""

    def __init__(self, base: str, before: UntrackedFiles | None) -> None:
        self.gitignores: list[str] = []
        self.judged = (
            frozenset(path for path, stamp in before.folders.items() if stamp) if before else frozenset()
        )
        """Folders that git does not ignore."""
        self._base = base
        self._before = before
        self._inside: defaultdict[str, list[str]] = defaultdict(list)
        for path in filter(None, self.judged):
            self._inside[path.rpartition("/")[0]].append(path)

    def folders_in(self, folder: str) -> list[str]:
        """The folders in a folder, but for some that git ignores; none in a repository of its own."""
        place, before = self._base + folder, self._before
        gitignore = f"{place}/{GITIGNORE}"
        if before and folder in before.folders and before.folders[folder] == _stamp(place):
            self.gitignores += [gitignore] if gitignore in before.rules else []
            return self._inside[folder]
        found, names = _scanned(place)
        self.gitignores += [gitignore] if GITIGNORE in names else []
        # Git does not look into a repository below; it is one entry of the list.
        if folder and GIT in names:
            return []
        return [f"{folder}/{name}" if folder else name for name in found if name != GIT]


def _scanned(place: str) -> tuple[list[str], frozenset[str]]:
    """The names of the folders in a folder, and all names; none where it can't be read."""
    try:
        with os.scandir(place) as entries:
            every = list(entries)
    except OSError:
        return [], frozenset()
    return [one.name for one in every if one.is_dir(follow_symlinks=False)], frozenset(o.name for o in every)


def _rules(repository: Repository) -> dict[str, Stamp]:
    """The files beside those in folders that say what is untracked and what is ignored."""
    configured = ask(repository.root, "config", "--path", "--get", "core.excludesFile")
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser(), "git")
    paths = [
        *_configurations(repository),
        Path("~/.gitconfig").expanduser(),
        home / "config",
        repository.root / configured if configured else home / "ignore",
        repository.common_dir / "config",
        repository.common_dir / "info" / "exclude",
        *(repository.git_dir / name for name in ("HEAD", "config.worktree", INDEX[1:], "info/exclude")),
        *(folder / GITIGNORE for folder in _above(repository)),
    ]
    return {str(path): _stamp(str(path)) for path in paths}


def _configurations(repository: Repository) -> Iterator[Path]:
    """The files that git has read its configuration from."""
    _, output, _ = execute(repository.root, "config", "--list", "--name-only", "--show-origin", "-z")
    for origin in sorted(set(records_of(output)[::2])):
        kind, _, path = origin.partition(":")
        if kind == "file":
            yield repository.root / path


def _above(repository: Repository) -> Iterator[Path]:
    """The folders of the working tree that the workspace is in."""
    if repository.prefix:
        yield from (one for one in repository.root.parents if one.is_relative_to(repository.top))


def _variables() -> dict[str, str]:
    # These can move or add configuration and ignore files.
    return {name: value for name, value in os.environ.items() if name.startswith(("GIT_", "HOME", "XDG_"))}


def _parents(paths: Iterable[str]) -> Iterator[str]:
    """All folders that these paths are in, and the root."""
    yield ""
    folders = {path.rstrip("/").rpartition("/")[0] for path in paths}
    while folders := folders - {""}:
        yield from folders
        folders = {folder.rpartition("/")[0] for folder in folders}


def _base(repository: Repository) -> str:
    return f"{repository.root}/"


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of them, on the way to an answer
    except OSError:
        return None
    # The change time: a program can set the modification time back, as unpacking an archive does.
    return found.st_ctime_ns, found.st_ino


LOCAL = frozenset(
    ("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs")
)
MOUNTS = Path("/proc/self/mountinfo")
"""Only Linux has it, see proc_pid_mountinfo(5): <id> <parent> <device> <root> <place> <options> [...] - <type> ..."""
_PLACE = 4
_OCTAL = re.compile(r"\\([0-7]{3})")


def is_local(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether all file systems in a folder, an absolute path without symlinks, are local; False where that is unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    types = dict(map(_mount, lines))
    inside = [place for place in types if place.is_relative_to(folder)]
    around = [place for place in types if folder.is_relative_to(place)]
    # File systems mounted below count too: git walks into them.
    places = [*inside, max(around, key=lambda place: len(place.parts))] if around else []
    return bool(places) and all(types[place] in LOCAL for place in places)


def _mount(line: str) -> tuple[Path, str]:
    """Where something is mounted, and its type; of two at one place the later line counts."""
    mount, _, source = line.partition(" - ")
    # The kernel writes spaces, tabs, line ends and backslashes of a path as octal numbers.
    place = _OCTAL.sub(lambda found: chr(int(found[1], 8)), mount.split(" ")[_PLACE])
    return Path(place), source.split(" ")[0]
