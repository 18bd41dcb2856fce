from __future__ import annotations

import pytest

from foreword.core.documents.uri import path_of_uri, uri_key, uri_of_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///srv/a/b%20c.py", "/srv/a/b c.py"),
        ("file:///srv/%C3%A9/%F0%9F%98%80.py", "/srv/é/😀.py"),
        ("FILE:///x/%25.py", "/x/%.py"),
        ("file:///x/%FF.py", "/x/\udcff.py"),
        ("file:///x/a?b", "/x/a?b"),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/w/a.ipynb#1", None),
        ("file://", None),
        ("file:///x/%00", None),
        ("http://[bad", None),
        ("", None),
    ],
)
def test_the_path_of_a_uri(uri: str, path: str | None) -> None:
    assert path == path_of_uri(uri, windows=False)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/x/y.py", "C:\\x\\y.py"),
        ("file:///C:/x/y.py", "C:\\x\\y.py"),
        ("file://server/share/y.py", "\\\\server\\share\\y.py"),
        ("file://localhost/c:/y.py", "C:\\y.py"),
    ],
)
def test_the_path_of_a_uri_on_windows(uri: str, path: str) -> None:
    assert path == path_of_uri(uri, windows=True)


@pytest.mark.parametrize("path", ["/a/b c.py", "/a/é😀.py", "/a/%41?#[x].py", "/x/\udcff"])
def test_the_uri_of_a_path_leads_back_to_it(path: str) -> None:
    assert path == path_of_uri(uri_of_path(path, windows=False), windows=False)


@pytest.mark.parametrize("path", ["C:\\a b\\é.py", "\\\\server\\share\\y.py"])
def test_the_uri_of_a_windows_path_leads_back_to_it(path: str) -> None:
    assert path == path_of_uri(uri_of_path(path, windows=True), windows=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file:///c%3A/x.py", "file:///C:/x.py"),
        ("file:///a/b%20c.py", "file:///a/b c.py"),
        ("file:///a/%5Bid%5D.ts", "file:///a/[id].ts"),
    ],
)
def test_two_ways_to_write_a_uri_have_one_key(one: str, other: str) -> None:
    assert uri_key(one) == uri_key(other)


def test_other_schemes_are_kept_as_they_are() -> None:
    assert "untitled:Untitled-1" == uri_key("untitled:Untitled-1")
    assert uri_key("untitled:A", ignores_case=True) != uri_key("untitled:a", ignores_case=True)
