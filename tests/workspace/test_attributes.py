from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from foreword.core.exclusion import FILTERED, GENERATED, VENDORED
from foreword.workspace.attributes import AttributeRules, parse_attributes, parse_editorconfig
from gitrepo import GitRepo, make_repo

NAMES = ("a.c", "b c.c", "x/a.c", "x/y/a.c", "x/y/deep.min.js", "lib/[odd].h", "große.txt", "q\\.c")
PATTERNS = (
    "*.c", "/a.c", "x/*", "x/**", "**/a.c", "x/**/a.c", "y/", "lib/[[]odd].h", "[a-b]*", "?.c", "*", '"b c.c"',
    "x", "x/y", "*.min.*", "[!a]*", "große.txt",
)  # fmt: skip
STATES = ("ident", "-ident", "!ident", "ident=some", "filter=lfs", "[attr]none")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("*.c filter=git-crypt diff=git-crypt", FILTERED),
        ("*.c filter=lfs diff=lfs merge=lfs -text", None),
        ("*.c -filter", None),
        ("*.c linguist-generated", GENERATED),
        ("*.c linguist-generated=true", GENERATED),
        ("*.c linguist-generated=false", None),
        ("x/** linguist-vendored", VENDORED),
        ("# *.c linguist-generated", None),
        ("[attr]crypt filter=git-crypt\n*.c crypt", FILTERED),
        ("*.c linguist-generated\n*.c !linguist-generated", None),
    ],
)
def test_attributes_say_what_is_left_out(line: str, reason: str | None) -> None:
    assert reason == parse_attributes([("", line.encode())]).reason_for("x/a.c")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x/** linguist-documentation", "linguist-documentation"),
        ("x/** linguist-documentation=false", "-linguist-documentation"),
        ("*.c -linguist-vendored linguist-generated=false", "-linguist-generated -linguist-vendored"),
        ("*.c -linguist-vendored\nx/* !linguist-vendored", ""),
        ("[attr]ours -linguist-vendored\n*.c ours", "-linguist-vendored"),
        ("*.c text linguist-language=C++ linguist-detectable", ""),
        ("*.h linguist-documentation", ""),
    ],
)
def test_attributes_say_what_part_a_file_plays(line: str, said: str) -> None:
    assert said == parse_attributes([("", line.encode())]).statement_of("x/a.c")


def test_what_git_puts_in_for_an_ident_is_no_difference_and_everything_else_is() -> None:
    rules = parse_attributes([("", b"*.c ident\n*.txt working-tree-encoding=UTF-16\n")])
    assert rules.is_same("a.c", "/* $Id$ */\n1\n", "/* $Id: 81e0 $ */\n1\n")
    assert not rules.is_same("a.c", "/* $Id$ */\n1\n", "/* $Id: 81e0 $ */\n2\n")
    assert not rules.is_same("a.h", "/* $Id$ */\n", "/* $Id: 81e0 $ */\n")
    assert rules.is_same("a.txt", "same", "same")
    assert not rules.is_same("a.h", "same", "same")


@pytest.mark.parametrize(
    ("section", "fitting", "others"),
    [
        ("*", ["a.c", "x/y/a.c"], []),
        ("*.{c,h}", ["a.c", "x/a.h"], ["a.ch", "a.py"]),
        ("lib/**.c", ["lib/a.c", "lib/x/a.c"], ["a.c", "x/lib/a.c"]),
        ("{a,b/c}.txt", ["a.txt", "b/c.txt"], ["c.txt"]),
        ("file{1..3}.c", ["file2.c"], ["filex.c"]),
        ("[ab].c", ["a.c", "x/b.c"], ["c.c"]),
        ("[!ab].c", ["c.c"], ["a.c"]),
        ("/top.c", ["top.c"], ["x/top.c"]),
        ("{single}.c", ["single.c"], []),
        ("Makefile", ["Makefile", "x/Makefile"], ["Makefile.in"]),
    ],
)
def test_sections_of_editorconfig_say_which_files_have_a_charset(
    section: str, fitting: list[str], others: list[str]
) -> None:
    text = f"[{section}]\ncharset = latin1\n".encode()
    rules = AttributeRules(parse_editorconfig([("", text)]))
    assert dict.fromkeys(fitting, "latin-1") == {path: rules.encoding_of(path) for path in fitting}
    assert {None} >= {rules.encoding_of(path) for path in others}


def test_the_nearest_editorconfig_decides_and_a_root_hides_those_above() -> None:
    above = b"[*]\ncharset = latin1\n[*.md]\ncharset = utf-8 ; prose\n"
    files = [("", above), ("lib/", b"# own\nROOT: true\n[*.c]\ncharset = utf-16le\n[*.h]\ncharset = unset\n")]
    rules = AttributeRules(parse_editorconfig(files))
    told = {path: rules.encoding_of(path) for path in ("a.c", "a.md", "lib/a.c", "lib/a.h", "lib/a.py")}
    assert {"a.c": "latin-1", "a.md": None, "lib/a.c": "utf-16-le", "lib/a.h": None, "lib/a.py": None} == told


def test_an_editorconfig_that_knows_utf8_alone_changes_nothing() -> None:
    assert () == parse_editorconfig(
        [("", b"root = true\n[*]\ncharset = utf-8\n[*.txt]\ncharset = nonsense\n")]
    )


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    return make_repo(tmp_path_factory.mktemp("attributes"))


@settings(deadline=None, max_examples=60, phases=[Phase.generate])
@given(
    st.lists(st.tuples(st.sampled_from(PATTERNS), st.sampled_from(STATES[:5])), max_size=4),
    st.lists(st.tuples(st.sampled_from(PATTERNS), st.sampled_from(STATES[:5])), max_size=2),
)
def test_git_evaluates_the_same(
    repo: GitRepo, top: list[tuple[str, str]], deeper: list[tuple[str, str]]
) -> None:
    files = {
        folder: "".join(f"{p} {s}\n" for p, s in lines).encode()
        for folder, lines in (("", top), ("x/", deeper))
    }
    for folder, data in files.items():
        repo.write(f"{folder}.gitattributes", data)
    rules = parse_attributes(files.items())
    told = git_says(repo.path)
    for path in NAMES:
        values = rules.values(path)
        assert told[path] == {"ident": values.get("ident"), "filter": values.get("filter")}, (path, files)


def git_says(path: Path) -> dict[str, dict[str, str | None]]:
    asked = ["git", "check-attr", "-z", "--stdin", "ident", "filter"]
    names = "".join(f"{name}\0" for name in NAMES).encode()
    output = subprocess.run(asked, cwd=path, input=names, capture_output=True, check=True, timeout=60).stdout
    fields = output.decode().split("\0")[:-1]
    told: dict[str, dict[str, str | None]] = {}
    as_told = {"set": "true", "unset": "false", "unspecified": None}
    for name, attribute, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        told.setdefault(name, {})[attribute] = as_told.get(value, value)
    return told
