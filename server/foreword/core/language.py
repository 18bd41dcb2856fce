"""Which language a file is written in, from its name or its first line; never from a guess at the contents.

Ids are lower case. What has a module in `index/outline/languages` gets an outline; the others name text that is searched.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

_EXTENSIONS_OF: Mapping[str, str] = {
    "bash": "sh bash ksh ebuild",
    "c": "c h",
    "cpp": "cpp cc cxx c++ hpp hh hxx h++ ipp inl tpp ino cu cuh cppm ixx cxxm ccm c++m",
    "csharp": "cs csx",
    "css": "css",
    "elixir": "ex exs",
    "go": "go",
    "haskell": "hs hs-boot",
    "html": "html htm xhtml",
    "java": "java",
    "javascript": "js mjs cjs jsx es6",
    "json": "json jsonc json5 webmanifest geojson",
    "kotlin": "kt kts",
    "lua": "lua rockspec",
    "markdown": "md markdown mdx mkd",
    "ocaml": "ml",
    "ocaml_interface": "mli",
    "php": "php phtml php3 php4 php5 php7 phps theme",
    "python": "py pyi pyw pyx pxd bzl star",
    "ruby": "rb rake gemspec ru podspec",
    "rust": "rs",
    "scala": "scala sc sbt",
    "sql": "sql ddl pgsql plsql pks pkb",
    "swift": "swift",
    "toml": "toml",
    "tsx": "tsx",
    "typescript": "ts mts cts",
    "yaml": "yaml yml",
    "zig": "zig zon",
    "zsh": "zsh zsh-theme",
    "ada": "adb ads",
    "asciidoc": "adoc asciidoc",
    "assembly": "s asm",
    "astro": "astro",
    "awk": "awk",
    "bats": "bats",
    "batch": "bat cmd",
    "clojure": "clj cljs cljc edn",
    "cmake": "cmake",
    "crystal": "cr",
    "csv": "csv tsv",
    "d": "d",
    "dart": "dart",
    "diff": "diff patch",
    "dockerfile": "dockerfile",
    "elm": "elm",
    "emacs-lisp": "el",
    "erlang": "erl hrl",
    "fish": "fish",
    "fortran": "f f90 f95 f03 f08",
    "fsharp": "fs fsi fsx",
    "gleam": "gleam",
    "glsl": "glsl vert frag comp geom tesc tese",
    "gotemplate": "tpl gotmpl tmpl",
    "graphql": "graphql gql",
    "groovy": "groovy gradle",
    "handlebars": "hbs handlebars",
    "hcl": "tf tfvars hcl",
    "ini": "ini cfg conf properties editorconfig",
    "jinja": "j2 jinja jinja2",
    "julia": "jl",
    "latex": "tex sty cls bib",
    "less": "less",
    "lisp": "lisp lsp",
    "make": "mk mak make",
    "nim": "nim nims",
    "nix": "nix",
    "notebook": "ipynb",
    "objective-c": "m mm",
    "pascal": "pas pp dpr",
    "perl": "pl pm t",
    "powershell": "ps1 psm1 psd1",
    "prisma": "prisma",
    "prolog": "pro prolog",
    "proto": "proto",
    "r": "r rmd",
    "racket": "rkt",
    "restructuredtext": "rst",
    "sass": "sass",
    "scheme": "scm ss",
    "scss": "scss",
    "solidity": "sol",
    "svelte": "svelte",
    "svg": "svg",
    "tcl": "tcl",
    "text": "txt text",
    "thrift": "thrift",
    "verilog": "v sv svh vh",
    "vhdl": "vhd vhdl",
    "vim": "vim",
    "vue": "vue",
    "wgsl": "wgsl",
    "xml": "xml xsd xsl xslt csproj fsproj vbproj props targets plist",
}

_FILE_NAMES_OF: Mapping[str, str] = {
    "bash": ".bashrc .bash_profile .bash_aliases .profile PKGBUILD APKBUILD",
    "cmake": "CMakeLists.txt",
    "dockerfile": "Dockerfile Containerfile",
    "ini": ".gitconfig .editorconfig .npmrc .pylintrc",
    "json": ".babelrc .eslintrc .prettierrc composer.lock Pipfile.lock",
    "make": "Makefile GNUmakefile makefile Justfile justfile",
    "meson": "meson.build meson_options.txt",
    "python": "BUILD BUILD.bazel WORKSPACE WORKSPACE.bazel MODULE.bazel SConstruct SConscript wscript Tiltfile",
    "ruby": "Gemfile Rakefile Guardfile Podfile Vagrantfile Brewfile Fastfile Capfile Berksfile Dangerfile",
    "toml": "Cargo.lock poetry.lock uv.lock Pipfile",
    "yaml": ".clang-format .clang-tidy .gemrc",
    "groovy": "Jenkinsfile",
    "zsh": ".zshrc .zshenv .zprofile .zlogin .zlogout",
}

_INTERPRETERS_OF: Mapping[str, str] = {
    "awk": "awk gawk mawk",
    "bash": "sh bash dash ksh ash",
    "bats": "bats",
    "elixir": "elixir",
    "fish": "fish",
    "groovy": "groovy",
    "haskell": "runghc runhaskell stack",
    "javascript": "node nodejs bun",
    "julia": "julia",
    "kotlin": "kotlin kotlinc",
    "lua": "lua luajit texlua",
    "make": "make",
    "nix": "nix-shell",
    "ocaml": "ocaml",
    "perl": "perl",
    "php": "php",
    "powershell": "pwsh",
    "python": "python pypy uv",
    "r": "rscript",
    "ruby": "ruby jruby rake",
    "scala": "scala amm",
    "swift": "swift",
    "tcl": "tclsh wish expect",
    "typescript": "deno ts-node tsx",
    "zsh": "zsh",
}


def _inverted(words_of: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(
        {word: language for language, words in words_of.items() for word in words.split()}
    )


_BY_EXTENSION = _inverted(_EXTENSIONS_OF)
_BY_FILE_NAME = _inverted(_FILE_NAMES_OF)
_BY_INTERPRETER = _inverted(_INTERPRETERS_OF)
_VERSION = "-.0123456789"

_BY_MODE: Mapping[str, str] = MappingProxyType(
    {
        "c++": "cpp",
        "cperl": "perl",
        "js": "javascript",
        "js2": "javascript",
        "objc": "objective-c",
        "shell-script": "bash",
        "tuareg": "ocaml",
    }
)
"""What editors call a language, where that is neither its id nor an interpreter."""


def language_of(path: str, first_line: str = "") -> str | None:
    """The language of the file at `path`: by its name, else its extension, else its `#!` line; None if unknown.

    Where the first line is no `#!` line, it may begin PHP, or tell an editor the language.
    A `.h` file is C: which of the two it is can't be told from its name, and the C grammar reads plain C++ headers.
    """
    name = path.rsplit("/", 1)[-1]
    # Before the extension: `CMakeLists.txt` is no plain text.
    if name in _BY_FILE_NAME:
        return _BY_FILE_NAME[name]
    if name.startswith(("Dockerfile.", "Containerfile.")):
        return "dockerfile"
    stem, dot, extension = name.rpartition(".")
    # `.bashrc` has a dot and no extension.
    if dot and stem and extension.lower() in _BY_EXTENSION:
        return _BY_EXTENSION[extension.lower()]
    if first_line.startswith("<?php"):
        return "php"
    return _by_shebang(first_line) or _by_modeline(first_line)


def _by_modeline(first_line: str) -> str | None:
    """The language that a first line sets for an editor: `-*- mode: NAME -*-` or `vim: ft=NAME`."""
    words = first_line.replace(";", " ").replace(":", " ").replace("=", " ").lower().split()
    if words.count("-*-") > 1:
        held = words[words.index("-*-") + 1 :]
        # Emacs takes `-*- NAME -*-` without the key `mode`, too.
        named = (
            held[held.index("mode") + 1] if "mode" in held[:-1] else held[0] if held[1:2] == ["-*-"] else ""
        )
    elif "vim" in words or "vi" in words or "ex" in words:
        named = next((word for key, word in pairwise(words) if key in {"ft", "filetype", "syntax"}), "")
    else:
        return None
    return _BY_MODE.get(named) or _BY_INTERPRETER.get(named) or (named if named in _EXTENSIONS_OF else None)


def _by_shebang(first_line: str) -> str | None:
    """The language of the interpreter in `#!/usr/bin/env -S NAME ...` or `#!/path/NAME`."""
    if not first_line.startswith("#!"):
        return None
    words = [word.rsplit("/", 1)[-1] for word in first_line[2:].split()]
    candidates = (
        word.lower() for word in words if word != "env" and not word.startswith("-") and "=" not in word
    )
    interpreter = next(candidates, "")
    # `python3.11` and `lua5.4` carry their version.
    return _BY_INTERPRETER.get(interpreter) or _BY_INTERPRETER.get(interpreter.rstrip(_VERSION))
