"""`textDocument/codeAction` and `codeAction/resolve`: what can be done here, from memory. The model runs when an action is chosen.

Edits are made by `codeAction/resolve` for clients that resolve edits, by the command `foreword.edit` for others;
answers by the command `foreword.ask`. Either way what travels is a task (`assist.question.actions.Task`).

What that needs of the core is imported when the first one runs: this module is on the path to `initialize`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from foreword.assist.question.task import edits
from foreword.assist.question.task_menu import ACTION_KINDS, Offer, Report, Spot, fixes, rewrites, sources
from foreword.assist.session.trust_store import is_trusted
from foreword.core.documents.document import Document
from foreword.core.documents.uri import uri_key
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.errors import ForewordError, UsageError
from foreword.core.exclusion import reason_for_path
from foreword.lsp.connection.configuration import is_refused_by_client, is_trusted_by_client
from foreword.lsp.connection.readiness import path_below, readiness_of
from foreword.lsp.connection.server import ForewordServer, handle
from foreword.lsp.connection.workspace_folder import Folder
from foreword.lsp.features.keep_warm_loop import note_menu
from foreword.lsp.features.selection import lines_from_lsp, lines_to_lsp, spot_at
from foreword.lsp.features.workspace_folders import folder_of
from foreword.storage.directories import find_places

if TYPE_CHECKING:
    from foreword.assist.question.request import Kind
    from foreword.assist.question.task_files import UserTask, UserTasks


PROPOSED = "source.foreword.proposal"
TASK_KIND = "source.foreword.run"
MAX_PROPOSED = 5
"""Files of earlier proposals, the newest first."""
OPTIONS = types.CodeActionOptions(
    code_action_kinds=[*dict.fromkeys(ACTION_KINDS.values()), TASK_KIND, PROPOSED], resolve_provider=True
)
FADED = frozenset((types.DiagnosticTag.Unnecessary, types.DiagnosticTag.Deprecated))

Action = types.CodeAction | types.Command

MAX_AGE_S = 1.0
NOT_TRUSTED = "this project is not trusted: read its tasks, then run `foreword trust` there"


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.TEXT_DOCUMENT_CODE_ACTION, code_action, OPTIONS)
    handle(server, types.CODE_ACTION_RESOLVE, resolve)


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of a folder; `document` is its open text, None if it is not open."""

    folder: Folder
    uri: str
    path: str
    document: Document | None


async def code_action(server: ForewordServer, params: types.CodeActionParams) -> list[Action]:
    """What can be done at a range; nothing for what is no file of an open folder."""
    place = _place(server, params.text_document.uri)
    if place is None:
        return []
    key = uri_key(place.uri, ignores_case=server.snapshot.ignores_case)
    # Editors ask for the light bulb at every move of the cursor: it never waits for a parse.
    if place.document and not _is_automatic(params.context):
        await server.outlines.begun(key, place.document, lambda: server.snapshot)
    actions = _actions(server, place, key, params)
    # Tasks are read from disk: for a menu only.
    if not _is_automatic(params.context) and _passes(TASK_KIND, params.context.only):
        is_menu = params.context.trigger_kind == types.CodeActionTriggerKind.Invoked
        actions += await task_actions(server, place.folder, place.uri, params.range, is_menu=is_menu)
    return actions


def _actions(
    server: ForewordServer, place: FileRef, key: str, params: types.CodeActionParams
) -> list[Action]:
    definitions = server.outlines.definitions(key, place.document) if place.document else ()
    spot = spot_at(place.path, place.document, params.range, definitions, server.encoding)
    context = params.context
    reports = _reports(context)
    offers = (offer for offer in _offers(spot, reports, context) if _is_wanted(offer, context.only))
    # A client that sends no trigger kind may ask at every move, which is no sign of a question.
    if context.trigger_kind == types.CodeActionTriggerKind.Invoked:
        note_menu(place.folder)
    wanted = [offer for offer in offers if _can_be_shown(server, offer)]
    shown = [_action(server, place, offer, params, reports) for offer in wanted]
    if not _is_automatic(context) and _passes(PROPOSED, context.only):
        shown += _proposed_files(server, place.folder)
    actions = [action for action in shown if action is not None]
    # Where disabled actions can't be shown the menu is empty, and nothing in it says why.
    if not _is_automatic(context) and all(
        isinstance(one, types.CodeAction) and one.disabled for one in actions
    ):
        obstacles = (_obstacle(server, place, offer.kind) for offer in wanted)
        server.tell_once(obstacle for obstacle in obstacles if obstacle)
    return actions


def _place(server: ForewordServer, uri: str) -> FileRef | None:
    try:
        folder = folder_of(server, uri)
    except UsageError:
        return None
    path = path_below(folder, uri)
    return FileRef(folder, uri, path, server.snapshot.document(uri)) if path is not None else None


def _reports(context: types.CodeActionContext) -> list[types.Diagnostic]:
    """The diagnostics that may be fixed; code that is only shown faded is no reason for a light bulb."""
    return [one for one in context.diagnostics if not (_is_automatic(context) and _is_faded(one))]


def _is_automatic(context: types.CodeActionContext) -> bool:
    return context.trigger_kind == types.CodeActionTriggerKind.Automatic


def _is_faded(diagnostic: types.Diagnostic) -> bool:
    is_hint = diagnostic.severity == types.DiagnosticSeverity.Hint
    return is_hint and not FADED.isdisjoint(diagnostic.tags or ())


def _offers(
    spot: Spot, reports: Sequence[types.Diagnostic], context: types.CodeActionContext
) -> Iterator[Offer]:
    yield from fixes(spot, [Report(*lines_from_lsp(one.range), one.message) for one in reports])
    if spot.is_selection or not _is_automatic(context):
        yield from rewrites(spot)
    if not _is_automatic(context):
        yield from sources(spot)


def _is_wanted(offer: Offer, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    return _passes(ACTION_KINDS[offer.kind], only)


def _passes(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether a filter lets a kind pass: a kind stands for all kinds below it, the empty one for all."""
    if only is None:
        return True
    kind = f"{kind}."
    # Kinds are an open list: lsprotocol gives an enum for those it knows, and texts for all others.
    names = (str(getattr(one, "value", one)) for one in only)
    return any(not name or kind.startswith(f"{name}.") for name in names)


def _can_be_shown(server: ForewordServer, offer: Offer) -> bool:
    """Whether this client has a place for the result: an answer that nobody sees is not worth its money."""
    client = server.client
    if client.knows_our_methods or edits(offer.kind):
        return True
    return client.shows_documents and (offer.kind != "ask" or client.answers_questions)


def _action(
    server: ForewordServer,
    place: FileRef,
    offer: Offer,
    params: types.CodeActionParams,
    reports: Sequence[types.Diagnostic],
) -> Action | None:
    """The action as this client understands it; None for one that it could only fail to carry out."""
    client, known = server.client, server.client.code_actions
    chosen = [reports[number] for number in offer.reports]
    obstacle = _obstacle(server, place, offer.kind)
    action = types.CodeAction(offer.title, ACTION_KINDS[offer.kind], chosen or None)
    # Tags are of LSP 3.18: only for a client that names this one.
    if known.tag_support and types.CodeActionTag.LlmGenerated in known.tag_support.value_set:
        action.tags = [types.CodeActionTag.LlmGenerated]
    if obstacle:
        action.disabled = types.CodeActionDisabled(obstacle)
        # Before LSP 3.16 there are no disabled actions: a client would offer it as one that works.
        is_shown = known.code_action_literal_support and known.disabled_support
        return action if is_shown and not _is_automatic(params.context) else None
    task = _task(server, place, offer, params.range, chosen)
    if (
        edits(offer.kind)
        and client.resolves_edits
        # Without `dataSupport` a client drops the task on the way to `codeAction/resolve`.
        and known.data_support
        and known.code_action_literal_support
    ):
        action.data = task
        return action
    name = "foreword.edit" if edits(offer.kind) else "foreword.ask"
    action.command = types.Command(offer.title, name, arguments=[task])
    # Clients from before LSP 3.8 know commands only.
    return action if known.code_action_literal_support else action.command


def _proposed_files(server: ForewordServer, folder: Folder) -> list[Action]:
    """Files that a client could not ask its user about when they were proposed: each by itself, so that choosing it is the answer."""
    if server.client.annotates_changes or server.client.answers_questions:
        return []
    kept = ((name, one) for name, one in reversed(server.proposals.items()) if one.folder_uri == folder.uri)
    found = [
        (name, file)
        for name, one in kept
        for file in one.proposal.files.values()
        if (file.kind in server.client.file_operations or (file.kind == "change" and file.runs_here))
        and one.review.pending(file)
    ]
    return [
        types.CodeAction(
            title
            := f"{file.kind.capitalize()} {file.path}, as proposed{f' ({RUNS_HERE})' if file.runs_here else ''}",
            PROPOSED,
            command=types.Command(
                title,
                "foreword.edit",
                arguments=[{"proposalId": name, "files": [file.path], "allowConfig": True}],
            ),
        )
        for name, file in found[:MAX_PROPOSED]
    ]


def _obstacle(server: ForewordServer, place: FileRef, kind: Kind) -> str:
    """What stands in the way of a task, as far as is known; empty if nothing does."""
    ready = readiness_of(server, place.folder, place.path)
    reason = ready.reason_for(place.path) if ready else reason_for_path(place.path)
    if reason:
        return f"Foreword leaves this file out: {reason}"
    # Nothing is known yet, so there is no reason to disable anything.
    if ready is None:
        return ""
    if ready.is_offline:
        return "edits need a model: set ANTHROPIC_API_KEY, or choose a provider" if edits(kind) else ""
    if is_refused_by_client(server):
        return "this workspace is not trusted: trust it in this editor"
    can_be_trusted = ready.is_trusted or is_trusted_by_client(server) or server.client.answers_questions
    return ready.limit if can_be_trusted else "this folder is not trusted: run `foreword trust` there"


def _task(
    server: ForewordServer,
    place: FileRef,
    offer: Offer,
    selected: types.Range,
    chosen: Iterable[types.Diagnostic],
) -> dict[str, Any]:
    """The task as JSON (`task_from_json` reads it)."""
    task: dict[str, Any] = {"kind": offer.kind, "uri": place.uri}
    if offer.first is not None and offer.last is not None:
        is_whole = offer.symbol or offer.reports
        task["range"] = _range_json(
            lines_to_lsp(place.document, offer.first, offer.last, server.encoding) if is_whole else selected
        )
    if offer.symbol:
        task["symbol"] = offer.symbol
    if offer.reports:
        task["diagnostics"] = [_diagnostic_json(one) for one in chosen]
    if place.document is not None:
        task["version"] = place.document.version
    return task


def _range_json(found: types.Range) -> dict[str, Any]:
    start, end = found.start, found.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }


def _diagnostic_json(one: types.Diagnostic) -> dict[str, Any]:
    shown = {"range": _range_json(one.range), "message": one.message, "code": one.code, "source": one.source}
    return {key: value for key, value in shown.items() if value is not None}


async def resolve(server: ForewordServer, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit, or an empty one and a message to the user: few clients show an error of this method."""
    if not isinstance(action.data, dict) or action.edit is not None:
        return action
    await server.load("foreword.lsp.features.edit_command")
    from foreword.lsp.features.edit_command import edit_of  # noqa: PLC0415 - loaded by now

    try:
        action.edit = await edit_of(server, action.title, action.data)
    except ForewordError as error:
        # Some editors swallow an error reply here and others show it twice: one message reaches every user.
        text = " ".join(str(error).split())
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"Foreword: {text}"))
        # LSP runs an action's command after its edit: without the edit it is to do nothing.
        action.command = None
    if action.edit is None and server.client.resolves_edits:
        action.edit = types.WorkspaceEdit(changes={})  # an edit is what every client takes for an end
    return action


async def task_actions(
    server: ForewordServer, folder: Folder, uri: str, selected: types.Range, *, is_menu: bool
) -> list[types.CodeAction]:
    """An action for each task whose result this client has a place for; those that may not run are shown as such.

    Without `is_menu` it may be no user who asks, but an editor at a move of the cursor: then what was read of late will do.
    """
    tasks = await _own_tasks(server, folder, max_age_s=0.0 if is_menu else MAX_AGE_S)
    client = server.client
    shows_answers = client.knows_our_methods or client.shows_documents
    return [
        action
        for task in tasks.tasks.values()
        if (task.kind == "edit" or shows_answers)
        and (action := _task_action(server, uri, selected, task, runs=tasks.may_run or task.owner == "user"))
    ]


async def _own_tasks(server: ForewordServer, folder: Folder, max_age_s: float) -> UserTasks:
    if folder.own_tasks is not None and time.monotonic() - folder.own_tasks[0] < max_age_s:
        return folder.own_tasks[1]
    await server.load("foreword.assist.question.task_files")
    from foreword.assist.question.task_files import read_tasks  # noqa: PLC0415 - loaded by now

    places, granted = find_places(server.environ), is_trusted_by_client(server)

    def read() -> UserTasks:
        # Trust is kept under the real path of a folder.
        root = folder.path.resolve()
        return read_tasks(root, places.config, may_run=granted or is_trusted(places, root))

    tasks = await asyncio.to_thread(read)
    folder.own_tasks = time.monotonic(), tasks
    return tasks


def _task_action(
    server: ForewordServer,
    uri: str,
    selected: types.Range,
    task: UserTask,
    *,
    runs: bool,
) -> types.CodeAction | None:
    known, title = server.client.code_actions, task.description or task.name
    action = types.CodeAction(title, TASK_KIND)
    if not runs:
        action.disabled = types.CodeActionDisabled(NOT_TRUSTED)
        return action if known.code_action_literal_support and known.disabled_support else None
    place: dict[str, object] = {"name": task.name, "uri": uri}
    if selected.start != selected.end:
        start, end = selected.start, selected.end
        place |= {
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            }
        }
    action.command = types.Command(title, "foreword.run", arguments=[place])
    return action
