"""Why files are left out: by path, by contents, and what stays in."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.exclusion import (
    GENERATED_MARK,
    MAX_FILE_BYTES,
    MINIFIED_BROWSER_LINE_BYTES,
    MINIFIED_MIN_BYTES,
    is_build,
    reason_for_content,
    reason_for_path,
)

KEY_BODY = base64.encodebytes(bytes(range(256)) * 3)
WORDS_OF_MARKS = ["DO NOT", "Do not", "EDIT", "edit", "modify", "Generated", "generated", "auto", "@", "this file is", "by", "code"]  # fmt: skip

PATHS: dict[str | None, list[str]] = {
    "secret": [
        ".env",
        "deploy/.env",
        ".env.production",
        ".env.local",
        ".env-prod",
        "docker.env",
        "server.pem",
        "certs/tls.KEY",
        "home/id_rsa",
        ".ssh/id_ed25519",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".git-credentials",
        "config/credentials.json",
        ".aws/credentials",
        ".docker/config.json",
        ".kube/config",
        "kubeconfig",
        "store.p12",
        "store.pfx",
        "app.jks",
        "release.keystore",
        "infra/terraform.tfstate",
        "infra/terraform.tfstate.backup",
        "prod.auto.tfvars",
        "secrets.yaml",
        "config/secrets.yml",
        "prod.tfvars",
        "id_rsa.bak",
        "id_ed25519.old",
        "id_rsa_work",
        "server.pem.txt",
        "server.key.bak",
        ".env~",
        ".bash_history",
        "firebase-adminsdk-x1.json",
        "kdc.keytab",
        ".config/gh/hosts.yml",
        ".ssh/work",
        ".ssh/config",
        ".azure/msal_token_cache.json",
        "home/.huggingface/token",
        "env.local",
        ".env.production.bak",
        "kubeconfig-prod",
        "wg0.conf",
        "AuthKey_ABC123DEFG.p8",
        "svc_accessKeys.csv",
        "google-credentials.json",
        "serviceAccountKey.json",
        "api_keys.json",
        "prod-secrets.yml",
        "secrets.production.json",
        "vault_pass.txt",
        "terraform.tfstate.1234.backup",
        "tfplan",
        "recovery-codes.txt",
        ".rediscli_history",
        "auth.json",
        "a/.composer/auth.json",
        "NetworkManager/system-connections/home.nmconnection",
        "session.har",
    ],
    "lock file": [
        "package-lock.json",
        "web/yarn.lock",
        "pnpm-lock.yaml",
        "Cargo.lock",
        "poetry.lock",
        "uv.lock",
        "Gemfile.lock",
        "composer.lock",
        "go.sum",
        "flake.lock",
        "Package.resolved",
        ".terraform.lock.hcl",
    ],
    "minified": ["dist/jquery.min.js", "style.min.css"],
    "source map": ["app.js.map", "app.css.map", "types.d.ts.map"],
    "vendored": [
        "node_modules/left-pad/index.js",
        "web/node_modules/x.ts",
        "a/bower_components/b.js",
        ".yarn/releases/yarn.cjs",
        "env/lib/python3.12/site-packages/six.py",
    ],
    "binary": ["logo.png", "a.b/FONT.WOFF2", "x.tar.gz", "clip.mp4", "spec.pdf", "report.docx", "lib/x.so"],
    "unreadable name": ["a\nb.py", "tab\there", "caf\udce9.py", "del\x7f"],
    None: [
        ".env.example",
        ".env.sample",
        "config/.env.template",
        "example.env",
        "environment.py",
        "env.py",
        "id_rsa.pub",
        "id_rsa_work.pub",
        "chart/templates/secrets.yaml",
        ".github/workflows/secret-scanning.yml",
        "locales/en/passwords.yml",
        "api/auth.json",
        ".ssh/known_hosts",
        "tokens.json",
        "external-secrets.yaml",
        "env.test.ts",
        "credentials.example.json",
        "docs/password-reset.md",
        "src/history",
        "secrets.py",
        "notes.txt",
        "a.old",
        "credentials.py",
        "secrets.go",
        "keys.md",
        "Makefile",
        "dist/index.js",
        "target/site.css",
        "vendor/github.com/x/y.go",
        "third_party/z.c",
        "my_node_modules/a.js",
        "node_modules",
        "setHours/this-value-valid-date-min.js",
        "maps/level1.map",
        "icon.svg",
        "go.mod",
        "Cargo.toml",
        'with space/quote\'s "x".py',
        "größe/日本.py",
        ".gitignore",
        "lock.py",
    ],
}


@pytest.mark.parametrize(
    ("expected", "path"), [(reason, path) for reason, paths in PATHS.items() for path in paths]
)
def test_the_path_alone_decides(expected: str | None, path: str) -> None:
    assert expected == reason_for_path(path)


@pytest.mark.parametrize(
    ("expected", "path", "data"),
    [
        (None, "a.py", b""),
        (None, "a.py", b"print('x')\n" * 1000),
        ("too large", "a.py", b"x = 1\n" * (MAX_FILE_BYTES // 6 + 1)),
        ("too large", "a.png.txt", b"\0" * (MAX_FILE_BYTES + 1)),
        ("binary", "a.dat", b"\x7fELF\0\0\0\x01"),
        ("binary", "notes.md", b"one\0two"),
        (None, "utf16.txt", "text in UTF-16\r\n".encode("utf-16")),
        (None, "utf16-without-mark.txt", "text in UTF-16\r\n".encode("utf-16-le")),
        ("binary", "utf32.txt", "text".encode("utf-32")),
        (None, "latin1.c", "/* Größe der Straße */\n".encode("latin-1")),
        (
            "git-lfs pointer",
            "big.psb",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n",
        ),
        (None, "lfs.md", b"version https://git-lfs.github.com/spec/v1 is how a pointer begins\n" * 20),
    ],
)
def test_size_and_bytes_decide(expected: str | None, path: str, data: bytes) -> None:
    assert expected == reason_for_content(path, data)


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ("secret", b"-----BEGIN RSA " + b"PRIVATE KEY-----\n" + KEY_BODY),
        ("secret", b"KEY = '''-----BEGIN " + b"PRIVATE KEY-----\n" + KEY_BODY + b"'''\n"),
        ("secret", b"-----BEGIN PGP " + b"PRIVATE KEY BLOCK-----\nVersion: 1\n\n" + KEY_BODY),
        (
            "secret",
            b"-----BEGIN EC " + b"PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A\n\n" + KEY_BODY,
        ),
        (None, b"if line == '-----BEGIN " + b"PRIVATE KEY-----':\n    raise ValueError('no key')\n"),
        (None, b"-----BEGIN PUBLIC KEY-----\n" + KEY_BODY),
        (None, b"-----BEGIN CERTIFICATE-----\n" + KEY_BODY),
    ],
)
def test_a_file_that_is_a_key_is_left_out_and_one_about_keys_is_not(
    expected: str | None, data: bytes
) -> None:
    assert expected == reason_for_content("config.py", data)


@pytest.mark.parametrize(
    "head",
    [
        "// Code generated by protoc-gen-go. DO NOT EDIT.",
        "# @generated by Cargo",
        "/**\n * @generated SignedSource<<abc>>\n */",
        "// <auto-generated>",
        "//! Generated by `cargo codegen grammar`, do not edit by hand.",
        "# This file was automatically generated by SWIG",
        "// This file was procedurally generated from the following sources:",
        "/*\n   This file is autogenerated; your changes are lost.\n*/",
        "<!-- DO NOT EDIT: made from template.html -->",
        "-- Autogenerated",
        "; machine generated code",
        "/*\n * This file has been generated\n * by the build. Change the sources.\n */",
        '"""Generated by the build: do not edit."""',
        "#pragma once\n// This header was generated from api.xml",
    ],
)
def test_a_comment_near_the_top_marks_generated_files(head: str) -> None:
    text = f"package main\n\n{head}\n\nfunc main() {{}}\n"
    assert reason_for_content("x.go", text.encode()) == "generated"
    assert reason_for_content("x.go", text.replace("\n", "\r\n").encode()) == "generated"
    assert reason_for_content("README.md", text.encode()) is None
    assert reason_for_content("x.go", ("// more\n" * 60 + text).encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        'MARK = "@generated"\n',
        "# Looks for the `@generated` mark in a header.\n",
        "# An id is generated by the server; callers must not change it.\n",
        'raise ValueError("DO NOT EDIT")\n',
        "# The report is generated from the database.\n",
        "# DO NOT EDIT the order of MIDDLEWARE below.\nDEBUG = True\n",
        "#!/bin/sh\ncat <<EOF\n/* Automatically generated by make_header.sh */\nEOF\n",
        "HEAD = '''\n# This file is auto-generated by update_table.py.\n'''\n",
        "// NOTE: the table used within this code was generated by a script.\nint upper(int c) { return c; }\n",
        "/**\n * The types here follow a pattern where others are auto-generated from one source.\n */\n",
        "/* DO NOT MODIFY THIS NOTICE: (c) ACME 2001. */\nint by_hand(void) { return 1; }\n",
        "import os\n\n# Code generated by protoc-gen-go. DO NOT EDIT.\n",
        "int first(void);\n/* This file was automatically generated by SWIG */\n",
    ],
)
def test_code_about_generated_files_stays(text: str) -> None:
    assert reason_for_content("x.py", text.encode()) is None


@pytest.mark.parametrize(
    ("expected", "path", "line", "n_lines"),
    [
        ("minified", "bundle.js", "x" * 600, 20),
        ("minified", "data.json", "1" * 6000, 1),
        (None, "bundle.js", "x" * 100, 100),
        (None, "short.js", "x" * 600, 2),
        (None, "data.csv", "1," * 300, 20),
        (None, "essay.md", "word " * 500, 10),
    ],
)
def test_very_long_lines_mean_minified(expected: str | None, path: str, line: str, n_lines: int) -> None:
    assert expected == reason_for_content(path, f"{line}\n".encode() * n_lines)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1_500), st.sampled_from((b"\n", b"\r", b"\r\n"))), max_size=40))
def test_wherever_the_long_lines_are_only_their_mean_length_counts(lines: list[tuple[int, bytes]]) -> None:
    data = b"".join(b"x" * length + end for length, end in lines)
    n_lines = max(data.count(b"\n"), data.count(b"\r")) + 1
    is_minified = len(data) >= MINIFIED_MIN_BYTES and len(data) / n_lines > MINIFIED_BROWSER_LINE_BYTES
    assert ("minified" if is_minified else None) == reason_for_content("a.js", data)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(WORDS_OF_MARKS), max_size=6).map(" ".join))
def test_no_mark_in_a_comment_is_missed(words: str) -> None:
    comment = f"# {words}"
    expected = "generated" if GENERATED_MARK.search(comment) else None
    assert expected == reason_for_content("a.py", f"{comment}\n".encode())


@pytest.mark.parametrize(
    ("path", "begin", "end"),
    [
        ("priv/static/box.mjs", "// js/box.js\nvar box = 1;\n", "//# sourceMappingURL=box.mjs.map\n"),
        ("css/box.css", ".box { color: red }\n", "/*# sourceMappingURL=box.css.map */"),
        ("lib/box.js", "var Box = (() => {\n  var __defProp = Object.defineProperty;\n", ""),
        ("lib/box.js", "/******/ (() => { // webpackBootstrap\n", ""),
        ("lib/box.js", '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n', ""),
        ("lib/box.js", "/*! Box 1.0 */\nfunction _arrayLikeToArray(r, a) {\n", ""),
        ("docs/Box.html", '<link rel="stylesheet" href="css/jazzy.css" />\n', ""),
        ("docs/box.html", '<meta name="generator" content="Doxygen 1.9.1"/>\n', ""),
        ("docs/box.html", "<!DOCTYPE html>\n", 'Generated by <a href="https://typedoc.org/">TypeDoc</a></p>'),
    ],
)
def test_what_a_bundler_or_a_generator_of_documentation_made_is_a_build(
    path: str, begin: str, end: str
) -> None:
    filling = "box.open();\n" * 300
    assert is_build(path, f"{begin}{filling}{end}".encode())
    assert not is_build(path, filling.encode())
    assert not is_build("src/box.py", f"{begin}{filling}{end}".encode())


@pytest.mark.parametrize(
    ("path", "begin"),
    [
        ("src/box.js", "// Finds the sourceMappingURL of a bundle, such as //# sourceMappingURL=a.js.map\n"),
        ("src/box.js", "(function (root, factory) {\n  if (typeof define === 'function' && define.amd) {\n"),
        ("docs/index.html", '<meta name="generator" content="{{ hugo.Generator }}">\n'),
        ("docs/index.html", "<p>The pages of the API are generated by our own hands.</p>\n"),
    ],
)
def test_what_people_wrote_is_no_build(path: str, begin: str) -> None:
    assert not is_build(path, (begin + "box.open();\n" * 300).encode())
