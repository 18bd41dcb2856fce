"""Why a file is not shown to the model: rules about its path and about its contents.

Rules about paths are tables below; the first that fits gives the reason. Names are compared in lower case.
Build outputs such as `dist/` are no reason: where somebody commits them, they may be the point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from foreword.core.documents.text import decode
from foreword.core.secrets.detection import find_secrets
from foreword.core.secrets.key_blocks import is_all_key

SECRET: Final = "secret"  # noqa: S105 - a reason, not a password
LOCK_FILE: Final = "lock file"
MINIFIED: Final = "minified"
BINARY: Final = "binary"
GENERATED: Final = "generated"
TOO_LARGE: Final = "too large"
LFS_POINTER: Final = "git-lfs pointer"
SOURCE_MAP: Final = "source map"
VENDORED: Final = "vendored"
SYMLINK: Final = "symlink"
SUBMODULE: Final = "submodule"
UNREADABLE: Final = "unreadable"
UNREADABLE_NAME: Final = "unreadable name"
IGNORED: Final = "ignored by .forewordignore"
IGNORED_BY_GIT: Final = "ignored by git"
NOT_REGULAR: Final = "not a regular file"
BEING_WRITTEN: Final = "being written"
TEMPORARY: Final = ".foreword-"
"""How a file's name begins while it is written beside its target."""
FILTERED: Final = "kept by git through a filter"

MAX_FILE_BYTES = 1_000_000
LONG_WORD = re.compile(r"[0-9][A-Za-z0-9]{11}|[A-Za-z0-9]{20}")
"""What every known token has in it: few paths do, and only these are looked at more closely."""
BETWEEN_WORDS = re.compile(r"[/.]")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


ODD_CHARACTER = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and undecodable bytes: a path with one could not be quoted faithfully in a prompt."""

VENDORED_FOLDERS = _words(
    "node_modules bower_components jspm_packages site-packages __pycache__ .yarn .venv .tox .nox",
    ".git .hg .svn .jj .mypy_cache .pytest_cache .ruff_cache .gradle .terraform",
)
"""Folders that hold nobody's own source, whoever tracks them."""

SECRET_NAMES = _words(
    ".env .envrc .netrc _netrc netrc .npmrc .pypirc .pgpass pgpass.conf .my.cnf .mylogin.cnf .htpasswd .dockercfg .s3cfg .boto",
    ".vault-token .vault_pass .vault-password vault-password.txt .git-credentials .secrets kubeconfig kubeconfig.yaml kubeconfig.yml",
    "id_rsa id_dsa id_ecdsa id_ed25519 deploy_key secring.gpg wp-config.php dotenv .flaskenv .ftpconfig sftp-config.json rclone.conf",
    "credentials credentials.json credentials.toml credentials.yml credentials.yaml credentials.xml credentials.yml.enc",
    "credentials.csv accesskeys.csv aws_credentials aws-credentials.csv credentials.tfrc.json .terraformrc",
    "secrets.json secrets.toml secrets.yml secrets.yaml secrets.env local.settings.json passwords.txt password.txt creds.json",
    "service-account.json service_account.json client_secret.json client_secrets.json gcp-key.json",
    "application_default_credentials.json terraform.tfvars .bash_history .zsh_history .psql_history .mysql_history .python_history",
)
SECRET_TEMPLATES = _words("secrets.yml secrets.yaml")
"""In a chart's `templates/` they say which secrets there are; values in them are redacted as in any file."""
SECRET_ENDINGS = _words(
    "pem key ppk p12 pfx pkcs12 jks keystore kdbx ovpn tfstate tfvars kubeconfig agekey keytab",
)
SECRET_PATHS = (
    *(
        ".docker/config.json",
        ".kube/config",
        ".aws/config",
        ".tfstate.backup",
        ".auto.tfvars",
        ".tfvars.json",
    ),
    *(".azure/accesstokens.json", ".config/gh/hosts.yml", ".config/hub", ".m2/settings-security.xml"),
)
"""Endings of whole paths."""
SECRET_NAME = re.compile(
    r"(?:id_(?:rsa|dsa|ecdsa|ed25519)|(?:firebase-adminsdk|client_secret|client-secret|service-account)[-_]).{0,200}(?<!\.pub)$"
)
"""`id_rsa_work`, `client_secret_123.apps.googleusercontent.com.json`: but for public keys."""
BACKUP_NAME = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|sav|swp|tmp|txt|copy|\d))$")
"""What is put behind the name of a file that is kept beside itself."""
MAX_NAME = 255
"""The longest name that file systems have."""
ENVIRONMENT_NAME = re.compile(r"\.env[.\-_]|.*\.env$")
EXAMPLE_NAME = re.compile(r"(^|[.\-_])(example|sample|template|dist|defaults?|schema)([.\-_]|$)")
"""`.env.production` and `docker.env` hold settings of one machine; `.env.example` shows which there are."""

LOCK_NAMES = _words(
    "package-lock.json npm-shrinkwrap.json pnpm-lock.yaml bun.lockb packages.lock.json go.sum go.work.sum",
    "pylock.toml package.resolved cartfile.resolved gradle.lockfile buildscript-gradle.lockfile",
    ".terraform.lock.hcl cabal.project.freeze module.bazel.lock stack.yaml.lock",
)
LOCK_ENDINGS = _words("lock")
"""Yarn, Cargo, Poetry, uv, Bundler, Composer, Nix, Deno, Mix, CocoaPods, Chart and more end in `.lock`."""

BINARY_ENDINGS = _words(
    # images
    "png jpg jpeg gif bmp ico icns cur webp avif heic heif tif tiff psd xcf jp2 dds tga",
    # fonts
    "ttf otf ttc woff woff2 eot",
    # archives and packages
    "zip gz tgz bz2 tbz2 xz txz zst 7z rar tar lz4 jar war ear aar apk ipa whl egg gem deb rpm dmg iso cab",
    "nupkg crate vsix msi appimage",
    # sound and moving pictures
    "mp3 mp4 m4a m4v wav ogg oga ogv opus flac aac aiff avi mov mkv webm wmv flv mid",
    # documents that are no text
    "pdf doc docx xls xlsx ppt pptx odt ods odp epub mobi",
    # programs
    "exe dll so dylib a o lib pdb class pyc pyo pyd wasm node beam dex elf swf",
    # databases, numbers, models
    "db sqlite sqlite3 mdb parquet feather arrow orc avro npy npz h5 hdf5 pkl pickle joblib onnx pt pth ckpt",
    "safetensors gguf tflite mlmodel keras bin",
)

SOURCE_MAP_NAME = re.compile(r"\.(js|mjs|cjs|jsx|ts|tsx|css)\.map$")
MINIFIED_NAME = re.compile(r"\.min\.(js|mjs|cjs|css|html|svg)$")

PROSE_ENDINGS = _words("md mdx markdown rst txt adoc asciidoc org tex ipynb")
"""Prose is never taken for minified (a paragraph may be one line) or generated (it is read all the same)."""
CODE_FOR_BROWSERS = _words("js mjs cjs css")
MINIFIED_MIN_BYTES = 4096
MINIFIED_LINE_BYTES = 1000
MINIFIED_BROWSER_LINE_BYTES = 300
"""The mean length of a line from which a file counts as minified."""
MINIFIED_SAMPLE = 8
"""The first of so many parts of a file mostly has line ends enough for all of it: then the others are not counted."""

LFS_HEADER = b"version https://git-lfs.github.com/spec/"
LFS_MAX_BYTES = 1024
"""https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""

KEY_MARKS = (
    b"PRIVATE KEY",
    b"PuTTY-User-Key-File-",
    "PRIVATE KEY".encode("utf-16-le"),
    "PRIVATE KEY".encode("utf-16-be"),
)
MAX_KEY_BYTES = 100_000

GENERATED_HEAD_LINES = 40
GENERATED_HEAD_BYTES = 4096
COMMENT = re.compile(
    r"//|\*|#(?!include\b|define\b|if|pragma\b|import\b)|--|;|%|'|\"(?!\"\")|@?rem\b", re.IGNORECASE
)
BLOCKS: Mapping[str, str] = {
    "/*": "*/", "<!--": "-->", "(*": "*)", "{-": "-}", "--[[": "]]", '"""': '"""', "'''": "'''", "=begin": "=end", "<#": "#>"
}  # fmt: skip
"""Comments of several lines, by how they begin; the documentation string of a Python module is one."""
PREAMBLE = re.compile(
    r"<\?|<!doctype\b|<%@|@charset\b|#pragma once|#!|package\s|syntax\s*=|['\"]use \w+['\"]|%[A-Z]+\b|\\.|```",
    re.IGNORECASE,
)
"""Lines of code that may stand above such a comment: processing instructions, the shebang, a package clause."""
DECORATION = re.compile(r"^\s*(?://+|/?\*+|#+|--+|;+|<!--|%+|\(\*|\{-|\"\"\"|@?rem\b)?\s?", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?:])\s|\s{2,}")
NOT_THIS_FILE = re.compile(
    r"\b(?i:do\ not\ (?:edit|modify))\ (?:the|this|these|those|any|its|our|your)\ (?!file\b|code\b|by\b|generated\b|directly\b|module\b)"
    r"|\b(?i:do not (?:edit|modify)) (?i:this notice|below|above this line)"
    r"|\b(?i:table|types?|others?|values?|constants?|notice|classes|functions?|data|list|tests?|docs?|documentation|files)\b"
    r"[^.]{0,60}\b(?i:(?:is|are|was|were|been)\ (?:auto-?|automatically\ |machine[ -])?generated)",
)
"""Sentences about another file, or about a part of this one."""
GENERATED_MARK = re.compile(
    r"""(?<![\w`'"])@generated\b
      | \bDO\ NOT\ (?:EDIT|MODIFY)\b
      | \b(?i:code\ generated\ by)\b
      | <auto-?generated
      | \b(?i:this|the)\ (?i:file|code|module|header|document)\b.{0,40}\b(?i:(?:auto|automatically|machine)[ -]?generated)\b
      | \b(?i:this|the)\ (?i:file|code|module|header|document)\ (?i:is|was|has\ been)\ (?:\w+\ )?generated\ (?i:by|from|with|using)\b
      | (?i:\bgenerated\b.{0,80}\bdo\ not\ (?:edit|modify)\b)
      | \b(?i:(?:auto|automatically|machine)[ -]?generated\ (?:file|code|by|from|with|using))\b
      | ^\W*(?i:auto-?generated)\W*$
    """,
    re.VERBOSE,
)


def reason_for_path(path: str) -> str | None:
    """Why the file at this workspace-relative path is left out whatever it contains, or None."""
    # Most paths are printable, and one quick look tells.
    if not path.isprintable() and ODD_CHARACTER.search(path):
        return UNREADABLE_NAME
    lower = path.lower()
    *folders, name = lower.split("/")
    if name.startswith(TEMPORARY):
        return BEING_WRITTEN
    # A path is quoted wherever its file is: one with a token in it, as backups have, would be told with each line.
    if LONG_WORD.search(path) and find_secrets(BETWEEN_WORDS.sub(" ", path)):
        return SECRET
    return _reason_for_name(lower, name) if VENDORED_FOLDERS.isdisjoint(folders) else VENDORED


def reason_in_spite_of_user(path: str) -> str | None:
    """Why a file stays left out that the user wants to include: no path can be quoted so, or its name is a secret's."""
    reason = reason_for_path(path)
    return reason if reason in {SECRET, UNREADABLE_NAME} else None


def vendored_folder(path: str) -> str | None:
    """The outermost vendored folder on the way to `path`, with a slash at its end, or None."""
    folders = path.split("/")[:-1]
    ends = (n for n, folder in enumerate(folders, 1) if folder.lower() in VENDORED_FOLDERS)
    return next(("/".join(folders[:n]) + "/" for n in ends), None)


def reason_for_content(path: str, data: bytes, *, included: bool = False) -> str | None:
    """Why a file with these contents is left out, or None; `path` tells code from prose.

    Of a file longer than `MAX_FILE_BYTES` the first byte too many is enough. Of an `included` file, which the user
    wants, only secrets and what is no text are left out.
    """
    reason = _reason_for_bytes(data)
    if included:
        return reason
    ending = _ending(path.lower().rpartition("/")[2])
    if reason or ending in PROSE_ENDINGS:
        return reason
    if _is_minified(ending, data):
        return MINIFIED
    return GENERATED if _is_generated(data) else None


def _reason_for_bytes(data: bytes) -> str | None:
    if len(data) > MAX_FILE_BYTES:
        return TOO_LARGE
    if data.startswith(LFS_HEADER) and len(data) <= LFS_MAX_BYTES:
        return LFS_POINTER
    # UTF-16 has zero bytes, and is text.
    if b"\0" in data and "\0" in decode(data).content:
        return BINARY
    return SECRET if _is_key(data) else None


def _reason_for_name(path: str, name: str) -> str | None:
    ending = _ending(name)
    if ending in BINARY_ENDINGS:
        return BINARY
    if name in LOCK_NAMES or ending in LOCK_ENDINGS:
        return LOCK_FILE
    if _is_secret_name(path, name, ending):
        return SECRET
    if ending == "map" and SOURCE_MAP_NAME.search(name):
        return SOURCE_MAP
    return MINIFIED if MINIFIED_NAME.search(name) else None


def _is_secret_name(path: str, name: str, ending: str) -> bool:
    if name in SECRET_TEMPLATES and "templates/" in path:
        return False
    if (
        name in SECRET_NAMES
        or ending in SECRET_ENDINGS
        or path.endswith(SECRET_PATHS)
        or SECRET_NAME.match(name)
    ):
        return True
    # Bounded, for each call takes one ending off and calls itself.
    plain = BACKUP_NAME.sub("", name[-MAX_NAME:])
    if plain != name[-MAX_NAME:] and _is_secret_name(
        path[: len(path) - len(name)] + plain, plain, _ending(plain)
    ):
        return True
    return bool(ENVIRONMENT_NAME.match(name)) and not EXAMPLE_NAME.search(name)


def _ending(name: str) -> str:
    """What follows the last dot of a file name, or an empty string."""
    stem, _, ending = name.rpartition(".")
    return ending if stem else ""


def _is_key(data: bytes) -> bool:
    """Whether a file is a private key; one that has a key or a token in it is shown without that."""
    return (
        len(data) <= MAX_KEY_BYTES
        and any(mark in data for mark in KEY_MARKS)
        and is_all_key(decode(data).content)
    )


def _is_minified(ending: str, data: bytes) -> bool:
    if len(data) < MINIFIED_MIN_BYTES:
        return False
    limit = MINIFIED_BROWSER_LINE_BYTES if ending in CODE_FOR_BROWSERS else MINIFIED_LINE_BYTES
    if limit * data.count(b"\n", 0, len(data) // MINIFIED_SAMPLE) >= len(data):
        return False
    # Old Mac files end their lines by "\r" alone.
    n_lines = max(data.count(b"\n"), data.count(b"\r")) + 1
    return len(data) > limit * n_lines


def _is_generated(data: bytes) -> bool:
    """Whether a comment above the first line of code says so of this file."""
    head = decode(data[:GENERATED_HEAD_BYTES]).content
    if "DO NOT " not in head and "generated" not in head.lower():
        return False
    return any(_has_mark(sentence) for sentence in _sentences(leading_comment(head)))


def _has_mark(sentence: str) -> bool:
    """Every mark has one of these words: most sentences need no more."""
    has_word = "DO NOT" in sentence or "generated" in sentence.lower()
    return has_word and GENERATED_MARK.search(sentence) is not None and NOT_THIS_FILE.search(sentence) is None


def leading_comment(head: str) -> list[str]:
    """The lines of a text before its first line of code: comments, blank lines, and what has to stand first."""
    lines: list[str] = []
    closing = ""
    for line in head.splitlines()[:GENERATED_HEAD_LINES]:
        bare = line.strip()
        if closing:
            closing = "" if closing in bare else closing
        elif (opened := next((end for start, end in BLOCKS.items() if bare.startswith(start)), "")) != "":
            rest = bare[next(len(start) for start in BLOCKS if bare.startswith(start)) :]
            closing = "" if opened in rest else opened
        elif bare and not COMMENT.match(bare) and not PREAMBLE.match(bare):
            break
        lines.append(line)
    return lines


def _sentences(lines: list[str]) -> Iterable[str]:
    """What the comment says: line by line, and joined over the line ends, since a sentence may be broken."""
    bare = [DECORATION.sub("", line).strip() for line in lines]
    yield from lines
    yield from SENTENCE_END.split(" ".join(bare))
