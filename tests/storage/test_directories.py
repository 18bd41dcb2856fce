from __future__ import annotations

from pathlib import Path

import pytest

from foreword.core.errors import ConfigError
from foreword.storage.directories import find_places, name_digest


def test_everything_lives_below_the_home_that_is_set(tmp_path: Path) -> None:
    places = find_places({"FOREWORD_HOME": str(tmp_path)})
    found = (places.prefixes, places.ledger, places.config, places.index(tmp_path / "repo", 1))
    assert all(path.is_relative_to(tmp_path) for path in found)
    assert len(found) == len(set(found))


def test_without_a_home_the_platform_decides_and_nothing_is_created() -> None:
    places = find_places({"FOREWORD_HOME": ""})
    assert all("foreword" in str(path) for path in (places.cache, places.data, places.config))


def test_a_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert tmp_path / "here" / "data" == find_places({"FOREWORD_HOME": "here"}).data
    assert tmp_path / "me" / "fw" / "data" == find_places({"FOREWORD_HOME": "~/fw"}).data


@pytest.mark.parametrize("home", ["a\0b", "~nobody-has-this-name/x"])
def test_a_home_that_can_be_no_path_is_refused(home: str) -> None:
    with pytest.raises(ConfigError, match=r"^FOREWORD_HOME .*: set it to a directory$"):
        find_places({"FOREWORD_HOME": home})


def test_repositories_of_the_same_name_have_indexes_of_their_own(tmp_path: Path) -> None:
    places = find_places({"FOREWORD_HOME": str(tmp_path)})
    one, other = places.index(Path("/one/app/.git"), 1), places.index(Path("/other/app/.git"), 1)
    assert one != other
    assert one.name.startswith("app-")
    assert one == places.index(Path("/one/app/.git"), 1)


def test_the_root_folder_has_a_name_too(tmp_path: Path) -> None:
    assert find_places({"FOREWORD_HOME": str(tmp_path)}).index(Path("/"), 1).name.startswith("root-")


def test_names_that_are_no_unicode_have_a_digest() -> None:
    assert name_digest("caf\udce9") != name_digest("café")
