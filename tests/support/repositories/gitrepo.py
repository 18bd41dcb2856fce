"""Real git repositories for tests, free of the developer's own git configuration.

Commit dates are fixed and grow by a minute a commit, so that commit ids are the same in every run.

    repo = make_repo(tmp_path / "repo")
    repo.write("src/app.py", "print(1)\n")
    first = repo.commit("Begin")
    fork = repo.clone(tmp_path / "fork")
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

FIRST_COMMIT_TIME = 1_700_000_000
WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}
ISOLATION = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass
class GitRepo:
    """A repository with a working tree at `path`."""

    path: Path
    n_commits: int = field(default=0, compare=False)

    def git(self, *args: str, stdin: bytes | None = None) -> str:
        """The standard output of `git ARGS`, without the final newline; fails loudly."""
        return run_git(self.path, *args, seconds=self.n_commits * 60, stdin=stdin)

    def write(self, path: str, content: str | bytes) -> Path:
        """Save a file, with the folders above it; text is written as UTF-8 with its newlines as they are."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def remove(self, path: str) -> None:
        """Delete a file from disk only."""
        (self.path / path).unlink()

    def commit(self, message: str = "Change") -> str:
        """Stage everything and commit it (even nothing); returns the commit id."""
        self.git("add", "-A")
        self.n_commits += 1
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self.head()

    def head(self) -> str:
        """The id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "HEAD") -> None:
        """Create a branch at `start` and check it out."""
        self.git("checkout", "-q", "-b", name, start)

    def checkout(self, name: str) -> None:
        """Check out a branch or commit."""
        self.git("checkout", "-q", name)

    def clone(self, to: Path, *options: str) -> GitRepo:
        """A clone over the file transport, so that options such as --depth and --filter take effect."""
        run_git(self.path, "clone", "-q", *options, self.path.as_uri(), str(to))
        return GitRepo(to, self.n_commits)


def make_repo(path: Path, *options: str) -> GitRepo:
    """An empty repository on branch main; `options` go to `git init`."""
    path.mkdir(parents=True, exist_ok=True)
    run_git(path, "init", "-q", "-b", "main", *options)
    return GitRepo(path)


def run_git(folder: Path, *args: str, seconds: int = 0, stdin: bytes | None = None) -> str:
    """The standard output of `git ARGS` in `folder`; commits are dated `seconds` after the first one."""
    date = f"{FIRST_COMMIT_TIME + seconds} +0000"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env = inherited | ISOLATION | WHO | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    command = ["git", "-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false", *args]
    done = subprocess.run(command, cwd=folder, env=env, input=stdin or b"", capture_output=True, check=False)
    assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
