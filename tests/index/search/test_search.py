from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.core.tokens import estimate
from foreword.index.search.search import search
from index.shapes import SHAPES
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]


@pytest.mark.parametrize(
    ("query", "path", "line"),
    [
        ("Where do two boxes intersect?", "src/geometry.py", "def intersect_boxes"),
        ("`merge_with` widens wrongly", "src/geometry.py", "def merge_with"),
        ("BoundingBox", "src/geometry.py", "class BoundingBox"),
        ("mixing colors: mixColours is wrong", "src/palette.py", "def mix_colours"),
        ("redrawing the canvas", "src/canvas.py", "def redraw"),
        ("opens a window", "src/window.py", "def open_window"),
    ],
)
def test_a_question_finds_the_code_it_is_about(bench: MakeBench, query: str, path: str, line: str) -> None:
    shapes = bench(SHAPES)
    best = search(shapes.index(), query, shapes.text)[0]
    assert path == best.path
    assert line in best.text


def test_a_build_is_cited_after_what_it_was_made_of(bench: MakeBench) -> None:
    source = "export function openBox(box) {\n  return box.lid.lift(box);\n}\n"
    build = (
        f"// js/box.js\n{source}{'keep(1);' * 3}\n"
        + "helper();\n" * 250
        + "//# sourceMappingURL=box.mjs.map\n"
    )
    files = bench({"static/box.mjs": build, "client/lib/box.js": source})
    found = search(files.index(), "How does openBox lift the lid?", files.text)
    assert ["client/lib/box.js", "static/box.mjs"] == list(dict.fromkeys(one.path for one in found))


UNSPACED = {
    "zh.py": "# 启动时加载配置文件。并检查权限\ndef boot():\n    return 1\n\n\ndef 计算总价(items):\n    return sum(items)\n",
    "ja.py": "# 設定ファイルを読み込む。\ndef open_it():\n    return 2\n",
    "ko.py": "# 설정 파일에서 값을 읽는다\ndef get_it():\n    return 3\n",
    "th.py": "# อ่านที่อยู่ของผู้ใช้จากฐานข้อมูล\ndef who():\n    return 4\n",
    "km.py": "# អានទិន្នន័យពីឯកសារ\ndef khmer():\n    return 5\n",
    "my.py": "# ဖိုင်ကိုဖတ်ပါ\ndef burmese():\n    return 6\n",
    "lo.py": "# ອ່ານຂໍ້ມູນຈາກຖານ\ndef lao():\n    return 7\n",
    "mixed.py": "# 请先使用parse_settings函数\ndef mixed():\n    return 8\n",
    "wide.txt": "ｶﾀｶﾅ と ｶﾅ\n",
    "gbk.c": "// 这是一个释放内存并关闭连接的函数。调用之后不能再使用\n// 返回值。成功返回零。失败返回错误码\nint shut(void);\n",
    "utf16.cs": "// 打印报表的标题\nclass Report { void Print() { } }\n",
}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("配置在哪里加载", "zh.py"),
        ("权限", "zh.py"),
        ("计算总价", "zh.py"),
        ("「加载配置文件」", "zh.py"),
        ("ファイルの読み込み", "ja.py"),
        ("파일 읽는 곳", "ko.py"),
        ("값", "ko.py"),
        ("ที่อยู่", "th.py"),
        ("ទិន្នន័យ", "km.py"),
        ("ဖတ်ပါ", "my.py"),
        ("ຂໍ້ມູນ", "lo.py"),
        ("Where is `parse_settings` meant to be used?", "mixed.py"),
        ("カタカナ", "wide.txt"),
        ("关闭连接", "gbk.c"),
        ("报表", "utf16.cs"),
    ],
)
def test_words_are_found_in_text_that_has_no_blanks_between_them(
    bench: MakeBench, query: str, path: str
) -> None:
    files = bench(UNSPACED)
    encodings = {"gbk.c": "gbk", "utf16.cs": "utf-16"}
    files.files.update({path: UNSPACED[path].encode(encoding) for path, encoding in encodings.items()})
    assert path == search(files.index(), query, lambda path: UNSPACED[path])[0].path


def test_an_excerpt_of_one_definition_bears_its_name(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    best = search(shapes.index(), "mix colours", shapes.text)[0]
    assert ("src/palette.py", "mix_colours") == (best.path, best.symbol)


def test_an_excerpt_holds_exactly_its_lines(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    found = search(shapes.index(), "boxes canvas window colours prepare step", shapes.text, limit=50)
    assert len(found) > 3
    for one in found:
        lines = SHAPES[one.path].split("\n")
        assert "\n".join(lines[one.start_line - 1 : one.end_line]) == one.text


def test_no_line_is_shown_twice(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    for budget in (None, 10_000):
        found = search(
            shapes.index(), "boxes prepare step pixels", shapes.text, limit=50, budget_tokens=budget
        )
        lines = [(one.path, line) for one in found for line in range(one.start_line, one.end_line + 1)]
        assert len(set(lines)) == len(lines)


def test_under_a_budget_neighbours_are_one_excerpt(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    found = search(shapes.index(), "prepare step pixels canvas", shapes.text, budget_tokens=100_000)
    assert 1 == len([one for one in found if one.path == "src/canvas.py"])


@pytest.mark.parametrize("budget", [0, 30, 100, 1_000])
def test_a_budget_is_kept(bench: MakeBench, budget: int) -> None:
    shapes = bench(SHAPES)
    found = search(shapes.index(), "boxes prepare step", shapes.text, limit=50, budget_tokens=budget)
    assert sum(estimate(one.text) for one in found) <= budget
    assert bool(found) == (budget > 0)


def test_a_limit_counts_excerpts(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    assert [1, 2] == [
        len(search(shapes.index(), "boxes window", shapes.text, limit=limit)) for limit in (1, 2)
    ]


@pytest.mark.parametrize(
    "query",
    [
        "src/canvas.py:96 fails",
        "what happens in canvas.py:96?",
        'Traceback (most recent call last):\n  File "/home/me/work/src/canvas.py", line 96, in prepare_everything\nKeyError: boxes',
        "src\\canvas.py(96): error: boxes intersect",
    ],
)
def test_a_line_that_the_question_names_comes_first(bench: MakeBench, query: str) -> None:
    shapes = bench(SHAPES)
    best = search(shapes.index(), query, shapes.text)[0]
    assert "src/canvas.py" == best.path
    assert best.start_line <= 96 <= best.end_line


def test_a_named_file_comes_before_files_with_its_words(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    assert (
        "src/palette.py"
        == search(shapes.index(), "do boxes intersect in src/palette.py?", shapes.text)[0].path
    )


def test_tests_come_first_only_when_asked_for(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    index = shapes.index()
    assert "src/geometry.py" == search(index, "intersect boxes", shapes.text)[0].path
    assert (
        "tests/test_geometry.py"
        == search(index, "the tests that boxes intersect in none", shapes.text)[0].path
    )


def test_a_file_that_is_shown_already_is_passed_over(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    found = search(shapes.index(), "intersect boxes", shapes.text, shown={"src/geometry.py"})
    assert found
    assert "src/geometry.py" not in {one.path for one in found}


def test_a_name_that_is_spelled_out_finds_its_definition_before_its_uses(bench: MakeBench) -> None:
    uses = "".join(
        f"def use_{n}(box):\n    return area_of(area_of(box)) + area_of(box)\n\n\n" for n in range(9)
    )
    files = bench({"src/use.py": uses, "src/area.py": uses + "def area_of(box):\n    return box.w * box.h\n"})
    assert "area_of" == search(files.index(), "what does `area_of` give?", files.text)[0].symbol


def test_joined_excerpts_keep_the_name_of_the_best_part(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    found = search(shapes.index(), "mix colours palette", shapes.text, budget_tokens=100_000)
    assert "mix_colours" in {one.symbol for one in found if one.path == "src/palette.py"}


def test_boosts_multiply_the_score_of_a_file(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    boosts = {"src/window.py": 20.0, "gone.py": 9.0}
    assert "src/window.py" == search(shapes.index(), "BoundingBox", shapes.text, boosts=boosts)[0].path


@pytest.mark.parametrize("query", ["", "   ", "the of and", "xyzzy", "?!", "\0", "a" * 10_000])
def test_a_question_without_a_known_word_finds_nothing(bench: MakeBench, query: str) -> None:
    shapes = bench(SHAPES)
    assert [] == search(shapes.index(), query, shapes.text)


def test_an_empty_tree_has_nothing_to_find(bench: MakeBench) -> None:
    empty = bench({})
    assert [] == search(empty.index(), "boxes", empty.text)


def test_a_file_that_is_gone_is_passed_over(bench: MakeBench) -> None:
    shapes = bench(SHAPES)
    index = shapes.index()
    del shapes.files["src/geometry.py"]
    assert "src/geometry.py" not in {one.path for one in search(index, "intersect boxes", shapes.text)}


def test_other_revisions_in_the_store_change_nothing(bench: MakeBench) -> None:
    shapes, alone = bench(SHAPES), bench(SHAPES)
    shapes.files |= {f"old{number}.py": b"intersect boxes " * number for number in range(20)}
    shapes.index()
    for number in range(20):
        del shapes.files[f"old{number}.py"]
    query = "Where do two boxes intersect?"
    assert search(alone.index(), query, alone.text) == search(shapes.index(), query, shapes.text)


def test_lines_end_as_they_do_for_people(bench: MakeBench) -> None:
    windows = bench({"a.py": "x = 1\r\n\r\ndef needle():\r\n    return 'hay\x0cstack'\r\n"})
    best = search(windows.index(), "needle", windows.text)[0]
    assert (1, 4) == (best.start_line, best.end_line) or (3, 4) == (best.start_line, best.end_line)


def test_a_copy_of_another_repository_comes_after_the_code(bench: MakeBench) -> None:
    text = "def add_up(prices):\n    return sum(prices)\n"
    copy = {f"aside/{name}": "x\n" for name in ("LICENSE", "AUTHORS")} | {"aside/sums.py": text}
    files = bench(copy | {"src/sums.py": text})
    assert ["src/sums.py", "aside/sums.py"] == [
        one.path for one in search(files.index(), "add up prices", files.text)
    ]


def test_the_name_of_the_project_in_a_question_finds_no_definition_of_that_name(bench: MakeBench) -> None:
    files = bench(
        {
            "README.md": "# OkBox\n",
            "a.kt": "class OkBox\n\nval version = 1\n",
            "b.kt": "fun again() {\n    retry()\n    retry()\n}\n",
        }
    )
    assert "b.kt" == search(files.index(), "When does OkBox retry?", files.text)[0].path
