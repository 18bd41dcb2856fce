from __future__ import annotations

import pytest

from foreword.assist.question.retrieved import (
    MOST_ENOUGH,
    NAME_TOKENS,
    enough_at,
    find_evidence,
    find_excerpts,
    names_in,
)
from foreword.core.tokens import estimate
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where is price_of called?", ["price_of"]),
        ("What does ShoppingCart do?", ["ShoppingCart"]),
        ("Why is `cart` empty?", ["cart"]),
        ("Does `run()` return?", ["run"]),
        ("How are prices computed?", []),
        ("price_of and `price_of`", ["price_of"]),
        ("`two words` are no name", []),
        ("The iPhone", ["iPhone"]),
        ("Where is echo defined?", ["echo"]),
        ("Who calls echo?", ["echo"]),
        ("Why does echo() flush?", ["echo"]),
        ("What is in sha256?", ["sha256"]),
        ("", []),
    ],
)
def test_words_that_look_like_code_are_names(question: str, expected: list[str]) -> None:
    assert expected == names_in(question)


@pytest.mark.parametrize(
    "question", ["Cart.add_item please", "What is Cart::add_item?", "`Cart#add_item` fails"]
)
def test_a_qualified_name_is_found_by_its_last_part(
    fixture: WorkspaceFixture, repo: GitRepo, question: str
) -> None:
    repo.write("shop/cart.py", "class Cart:\n    def add_item(self):\n        pass\n")
    with fixture.saved(repo.path) as saved:
        found = find_evidence(saved, question, budget=1_000)
    assert ("shop/cart.py", "add_item") in [(path, definition.name) for path, definition in found.definitions]


def test_evidence_names_the_definition_and_who_mentions_it(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write(
        "shop/total.py",
        "from shop.price import price_of\n\n\ndef total(items):\n    return sum(map(price_of, items))\n",
    )
    with fixture.saved(repo.path) as saved:
        found = find_evidence(saved, "Where is price_of used?", budget=1_000)
    assert ("price_of",) == found.names
    assert [("shop/price.py", 1)] == [(path, definition.line) for path, definition in found.definitions]
    assert ("shop/total.py", 1, "from shop.price import price_of") in [
        (mention.path, mention.line, mention.text) for mention in found.mentions
    ]
    assert ("shop/price.py", 1) not in [(mention.path, mention.line) for mention in found.mentions]


def test_a_name_that_nothing_defines_is_no_evidence(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        found = find_evidence(saved, "Where is no_such_name?", budget=1_000)
    assert ((), (), ()) == (found.names, found.definitions, found.mentions)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is checked during the TLS handshake?", ()),
        ("How does repo shake hands?", ()),
        ("What is `TLS`?", ("TLS",)),
        ("Where is TLS defined?", ("TLS",)),
        ("What does TLSCheck do?", ("TLSCheck",)),
    ],
)
def test_a_word_of_prose_is_no_name_although_something_is_called_so(
    question: str, expected: tuple[str, ...], fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write("shop/flags.py", "TLS = 1\nRepo = 2\n\n\nclass TLSCheck:\n    pass\n")
    repo.write("shop/shake.py", "def shake_hands(peer):\n    check_handshake(peer)\n")
    with fixture.saved(repo.path) as saved:
        found = find_evidence(saved, question, budget=1_000)
    assert expected == found.names


def test_an_acronym_names_what_the_search_finds(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/vfs.py", "class Vfs:\n    def mount(self):\n        pass\n")
    with fixture.saved(repo.path) as saved:
        found = find_evidence(saved, "How does the VFS mount?", budget=1_000)
    assert ["Vfs"] == [definition.name for _, definition in found.definitions]


def test_a_name_with_signs_of_a_pattern_is_taken_as_it_is(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        assert () == find_evidence(saved, "What is `a+b(*` or `[x`?", budget=1_000).names


def test_excerpts_leave_out_what_the_model_has_in_full(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        everything = find_excerpts(saved, "item price cart", budget=2_000)
        rest = find_excerpts(saved, "item price cart", budget=2_000, shown={"shop/price.py"})
        assert () == find_excerpts(saved, "item price cart", budget=0)
    assert "shop/price.py" in {excerpt.path for excerpt in everything}
    assert "shop/price.py" not in {excerpt.path for excerpt in rest}


def test_excerpts_are_lines_of_the_saved_file(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/price.py", "def price_of(item):\n    return item.discounted\n")
    with fixture.saved(repo.path) as saved:
        found = find_excerpts(saved, "discounted price", budget=2_000)
    best = found[0]
    lines = (repo.path / best.path).read_text().splitlines()
    assert best.text == "\n".join(lines[best.start_line - 1 : best.end_line])
    assert "discounted" in best.text


def test_a_question_about_one_name_needs_few_tokens(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    uses = "".join(f"def use_{n}(item):\n" + "    add(price_of(item))\n" * 20 + "\n\n" for n in range(50))
    for name in ("a", "b", "c"):
        repo.write(f"shop/{name}.py", uses)
    with fixture.saved(repo.path) as saved:
        about_it = find_excerpts(saved, "What does `price_of` do?", budget=6_000)
        about_more = find_excerpts(saved, "Which items use `price_of` to add a number?", budget=6_000)
    n_tokens = [sum(estimate(one.text) for one in found) for found in (about_it, about_more)]
    assert n_tokens[0] <= NAME_TOKENS < n_tokens[1]
    assert "price_of" == about_it[0].symbol


def test_the_dearer_the_model_the_likelier_an_excerpt_has_to_be(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write("shop/sale.py", "def sale(prices):\n    return sum(prices) // 2\n")
    repo.write("shop/till.py", "# prices\n" + "def count(coins):\n    return len(coins)\n" * 30)
    with fixture.saved(repo.path) as saved:
        found = [
            find_excerpts(saved, "sum of sale prices", budget=6_000, price=price) for price in (0.0, 5.0)
        ]
    assert found[0][0] == found[1][0]
    assert len(found[0]) > len(found[1])
    assert enough_at(1.0) < enough_at(10.0) <= MOST_ENOUGH


def test_what_the_cursor_is_in_brings_its_callers(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/total.py", "def total(items):\n    return sum(map(price_of, items))\n")
    with fixture.saved(repo.path) as saved:
        assert () == find_evidence(saved, "Is this fast enough?", budget=1_000).excerpts
        found = find_evidence(saved, "Is this fast enough?", budget=1_000, about=["price_of"])
    assert ("price_of",) == found.names
    assert "shop/total.py" in {mention.path for mention in found.mentions}
    assert {"shop/price.py", "shop/total.py"} <= {excerpt.path for excerpt in found.excerpts}


def test_what_is_being_edited_counts_for_more(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    code = "def refund(order):\n    return order.paid\n"
    for name in ("a", "b"):
        repo.write(f"shop/{name}.py", code + f"# {name}\n")
    repo.commit("Refund")
    repo.write("shop/b.py", code + "# b, edited\n")
    with fixture.saved(repo.path) as saved:
        assert "shop/b.py" == find_excerpts(saved, "refund an order", budget=1_000)[0].path
