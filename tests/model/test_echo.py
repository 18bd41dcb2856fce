from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from foreword.model.echo import clean_object, echoes_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("text", "thinking", "signature", "data", "id", "name", "input", "tool_use_id", "content", "extra")
KINDS = st.sampled_from(
    ["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "x_tool_result", "x"]
)
BLOCK = st.fixed_dictionaries({"type": KINDS}, optional=dict.fromkeys(FIELDS, JSON))


def test_a_sound_block_comes_back_byte_for_byte() -> None:
    blocks: list[dict[str, object]] = [
        {"type": "thinking", "thinking": "", "signature": "s"},
        {"type": "text", "text": "a", "citations": None},
        {
            "type": "tool_use",
            "id": "t",
            "name": "search",
            "input": {"query": "q"},
            "caller": {"type": "direct"},
        },
        {"type": "redacted_thinking", "data": "d"},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
    ]
    assert json.dumps(blocks) == json.dumps(echoes_of(blocks))


@given(st.lists(BLOCK, max_size=4))
def test_whatever_comes_in_what_goes_back_is_sound_and_stays_so(blocks: list[dict[str, object]]) -> None:
    echoes = echoes_of(blocks)
    json.dumps(echoes, allow_nan=False, ensure_ascii=False).encode()
    assert json.dumps(echoes) == json.dumps(echoes_of(echoes))
    for echo in echoes:
        match echo["type"]:
            case "text":
                assert echo["text"].strip()
            case "tool_use" | "server_tool_use":
                assert isinstance(echo["input"], dict)
                assert echo["id"]
                assert echo["name"]
            case "thinking":
                assert isinstance(echo["thinking"], str)
                assert echo["signature"]


def test_an_object_that_is_none_is_empty() -> None:
    assert [{}, {}, {"a": "\ufffd"}] == [clean_object(None), clean_object([1]), clean_object({"a": "\ud800"})]
