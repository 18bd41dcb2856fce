from __future__ import annotations

from foreword_cli import Foreword
from foreword_output import ANSWER, misfit
from gitrepo import GitRepo

QUESTION = "How does checkout compute the gross total?"


def test_a_question_without_a_key_is_answered_from_the_index_with_places_that_exist(
    offline: Foreword, shop: GitRepo
) -> None:
    done = offline.ask(shop.path, QUESTION)
    answer = done.answer
    assert (0, "") == (done.code, done.err)
    assert misfit(answer, ANSWER) is None
    assert ("foreword.answer/1", "offline", "end_turn") == (
        answer["schema"],
        answer["provider"],
        answer["stopReason"],
    )
    assert "Offline answer" in answer["text"]
    assert "shop/checkout.py" in [citation["path"] for citation in answer["citations"]]
    for citation in answer["citations"]:
        n_lines = len((shop.path / citation["path"]).read_text().splitlines())
        assert 1 <= citation["startLine"] <= citation["endLine"] <= n_lines
        lines = (
            str(citation["startLine"])
            if citation["startLine"] == citation["endLine"]
            else f"{citation['startLine']}-{citation['endLine']}"
        )
        assert f"{citation['path']}:{lines}" in answer["text"]


def test_an_excerpt_ends_with_the_last_line_of_its_file_and_is_a_citation(
    offline: Foreword, shop: GitRepo
) -> None:
    shop.write("last.py", "def first():\n    return 1\n\n\ndef zebra_crossing():\n    return first()\n")
    answer = offline.ask(shop.path, "What is a zebra crossing?").answer
    assert ("last.py", 6) in [(citation["path"], citation["endLine"]) for citation in answer["citations"]]


def test_the_second_question_is_a_hit_in_the_simulated_cache_and_says_that_it_is_simulated(
    offline: Foreword, shop: GitRepo
) -> None:
    first = offline.ask(shop.path, QUESTION).answer["receipt"]
    second = offline.ask(shop.path, "Where is the VAT rate?").answer["receipt"]
    assert [("cold", True), ("hit", True)] == [
        (receipt["cache"]["verdict"], receipt["cache"]["simulated"]) for receipt in (first, second)
    ]
    assert first["tokens"]["write5m"] == second["tokens"]["read"] > 1_000
    assert first["cost"]["saved"] < 0 < second["cost"]["saved"]


def test_a_saved_edit_is_in_the_next_offline_answer_and_named_in_its_receipt(
    offline: Foreword, shop: GitRepo
) -> None:
    offline.ask(shop.path, QUESTION)
    shop.write("shop/tip.py", "def tip_for_the_courier(total):\n    return total // 10\n")
    answer = offline.ask(shop.path, "What is tip_for_the_courier?").answer
    assert ["shop/tip.py"] == answer["receipt"]["freshness"]["deltaFiles"]
    assert "shop/tip.py:1" in answer["text"]


def test_a_terminal_gets_rendered_markdown_and_a_receipt_line(offline: Foreword, shop: GitRepo) -> None:
    done = offline.on_terminal("ask", QUESTION, "--workspace", str(shop.path))
    assert 0 == done.code
    assert "\x1b[" in done.out
    assert "Offline answer" in done.plain
    assert "*Offline" not in done.plain
    assert "###" not in done.plain
    assert "```" not in done.plain
    last = " ".join(done.plain.rstrip().splitlines()[-3:])
    assert "simulated cache: cold" in last
    assert "fresh: no file changed since the base" in last


def test_a_pipe_gets_plain_text_and_the_receipt_goes_to_standard_error(
    offline: Foreword, shop: GitRepo
) -> None:
    done = offline.run("ask", QUESTION, cwd=shop.path)
    assert 0 == done.code
    assert "\x1b" not in done.out + done.err
    assert done.out.startswith("*Offline answer")
    assert "simulated cache: cold" in done.err
    assert 1 == len(done.err.splitlines())


def test_the_question_can_come_from_standard_input(offline: Foreword, shop: GitRepo) -> None:
    done = offline.run("ask", "-", "--json", cwd=shop.path, stdin=QUESTION)
    assert offline.ask(shop.path, QUESTION).answer["text"] == done.answer["text"]


def test_a_file_that_the_question_points_at_comes_first(offline: Foreword, shop: GitRepo) -> None:
    target = next(
        path.relative_to(shop.path).as_posix()
        for path in sorted(shop.path.rglob("*.py"))
        if path.name != "checkout.py"
    )
    done = offline.ask(shop.path, "what is the limit?", "--path", target)
    assert 0 == done.code
    assert target in [citation["path"] for citation in done.answer["citations"]]
