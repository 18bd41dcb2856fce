from __future__ import annotations

from pathlib import Path

from foreword.assist.session.trust import is_trusted, set_trust, trust_json
from foreword.storage.places import find_places


def test_trust_is_kept_for_each_folder_by_itself(tmp_path: Path) -> None:
    places = find_places({"FOREWORD_HOME": str(tmp_path / "home")})
    root, child = tmp_path / "w", tmp_path / "w" / "child"
    assert not is_trusted(places, root)
    set_trust(places, root, trusted=True)
    set_trust(places, root, trusted=True)
    assert (True, False) == (is_trusted(places, root), is_trusted(places, child))
    assert trust_json(places, root)["trusted"]
    set_trust(places, root, trusted=False)
    set_trust(places, root, trusted=False)
    assert not is_trusted(places, root)
