"""What no client should do, and some do: the server answers where the protocol has an answer, and lives."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editor import Editor, RpcError, connected
from foreword.api.table import SERVED
from gitrepo import GitRepo

Environ = dict[str, str]
Json = dict[str, Any]
URI = "file:///x.py"
RANGE: Json = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 1}}
DOCUMENT: Json = {"uri": URI, "version": 2, "languageId": "python", "text": "x = 1\n"}
RIGHT: dict[str, Json] = {
    "textDocument/codeAction": {
        "textDocument": {"uri": URI},
        "range": RANGE,
        "context": {"diagnostics": [{"range": RANGE, "message": "wrong"}], "only": ["quickfix"]},
    },
    "codeAction/resolve": {
        "title": "Fix",
        "kind": "quickfix",
        "data": {"kind": "fix", "uri": URI, "range": RANGE},
    },
    "textDocument/documentSymbol": {"textDocument": {"uri": URI}},
    "workspace/symbol": {"query": "total"},
    "workspace/executeCommand": {
        "command": "foreword.ask",
        "arguments": [{"kind": "explain", "uri": URI, "range": RANGE, "path": ["x.py:1-2"], "dryRun": True}],
        "workDoneToken": "t",
    },
    "workspace/textDocumentContent": {"uri": "foreword:/chat/1.md"},
    "foreword/chat/open": {"title": "x", "resumeId": "x", "uri": URI},
    "foreword/chat/send": {
        "chatId": "x",
        "text": "x",
        "attachments": [{"uri": URI, "range": RANGE, "symbol": "x"}],
        "partialResultToken": "p",
    },
    "foreword/chat/history": {"chatId": "x", "before": "x", "limit": 5},
    "foreword/chat/truncate": {"chatId": "x", "messageId": "x"},
    "foreword/chat/list": {"uri": URI},
}
"""Requests with parameters that have the right form."""

TOLD: dict[str, Json] = {
    "initialized": {},
    "$/setTrace": {"value": "off"},
    "$/cancelRequest": {"id": 1},
    "foreword/chat/close": {"chatId": "x"},
    "textDocument/didOpen": {"textDocument": DOCUMENT},
    "textDocument/didChange": {
        "textDocument": {"uri": URI, "version": 3},
        "contentChanges": [{"range": RANGE, "text": "y"}, {"text": "z\n"}],
    },
    "textDocument/didSave": {"textDocument": {"uri": URI}, "text": "z\n"},
    "textDocument/didClose": {"textDocument": {"uri": URI}},
    "window/workDoneProgress/cancel": {"token": "t"},
    "workspace/didChangeConfiguration": {
        "settings": {"foreword": {"model": "x", "context": {"budget": 5000}}}
    },
    "workspace/didChangeWatchedFiles": {"changes": [{"uri": URI, "type": 2}]},
    "workspace/didChangeWorkspaceFolders": {"event": {"added": [], "removed": [{"uri": URI, "name": "x"}]}},
    "workspace/didCreateFiles": {"files": [{"uri": URI}]},
    "workspace/didDeleteFiles": {"files": [{"uri": URI}]},
    "workspace/didRenameFiles": {"files": [{"oldUri": URI, "newUri": "file:///y.py"}]},
}
"""Notifications with parameters that have the right form."""

NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = (
    st.none()
    | st.booleans()
    | NUMBERS
    | st.text(max_size=8)
    | st.sampled_from(("%00", "untitled:1", *SERVED))
)
JSON = st.recursive(
    LEAVES,
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    max_leaves=5,
)
QUIET = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places_in(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """The paths of all values in some JSON, its own included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places_in(one, (*at, key)))]


@st.composite
def spoilt(draw: st.DrawFn, right: Json) -> Any:  # noqa: ANN401 - any JSON
    """Parameters of which one value is something else, or is gone."""
    whole = {"params": json.loads(json.dumps(right))}
    place: tuple[Any, ...] = ("params", *draw(st.sampled_from(places_in(right))))
    way, last = place[:-1], place[-1]
    inner: Any = whole
    for key in way:
        inner = inner[key]
    is_gone: bool = draw(st.booleans())
    if way and is_gone:
        del inner[last]
    else:
        inner[last] = draw(JSON)
    return whole["params"]


def spoilt_all(right: dict[str, Json]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({method: spoilt(params) for method, params in right.items()})


@QUIET
@given(told=spoilt_all(TOLD), asked=spoilt_all(RIGHT))
async def test_malformed_parameters_of_every_method_get_one_reply_each(
    repo: GitRepo, environ: Environ, told: dict[str, Any], asked: dict[str, Any]
) -> None:
    """Folders that nonsense opens, and commands that it happens to name, are fine too."""

    async with connected(environ) as editor:
        await editor.start([repo.path])
        for method, params in told.items():
            editor.notify(method, params)
        begun = [editor.begin(method, params)[1] for method, params in asked.items()]
        outcomes = await editor.wait_for(asyncio.gather(*begun, return_exceptions=True))
        internal = [one for one in outcomes if isinstance(one, RpcError) and one.code == -32603]
        assert [] == internal
        workspace = repo.path.as_uri()
        assert 1 == len(await editor.command("foreword.symbols", name="total", workspace=workspace))
        assert 0 == await editor.stop()


@pytest.mark.parametrize("n_bytes", [5_000_000, 50_000_000])
async def test_a_large_document_and_large_nonsense_are_survived(
    n_bytes: int, repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        editor.open((repo.path / "large.py").as_uri(), "x = 1\n" * (n_bytes // 6))
        editor.send_raw(b"{" + b"x" * n_bytes)
        assert -32700 == (await editor.stray())["error"]["code"]
        assert 1 == len(await editor.command("foreword.symbols", name="total"))


async def test_documents_out_of_order_end_as_the_last_whole_text_says(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        uri = (repo.path / "till.py").as_uri()
        change(editor, uri, 1, "before it is open\n")
        close(editor, uri)
        editor.open(uri, "first = 1\n")
        editor.open(uri, "again = 1\n")
        change(editor, uri, 9, "ninth = 1\n")
        change(editor, uri, 2, "second = 1\n")
        change(editor, uri, 2, "newest = 1\n")
        shown = await editor.command("foreword.ask", question="Why?", dryRun=True)
        (unsaved,) = unsaved_in(shown)
        assert "newest = 1" in unsaved
        close(editor, uri)
        close(editor, uri)
        change(editor, uri, 10, "after it is closed\n")
        assert [] == unsaved_in(await editor.command("foreword.ask", question="Why?", dryRun=True))


async def test_what_is_done_is_forgotten_also_of_notifications_and_of_ids_that_come_twice(
    repo: GitRepo, environ: Environ
) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        before = n_done_tasks()
        for number in range(100):
            document = {"uri": (repo.path / f"{number}.py").as_uri()}
            editor.notify("foreword/chat/history", {"chatId": f"none {number}"})
            editor.notify(
                "textDocument/codeAction", {**RIGHT["textDocument/codeAction"], "textDocument": document}
            )
            body = {"jsonrpc": "2.0", "id": "twice", "method": "foreword/chat/list", "params": {}}
            editor.send_raw(json.dumps(body).encode())
        await editor.command("foreword.symbols", name="total")
        assert n_done_tasks() < before + 50


def n_done_tasks() -> int:
    """How many tasks that are done somebody still holds, in the event loop that this test shares with the server."""
    gc.collect()
    return sum(isinstance(one, asyncio.Task) and one.done() for one in gc.get_objects())


async def test_every_request_before_initialized_is_answered(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        shown = [{"uri": repo.path.as_uri(), "name": "x"}]
        await editor.request("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": shown})
        begun = [editor.begin(method, {})[1] for method in RIGHT]
        outcomes = await editor.wait_for(asyncio.gather(*begun, return_exceptions=True))
        assert len(RIGHT) == sum(isinstance(one, RpcError | dict) for one in outcomes)
        editor.notify("initialized", {})
        assert 3 == (await editor.command("foreword.index"))["files"]


def change(editor: Editor, uri: str, version: int, text: str) -> None:
    document = {"uri": uri, "version": version}
    editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})


def close(editor: Editor, uri: str) -> None:
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def unsaved_in(shown: Json) -> list[str]:
    """The texts of the request in which unsaved text stands."""
    texts = [block["text"] for message in shown["request"]["messages"] for block in message["content"]]
    return [text for text in texts if "<unsaved" in text]
