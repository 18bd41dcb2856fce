from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.index.store.facts import Facts, Key
from foreword.index.store.outline_store import Store, open_store
from foreword.index.store.work_claims import LEASE_S, RENEW_S, ClaimOutcome, Claims


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def keys(names: str) -> list[Key]:
    return [Key(name, "python", "1") for name in names]


def taken(mine: str = "", stored: str = "") -> ClaimOutcome:
    return ClaimOutcome(frozenset(keys(mine)), frozenset(keys(stored)))


def add(store: Store, names: str) -> None:
    store.add([Facts(key, "python", 1, reason="minified") for key in keys(names)])


@dataclass
class TwoOwners:
    """Two stores on one file, as two processes have them, and a clock."""

    stores: tuple[Store, Store]
    clock: Clock

    def claims(self, number: int) -> Claims:
        return self.stores[number].claims(self.clock)


@pytest.fixture
def owners(tmp_path: Path) -> Iterator[TwoOwners]:
    one, _ = open_store(tmp_path / "index.db")
    other, _ = open_store(tmp_path / "index.db")
    with one, other:
        yield TwoOwners((one, other), Clock())


def test_what_one_has_claimed_no_other_gets(owners: TwoOwners) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        assert taken("ab") == one.take(keys("ab"))
        assert taken("c") == other.take(keys("abc"))
        assert taken("ab") == one.take(keys("abc"))


def test_what_is_stored_is_claimed_by_nobody(owners: TwoOwners) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        one.take(keys("ab"))
        add(owners.stores[0], "a")
        assert taken("", "a") == other.take(keys("ab"))
        assert taken("b", "a") == one.take(keys("ab"))


def test_what_is_stored_and_ended_is_no_longer_claimed(owners: TwoOwners) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        one.take(keys("ab"))
        one.end(keys("a"))
        one.take(keys("c"))
        assert taken("a") == other.take(keys("abc"))


def test_a_blob_is_claimed_for_each_language_and_grammar(owners: TwoOwners) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        one.take(keys("a"))
        others = [Key("a", "ruby", "1"), Key("a", "python", "2")]
        assert frozenset(others) == other.take([*keys("a"), *others]).mine


def test_others_get_what_is_given_back_and_what_is_left_at_the_end(owners: TwoOwners) -> None:
    with owners.claims(1) as other:
        with owners.claims(0) as one:
            one.take(keys("ab"))
            other.give_back(keys("b"))
            one.give_back(keys("a"))
            assert taken("a") == other.take(keys("ab"))
        assert taken("ab") == other.take(keys("ab"))


@pytest.mark.parametrize(
    ("seconds", "mine"),
    [(LEASE_S - 0.1, ""), (LEASE_S + 0.1, "a"), (-2 * LEASE_S, "a")],
    ids=["lives", "dead", "back"],
)
def test_the_claims_of_an_owner_that_says_nothing_run_out(
    owners: TwoOwners, seconds: float, mine: str
) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        one.take(keys("a"))
        owners.clock.now += seconds
        assert taken(mine) == other.take(keys("a"))


def test_an_owner_that_says_that_it_lives_keeps_its_claims(owners: TwoOwners) -> None:
    with owners.claims(0) as one, owners.claims(1) as other:
        one.take(keys("a"))
        for _ in range(10):
            owners.clock.now += RENEW_S + 0.1
            one.renew()
        assert taken() == other.take(keys("a"))


def test_claims_do_not_hold_in_a_store_of_ones_own() -> None:
    with Store(None) as alone:
        one, other = alone.claims(), alone.claims()
        assert taken("a") == one.take(keys("a"))
        assert taken("a") == other.take(keys("a"))


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["take", "store", "give back", "wait"]),
        st.sets(st.sampled_from("abc")),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_nothing_is_stored_by_one_that_has_not_claimed_it_and_nothing_is_left_over(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, set[str]]]
) -> None:
    path, clock = tmp_path_factory.mktemp("claims") / "index.db", Clock()
    held: list[set[str]] = [set(), set()]
    stored: set[str] = set()
    one, _ = open_store(path)
    other, _ = open_store(path)
    with one, other:
        stores = (one, other)
        claims = [store.claims(clock) for store in stores]
        for number, what, names in steps:
            match what:
                case "take":
                    got = claims[number].take(keys("".join(sorted(names))))
                    held[number] |= {key.blob for key in got.mine}
                    assert {key.blob for key in got.stored} == names & stored
                    assert names - stored - held[1 - number] == {key.blob for key in got.mine}
                case "store":
                    add(stores[number], "".join(sorted(held[number] & names)))
                    claims[number].end(keys("".join(sorted(names))))
                    stored |= held[number] & names
                    held[number] -= names
                case "give back":
                    claims[number].give_back(keys("".join(sorted(names))))
                    held[number] -= names
                case _:
                    clock.now += RENEW_S + 0.1
                    for each in claims:
                        each.renew()
            assert not held[0] & held[1]
