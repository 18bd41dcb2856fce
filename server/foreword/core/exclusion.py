"""Why a file is not shown to the model: rules about its path and about its contents.

Rules about paths are tables below; the first that fits gives the reason. Names are compared in lower case.
Build outputs such as `dist/` are no reason: where somebody commits them, they may be the point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from foreword.core.documents.text import decode

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
NESTED: Final = "repository of its own"
"""A repository or a worktree within this one, that is no submodule of it."""
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
    ".vault-token .vault_pass .vault-password vault-password.txt .git-credentials .secrets .secret .environment .dev.vars env",
    "id_rsa id_dsa id_ecdsa id_ed25519 id_xmss identity deploy_key deploy-key deploykey secring.gpg secring.pgp wp-config.php",
    "dotenv .flaskenv .ftpconfig sftp-config.json sftp.json rclone.conf .ftppass .remote-sync.json s3cmd.ini",
    "htpasswd .htdigest git-credentials .gitcredentials .smbcredentials .cifs-credentials .rediscli_auth .dockerconfigjson",
    "wpa_supplicant.conf ipsec.secrets chap-secrets pap-secrets auth-user-pass.txt sasl_passwd passwd.client .authinfo authinfo",
    ".msmtprc msmtprc .fetchmailrc .mbsyncrc .getmailrc .offlineimaprc esmtprc filezilla.xml sitemanager.xml recentservers.xml",
    "winscp.ini confcons.xml tomcat-users.xml initialadminpassword hudson.util.secret credentials-config.json usersecrets.json",
    "data_bag_key encrypted_data_bag_secret kaggle.json .databrickscfg .hcloud.toml .slack-token .twurlrc .vultr-cli.yaml",
    "logins.json key4.db signons.sqlite cookies.txt storagestate.json wallet.dat consolehost_history.txt fish_history .wget-hsts",
    ".viminfo .lesshst terraform.rc tfplan tfplan.json rootkey.csv ngrok.yml .linode-cli linode-cli.ini",
    "credentials credentials.json credentials.toml credentials.yml credentials.yaml credentials.xml credentials.yml.enc",
    "aws_credentials credentials.tfrc.json .terraformrc local.settings.json gcp-key.json",
)
NO_SECRET_FOLDERS = _words("templates .github locales locale lang i18n l10n translations")
"""In a chart's `templates/` a `secrets.yaml` says which secrets there are, among translations what the word is elsewhere; values
in such files are redacted as in any file."""
SECRET_FOLDERS = _words(
    ".ssh .gnupg .aws .azure .kube .oci .aliyun .tccli .bluemix .terraform.d .kaggle .cloudflared .snowflake .snowsql .password-store",
    ".auth .anthropic .openai .huggingface .weechat .znc system-connections",
)
"""Where programs keep what they log in with."""
PUBLIC_NAMES = _words("known_hosts authorized_keys")
SECRET_ENDINGS = _words(
    "pem key ppk p8 p12 pfx pkcs12 jks bks keystore kdbx kdb psafe3 opvault keychain keychain-db ovpn tfstate tfvars tfplan",
    "kubeconfig agekey keytab snk nmconnection har publishsettings credentials credential",
)
SECRET_PATHS = (
    *(
        ".docker/config.json",
        ".kube/config",
        ".aws/config",
        ".auto.tfvars",
        ".tfvars.json",
    ),
    *(
        ".config/gh/hosts.yml",
        ".config/hub",
        ".config/glab-cli/config.yml",
        ".m2/settings-security.xml",
        ".docker/config",
    ),
    *(
        "composer/auth.json",
        ".codex/auth.json",
        ".vercel/auth.json",
        ".claude/.credentials.json",
        ".config/op/config",
    ),
    *(
        "configstore/firebase-tools.json",
        ".circleci/cli.yml",
        ".fly/config.yml",
        ".netlify/config.json",
        "doctl/config.yaml",
    ),
    *(
        ".config/heroku",
        "hcloud/cli.toml",
        ".cache/huggingface/token",
        ".dbt/profiles.yml",
        "gcloud/credentials.db",
    ),
    *(
        ".config/rclone/rclone.conf",
        "virtualbox/private_key",
        "hiera-eyaml/private_key",
        "all/vault.yml",
        ".wandb/settings",
    ),
    *(".purple/accounts.xml", ".idea/webservers.xml", ".idea/datasources.xml", "jenkins/secrets/master.key"),
)
"""Endings of whole paths."""
_AT_HOME = r"(?:prod|production|dev|development|stag|staging|stage|test|testing|ci|local|live|qa|uat|old|new|backup|private|values|secret|secrets|\d{1,4})"
_DATA_ENDING = r"(?:\.(?:json5?|ya?ml|toml|ini|txt|csv|tsv|xml|conf|cfg|properties|env|enc|dec|plist|pickle))"
_WORD_OF_SECRETS = (
    r"(?:credentials?|creds|passwords?|passwd|passphrases?|api[-_]?keys?|private[-_]?keys?|access[-_]?keys?|unseal[-_]?keys?|vault[-_]keys?"
    r"|aws[-_]keys?|(?:auth|api|oauth|access|refresh|bot|slack|github|gh|gitlab|npm|vault)[-_]tokens?|recovery[-_]?codes?|backup[-_]?codes?"
    r"|mnemonic|seed[-_]?phrase|vault[-_]?(?:pass(?:word)?|init)|dockerconfig|docker[-_]config|(?:gcp|azure|google|aws|gcloud)[-_]?(?:auth|keys?)"
    r"|service[-_]?account(?:[-_]?key)?|client[-_]secrets?|bitwarden[-_]export|lastpass[-_]export|chrome[-_]passwords|firebase[-_]?adminsdk"
    r"|application[-_]default[-_]credentials|service[-_]key)"
)
# As a text: it takes longer to compile than a look at a workspace, and few names ask for it.
SECRET_NAME = (
    # `id_rsa_work`, `client_secret_123.apps.googleusercontent.com.json`: but for public keys.
    r"(?:(?:id_(?:rsa|dsa|ecdsa|ed25519)|(?:firebase-adminsdk|client_secret|client-secret|service-account)[-_]).{0,200}"
    r"|ssh_host_\w{1,20}_key|(?:github|gitlab|bitbucket|deploy|bastion)_(?:rsa|ed25519|ecdsa)|kubeconfig(?:[.\-_].{0,100})?|kube\.config"
    r"|wg\d{1,3}\.conf|[\w.-]{0,100}\.tfstate(?:\..{0,100})?|\.?[\w-]{0,40}(?:_history|zhistory|sh_history)|\.(?:history|[a-z]{2,10}-history|dbshell)"
    r"|utc--\d{4}-.{10,100}|\.?(?:ansible[-_]?)?vault[-_]?pass(?:word)?"
    # `prod-passwords.csv`, `api_keys.json`: a word that says so, with or without an ending of data.
    rf"|\.?(?:[\w-]{{1,60}}[._-])?{_WORD_OF_SECRETS}(?:[._-]{_AT_HOME}){{0,2}}{_DATA_ENDING}{{0,2}}"
    rf"|\.?(?:{_AT_HOME}[._-]|my[._-]|app[._-]|db[._-]|k8s[._-]|helm[._-]){{0,2}}secrets?(?:[._-]{_AT_HOME}){{0,2}}{_DATA_ENDING}{{1,2}}"
    # `env.local`, `.env-prod`.
    rf"|\.?env(?:ironment)?(?:[._-]{_AT_HOME}){{1,2}})(?<!\.pub)$"
)
"""Names that say what a file is, in lower case."""
HAS_WORD_OF_SECRETS = re.compile(
    r"id_|secret|cred|passw|passphrase|key|token|code|mnemonic|phrase|vault|docker|auth|service|account|export|ssh|rsa|ed25519|ecdsa"
    r"|kube|wg\d|tfstate|history|dbshell|utc-|env|adminsdk"
)
"""What every name that `SECRET_NAME` matches has in it: most have not, and are told in less time."""
BACKUP_NAME = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|sav|swp|tmp|txt|copy|dec|\d))$")
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
    if LONG_WORD.search(path) and _has_secret(BETWEEN_WORDS.sub(" ", path)):
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
    folders = path.split("/")[:-1]
    if ending != "pub" and name not in PUBLIC_NAMES and not SECRET_FOLDERS.isdisjoint(folders):
        return True
    is_named = name in SECRET_NAMES or path == "auth.json" or path.endswith(SECRET_PATHS)
    if is_named or ending in SECRET_ENDINGS:
        return True
    if (
        HAS_WORD_OF_SECRETS.search(name)
        and _secret_name().match(name)
        and NO_SECRET_FOLDERS.isdisjoint(folders)
    ):
        return not EXAMPLE_NAME.search(name)
    # Bounded, for each call takes one ending off and calls itself.
    plain = BACKUP_NAME.sub("", name[-MAX_NAME:])
    if plain != name[-MAX_NAME:] and _is_secret_name(
        path[: len(path) - len(name)] + plain, plain, _ending(plain)
    ):
        return True
    return bool(ENVIRONMENT_NAME.match(name)) and not EXAMPLE_NAME.search(name)


def _has_secret(text: str) -> bool:
    from foreword.core.secrets.detection import find_secrets  # noqa: PLC0415 - its rules take long to load

    return bool(find_secrets(text))


@cache
def _secret_name() -> re.Pattern[str]:
    return re.compile(SECRET_NAME)


BUILD_HEAD_BYTES = 4096
BUILD_TAIL_BYTES = 2048
MIN_BUILD_BYTES = 2048
BUNDLE = re.compile(
    rb"webpackBootstrap|\b__webpack_require__\b|\b__defProp = Object\.defineProperty\b|\bparcelRequire\b"
    rb"|function r\(e,\s?n,\s?t\)\s?\{\s?function o\(i,\s?f\)"
    rb"|\(function \(global, factory\) \{\s+typeof exports === 'object' && typeof module !== 'undefined' \?"
    rb"|Object\.defineProperty\(exports, [\"']__esModule[\"']|^function _(?:arrayLikeToArray|classCallCheck|typeof)\(",
    re.MULTILINE,
)
"""What webpack, esbuild, Parcel, Browserify, Rollup, the TypeScript compiler and Babel write at the beginning of what they make."""
SOURCE_MAP_LINE = re.compile(rb"(?://|/\*)[#@] ?sourceMappingURL=")
_GENERATORS = (
    rb"(?:Doxygen|JSDoc|TypeDoc|jazzy|javadoc|Javadoc|pdoc|rustdoc|YARD|RDoc|dartdoc|Sphinx|Docutils|MkDocs|mkdocs|ExDoc|Documenter\.jl|phpDocumentor"
    rb"|ApiGen|DocFX|docfx|LDoc|ddoc|ScalaDoc|scaladoc|Dokka|GoDoc|Natural Docs)"
)
GENERATED_PAGE = (
    rb"<meta name=[\"']generator[\"'] content=[\"']" + _GENERATORS
    + rb"|\b[Gg]enerated by\s*(?:<[^>]{0,200}>\s*){0,4}" + _GENERATORS
    + rb"|\bcss/jazzy\.css\b|<!-- Generated by javadoc"
)  # fmt: skip


def is_build(path: str, data: bytes) -> bool:
    """Whether a script, style sheet or page was made by a program out of other files: by a bundler, a compiler, or a generator of documentation.

    It is shown, but it is no source.
    """
    ending = _ending(path.lower().rpartition("/")[2])
    if len(data) < MIN_BUILD_BYTES:
        return False
    if ending in CODE_FOR_BROWSERS:
        is_mapped = SOURCE_MAP_LINE.search(data[-BUILD_TAIL_BYTES:]) is not None
        return is_mapped or (ending != "css" and BUNDLE.search(data[:BUILD_HEAD_BYTES]) is not None)
    if ending in {"html", "htm", "xhtml"}:
        return any(
            _generated_page().search(part) for part in (data[:BUILD_HEAD_BYTES], data[-BUILD_TAIL_BYTES:])
        )
    return False


@cache
def _generated_page() -> re.Pattern[bytes]:
    return re.compile(GENERATED_PAGE)


def _ending(name: str) -> str:
    """What follows the last dot of a file name, or an empty string."""
    stem, _, ending = name.rpartition(".")
    return ending if stem else ""


def _is_key(data: bytes) -> bool:
    """Whether a file is a private key; one that has a key or a token in it is shown without that."""
    from foreword.core.secrets.key_blocks import is_all_key  # noqa: PLC0415 - few files have a mark of a key

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
