from __future__ import annotations

import pytest

from foreword.index.path_table import Role, copied_folders, is_documentation, relevance, role_of


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("source", ["app.py", "src/latest.py", "src/contest/main.go", "src/distance.c", "src/document.ts"]),
        (
            "test",
            ["tests/app.py", "src/__tests__/a.js", "test_app.py", "src/app.test.tsx", "src/AppTest.java"],
        ),
        (
            "test",
            ["conftest.py", "types/app-test.d.ts", "a/__snapshots__/app.test.tsx.snap", "docs/tests/a.md"],
        ),
        ("example", ["docs/index.md", "examples/shop/main.rs", "Benchmarks/loop.c"]),
        ("vendored", ["vendor/lib/a.go", "third_party/tests/a.c", "dist/app.js"]),
        ("history", ["CHANGELOG.md", "docs/releases.rst", "vendor/lib/NEWS", "changes", "changelog-2.x.md"]),
        ("source", ["src/history.go", "changes.py", "src/release.ts"]),
    ],
)
def test_the_role_of_a_file_is_told_by_its_path(role: Role, paths: list[str]) -> None:
    assert dict.fromkeys(paths, role) == {path: role_of(path) for path in paths}


def test_source_is_more_relevant_than_prose_declarations_and_tests() -> None:
    asked = [("a.py", "python"), ("a.pyi", "python"), ("a.md", "markdown"), ("test_a.py", "python")]
    found = [relevance(path, language) for path, language in asked]
    assert sorted(found, reverse=True) == found


def test_what_was_built_is_as_little_relevant_as_what_others_wrote() -> None:
    vendored = relevance("vendor/a.js", "javascript")
    assert vendored == relevance("priv/static/a.js", "javascript", built=True)
    assert vendored == relevance("vendor/a.js", "javascript", built=True)
    assert relevance("a.js", "javascript") > vendored


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        (True, "README.md"),
        (True, "docs/guide.rst"),
        (True, "man/app.1"),
        (True, "docs/manual/dev/manual.yml"),
        (False, "config.yml"),
        (False, "CHANGELOG.md"),
        (False, "vendor/lib/README.md"),
        (False, "docs/build.py"),
    ],
)
def test_documentation_is_text_about_this_code(expected: bool, path: str) -> None:
    assert expected is is_documentation(path)


@pytest.mark.parametrize(
    ("expected", "paths"),
    [
        ((), [".github/workflows/ci.yml", "LICENSE", "AUTHORS", "src/app.py"]),
        (("libs/other/",), ["libs/other/.github/workflows/ci.yml", "libs/other/app.py"]),
        (("gyp/",), ["gyp/LICENSE", "gyp/AUTHORS", "gyp/app.py"]),
        ((), ["packages/one/LICENSE", "packages/one/README.md", "packages/one/app.py"]),
    ],
)
def test_a_folder_with_what_stands_at_the_root_of_a_repository_is_a_copy(
    expected: tuple[str, ...], paths: list[str]
) -> None:
    assert expected == copied_folders(paths)


@pytest.mark.parametrize(
    ("role", "path", "said"),
    [
        ("example", "guide/tool.py", "linguist-documentation"),
        ("source", "docs/tool.py", "-linguist-documentation"),
        ("example", "examples/tool.py", "-linguist-vendored"),
        ("source", "vendor/ours.go", "-linguist-vendored"),
        ("source", "generated/ours.go", "-linguist-generated"),
        ("test", "vendor/ours.test.ts", "-linguist-vendored"),
        ("vendored", "vendor/ours.go", "-linguist-documentation"),
        ("history", "CHANGELOG.md", "linguist-documentation"),
    ],
)
def test_what_the_project_says_of_a_file_goes_before_what_its_path_says(
    role: Role, path: str, said: str
) -> None:
    assert role == role_of(path, said)


def test_what_the_project_calls_its_own_is_no_build() -> None:
    said = "-linguist-generated"
    assert relevance("a.js", "javascript") == relevance("dist/a.js", "javascript", said, built=True)
