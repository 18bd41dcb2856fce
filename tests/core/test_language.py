from __future__ import annotations

import pytest

from foreword.core.language import language_of

PATHS = [
    ("src/app.py", "python"),
    ("stubs/app.pyi", "python"),
    ("BUILD.bazel", "python"),
    ("rules/defs.bzl", "python"),
    ("index.mjs", "javascript"),
    ("view.jsx", "javascript"),
    ("lib.cts", "typescript"),
    ("view.tsx", "tsx"),
    ("types.d.ts", "typescript"),
    ("include/a.h", "c"),
    ("include/a.hh", "cpp"),
    ("main.CC", "cpp"),
    ("build.gradle.kts", "kotlin"),
    ("build.sbt", "scala"),
    ("lib/a.ml", "ocaml"),
    ("lib/a.mli", "ocaml_interface"),
    ("Gemfile", "ruby"),
    ("sub/Rakefile", "ruby"),
    ("mix.exs", "elixir"),
    ("tsconfig.jsonc", "json"),
    ("a/.bashrc", "bash"),
    ("theme.zsh", "zsh"),
    ("docs/README.md", "markdown"),
    ("Dockerfile", "dockerfile"),
    ("Dockerfile.dev", "dockerfile"),
    ("Makefile", "make"),
    ("CMakeLists.txt", "cmake"),
    ("api.proto", "proto"),
    ("style.scss", "scss"),
    ("App.vue", "vue"),
    ("notes.txt", "text"),
    ("a.unheard-of", None),
    ("LICENSE", None),
    (".py", None),
    ("dir.py/file", None),
    ("", None),
]
FIRST_LINES = [
    ("#!/bin/sh", "bash"),
    ("#!/usr/bin/env python3.11", "python"),
    ("#!/usr/bin/env -S node --no-warnings", "javascript"),
    ("#!/usr/bin/env -S A=1 ruby -w", "ruby"),
    ("#! /usr/bin/perl", "perl"),
    ("#!/usr/local/bin/lua5.4\r", "lua"),
    ("#!", None),
    ("#!/usr/bin/env", None),
    ("#!/opt/unheard-of", None),
    ("import os", None),
    ("<?php", "php"),
    ("# -*- mode: ruby -*-", "ruby"),
    ("// -*- C++ -*-", "cpp"),
    ("/* -*- Mode: Perl; tab-width: 4 -*- */", "perl"),
    ("# vim: set ft=zsh:", "zsh"),
    ("# -*- coding: utf-8 -*-", None),
    ("# vim: set ts=4:", None),
    ("-*- -*-", None),
]


@pytest.mark.parametrize(("path", "expected"), PATHS)
def test_a_path_tells_the_language(path: str, expected: str | None) -> None:
    assert expected == language_of(path)


@pytest.mark.parametrize(("first_line", "expected"), FIRST_LINES)
def test_a_file_without_extension_is_known_by_its_interpreter(first_line: str, expected: str | None) -> None:
    assert expected == language_of("bin/tool", first_line)


def test_an_extension_is_believed_before_the_interpreter() -> None:
    assert language_of("tool.rb", "#!/bin/sh") == "ruby"
