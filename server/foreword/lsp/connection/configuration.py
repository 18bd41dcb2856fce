"""Settings that come from the client.

`initializationOptions` are the user's own, and may set every key and `trusted`; those of a client at a port are not, for
a port can be reached by others than who started the server. The `foreword` section of the client's
configuration may come from files of the project, so it may set neither `trusted` nor what would send text elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from foreword.core.settings import Options, flatten
from foreword.lsp.connection.ask_consent import consent_of
from foreword.lsp.connection.capabilities import follow
from foreword.lsp.connection.server import ForewordServer, handle
from foreword.lsp.connection.workspace_folder import Folder

if TYPE_CHECKING:
    from foreword.assist.session.open_workspace import OpenFolder

SECTION = "foreword"
PROJECT = "project"
"""The key of the section under which a client that can tell them apart gives the settings of the project's own files."""
CLIENTS_OWN = ("trusted", "keepsTrust", "token", "status", "trace", "server", PROJECT)
"""Keys of the client itself, which are no settings of the core; so are those below them."""


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration)


async def did_change_configuration(
    server: ForewordServer, params: types.DidChangeConfigurationParams
) -> None:
    """Settings changed: pulled again where the client gives them, else taken from the notification."""
    # The protocol leaves the shape open: the section may come under its name, or by itself.
    pushed = params.settings.get(SECTION, params.settings) if isinstance(params.settings, dict) else None
    folders = list(server.folders.values())
    if not server.client.gives_configuration and isinstance(pushed, dict):
        server.configuration.update({folder.uri: _section(pushed) for folder in folders})
    for folder in folders:
        await configure(server, folder)


async def configure(server: ForewordServer, folder: Folder) -> None:
    """Let the settings of a folder take effect, and report what is wrong with them."""
    layers = await layers_of(server, folder, again=True)
    session = (await _opened(server, folder, layers)).session
    server.tell_once(problem.message for problem in session.problems)
    await follow(server)


async def open_now(server: ForewordServer, folder: Folder) -> OpenFolder:
    """The folder, opened, with the settings as they are now.

    Raises:
        ForewordError: it can't be opened.
    """
    return await _opened(server, folder, await layers_of(server, folder))


async def layers_of(server: ForewordServer, folder: Folder, *, again: bool = False) -> tuple[Options, ...]:
    """What the client says about settings for a folder, in rising order of strength."""
    if server.client.gives_configuration and (again or folder.uri not in server.configuration):
        server.configuration[folder.uri] = await _pull(server, folder)
    pulled = server.configuration.get(folder.uri, ())
    # Whoever started the server writes these options; a port can be reached by others.
    own = Options("initializationOptions", _known(server.client.options), trusted=not server.is_on_a_port)
    return (own, *pulled)


async def _opened(server: ForewordServer, folder: Folder, layers: tuple[Options, ...]) -> OpenFolder:
    """The folder with these settings, whose session asks this client."""
    from foreword.lsp.connection.ask_trust import trust_of  # noqa: PLC0415 - imports what opening the folder imports

    opened = await folder.opened(server.environ, layers, server.time.now)
    session = await opened.configure(layers)
    session.trust = trust_of(server, opened)
    session.consent = session.disclose = consent_of(server)
    session.signals = server.signs
    return opened


def is_trusted_by_client(server: ForewordServer) -> bool:
    """Whether the client vouches for sending the workspace's text; at a port its word is not enough.

    An editor that keeps trust itself only says that the folder may be opened: its user was asked nothing else.
    """
    options = server.client.options
    # `is True`: a text such as "false" would count as true.
    return (
        not server.is_on_a_port and options.get("trusted") is True and options.get("keepsTrust") is not True
    )


def is_refused_by_client(server: ForewordServer) -> bool:
    """Whether the client keeps trust itself, and the folder may not even be opened: then nobody else grants anything."""
    options = server.client.options
    return options.get("keepsTrust") is True and options.get("trusted") is not True


async def _pull(server: ForewordServer, folder: Folder) -> tuple[Options, ...]:
    item = types.ConfigurationItem(scope_uri=folder.uri, section=SECTION)
    try:
        answer = await server.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException:
        # A client that fails here has no settings for us: the user's own files still count.
        return _section({})
    given = answer[0] if answer else None
    return _section(given if isinstance(given, dict) else {})


def _section(given: Mapping[str, Any]) -> tuple[Options, ...]:
    # Editors fill their configuration from files of the project too: those may not decide where text goes.
    user = Options("configuration", _known(given), trusted=False)
    project = given.get(PROJECT)
    if not isinstance(project, Mapping):
        return (user,)
    return user, Options("workspace settings", _known(project), trusted=False, is_project=True)


def _known(given: Mapping[str, Any]) -> dict[str, object]:
    """Dotted keys; a key without a value is one that the user did not set."""
    flat = flatten(given)
    return {
        key: value
        for key, value in flat.items()
        if value is not None and key.split(".", 1)[0] not in CLIENTS_OWN
    }
