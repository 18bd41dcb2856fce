from __future__ import annotations

import json

import pytest

from foreword.model.tool_definitions import ToolStyle, tool_definitions


@pytest.mark.parametrize("style", ["native", "schema"])
def test_the_tools_are_always_the_same_list_and_never_a_shared_one(style: ToolStyle) -> None:
    first, second = tool_definitions(style), tool_definitions(style)
    assert json.dumps(first) == json.dumps(second)
    first[0]["cache_control"] = {"type": "ephemeral"}
    assert "cache_control" not in tool_definitions(style)[0]
    names = [tool["name"] for tool in second]
    assert sorted(names) == names


def test_native_tools_are_strict_but_for_anthropic_s_own_editor() -> None:
    files, search, editor, symbols = tool_definitions("native")
    assert {"type", "name", "max_characters"} == editor.keys()
    assert files["strict"] is search["strict"] is symbols["strict"] is True


@pytest.mark.parametrize("style", ["native", "schema"])
def test_no_schema_takes_additional_properties(style: ToolStyle) -> None:
    for tool in tool_definitions(style):
        if "input_schema" in tool:
            assert tool["input_schema"]["additionalProperties"] is False
