"""Every message of an agent against the schema that the protocol publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).parent / "protocol" / "acp_v1.json"

Json = Any


@cache
def definitions() -> Mapping[str, Json]:
    found: Mapping[str, Json] = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return found


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions()})


@cache
def name_for(method: str, ending: str) -> str:
    """The definition of what goes with a method: its Request or Notification, or its Response."""
    endings = ("Response",) if ending == "Response" else ("Request", "Notification")
    (name,) = [
        name
        for name, one in definitions().items()
        if one.get("x-method") == method and name.endswith(endings)
    ]
    return name


def faults(value: Json, name: str) -> list[str]:
    """What is wrong with a value, in short."""
    return [
        f"{name} at {'/'.join(map(str, one.absolute_path))}: {one.message[:300]}"
        for one in validator(name).iter_errors(value)
    ]


class Conformance:
    """Hears all that goes over a connection, and knows what of it is not as the schema says.

    `agent` messages are judged; those of the client tell which method a result answers.
    """

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.n_judged = 0
        self._methods: dict[Json, str] = {}

    def client_said(self, message: Json) -> None:
        if "method" in message and "id" in message:
            self._methods[message["id"]] = message["method"]

    def agent_said(self, message: Json) -> None:
        self.n_judged += 1
        if message.get("jsonrpc") != "2.0":
            self.wrong.append(f"no JSON-RPC 2.0: {message}")
        if "method" in message:
            self.wrong += faults(message["params"], name_for(message["method"], "Request"))
        elif "error" in message:
            self.wrong += faults(message["error"], "Error")
        else:
            self.wrong += faults(message["result"], name_for(self._methods[message["id"]], "Response"))
