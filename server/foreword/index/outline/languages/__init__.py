"""One table of rules a language; adding a language is adding a table here and a grammar's package."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from foreword.index.outline.languages import (
    c,
    csharp,
    elixir,
    go,
    haskell,
    java,
    javascript,
    kotlin,
    lua,
    markdown,
    markup,
    ocaml,
    php,
    python,
    ruby,
    rust,
    scala,
    shell,
    sql,
    structured_data,
    swift,
    zig,
)
from foreword.index.outline.languages.rule import Table

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "bash": shell.TABLE,
        "c": c.C,
        "cpp": c.CPP,
        "csharp": csharp.TABLE,
        "css": markup.CSS,
        "elixir": elixir.TABLE,
        "go": go.TABLE,
        "haskell": haskell.TABLE,
        "html": markup.HTML,
        "java": java.TABLE,
        "javascript": javascript.JAVASCRIPT,
        "json": structured_data.JSON,
        "kotlin": kotlin.TABLE,
        "lua": lua.TABLE,
        "markdown": markdown.TABLE,
        "ocaml": ocaml.TABLE,
        "ocaml_interface": ocaml.TABLE,
        "php": php.TABLE,
        "python": python.TABLE,
        "ruby": ruby.TABLE,
        "rust": rust.TABLE,
        "scala": scala.TABLE,
        "sql": sql.TABLE,
        "swift": swift.TABLE,
        "toml": structured_data.TOML,
        "tsx": javascript.TYPESCRIPT,
        "typescript": javascript.TYPESCRIPT,
        "yaml": structured_data.YAML,
        "zig": zig.TABLE,
    }
)
"""The table of every language that has a grammar."""
