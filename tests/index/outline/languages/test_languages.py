"""What a language must have. Adding one: a row in `core/language.py`, a module in `index/outline/languages`, a sample below."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.language import language_of
from foreword.index.outline.definitions import extract
from foreword.index.outline.grammar import load
from foreword.index.outline.languages import LANGUAGES, SCANNERS, TABLES

TOP = Path(__file__).parents[4]
HOLDS_OTHERS = {"astro", "notebook", "svelte", "vue"}

SAMPLES: dict[str, tuple[str, str, list[tuple[str, str, str | None, int, int]]]] = {
    "asciidoc": ("a.adoc", "= Till\n\n== Rate\ntext\n", [("heading", "Till", None, 1, 1), ("heading", "Rate", None, 3, 4)]),
    "astro": ("a.astro", '---\nconst rate = 1;\n---\n<h1 id="t">Till</h1>\n<style>\n.till { color: red }\n</style>\n', [("constant", "rate", None, 2, 2), ("heading", "Till", None, 4, 4), ("selector", ".till", None, 6, 6)]),
    "awk": ("a.awk", "function total(a) {\n  return a\n}\n", [("function", "total", None, 1, 3)]),
    "bash": ("a.sh", "for i in a; do\n  total() { :; }\ndone\n(\n  rate() { :; }\n)\n", [("function", "total", None, 2, 2), ("function", "rate", None, 5, 5)]),
    "batch": ("a.bat", ":total\r\necho 1\r\n:rate\r\n", [("function", "total", None, 1, 2), ("function", "rate", None, 3, 3)]),
    "bats": ("a.bats", '@test "adds up" {\n  run till\n}\nhelper() {\n  :\n}\n', [("test", "adds up", None, 1, 3), ("function", "helper", None, 4, 6)]),
    "clojure": ("a.clj", '(ns shop.till)\n(defn- total [a] ; (defn no [])\n  \\")\n(def ^:private rate 1)\n', [("module", "shop.till", None, 1, 1), ("function", "total", None, 2, 3), ("variable", "rate", None, 4, 4)]),
    "cmake": ("CMakeLists.txt", "project(shop)\nfunction(total a)\n  # function(no)\nendfunction()\nadd_library(till STATIC a.c)\n", [("module", "shop", None, 1, 1), ("function", "total", None, 2, 4), ("key", "till", None, 5, 5)]),
    "crystal": ("a.cr", "class Till\n  def total\n    1\n  end\nend\n", [("class", "Till", None, 1, 5), ("method", "total", "Till", 2, 4)]),
    "dart": ("a.dart", "@immutable\nclass Till<T> extends Desk {\n  final int rate;\n  Till.of(this.rate);\n  Future<int> total() async => 1;\n}\nint add(int a) => a;\n", [("class", "Till", None, 2, 6), ("field", "rate", "Till", 3, 3), ("constructor", "Till.of", "Till", 4, 4), ("method", "total", "Till", 5, 5), ("function", "add", None, 7, 7)]),
    "dockerfile": ("Dockerfile", "ARG RATE=1\nFROM python:3 AS till\nRUN total\n", [("variable", "RATE", None, 1, 1), ("module", "till", None, 2, 2)]),
    "elm": ("a.elm", "module Till exposing (..)\n\ntype alias Rate = Int\n\ntotal : Int -> Int\ntotal a =\n    a\n", [("module", "Till", None, 1, 1), ("type", "Rate", None, 3, 3), ("function", "total", None, 5, 5), ("function", "total", None, 6, 7)]),
    "emacs-lisp": ("a.el", '(defvar rate 1)\n(defun total (a)\n  "Doc."\n  a)\n', [("variable", "rate", None, 1, 1), ("function", "total", None, 2, 4)]),
    "erlang": ("a.erl", "-module(till).\n-record(rate, {a}).\ntotal(0) ->\n    1;\ntotal(A) -> % total(no)\n    A.\n", [("module", "till", None, 1, 1), ("struct", "rate", None, 2, 2), ("function", "total", None, 3, 6)]),
    "fish": ("a.fish", "function total --argument a\n  echo $a\nend\n", [("function", "total", None, 1, 3)]),
    "fortran": ("a.f90", "module till\ncontains\n  pure function total(a) result(b)\n  end function\nend module\n", [("module", "till", None, 1, 5), ("function", "total", "till", 3, 4)]),
    "fsharp": ("a.fs", "module Till\n\nlet rec total a =\n    let b = 'a'\n    let c = '\"'\n    b\n\ntype Rate =\n    | One\n    member this.Value =\n        let d = 1\n        d\n\nlet rate' = 2 // '\nlet desk = { new Desk() with\n    member _.Pay = 1 }\n", [("module", "Till", None, 1, 1), ("function", "total", None, 3, 6), ("type", "Rate", None, 8, 12), ("method", "Value", "Rate", 10, 12), ("function", "rate'", None, 14, 14), ("function", "desk", None, 15, 16), ("method", "Pay", "desk", 16, 16)]),
    "gleam": ("a.gleam", "pub type Rate {\n  One\n}\npub fn total(a) {\n  a\n}\n", [("type", "Rate", None, 1, 3), ("function", "total", None, 4, 6)]),
    "glsl": ("a.glsl", "uniform float rate;\nstruct Till {\n  float a;\n};\nvec3 total(vec3 a) {\n  return a;\n}\n", [("variable", "rate", None, 1, 1), ("struct", "Till", None, 2, 4), ("function", "total", None, 5, 7)]),
    "gotemplate": ("_helpers.tpl", '{{- define "till.name" -}}\nx\n{{- end }}\n', [("function", "till.name", None, 1, 3)]),
    "graphql": ("a.graphql", "type Till implements Desk {\n  rate: Int\n}\nquery Total { a }\n", [("type", "Till", None, 1, 3), ("function", "Total", None, 4, 4)]),
    "groovy": ("a.groovy", "class Till {\n  def total(a) {\n    a\n  }\n}\ntask pay {\n}\n", [("class", "Till", None, 1, 5), ("method", "total", "Till", 2, 4), ("function", "pay", None, 6, 7)]),
    "hcl": ("a.tf", 'resource "shop_till" "main" {\n  rate = 1\n}\nvariable "rate" {\n}\nlocals {\n  total = 1\n}\n', [("struct", "main", "shop_till", 1, 3), ("variable", "rate", None, 4, 5), ("variable", "total", None, 7, 7)]),
    "ini": ("a.ini", "[till]\nrate = 1\n", [("table", "till", None, 1, 2)]),
    "jinja": ("a.j2", "{% macro total(a) %}\nx\n{% endmacro %}\n", [("macro", "total", None, 1, 3)]),
    "julia": ("a.jl", "module Shop\nstruct Till{T} <: Desk\n  a::T\nend\ntotal(a) = a\nfunction Base.show(io, a)\n  a\nend\nend\n", [("module", "Shop", None, 1, 9), ("struct", "Till", "Shop", 2, 4), ("function", "total", "Shop", 5, 5), ("function", "show", "Shop", 6, 8)]),
    "latex": ("a.tex", "\\section{Till}\n\\subsection{Rate} % \\section{no}\n\\newcommand{\\total}{1}\n\\section{Desk}\n", [("heading", "Till", None, 1, 3), ("heading", "Rate", "Till", 2, 3), ("macro", "\\total", None, 3, 3), ("heading", "Desk", None, 4, 4)]),
    "less": ("a.less", "@rate: 1px;\n.total(@a) {\n  b: c;\n}\n.till {\n  &:hover { b: c }\n}\n", [("variable", "@rate", None, 1, 1), ("function", ".total", None, 2, 4), ("selector", ".till", None, 5, 7), ("selector", "&:hover", ".till", 6, 6)]),
    "lisp": ("a.lisp", "(defpackage shop)\n(defclass till (desk)\n  ())\n(defmethod total ((a till)) a)\n", [("module", "shop", None, 1, 1), ("class", "till", None, 2, 3), ("function", "total", None, 4, 4)]),
    "make": ("Makefile", "RATE := 1\n.PHONY: till\ntill desk: a\n\techo\ndefine TOTAL\nx\nendef\npay: till\n\nifdef A\nSUM = 1\nendif\n", [("variable", "RATE", None, 1, 1), ("function", "till", None, 3, 4), ("function", "desk", None, 3, 4), ("macro", "TOTAL", None, 5, 7), ("function", "pay", None, 8, 12), ("variable", "SUM", None, 11, 11)]),
    "nim": ("a.nim", "type\n  Till* = object\n    rate: int\nproc total*(a: int): int =\n  a\n", [("type", "Till", None, 2, 3), ("function", "total", None, 4, 5)]),
    "nix": ("a.nix", "{ lib, ... }:\nlet\n  total = a: a;\nin {\n  options.till = { rate = 1; };\n}\n", [("function", "total", None, 3, 3), ("key", "options.till", None, 5, 5), ("key", "rate", "options.till", 5, 5)]),
    "notebook": ("a.ipynb", '{\n "cells": [\n  {\n   "cell_type": "code",\n   "outputs": ["def no(): pass"],\n   "source": [\n    "%load x\\n",\n    "def total(a):\\n",\n    "    return a"\n   ]\n  },\n  {\n   "cell_type": "markdown",\n   "source": [\n    "# Till"\n   ]\n  }\n ]\n}\n', [("function", "total", None, 8, 9), ("heading", "Till", None, 15, 15)]),
    "objective-c": ("a.m", "@interface Till : NSObject\n@property (nonatomic, copy) NSString *rate;\n- (void)add:(int)a to:(int)b NS_SWIFT_NAME(add(a:b:));\n@end\n@interface Till (Desk)\n+ (instancetype)make;\n@end\n@implementation Till\n- (void)add:(int)a to:(int)b {\n}\n@end\ntypedef NS_ENUM(NSInteger, Kind) {\n  One\n};\nint total(void) { return 1; }\n", [("class", "Till", None, 1, 4), ("property", "rate", "Till", 2, 2), ("method", "add:to:", "Till", 3, 3), ("method", "make", "Till", 6, 6), ("class", "Till", None, 8, 11), ("method", "add:to:", "Till", 9, 10), ("enum", "Kind", None, 12, 14), ("function", "total", None, 15, 15)]),
    "perl": ("a.pm", "package Shop::Till;\nuse constant RATE => 1;\nsub total {\n  1\n}\n", [("module", "Shop::Till", None, 1, 1), ("constant", "RATE", "Shop::Till", 2, 2), ("function", "total", "Shop::Till", 3, 5)]),
    "powershell": ("a.ps1", "function Get-Till {\n  param([int]$A)\n}\nclass Till : Desk {\n  [string]$Rate\n  [int] Total([int]$a) {\n    return 1\n  }\n}\n<#\nfunction No {\n}\n#>\n", [("function", "Get-Till", None, 1, 3), ("class", "Till", None, 4, 9), ("property", "Rate", "Till", 5, 5), ("method", "Total", "Till", 6, 8)]),
    "prisma": ("a.prisma", "model Till {\n  id Int @id\n}\nenum Kind {\n  A\n}\n", [("struct", "Till", None, 1, 3), ("enum", "Kind", None, 4, 6)]),
    "proto": ("a.proto", "message Till {\n  enum Kind {\n  }\n}\nservice Desk {\n  rpc Pay(Till) returns (Till);\n}\n// message No {\n", [("struct", "Till", None, 1, 4), ("enum", "Kind", "Till", 2, 3), ("interface", "Desk", None, 5, 7), ("method", "Pay", "Desk", 6, 6)]),
    "r": ("a.R", 'total <- function(a) {\n  a\n}\n`rate<-` <- function(a) a\nsetClass("Till", representation(a = "x"))\n# no <- function()\n', [("function", "total", None, 1, 3), ("function", "rate<-", None, 4, 4), ("class", "Till", None, 5, 5)]),
    "racket": ("a.rkt", "(define (total a)\n  a)\n(struct till (rate))\n", [("function", "total", None, 1, 2), ("class", "till", None, 3, 3)]),
    "restructuredtext": ("a.rst", "====\nTill\n====\n\nRate\n----\n\n.. _rates:\n\n.. class:: Desk(a)\n\nTotal\n-----\n", [("heading", "Till", None, 2, 13), ("heading", "Rate", "Till", 5, 11), ("key", "rates", None, 8, 8), ("class", "Desk", None, 10, 10), ("heading", "Total", "Till", 12, 13)]),
    "sass": ("a.sass", "$rate: 1px\n=total($a)\n  b: c\n.till\n  .desk\n    b: c\n", [("variable", "$rate", None, 1, 1), ("function", "total", None, 2, 3), ("selector", ".till", None, 4, 6), ("selector", ".desk", ".till", 5, 6)]),
    "scheme": ("a.scm", "(define (total a)\n  a)\n(define rate 1)\n", [("function", "total", None, 1, 2), ("function", "rate", None, 3, 3)]),
    "scss": ("a.scss", "$rate: 1px;\n@mixin total($a...) {\n  b: c;\n}\n.till {\n  @extend %ph;\n  &:hover,\n  .desk {\n    b: c;\n  }\n}\n// .no {\n", [("variable", "$rate", None, 1, 1), ("function", "total", None, 2, 4), ("selector", ".till", None, 5, 11), ("selector", "&:hover", ".till", 7, 7), ("selector", ".desk", ".till", 8, 10)]),
    "solidity": ("a.sol", "contract Till is Desk {\n  uint public rate;\n  event Paid(uint a);\n  constructor() {}\n  function total(uint a) public returns (uint) {\n    return a;\n  }\n}\n", [("class", "Till", None, 1, 8), ("field", "rate", "Till", 2, 2), ("type", "Paid", "Till", 3, 3), ("constructor", "constructor", "Till", 4, 4), ("method", "total", "Till", 5, 7)]),
    "sql": ("a.sql", "CREATE OR REPLACE FUNCTION shop.total(a int) RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  CREATE TABLE no (a int);\nEND $$;\nCREATE TABLE [dbo].[Till] ([Id] INT);\nDELIMITER ;;\nCREATE PROCEDURE pay()\nBEGIN\n  SELECT 'it\\'s; CREATE TABLE no';\nEND;;\nDELIMITER ;\nCREATE SEQUENCE rate START 1;\n{% macro cents(a) %}\nx\n{% endmacro %}\n", [("function", "total", None, 1, 4), ("table", "Till", None, 5, 5), ("function", "pay", None, 7, 10), ("variable", "rate", None, 12, 12), ("macro", "cents", None, 13, 15)]),
    "svelte": ("a.svelte", '<script lang="ts">\n  export function total(): number { return 1 }\n</script>\n<h1 id="till">Till</h1>\n{#snippet row(a)}\n{/snippet}\n<style>\n.till { color: red }\n</style>\n', [("function", "total", None, 2, 2), ("heading", "Till", None, 4, 4), ("function", "row", None, 5, 5), ("selector", ".till", None, 8, 8)]),
    "tcl": ("a.tcl", "namespace eval shop {\n  proc total {a} {\n  }\n}\n", [("namespace", "shop", None, 1, 4), ("function", "total", "shop", 2, 3)]),
    "thrift": ("a.thrift", "struct Till {\n  1: i32 rate\n}\nservice Desk {\n}\n", [("struct", "Till", None, 1, 3), ("interface", "Desk", None, 4, 5)]),
    "verilog": ("a.sv", "module till(input a);\n  function automatic int total(int a);\n  endfunction\nendmodule\n", [("module", "till", None, 1, 4), ("method", "total", "till", 2, 3)]),
    "vhdl": ("a.vhd", "entity till is\nend till;\narchitecture rtl of till is\nbegin\nend rtl;\n", [("module", "till", None, 1, 2), ("class", "rtl", None, 3, 5)]),
    "vim": ("a.vim", "function! shop#total(a) abort\n  return a\nendfunction\ncommand! -nargs=1 Pay call x()\n", [("function", "shop#total", None, 1, 3), ("function", "Pay", None, 4, 4)]),
    "vue": ("a.vue", '<template>\n  <h1>Till</h1>\n</template>\n\n<script setup lang="ts">\nfunction total(): number { return 1 }\n</script>\n<style lang="scss">\n@mixin rate {\n}\n</style>\n', [("heading", "Till", None, 2, 2), ("function", "total", None, 6, 6), ("function", "rate", None, 9, 10)]),
    "wgsl": ("a.wgsl", "struct Till {\n  a: f32,\n}\n@group(0) @binding(0) var<uniform> rate: f32;\n@vertex fn total(a: f32) -> f32 {\n  return a;\n}\n", [("struct", "Till", None, 1, 3), ("variable", "rate", None, 4, 4), ("function", "total", None, 5, 7)]),
    "yaml": ("a.yaml", '{{- if .Values.on }}\nname: {{ .Values.name }}\nspec:\n  rate: "{{ total "a" }}"\n{{- toYaml . | nindent 2 }}\n{{- end }}\nkind: Till\n', [("key", "name", None, 2, 2), ("key", "spec", None, 3, 4), ("key", "rate", "spec", 4, 4), ("key", "kind", None, 7, 7)]),
    "zsh": ("a.zsh", "function total rate { print x }\nif (( $+commands[git] )); then\n  till() { :; }\nfi\nfunction shop::pay {\n}\n", [("function", "total", None, 1, 1), ("function", "rate", None, 1, 1), ("function", "till", None, 3, 3), ("function", "shop::pay", None, 5, 6)]),
}  # fmt: skip

TESTED_ELSEWHERE = frozenset(
    [
        "c",
        "cpp",
        "csharp",
        "css",
        "elixir",
        "go",
        "haskell",
        "html",
        "java",
        "javascript",
        "json",
        "kotlin",
        "lua",
        "markdown",
        "ocaml",
        "ocaml_interface",
        "php",
        "python",
        "ruby",
        "rust",
        "scala",
        "swift",
        "toml",
        "tsx",
        "typescript",
        "zig",
    ]
)
"""In the test modules `test_outline_*`."""

REPEATED = [b"/* ", b'"""', b"'", b'"', b"{{ ", b"(* ", b"$a$ ", b"<# ", b"( ", b"\\", b"#", b"CREATE TABLE ", b"<script>\n", b"{% ", b" a\n", b"a {\n", b"=\n", b"COPY a FROM stdin\n"]  # fmt: skip


def test_every_language_has_a_sample() -> None:
    missing = LANGUAGES.keys() - SAMPLES.keys() - TESTED_ELSEWHERE

    assert not missing, f"add to SAMPLES in {Path(__file__).name}: {sorted(missing)}"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_found_by_the_name_of_a_file(language: str) -> None:
    names = (TOP / "server/foreword/core/language.py").read_text()

    assert re.search(rf'^    "{re.escape(language)}": "', names, re.MULTILINE), (
        f"say in core/language.py what files of {language} are called"
    )


@pytest.mark.parametrize("language", sorted(TABLES))
def test_every_grammar_is_a_dependency_and_fits_its_table(language: str) -> None:
    package, _ = TABLES[language].grammar or (f"tree_sitter_{language}", "")
    name = package.replace("_", "-")
    wanted = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["dependencies"]

    assert any(one.startswith(f"{name}>=") for one in wanted), (
        f"add {name} to the dependencies in pyproject.toml"
    )
    assert metadata(name)["Name"]
    assert len(load(language).rules) == len(TABLES[language].rules) + 1


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_a_sample_gives_its_definitions(language: str) -> None:
    path, text, expected = SAMPLES[language]

    assert language == language_of(path)
    assert expected == [
        (one.kind, one.name, one.parent, one.line, one.end_line)
        for one in extract(language, text.encode()).definitions
    ]


@pytest.mark.parametrize("language", sorted(SCANNERS))
@given(text=st.lists(st.one_of(st.sampled_from(REPEATED), st.binary(max_size=6)), max_size=60).map(b"".join))
def test_a_scanner_reads_any_bytes_and_its_lines_are_in_the_text(language: str, text: bytes) -> None:
    for one in extract(language, text).definitions:
        assert 1 <= one.line <= one.end_line <= text.count(b"\n") + 1
        assert one.name


@pytest.mark.parametrize("language", sorted(SCANNERS.keys() - HOLDS_OTHERS))
@pytest.mark.parametrize("piece", REPEATED)
def test_a_long_text_of_one_kind_is_read(language: str, piece: bytes) -> None:
    assert extract(language, piece * 20_000).failed is None


def test_a_dump_of_mysql_may_end_statements_with_dollars() -> None:
    text = (
        "DELIMITER $$\nCREATE PROCEDURE pay()\nBEGIN\n  SELECT 1;\nEND $$\nDELIMITER ;\n"
        "DELIMITER $$\nCREATE FUNCTION total(a INT) RETURNS INT\nBEGIN\n  RETURN a;\nEND $$\nDELIMITER ;\n"
    )

    assert [("pay", 2, 5), ("total", 8, 11)] == [
        (one.name, one.line, one.end_line) for one in extract("sql", text.encode()).definitions
    ]
