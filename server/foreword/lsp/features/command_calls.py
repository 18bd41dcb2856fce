"""Carrying out a command: arguments in, the same JSON as the command line's `--json` out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, get_args

from lsprotocol import types

from foreword.assist.accounts.ledger import GroupBy
from foreword.assist.answering.ask import prepare_now
from foreword.assist.answering.pin_files import LOOK_QUESTION, PinChange, change_pins
from foreword.assist.context.verification import verify
from foreword.assist.question.context_view import context_json
from foreword.assist.question.pointers import parse_pointer
from foreword.assist.question.request import Kind
from foreword.assist.question.task import TASK_KEYS, pointers_of, question_of
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.ports import agree
from foreword.assist.session.session import Session
from foreword.assist.session.settings_files import PROJECT_FILE
from foreword.assist.session.trust_store import set_trust, trust_json
from foreword.assist.spending.explain import explain
from foreword.assist.usage.reports import (
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
from foreword.assist.usage.usage_page import usage_page
from foreword.core.errors import UsageError
from foreword.lsp.connection.configuration import open_now
from foreword.lsp.connection.readiness import note_readiness
from foreword.lsp.connection.server import ForewordServer
from foreword.lsp.connection.status_notification import send_status
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.arguments import Arguments
from foreword.lsp.features.ask_command import Question, ask, completed, documents_in, read_question
from foreword.lsp.features.cost_commands import run_forecast, run_warm
from foreword.lsp.features.edit_command import (
    Instruction,
    instruction_of,
    read_task,
    reject_proposal,
    run_dry,
    run_instruction,
    run_proposal,
    undo_proposal,
)
from foreword.lsp.features.replay_command import run_replay
from foreword.lsp.features.workspace_folders import folder_of
from foreword.lsp.output.apply_edit import DeliveryOptions
from foreword.lsp.output.proposals import Part, find_proposal, proposals_json

DEFAULT_KIND: Kind = "ask"
DEFAULT_LIMIT = 10
LIFETIMES = ("", "5m", "1h")
DEFAULT_DAYS = 30
GROUPS: tuple[GroupBy, ...] = get_args(GroupBy)


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
    await find_proposal(server, str(arguments.peek("proposalId") or ""))
    folder = folder_of(server, arguments.workspace or _home_of(server, arguments))
    opened = await open_now(server, folder)
    call = Call(server, folder, opened, arguments, params.work_done_token)
    return await RUNS[params.command.removeprefix("foreword.")](call)


def _home_of(server: ForewordServer, arguments: Arguments) -> str | None:
    """Where a task or an earlier proposal belongs; None for what does not say."""
    kept = server.proposals.get(str(arguments.peek("proposalId")))
    place = kept.folder_uri if kept else arguments.peek("uri")
    return place if isinstance(place, str) and place.startswith("file:") else None


async def _ask(call: Call) -> Any:  # noqa: ANN401 - any JSON
    text, paths = call.arguments.text("question"), call.arguments.texts("path")
    use_cache, is_dry = not call.arguments.flag("noCache"), call.arguments.flag("dryRun")
    show = call.arguments.flag("show", default=not call.server.client.knows_our_methods)
    pointers, kind = tuple(parse_pointer(path) for path in paths), DEFAULT_KIND
    partial_token = call.arguments.token("partialResultToken")
    given = call.arguments.chosen(TASK_KEYS) if call.arguments.peek("kind") is not None else None
    session = await _session(call)
    if given is not None:
        asked_for = read_question(call.server, call.opened, {"instruction": text, **given})
        task = await completed(call.server, asked_for)
        if task is None:
            return None
        text, pointers, kind = question_of(task), (*pointers_of(task), *pointers), task.kind
    asked = Question(text, pointers, kind, use_cache, is_dry, show, call.token, partial_token)
    return await ask(call.server, call.folder, session, asked)


async def _edit(call: Call) -> Any:  # noqa: ANN401 - any JSON
    if call.arguments.peek("proposalId") is not None:
        return await _apply(call)
    use_cache, is_dry = not call.arguments.flag("noCache"), call.arguments.flag("dryRun")
    if call.arguments.peek("kind") is not None:
        task = read_task(call.opened, call.arguments.chosen(TASK_KEYS))
        asked = instruction_of(task, use_cache=use_cache, token=call.token)
    else:
        text, paths = call.arguments.text("instruction", needed=True), call.arguments.texts("path")
        pointers = tuple(parse_pointer(path) for path in paths)
        asked = Instruction(text, pointers, use_cache=use_cache, token=call.token)
    wishes = _wishes(call, confirm=True)
    session = await _session(call)
    if is_dry:
        return await run_dry(call.server, call.folder, session, asked)
    return await run_instruction(call.server, call.folder, session, asked, wishes)


async def _apply(call: Call) -> Any:  # noqa: ANN401 - any JSON
    """An earlier proposal: the user has seen it, so the editor does not ask again unless told to."""
    name, files = call.arguments.text("proposalId"), call.arguments.texts("files")
    part = Part(files, call.arguments.numbers_by_path("hunks"))
    wishes = _wishes(call, confirm=False)
    rejects, undoes = call.arguments.flag("reject"), call.arguments.flag("undo")
    call.arguments.finish()
    if undoes:
        return await undo_proposal(call.server, call.folder, name)
    if rejects:
        return await reject_proposal(call.server, call.folder, name, part)
    return await run_proposal(call.server, call.folder, name, part, wishes)


def _wishes(call: Call, *, confirm: bool) -> DeliveryOptions:
    return DeliveryOptions(
        apply=call.arguments.flag("apply", default=True),
        preview=call.arguments.flag("preview"),
        confirm=call.arguments.flag("confirm", default=confirm),
    )


async def _proposals(call: Call) -> Any:  # noqa: ANN401 - any JSON
    call.arguments.finish()
    return await proposals_json(call.server, call.folder)


async def _index(call: Call) -> Any:  # noqa: ANN401 - any JSON
    call.arguments.finish()
    return index_json(await call.opened.index())


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
    return await call.opened.run(map_json, call.opened.session, await call.opened.index(), budget)


async def _context(call: Call) -> Any:  # noqa: ANN401 - any JSON
    use_cache = not call.arguments.flag("noCache")
    wish = PinChange(call.arguments.texts("pin"), call.arguments.texts("unpin"))
    session = await _session(call)
    if wish.pin or wish.unpin:
        shown = dict(documents_in(call.server, call.opened)).get(PROJECT_FILE)
        changed = await call.opened.run(change_pins, session, wish, use_cache=use_cache, shown=shown)
        send_status(call.server, call.folder)
        return changed
    prepared = await call.opened.run(prepare_now, session, LOOK_QUESTION, use_cache=use_cache, keep=False)
    return context_json(session, prepared)


async def _forecast(call: Call) -> Any:  # noqa: ANN401 - any JSON
    question, use_cache = call.arguments.text("question"), not call.arguments.flag("noCache")
    pointers = tuple(parse_pointer(path) for path in call.arguments.texts("path"))
    session = await _session(call)
    return await run_forecast(call.server, call.opened, session, question, pointers, use_cache=use_cache)


async def _warm(call: Call) -> Any:  # noqa: ANN401 - any JSON
    ttl, base_only = call.arguments.text("ttl"), call.arguments.flag("baseOnly")
    if ttl not in LIFETIMES:
        raise UsageError('"ttl" must be 5m or 1h')
    is_dry = call.arguments.flag("dryRun")
    session = await _session(call, ttl)
    warmed = await run_warm(call.opened, session, base_only=base_only, is_dry=is_dry)
    send_status(call.server, call.folder)
    return warmed


async def _usage(call: Call) -> Any:  # noqa: ANN401 - any JSON
    by, days = call.arguments.text("by") or "day", call.arguments.number("days") or DEFAULT_DAYS
    as_page = call.arguments.flag("html")
    call.arguments.finish()
    group = next((known for known in GROUPS if known == by), None)
    if group is None:
        raise UsageError(f'"by" must be one of {", ".join(GROUPS)}')
    session = call.opened.session
    totals = await call.opened.run(usage_totals, session.ledger, group, days, session.clock())
    if not as_page:
        return usage_json(group, totals)
    page = partial(usage_page, by=group, days=days, now=session.clock())
    shown = await call.opened.run(page, session.ledger, session.prefix_store, session.root)
    return usage_json(group, totals) | {"html": shown}


async def _why(call: Call) -> Any:  # noqa: ANN401 - any JSON
    name = call.arguments.text("request")
    call.arguments.finish()
    session = call.opened.session
    return (await call.opened.run(explain, session.ledger, str(session.root), name)).to_json()


async def _verify(call: Call) -> Any:  # noqa: ANN401 - any JSON
    budget = call.arguments.number("budget")
    call.arguments.finish()
    flags = ["--budget", str(budget)] if budget else []
    return verification_json(await call.opened.run(verify, call.opened.root, flags))


async def _replay(call: Call) -> Any:  # noqa: ANN401 - any JSON
    return await run_replay(call.opened.session, call.arguments)


async def _doctor(call: Call) -> Any:  # noqa: ANN401 - any JSON
    call.arguments.finish()
    return await call.opened.run(doctor_json, call.opened.session)


async def _trust(call: Call) -> Any:  # noqa: ANN401 - any JSON
    trusted = not call.arguments.flag("revoke")
    call.arguments.finish()
    places = call.opened.session.places
    await call.opened.run(set_trust, places, call.opened.root, trusted=trusted)
    note_readiness(call.server, call.folder)
    return trust_json(places, call.opened.root)


async def _session(call: Call, ttl: str = "") -> Session:
    """The session with the settings that the arguments give, which are then all that there may be."""
    given: Mapping[str, object] = {
        "model": call.arguments.text("model") or None,
        "provider": call.arguments.text("provider") or None,
        "context.budget": call.arguments.number("budget"),
        "cache.ttl": ttl or None,
    }
    says_yes = call.arguments.flag("yes")
    call.arguments.finish()
    session = await call.opened.current({key: value for key, value in given.items() if value is not None})
    return replace(session, consent=agree) if says_yes else session


RUNS: Mapping[str, Callable[[Call], Awaitable[Any]]] = {
    "ask": _ask,
    "edit": _edit,
    "proposals": _proposals,
    "index": _index,
    "symbols": _symbols,
    "search": _search,
    "map": _map,
    "context": _context,
    "forecast": _forecast,
    "warm": _warm,
    "usage": _usage,
    "why": _why,
    "verify": _verify,
    "replay": _replay,
    "doctor": _doctor,
    "trust": _trust,
}
