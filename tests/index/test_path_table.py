from __future__ import annotations

import pytest

from foreword.index.path_table import Role, relevance, role_of


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
