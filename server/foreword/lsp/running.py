"""Carrying out a command: arguments in, the same JSON as the command line's `--json` out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from lsprotocol import types

from foreword.assist.asking import prepare_now
from foreword.assist.context_view import context_json
from foreword.assist.folder import OpenFolder
from foreword.assist.ledger import GroupBy
from foreword.assist.reports import (
    doctor_json,
    excerpts_json,
    find_code,
    index_json,
    map_json,
    symbols_json,
    usage_json,
    usage_totals,
    verification_json,
)
from foreword.assist.session import Session
from foreword.assist.trust import set_trust, trust_json
from foreword.assist.verifying import verify
from foreword.core.errors import UsageError
from foreword.lsp.arguments import Arguments
from foreword.lsp.asking import Question, ask
from foreword.lsp.configuration import layers_of
from foreword.lsp.folder import Folder
from foreword.lsp.folders import folder_of
from foreword.lsp.server import ForewordServer

DEFAULT_LIMIT = 10
DEFAULT_DAYS = 30
GROUPS: tuple[GroupBy, ...] = get_args(GroupBy)
CONTEXT_QUESTION = "context"


@dataclass(frozen=True, slots=True)
class Call:
    """One command that is to be run in a folder."""

    server: ForewordServer
    folder: Folder
    opened: OpenFolder
    arguments: Arguments
    token: types.ProgressToken | None


async def run(server: ForewordServer, params: types.ExecuteCommandParams) -> Any:  # noqa: ANN401 - any JSON
    """Run a command in the folder that it names.

    Raises:
        ForewordError: it can't be done; the message says why.
    """
    arguments = Arguments(params.arguments)
    folder = folder_of(server, arguments.workspace)
    layers = await layers_of(server, folder)
    opened = await folder.opened(server.environ, layers)
    await opened.configure(layers)
    call = Call(server, folder, opened, arguments, params.work_done_token)
    return await RUNS[params.command.removeprefix("foreword.")](call)


async def _ask(call: Call) -> Any:  # noqa: ANN401 - any JSON
    question, paths = call.arguments.text("question", needed=True), call.arguments.texts("path")
    use_cache, is_dry = not call.arguments.flag("noCache"), call.arguments.flag("dryRun")
    show = call.arguments.flag("show", default=not call.server.client.knows_our_methods)
    session = await _session(call)
    asked = Question(question, tuple(paths), use_cache, is_dry, show, call.token)
    return await ask(call.server, call.folder, session, asked)


async def _index(call: Call) -> Any:  # noqa: ANN401 - any JSON
    call.arguments.finish()
    return index_json((await call.opened.look()).report)


async def _symbols(call: Call) -> Any:  # noqa: ANN401 - any JSON
    name = call.arguments.text("name")
    call.arguments.finish()
    return await call.opened.run(symbols_json, await call.opened.look(), name)


async def _search(call: Call) -> Any:  # noqa: ANN401 - any JSON
    query, budget = call.arguments.text("query"), call.arguments.number("budget")
    limit = call.arguments.number("limit") or DEFAULT_LIMIT
    call.arguments.finish()
    saved = await call.opened.look()
    return excerpts_json(await call.opened.run(find_code, saved, query, limit, budget))


async def _map(call: Call) -> Any:  # noqa: ANN401 - any JSON
    budget = call.arguments.number("budget")
    call.arguments.finish()
    return await call.opened.run(map_json, call.opened.session, await call.opened.look(), budget)


async def _context(call: Call) -> Any:  # noqa: ANN401 - any JSON
    use_cache = not call.arguments.flag("noCache")
    session = await _session(call)
    prepared = await call.opened.run(prepare_now, session, CONTEXT_QUESTION, use_cache=use_cache, keep=False)
    return context_json(session, prepared)


async def _usage(call: Call) -> Any:  # noqa: ANN401 - any JSON
    by, days = call.arguments.text("by") or "day", call.arguments.number("days") or DEFAULT_DAYS
    call.arguments.finish()
    group = next((known for known in GROUPS if known == by), None)
    if group is None:
        raise UsageError(f'"by" must be one of {", ".join(GROUPS)}')
    session = call.opened.session
    totals = await call.opened.run(usage_totals, session.ledger, group, days, session.clock())
    return usage_json(group, totals)


async def _verify(call: Call) -> Any:  # noqa: ANN401 - any JSON
    budget = call.arguments.number("budget")
    call.arguments.finish()
    flags = ["--budget", str(budget)] if budget else []
    return verification_json(await call.opened.run(verify, call.opened.root, flags))


async def _doctor(call: Call) -> Any:  # noqa: ANN401 - any JSON
    call.arguments.finish()
    return await call.opened.run(doctor_json, call.opened.session)


async def _trust(call: Call) -> Any:  # noqa: ANN401 - any JSON
    trusted = not call.arguments.flag("revoke")
    call.arguments.finish()
    places = call.opened.session.places
    await call.opened.run(set_trust, places, call.opened.root, trusted=trusted)
    return trust_json(places, call.opened.root)


async def _session(call: Call) -> Session:
    """The session with the settings that the arguments give, which are then all that there may be."""
    given: Mapping[str, object] = {
        "model": call.arguments.text("model") or None,
        "provider": call.arguments.text("provider") or None,
        "context.budget": call.arguments.number("budget"),
    }
    call.arguments.finish()
    return await call.opened.current({key: value for key, value in given.items() if value is not None})


RUNS: Mapping[str, Callable[[Call], Awaitable[Any]]] = {
    "ask": _ask,
    "index": _index,
    "symbols": _symbols,
    "search": _search,
    "map": _map,
    "context": _context,
    "usage": _usage,
    "verify": _verify,
    "doctor": _doctor,
    "trust": _trust,
}
