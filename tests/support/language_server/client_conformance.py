"""What a server may send to a client that declared these capabilities; written from the specification (3.18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

NEEDS: Mapping[str, str] = {
    "client/registerCapability": "",
    "client/unregisterCapability": "",
    "window/showDocument": "window.showDocument.support",
    "window/showMessageRequest": "window.showMessage",
    "window/workDoneProgress/create": "window.workDoneProgress",
    "workspace/applyEdit": "workspace.applyEdit",
    "workspace/configuration": "workspace.configuration",
    "workspace/textDocumentContent/refresh": "workspace.textDocumentContent",
    "workspace/workspaceFolders": "workspace.workspaceFolders",
}
"""What the client must have declared before a request may be sent to it; other requests may not be sent at all."""

REGISTERED: Mapping[str, str] = {
    "textDocument/documentSymbol": "textDocument.documentSymbol",
    "workspace/didChangeConfiguration": "workspace.didChangeConfiguration",
    "workspace/didChangeWatchedFiles": "workspace.didChangeWatchedFiles",
    "workspace/symbol": "workspace.symbol",
}
"""Where `dynamicRegistration` must stand before a method may be registered for."""

Edits = Sequence[Json]


@dataclass(frozen=True, slots=True)
class Abilities:
    """Client capabilities and `initializationOptions`."""

    capabilities: Json
    options: Any = None

    def find(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """What is declared at a dotted path; None if nothing is."""
        found: Any = self.capabilities
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def has(self, path: str) -> bool:
        """Whether something other than `false` is declared: an empty object is a declaration too."""
        return self.find(path) not in (None, False)

    @property
    def knows_our_methods(self) -> bool:
        """Whether our own notifications may be sent."""
        return self.has("experimental.foreword") or (
            isinstance(self.options, dict) and self.options.get("status") is True
        )

    @property
    def resolved_properties(self) -> Sequence[str]:
        """The properties of a code action that may come later."""
        return self.find("textDocument.codeAction.resolveSupport.properties") or ()

    def can_act(self, name: str) -> bool:
        """Whether the client has a capability for code actions."""
        return self.has(f"textDocument.codeAction.{name}")


def request_faults(abilities: Abilities, method: str, params: Json) -> Iterator[str]:
    """What is wrong with a request of the server."""
    if method not in NEEDS:
        yield "no request that this client has to know"
    elif NEEDS[method] and not abilities.has(NEEDS[method]):
        yield f"the client did not declare {NEEDS[method]}"
    if method == "workspace/applyEdit":
        yield from edit_faults(abilities, params["edit"])
        if "metadata" in params and not abilities.has("workspace.workspaceEdit.metadataSupport"):
            yield "the client knows no metadata of edits"
    elif method == "client/registerCapability":
        for registration in params["registrations"]:
            yield from _registration_faults(abilities, registration)


def _registration_faults(abilities: Abilities, registration: Json) -> Iterator[str]:
    method, options = registration["method"], registration.get("registerOptions")
    where = REGISTERED.get(method)
    if where is None or not abilities.has(f"{where}.dynamicRegistration"):
        yield f"the client does not register for {method}"
    for watcher in (options or {}).get("watchers", ()):
        is_relative = not isinstance(watcher["globPattern"], str)
        if is_relative and not abilities.has("workspace.didChangeWatchedFiles.relativePatternSupport"):
            yield "the client knows no relative patterns"


def edit_faults(abilities: Abilities, edit: Json) -> Iterator[str]:
    """What is wrong with a `WorkspaceEdit`.

    A client that declares `resourceOperations` alone takes `documentChanges`: they can stand nowhere else.
    """
    operations = abilities.find("workspace.workspaceEdit.resourceOperations") or ()
    is_annotated = abilities.has("workspace.workspaceEdit.changeAnnotationSupport")
    if "documentChanges" in edit and not (
        operations or abilities.has("workspace.workspaceEdit.documentChanges")
    ):
        yield "the client takes no documentChanges"
    if "changes" in edit and "documentChanges" in edit:
        yield "changes and documentChanges at once"
    if edit.get("changeAnnotations") and not is_annotated:
        yield "the client knows no annotations"
    for change in edit.get("documentChanges", ()):
        if "kind" in change and change["kind"] not in operations:
            yield f"the client can't {change['kind']} files"
        for one in change.get("edits", [change]):
            name = one.get("annotationId")
            if name is not None and name not in edit.get("changeAnnotations", {}):
                yield f"the annotation {name!r} is not declared in the edit"
            if "snippet" in one and not abilities.has("workspace.workspaceEdit.snippetEditSupport"):
                yield "the client knows no snippets in edits"


def action_faults(
    abilities: Abilities, commands: Sequence[str], action: Json, *, is_resolved: bool = False
) -> Iterator[str]:
    """What is wrong with a code action, or a command in its place."""
    if isinstance(action.get("command"), str):
        yield from _command_faults(commands, action)
        return
    if not is_resolved:  # an action that is resolved is the client's own
        yield from _offer_faults(abilities, action)
    if "edit" in action:
        yield from edit_faults(abilities, action["edit"])
        is_annotated = "changeAnnotations" in action["edit"]
        if is_annotated and not abilities.can_act("honorsChangeAnnotations"):
            yield "the client does not honor annotations of code actions"
    if "command" in action:
        yield from _command_faults(commands, action["command"])


def _offer_faults(abilities: Abilities, action: Json) -> Iterator[str]:
    if not abilities.can_act("codeActionLiteralSupport"):
        yield "the client knows commands only"
    for name, needed in (
        ("disabled", "disabledSupport"),
        ("data", "dataSupport"),
        ("isPreferred", "isPreferredSupport"),
    ):
        if name in action and not abilities.can_act(needed):
            yield f"the client did not declare {needed}"
    tags = abilities.find("textDocument.codeAction.tagSupport.valueSet") or ()
    if not set(action.get("tags", ())) <= set(tags):
        yield f"the client does not know all of the tags {action['tags']}"
    is_empty = not action.keys() & {"edit", "command", "disabled"}
    if is_empty and "edit" not in abilities.resolved_properties:
        yield f"{action['title']} does nothing, and the client does not resolve edits"


def _command_faults(commands: Sequence[str], command: Json) -> Iterator[str]:
    if command["command"] not in commands:
        yield f"the server has no command {command['command']}"


def hello_faults(abilities: Abilities, capabilities: Json) -> Iterator[str]:
    """What is wrong with the server's capabilities."""
    encodings = abilities.find("general.positionEncodings") or ("utf-16",)
    if capabilities.get("positionEncoding", "utf-16") not in (*encodings, "utf-16"):
        yield f"the client does not count in {capabilities['positionEncoding']}"
    if isinstance(capabilities.get("codeActionProvider"), dict) and not abilities.can_act(
        "codeActionLiteralSupport"
    ):
        yield "options of code actions are for clients that know literals"
    workspace = capabilities.get("workspace", {})
    if "textDocumentContent" in workspace and not abilities.has("workspace.textDocumentContent"):
        yield "the client asks for no text of documents"
    for name in workspace.get("fileOperations", {}):
        if not abilities.has(f"workspace.fileOperations.{name}"):
            yield f"the client did not declare fileOperations.{name}"
