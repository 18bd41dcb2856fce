"""Holds every message of a language server against the protocol, and against what its client said that it can do.

    judge = Judge()
    judge.sent({"id": 1, "method": "initialize", ...})     # what the client sends
    judge.received({"id": 1, "result": ...})               # what the server sends
    assert [] == judge.violations

Shapes come from lsprotocol's types, read strictly: a field that a type does not have is a violation. Rules that no
type tells are written from the specification, without a line of the server's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lsprotocol import converters, types

from client_conformance import Abilities, action_faults, hello_faults, request_faults

Json = dict[str, Any]
Token = str | int
CONVERTER = converters.get_converter()
OUR_METHODS = frozenset(("foreword/status",))
EARLY = frozenset(("window/showMessage", "window/logMessage", "telemetry/event", "window/showMessageRequest"))
"""What may come before the answer to `initialize`."""

CREATE = "window/workDoneProgress/create"


@dataclass
class Judge:
    """`violations` are sentences; `abilities` what the client declared, once it has."""

    violations: list[str] = field(default_factory=list)
    abilities: Abilities = field(default_factory=lambda: Abilities({}))
    commands: tuple[str, ...] = ()
    is_raw: bool = False
    _is_greeted: bool = False
    _is_ready: bool = False
    _pending: dict[Token, Json] = field(default_factory=dict)
    _asked: dict[Token, Json] = field(default_factory=dict)
    _progress: dict[Token, str] = field(default_factory=dict)
    _made: set[Token] = field(default_factory=set)

    def sent(self, message: Json) -> None:
        """The client sends a message."""
        method, params = message.get("method"), message.get("params")
        if method == "initialized":
            self._is_ready = True
        if method is None:
            self._answered(message)
        elif "id" in message:
            self._pending[message["id"]] = message
            if method == "initialize" and isinstance(params, dict) and not self._is_greeted:
                self.abilities = Abilities(
                    params.get("capabilities") or {}, params.get("initializationOptions")
                )

    def received(self, message: Json) -> None:
        """The server sends a message."""
        call = (
            self._pending.get(message["id"], {}) if "id" in message and "method" not in message else message
        )
        faults = self._of_call(message) if "method" in message else self._of_reply(message)
        about = str(call.get("method", "a reply"))
        try:
            self.violations += [f"{about}: {fault}" for fault in faults]
        except Exception as error:  # noqa: BLE001 - whatever a wrong shape leads to is its fault
            self.violations.append(f"{about}: {message!r} is so wrong that it can't be judged ({error!r})")

    @property
    def told(self) -> str:
        """The violations, each once, as the message of a failing test."""
        return "\n".join(dict.fromkeys(self.violations))

    def _answered(self, message: Json) -> None:
        call = self._asked.pop(message["id"], {})
        if call.get("method") == CREATE and "error" not in message:
            self._made.add(call["params"]["token"])

    def _of_call(self, message: Json) -> Iterator[str]:
        method: str = message["method"]
        params: Json = message.get("params") or {}
        if "id" in message:
            if message["id"] in self._asked:
                yield "the id of a request that is under way"
            self._asked[message["id"]] = message
        if not self._is_greeted and method not in EARLY and method != "$/progress":
            yield "it came before the answer to `initialize`"
        if method in OUR_METHODS:
            if not self.abilities.knows_our_methods:
                yield "the client knows none of our methods"
            return
        yield from _shape_faults(message, types.METHOD_TO_TYPES.get(method, (None,))[0])
        if method == "$/progress":
            yield from self._of_progress(params["token"], params["value"])
        elif "id" in message:
            yield from request_faults(self.abilities, method, params)
            if method == "client/registerCapability" and not self._is_ready:
                yield "it came before `initialized`"

    def _of_progress(self, token: Token, value: Json) -> Iterator[str]:
        work, partial = self._tokens()
        if token in partial:
            return
        if token not in work and token not in self._made:
            yield f"nobody gave the token {token!r}, or its request is answered"
            return
        kind, before = value.get("kind"), self._progress.get(token)
        allowed = {None: ("begin",), "begin": ("report", "end"), "report": ("report", "end"), "end": ()}
        if kind not in allowed[before]:
            yield f"{kind} after {before}"
        self._progress[token] = str(kind)
        shapes = {
            "begin": types.WorkDoneProgressBegin,
            "report": types.WorkDoneProgressReport,
            "end": types.WorkDoneProgressEnd,
        }
        yield from _shape_faults(value, shapes[str(kind)])
        if kind == "end":
            self._made.discard(token)

    def _tokens(self) -> tuple[set[Token], set[Token]]:
        """The tokens for work and for partial results of the requests that are under way; a command's are arguments."""
        given = [call.get("params") for call in self._pending.values()]
        found = [params for params in given if isinstance(params, dict)]
        found += [one for params in found for one in params.get("arguments") or () if isinstance(one, dict)]
        work = {
            params["workDoneToken"] for params in found if isinstance(params.get("workDoneToken"), str | int)
        }
        partial = {
            p["partialResultToken"] for p in found if isinstance(p.get("partialResultToken"), str | int)
        }
        return work, partial

    def _of_reply(self, message: Json) -> Iterator[str]:
        call = self._pending.pop(message["id"], None) if message["id"] is not None else None
        if ("result" in message) == ("error" in message):
            yield "a reply has either a result or an error"
        if call is None:
            if not self.is_raw:
                yield "it answers nothing that was asked"
            return
        token = (
            (call.get("params") or {}).get("workDoneToken") if isinstance(call.get("params"), dict) else None
        )
        if isinstance(token, str | int) and self._progress.pop(token, "end") != "end":
            yield f"the progress of {call['method']} was not ended"
        if "error" in message:
            yield from _error_faults(message["error"])
            return
        method = call["method"]
        if method != "textDocument/codeAction":
            yield from _shape_faults(message, types.METHOD_TO_TYPES.get(method, (None, None))[1])
        yield from self._of_result(method, call.get("params"), message["result"])

    def _of_result(self, method: str, params: Any, result: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
        if method == "initialize":
            self._is_greeted = True
            self.commands = tuple(
                result["capabilities"].get("executeCommandProvider", {}).get("commands", ())
            )
            yield from hello_faults(self.abilities, result["capabilities"])
        elif method == "textDocument/codeAction":
            for action in result or ():
                # lsprotocol takes an action that has a command for that command, and not for what it is
                is_command = isinstance(action.get("command"), str)
                yield from _shape_faults(action, types.Command if is_command else types.CodeAction)
                yield from action_faults(self.abilities, self.commands, action)
        elif method == "codeAction/resolve":
            if [*_shape_faults(params, types.CodeAction)]:
                return  # what comes of nonsense is nonsense
            resolved = self.abilities.resolved_properties
            for key in params.keys() | result.keys():
                if key not in resolved and params.get(key) != result.get(key):
                    yield f"{key} of an action was changed, which the client does not resolve"
            yield from action_faults(self.abilities, self.commands, result, is_resolved=True)


def _shape_faults(message: Json, shape: Any) -> Iterator[str]:  # noqa: ANN401 - a class of lsprotocol
    """How a message differs from its type."""
    if shape is None:
        if "method" in message:
            yield "no method of the protocol"
        return
    try:
        again = CONVERTER.unstructure(CONVERTER.structure(message, shape), shape)
    except Exception as error:  # noqa: BLE001 - cattrs raises whatever a wrong shape leads to
        yield f"no {shape.__name__}: {type(error).__name__} {error}"
        return
    yield from _differences("", message, again)


def _differences(place: str, given: Any, read: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """What a type does not have, and so was not read."""
    if isinstance(given, dict) and isinstance(read, dict):
        for key, value in given.items():
            if key in read:
                yield from _differences(f"{place}.{key}", value, read[key])
            elif value is not None or key not in ("result", "params"):
                yield f"{place}.{key} does not belong there"
    elif isinstance(given, list) and isinstance(read, list | tuple) and len(given) == len(read):
        for number, (one, other) in enumerate(zip(given, read, strict=True)):
            yield from _differences(f"{place}[{number}]", one, other)
    elif given != read:
        yield f"{place} is {given!r}, and was read as {read!r}"


def _error_faults(error: Json) -> Iterator[str]:
    if not isinstance(error.get("code"), int) or not isinstance(error.get("message"), str):
        yield f"no error: {error!r}"
    elif "\n" in error["message"] or not error["message"].strip():
        yield f"the message of an error is one line, not {error['message']!r}"
