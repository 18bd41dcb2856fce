"""The workspace folders: they come and go, are indexed after `initialized`, made ready for a first question, and refreshed when files change.

Nothing is sent, and nothing comes into force: a base that was built is kept in the index, where the question finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from lsprotocol import types

from foreword.core.documents.document import FilesTouched
from foreword.core.documents.uri import uri_key
from foreword.core.errors import ForewordError, Problem, UsageError
from foreword.lsp.connection.configuration import configure
from foreword.lsp.connection.convert import WINDOWS, path_from_uri, uri_from_path
from foreword.lsp.connection.readiness import send_status
from foreword.lsp.connection.server import ForewordServer, bounded, handle
from foreword.lsp.connection.workspace_folder import MAX_TOUCHED, Folder
from foreword.lsp.output.progress import work_done

if TYPE_CHECKING:
    from foreword.lsp.connection.server import ForewordServer


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders)


def did_change_workspace_folders(
    server: ForewordServer, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Folders come and go, each with its own session."""
    for removed in params.event.removed:
        remove_folder(server, removed.uri)
    for added in params.event.added:
        if add_folder(server, added.uri):
            start(server, added.uri)


def add_folder(server: ForewordServer, uri: str) -> bool:
    """Know of a folder, and whether it is new; nothing is read yet. One that is not on this machine is left aside."""
    path = path_from_uri(uri)
    if path is None or _key(uri) in server.folders:
        return False
    server.folders[_key(uri)] = Folder(uri, path, lambda folder: bounded(server, refresh(server, folder)))
    return True


def remove_folder(server: ForewordServer, uri: str) -> None:
    """Close a folder."""
    # Taken out before it is closed: no request from now on may begin in it.
    folder = server.folders.pop(_key(uri), None)
    if folder is not None:
        server.spawn(folder.close())


def start(server: ForewordServer, uri: str) -> None:
    """Index a folder, and keep up with its files from now on."""
    folder = server.folders.get(_key(uri))
    if folder is not None:
        folder.on_progress = lambda: send_status(server, folder)
        server.spawn(folder.refresh.serve())
        folder.refresh.ask()


async def refresh(server: ForewordServer, folder: Folder) -> None:
    """Bring the index of a folder up to date; the first time the client is shown how far it is."""
    is_first, touched = folder.open_folder is None, folder.take_touched()
    if folder.open_folder is not None and touched is not None:
        counting = await folder.open_folder.relevant_paths(touched)
        if len(counting) <= MAX_TOUCHED:
            await _look_again(server, folder, counting)
            return
    await configure(server, folder)
    if is_first:
        if not server.client.watches_files:
            _watch(server, folder)
        await _show_indexing(server, folder)
        server.spawn(get_ready(server, folder))
    else:
        await _index(server, folder)
    folder.note_index()
    send_status(server, folder)


async def _look_again(server: ForewordServer, folder: Folder, paths: frozenset[str]) -> None:
    """Bring the index up to date with some files; with none, nothing is done and nobody is told."""
    if folder.open_folder is not None and paths:
        await folder.open_folder.refresh(paths)
        folder.note_index()
        send_status(server, folder)


async def _index(server: ForewordServer, folder: Folder) -> None:
    """Build the whole index; questions meanwhile use what is there."""
    from foreword.assist.session.snapshot.indexing import IndexingStopped  # noqa: PLC0415 - imported by now, by the folder itself
    from foreword.assist.session.snapshot.overlay import workspace_path  # noqa: PLC0415 - as above

    opened = folder.open_folder
    assert opened is not None, "it is configured"  # noqa: S101 - an invariant
    paths = [path_from_uri(document.uri) for document in server.snapshot.documents.values()]
    # Read first: while the index is being built a question uses what is there.
    shown = [inside for path in paths if path and (inside := workspace_path(opened.root, path))]
    try:
        await opened.index(shown)
    except IndexingStopped as stopped:
        server.window_log_message(types.LogMessageParams(types.MessageType.Info, str(stopped)))


async def _show_indexing(server: ForewordServer, folder: Folder) -> None:
    opened = folder.open_folder
    assert opened is not None, "it is configured"  # noqa: S101 - an invariant
    title = f"Indexing {folder.path.name}"
    async with work_done(server, title, opened.stop_indexing, counts=True) as report:

        def show() -> None:
            done, total = folder.progress
            report(f"{done:,} of {total:,} files", 100 * done // total if total else None)
            send_status(server, folder)

        folder.on_progress = show
        try:
            await _index(server, folder)
        finally:
            folder.on_progress = lambda: send_status(server, folder)


def note_changed_files(server: ForewordServer, uris: Iterable[str]) -> None:
    """Files changed on disk: however many, each folder is refreshed once."""
    paths = [path for path in map(path_from_uri, uris) if path is not None]
    for folder in server.folders.values():
        inside = [path for path in paths if folder.contains(path)]
        if inside:
            folder.touch(inside)


def folder_of(server: ForewordServer, uri: str | None) -> Folder:
    """The folder that a URI leads into, the innermost one; without a URI the only folder there is.

    Raises:
        UsageError: there is none, or several and no word of which.
    """
    folders = list(server.folders.values())
    if not folders:
        raise UsageError("no folder is open: open one")
    if uri is None:
        if len(folders) > 1:
            raise UsageError('several folders are open: give the URI of one as "workspace"')
        return folders[0]
    path = path_from_uri(uri)
    inside = [folder for folder in folders if path is not None and folder.contains(path)]
    if not inside:
        raise UsageError(f"{uri} is in none of the open folders: open its folder first")
    return max(inside, key=lambda folder: len(folder.path.parts))


def _watch(server: ForewordServer, folder: Folder) -> None:
    """Watch the files of a folder in a thread of its own; where that fails, questions look by themselves anyway."""
    loop = asyncio.get_running_loop()

    def changed(paths: tuple[Path, ...]) -> None:
        uris = tuple(uri_from_path(path) for path in paths)
        # All state belongs to the event loop: the thread only hands over.
        loop.call_soon_threadsafe(server.change, FilesTouched(uris))
        loop.call_soon_threadsafe(folder.touch, paths)

    def lost(problem: Problem) -> None:
        told = types.LogMessageParams(types.MessageType.Warning, f"{folder.path.name}: {problem.message}")
        loop.call_soon_threadsafe(server.window_log_message, told)
        loop.call_soon_threadsafe(folder.rescan)

    def run() -> None:
        from foreword.workspace.files.watch import watch  # noqa: PLC0415 - off the path to `initialize`

        try:
            problem = watch(folder.path.resolve(), changed, lost, folder.stop_watching)
        except ForewordError as error:
            problem = Problem(str(error))
        if problem is not None:
            loop.call_soon_threadsafe(server.tell_once, [problem.message])

    Thread(target=run, name=f"watch {folder.path.name}", daemon=True).start()


def _key(uri: str) -> str:
    # Folders are written with a slash at the end and without.
    return uri_key(uri.rstrip("/"), ignores_case=WINDOWS)


FOR_QUESTIONS = ("foreword.lsp.features.command_calls", "foreword.lsp.chat.chat_send")
FOR_THE_API = "foreword.model.messages_api.messages"
"""It imports the SDK, which takes a second and 70 MB: for those only who ask it."""


async def get_ready(server: ForewordServer, folder: Folder) -> None:
    """Be ready for a question about a folder whose index is complete; what goes wrong is for the question to tell."""
    opened = folder.open_folder
    if opened is None or opened.latest is None or not opened.latest.is_complete:
        return
    for module in FOR_QUESTIONS:
        await server.load(module)
    from foreword.assist.context.build_prefix import build_prefix  # noqa: PLC0415 - imported by these
    from foreword.assist.session.providers import provider_name  # noqa: PLC0415 - as above

    try:
        await opened.run(build_prefix, opened.session, opened.latest, keep=False)
        if provider_name(opened.session) != "offline":
            await server.load(FOR_THE_API)
    except ForewordError:
        return
    if server.serve_commands is not None:

        def tell(socket: Path) -> None:
            said = f"the command line is answered at {socket}"
            server.window_log_message(types.LogMessageParams(types.MessageType.Log, said))

        folder.tasks.append(server.spawn(server.serve_commands(opened, tell)))
