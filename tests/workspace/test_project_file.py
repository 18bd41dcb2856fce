from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.errors import ConfigError
from foreword.workspace.project_file import pins_in, with_pins

FULL = """\
# Ours.
model = 'claude-haiku-4-5'   # cheap

[context]
budget = 50_000
pins = [
  "a.py",  # the heart
  # and its friend
  'b.py',
]   # no more

[cache]
ttl = "1h"
"""


@pytest.mark.parametrize(
    ("text", "pins", "expected"),
    [
        ("", ["a.py"], '[context]\npins = [\n    "a.py",\n]\n'),
        ("[context]\nbudget = 5 # five\n", ["a"], '[context]\nbudget = 5 # five\npins = [\n    "a",\n]\n'),
        ("[context]\r\nbudget = 5\r\n", ["a"], '[context]\r\nbudget = 5\r\npins = [\r\n    "a",\r\n]\r\n'),
        (
            "context.budget = 5\nmodel = 'm'\n",
            ["a"],
            "context.budget = 5\ncontext.pins = [\n    \"a\",\n]\nmodel = 'm'\n",
        ),
        ("[context]\npins = ['a', 'b'] # c\n", ["b", "c"], "[context]\npins = ['b', \"c\"] # c\n"),
        # A comment above the next table stays there, and one of this table in it.
        (
            "[context]\nbudget = 5\n# more\n\n# Money.\n[limits]\n",
            ["a"],
            '[context]\nbudget = 5\n# more\npins = [\n    "a",\n]\n\n# Money.\n[limits]\n',
        ),
        (
            "[context]\nbudget = 5\n# Money.\n[limits]\n",
            ["a"],
            '[context]\nbudget = 5\npins = [\n    "a",\n]\n# Money.\n[limits]\n',
        ),
        ("[context]\n# Ours.\n", ["a"], '[context]\n# Ours.\npins = [\n    "a",\n]\n'),
        ("[context]\n# Ours.\n[x]\n", ["a"], '[context]\n# Ours.\npins = [\n    "a",\n]\n[x]\n'),
        ("[context]\npins = ['a', 'a']\n", ["b"], '[context]\npins = ["b"]\n'),
        ("[context]\npins = ['a']\n", [], "[context]\npins = []\n"),
        (FULL, ["a.py", "b.py"], FULL),
        (FULL, ["a.py", "b.py", "c.py"], FULL.replace("  'b.py',\n", "  'b.py',\n  \"c.py\",\n")),
        (FULL, ["b.py"], FULL.replace('  "a.py",  # the heart\n', "")),
    ],
)
def test_only_the_pins_change(text: str, pins: list[str], expected: str) -> None:
    assert expected == with_pins(text, pins)
    assert tuple(pins) == pins_in(expected)


@pytest.mark.parametrize(
    "text",
    [
        "[context",
        "\ufeff[context]\n",
        "context = 5\n",
        "[[context]]\nbudget = 5\n",
        "[context]\npins = 'a.py'\n",
        "[context]\npins = ['a', 5]\n",
        "[context.pins]\na = 1\n",
    ],
    ids=lambda text: text[:20],
)
def test_what_can_not_be_changed_safely_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigError, match=r"\.foreword\.toml can't be changed here .* by hand") as refused:
        with_pins(text, ["a.py"])
    assert "\n" not in str(refused.value)


def test_what_is_nested_too_deeply_for_its_reader_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deeper(_: str) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("tomlkit.parse", deeper)
    with pytest.raises(ConfigError, match=r"\.foreword\.toml can't be changed here .* by hand"):
        with_pins("[context]\n", ["a.py"])


NAMES = st.sampled_from(["a.py", "b c.py", "ä/ö.md", 'quote".x', "back\\slash", "*.toml", "#x", "tab\t"])
COMMENTS = st.sampled_from(["", "  # why", "\t#", "   "])
BEFORE = st.sampled_from(
    ["", "# top\n", "model = 'm' # m\n\n", "limits.day = 1\n", "[cache]\nttl = '1h'\n\n# end\n"]
)
AFTER = st.sampled_from(["", "\n[warm]\nday = 0.5 # cents", "# last\n", "[a.b]\nx = '''\n]\n'''\n"])


@settings(deadline=None, max_examples=100)
@given(
    BEFORE,
    st.lists(st.tuples(NAMES, COMMENTS), unique_by=lambda one: one[0]),
    st.lists(NAMES, unique=True),
    AFTER,
)
def test_everything_around_the_pins_keeps_its_bytes(
    before: str, old: list[tuple[str, str]], new: list[str], after: str
) -> None:
    listed = "".join(f"  {_quoted(pin)},{comment}\n" for pin, comment in old)
    head, tail = f"{before}[context] # ours\nbudget = 5_000\npins = [", f"] # end\n{after}"
    changed = with_pins(f"{head}\n{listed}{tail}", _ordered([pin for pin, _ in old], new))
    assert changed.startswith(head)
    assert changed.endswith(tail)
    assert set(new) == set(tomllib.loads(changed)["context"]["pins"])


def _ordered(old: list[str], new: list[str]) -> list[str]:
    return [pin for pin in old if pin in new] + [pin for pin in new if pin not in old]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
