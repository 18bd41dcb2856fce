"""What a path in a proposal may do: names that nobody can see or that version control reads, and files that run something.

Whoever opens, builds or commits a workspace has programs read some of its files as configuration: an edit of one can
make them run what it says. Such an edit is told, and never carried out without the user's word for it.
"""

from __future__ import annotations

import re
import unicodedata

RUNS_HERE = "it changes what runs on this machine"

_VERSION_CONTROL = frozenset(
    (".git", ".hg", ".svn", ".jj", ".bzr", "_darcs", "cvs", ".fslckout", "git~1", "hg~1", "svn~1")
)
"""Names that version control takes for its own, the short ones of Windows among them."""

_FOLDERS = frozenset(
    (
        *(
            ".vscode",
            ".idea",
            ".fleet",
            ".zed",
            ".cursor",
            ".windsurf",
            ".claude",
            ".gemini",
            ".codex",
            ".aider",
            ".continue",
        ),
        *(
            ".devcontainer",
            ".husky",
            ".githooks",
            ".hooks",
            ".circleci",
            ".buildkite",
            ".woodpecker",
            ".gitea",
            ".forgejo",
        ),
        *(".run", ".cargo", ".mvn", ".config", ".direnv", ".nvim", ".vim"),
    )
)
"""Folders whose files editors, agents, hooks and build services read."""

_NAMES = frozenset(
    (
        *(
            "makefile",
            "gnumakefile",
            "justfile",
            "taskfile.yml",
            "taskfile.yaml",
            "rakefile",
            "gemfile",
            "guardfile",
            "brewfile",
        ),
        *(
            "jenkinsfile",
            "dockerfile",
            "containerfile",
            "vagrantfile",
            "procfile",
            "tiltfile",
            "cmakelists.txt",
            "meson.build",
        ),
        *(
            "package.json",
            "pnpmfile.cjs",
            ".pnpmfile.cjs",
            ".npmrc",
            ".yarnrc",
            ".yarnrc.yml",
            "deno.json",
            "deno.jsonc",
        ),
        *(
            "pyproject.toml",
            "setup.py",
            "setup.cfg",
            "conftest.py",
            "sitecustomize.py",
            "usercustomize.py",
            "noxfile.py",
            "tox.ini",
        ),
        *(
            "pytest.ini",
            "tasks.py",
            "dodo.py",
            "build.rs",
            "cargo.toml",
            "build.zig",
            "build.xml",
            "pom.xml",
            "gradlew",
            "gradlew.bat",
        ),
        *(
            "mvnw",
            "mvnw.cmd",
            "build.sbt",
            "mix.exs",
            "build",
            "build.bazel",
            "workspace.bazel",
            "module.bazel",
            ".bazelrc",
        ),
        *(
            ".gitlab-ci.yml",
            ".travis.yml",
            "azure-pipelines.yml",
            "bitbucket-pipelines.yml",
            ".drone.yml",
            "appveyor.yml",
            "cloudbuild.yaml",
        ),
        *(
            ".pre-commit-config.yaml",
            "lefthook.yml",
            ".lefthook.yml",
            ".gitattributes",
            ".gitmodules",
            ".gitconfig",
            ".envrc",
            ".tool-versions",
        ),
        *(
            "mise.toml",
            ".mise.toml",
            ".exrc",
            ".vimrc",
            ".nvim.lua",
            ".nvimrc",
            ".dir-locals.el",
            ".lldbinit",
            ".gdbinit",
            ".bashrc",
            ".zshrc",
        ),
        *(
            ".profile",
            ".mcp.json",
            "mcp.json",
            "agents.md",
            "claude.md",
            "gemini.md",
            ".cursorrules",
            ".windsurfrules",
            ".clinerules",
        ),
        *(
            "copilot-instructions.md",
            ".aider.conf.yml",
            ".foreword.toml",
            ".helix",
            "flake.nix",
            "shell.nix",
            "default.nix",
        ),
        *(
            "docker-compose.yml",
            "docker-compose.yaml",
            "compose.yml",
            "compose.yaml",
            "skaffold.yaml",
            ".rspec",
            ".irbrc",
            ".pryrc",
        ),
    )
)
_ENDINGS = (".gradle", ".gradle.kts", ".mk", ".cmake", ".csproj", ".fsproj", ".vbproj", ".vcxproj", ".props", ".targets", ".code-workspace", ".gemspec", ".podspec", ".service", ".desktop", ".pth", ".dockerfile")  # fmt: skip
_PATHS = re.compile(
    r"(?:^|/)\.(?:github|gitlab)/(?:workflows|actions|ci)/|(?:^|/)hooks/(?:pre|post|commit|prepare)-[a-z-]+$"
)
_CONFIGURED = re.compile(
    r"^(?:babel|eslint|jest|karma|next|nuxt|postcss|prettier|rollup|svelte|tailwind|vite|vitest|webpack|gulpfile|gruntfile|metro|astro)\.?(?:config)?\.[cm]?[jt]s$"
)


def why_no_name(path: str) -> str | None:
    """Why no file may get this path, whatever is in it; None if one may."""
    # Unicode's format, control and surrogate characters, and its line and paragraph separators.
    if any(unicodedata.category(character) in ("Cf", "Cc", "Cs", "Zl", "Zp") for character in path):
        return "it has a character that nobody can see"
    if any(_folded(part) in _VERSION_CONTROL for part in path.split("/")):
        return "version control takes that name for its own"
    return None


def runs_here(path: str) -> bool:
    """Whether programs of a developer or of a build service read the file at a path as configuration and act on it."""
    *folders, name = (part.lower() for part in path.split("/"))
    lower = path.lower()
    return (
        name in _NAMES
        or name.endswith(_ENDINGS)
        or not _FOLDERS.isdisjoint(folders)
        or _PATHS.search(lower) is not None
        or _CONFIGURED.match(name) is not None
    )


def _folded(part: str) -> str:
    """A name as the most forgiving file system reads it: compatible forms, no case, no end of dots and blanks, no stream."""
    plain = unicodedata.normalize("NFKC", part).casefold().partition(":")[0]
    return plain.rstrip(". ")
