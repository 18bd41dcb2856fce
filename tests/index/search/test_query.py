from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.index.search.query import MAX_TERMS, TraceLine, files_at, parse_query, places_in
from foreword.index.search.search import search
from index_files import Bench


def test_words_that_say_nothing_are_dropped_and_talk_about_code_weighs_little() -> None:
    terms = parse_query("Please fix the border of the button").terms
    assert {"fix", "border", "button"} == terms.keys()
    assert terms["fix"] < terms["button"]


@pytest.mark.parametrize(
    "text", ["`headerHeight`", "headerHeight", "self.headerHeight", "headerHeight()", "x::headerHeight"]
)
def test_an_identifier_that_is_spelled_out_counts_as_a_whole_too(text: str) -> None:
    assert {"=headerheight", "header", "height"} <= parse_query(text).terms.keys()


def test_plain_words_do_not_count_as_identifiers() -> None:
    assert not [term for term in parse_query("The header height is wrong").terms if term.startswith("=")]


def test_a_long_text_is_helped_less_by_other_words() -> None:
    short = parse_query("delete the folder").others
    long = parse_query(
        "delete the folder where rows of a sheet lie that nobody opens before noon on Sunday"
    ).others
    assert short["delet"]["remov"] > long["delet"]["remov"] > 0


def test_a_message_is_helped_less_by_other_words_than_a_question() -> None:
    asked, told = parse_query("who deletes the folder?").others, parse_query("delete the folder").others
    assert asked["delet"]["remov"] > told["delet"]["remov"] > 0


def test_what_a_message_says_of_a_change_is_what_a_question_asks_for() -> None:
    assert (
        1
        > parse_query("Who checks the total?").terms["check"]
        > parse_query("check the total").terms["check"]
    )


def test_a_little_word_means_something_in_a_question_only() -> None:
    assert "again" in parse_query("When is it sent again?").terms
    assert "again" not in parse_query("send it again").terms


def test_the_name_of_the_project_is_no_identifier() -> None:
    query = parse_query("When does OkHttp retry?", frozenset({"okhttp"}))
    assert frozenset() == query.names
    assert query.terms["okhttp"] < query.terms["retry"]
    assert "ok" not in query.terms


def test_the_hash_of_a_commit_is_no_word() -> None:
    assert {"clos"} == parse_query(f"close\n\n(cherry picked from commit {'d060401f6c' * 4})").terms.keys()


@pytest.mark.parametrize("message", ["mail: add up", "fix(mail): add up", "libs/mail: add up"])
def test_a_scope_names_its_folder(bench: MakeBench, message: str) -> None:
    up = "def add_up(prices):\n    return sum(prices)\n"
    files = bench({f"{name}/sums.py": up for name in ("libs/chat", "libs/mail", "libs/shop", "tools")})
    assert "libs/mail/sums.py" == search(files.index(), message, files.text)[0].path


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("shop/cart: add up", "shop/cart.py"),
        ("Cart: add up", "shop/cart.py"),
        ("fix(cart): add up", "shop/cart.py"),
        ("cart.py: add up", "shop/cart.py"),
    ],
)
def test_a_scope_names_its_file(bench: MakeBench, message: str, expected: str) -> None:
    up = "def add_up(prices):\n    return sum(prices)\n"
    files = bench({"shop/cart.py": "def put(item):\n    pass\n", "shop/sums.py": up, "shop/totals.py": up})
    assert expected == search(files.index(), message, files.text)[0].path


def test_a_scope_that_many_files_are_called_as_names_none(bench: MakeBench) -> None:
    files = bench({f"{name}/index.ts": "put(item)\n" for name in "abcdef"} | {"sum.ts": "add(up)\n"})
    assert ["sum.ts"] == [one.path for one in search(files.index(), "index: add up", files.text)][:1]


def test_a_word_in_backticks_means_itself() -> None:
    assert parse_query("`update` button").terms["updat"] > parse_query("update button").terms["updat"]


def test_what_comes_first_weighs_more_and_a_scope_most() -> None:
    terms = parse_query("runtime: wake the scheduler\n\nAbout timers.").terms
    assert terms["runtim"] > terms["scheduler"] > terms["timer"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see src/app.py:120", TraceLine("src/app.py", 120)),
        ("./src/app.py is slow", TraceLine("src/app.py")),
        ('  File "/home/me/app.py", line 7, in main', TraceLine("/home/me/app.py", 7)),
        ("at open (src/main.ts:10:5)", TraceLine("src/main.ts", 10)),
        ("src\\win\\main.cpp(33): error C2065", TraceLine("src/win/main.cpp", 33)),
        (" --> src/lib.rs:4:1", TraceLine("src/lib.rs", 4)),
        ("main.go:12: undefined: x", TraceLine("main.go", 12)),
    ],
)
def test_places_are_recognised_as_tools_write_them(text: str, expected: TraceLine) -> None:
    assert expected in parse_query(text).places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the test for x", True),
        ("tests fail", True),
        ("fix flaky tests", True),
        ("Which tests cover it?", True),
        ("contest", False),
        ("fix(test-runner): count tests once", False),
        ("Where are the tests moved to the front?", False),
    ],
)
def test_a_question_about_tests_is_recognised(text: str, expected: bool) -> None:
    assert expected is parse_query(text).wants_tests


def test_a_long_question_keeps_its_strongest_words() -> None:
    text = "needle\n" + " ".join(
        f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(200)
    )
    terms = parse_query(text).terms
    assert MAX_TERMS == len(terms)
    assert "needl" in terms


MakeBench = Callable[[Mapping[str, str]], Bench]

PYTHON = """Traceback (most recent call last):
  File "/srv/app/shop/main.py", line 9, in main
    total(cart)
  File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
  File "/srv/app/shop/cart.py", line 4, in total
KeyError: 'price'
"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: closed
\tat java.base/java.util.ArrayList.get(ArrayList.java:427)
\tat com.acme.box.Box.open(Box.java:12)
\tat com.acme.Main.<init>(Main.java:3)
"""
NODE = """TypeError: x is not a function
    at open (/srv/app/src/box.ts:12:5)
    at Object.<anonymous> (file:///srv/app/src/main.ts:3:1)
    at node:internal/main/run_main_module:17:47
"""
RUST = """error[E0308]: mismatched types
  --> src/box.rs:12:5
thread 'main' panicked at src/main.rs:3:9:
"""
GO = """panic: runtime error: index out of range
goroutine 1 [running]:
main.open(...)
\t/srv/app/box/box.go:12 +0x1d
main.main()
\t/srv/app/main.go:3 +0x20
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PYTHON, ["cart.py:4", "decoder.py:337", "main.py:9"]),
        (JAVA, ["ArrayList.java:427", "Box.java:12", "Main.java:3"]),
        (NODE, ["box.ts:12", "main.ts:3"]),
        (RUST, ["box.rs:12", "main.rs:3"]),
        (GO, ["box.go:12", "main.go:3"]),
        ("PHP Fatal error in /srv/app/box.php on line 12", ["box.php:12"]),
        ("   at Acme.Box.Open() in C:\\src\\Box.cs:line 12", ["Box.cs:12"]),
        ("src/box.ts(12,5): error TS2304: Cannot find name", ["box.ts:12"]),
        ("box.c:12:5: error: expected ';'", ["box.c:12"]),
        ("see main.py, then box.py:12", ["box.py:12"]),
    ],
)
def test_lines_are_found_innermost_first(text: str, expected: list[str]) -> None:
    lined = [place for place in places_in(text) if place.line is not None]
    assert expected == [f"{place.path.rpartition('/')[2]}:{place.line}" for place in lined]


def test_places_with_a_line_come_before_those_without() -> None:
    assert (TraceLine("box.py", 12), TraceLine("main.py")) == places_in("main.py calls box.py:12")


def test_a_frame_of_java_says_the_package(bench: MakeBench) -> None:
    boxes = bench(dict.fromkeys(("src/com/acme/box/Box.java", "src/org/other/Box.java"), "class Box { }\n"))
    assert {"src/com/acme/box/Box.java": {12: 0}} == files_at(boxes.index(), places_in(JAVA))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PYTHON, [("shop/cart.py", 4), ("shop/main.py", 9)]),
        (PYTHON.replace("/srv/app/", "C:\\work\\"), [("shop/cart.py", 4), ("shop/main.py", 9)]),
        (NODE.replace(".ts", ".py").replace("src/box", "shop/cart"), [("shop/cart.py", 12)]),
        ("shop/main.py:9 and then shop/cart.py:4", [("shop/main.py", 9), ("shop/cart.py", 4)]),
    ],
)
def test_frames_in_the_repository_come_first_innermost_first(
    bench: MakeBench, text: str, expected: list[tuple[str, int]]
) -> None:
    lines = "".join(
        f"def step_{n}(total, decode, price):\n    if total:\n        return 'main'\n    return price\n"
        for n in range(5)
    )
    files = dict.fromkeys(("shop/main.py", "shop/cart.py", "shop/price.py"), lines)
    shop = bench(files)
    found = search(shop.index(), text, shop.text, limit=len(expected))
    assert expected == [
        (one.path, line)
        for one, (_, line) in zip(found, expected, strict=True)
        if one.start_line <= line <= one.end_line
    ]
