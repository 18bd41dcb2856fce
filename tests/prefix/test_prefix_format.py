"""The bytes of a sample prefix, by the number of their format.

Whoever changes bytes raises `PREFIX_FORMAT` and adds a line here; the lines of earlier numbers never change.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.pointers import Pointer
from foreword.prefix.instructions import PREFIX_FORMAT
from foreword.prefix.prefix_store import SentRequest
from gitrepo import GitRepo
from sample_repo import make_sample
from workspace_fixture import WorkspaceFixture

GOLDEN = {
    1: ("0e36d805dd2ea263", "e38690ad6a7c87c2", "69403b519cd97eea"),
    2: ("9a73e31240d87734", "e38690ad6a7c87c2", "a4e2e0bbaea1dc29"),
    3: ("9a73e31240d87734", "e38690ad6a7c87c2", "a4e2e0bbaea1dc29"),
    4: ("9a73e31240d87734", "e38690ad6a7c87c2", "a4e2e0bbaea1dc29"),
    5: ("9a73e31240d87734", "e38690ad6a7c87c2", "a4e2e0bbaea1dc29"),
    6: ("81930881111d2da5", "e38690ad6a7c87c2", "d8c076073ed915c1"),
    7: ("81930881111d2da5", "e38690ad6a7c87c2", "d8c076073ed915c1"),
    8: ("81930881111d2da5", "e38690ad6a7c87c2", "d8c076073ed915c1"),
    9: ("6828f1100a543bba", "e38690ad6a7c87c2", "e01983fc8695f346"),
    10: ("6828f1100a543bba", "e38690ad6a7c87c2", "e01983fc8695f346"),
}
"""Digests of base, delta and request body. With 3 other files count as generated, none of which is in the sample; with 10 other
names are left out where there is no room for all."""

TRICKY = "# Shelves\r\n\r\n\tÄpfel ☃ </file>\r\nno newline at the end"


def sample(path: Path) -> GitRepo:
    """Files that change often and seldom, in several languages, more than the budget holds; two of them are odd."""
    repo = make_sample(path, 30)
    repo.write("docs/shelves.md", TRICKY)
    repo.write("tools/build.sh", "#!/bin/sh\nset -e\nmake_all() { echo done; }\n")
    repo.write("empty.txt", "")
    for n in range(3):
        repo.write(
            "shop/rates.py", f"RATES = {list(range(n))}\n\n\ndef rate(n: int) -> int:\n    return RATES[n]\n"
        )
        repo.commit(f"Change the rates ({n})")
    return repo


def digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]


def test_who_changes_bytes_of_the_prefix_raises_the_number_of_its_format(tmp_path: Path) -> None:
    repo = sample(tmp_path / "shop")
    fixture = WorkspaceFixture(
        tmp_path / "home", flags={"context.budget": 10_000, "model": "claude-sonnet-5-5"}
    )
    with fixture.session(repo.path) as session:
        first = prepare_now(session, "What does checkout do?")
        sent = SentRequest("offline", "claude-sonnet-5-5", fixture.now, 300, first.digests)
        session.prefix_store.record_sent(session.worktree, first.prefix.variant, sent)
    repo.write("shop/rates.py", "RATES = [7]\n\n\ndef rate(n: int) -> int:\n    return RATES[n]\n")
    repo.write("shop/new_thing.py", "def thing() -> None:\n    pass\n")
    repo.remove("tools/build.sh")
    with fixture.session(repo.path) as session:
        second = prepare_now(session, "And rate?", [Pointer("shop/rates.py", 4, 5)])
    base, delta = (
        [block.text for block in blocks] for blocks in (second.prefix.base.blocks, second.prefix.delta)
    )
    assert first.prefix.base == second.prefix.base
    assert all(any(path in text for text in delta) for path in ("rates.py", "new_thing.py", "build.sh"))
    seen = (digest(base), digest(delta), digest(second.body()))
    assert GOLDEN.get(PREFIX_FORMAT) == seen, f"the line of these bytes: {PREFIX_FORMAT}: {seen},"
