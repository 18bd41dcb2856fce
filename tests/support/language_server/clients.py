"""What kinds of clients say that they can do, as far as a server of this kind looks at it; read from their releases."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

MINIMAL: Json = {"general": {"positionEncodings": ["utf-8"]}}
"""A client that shows messages and opens documents, and nothing else."""

KINDS_3_17 = [
    "",
    "quickfix",
    "refactor",
    "refactor.extract",
    "refactor.inline",
    "refactor.rewrite",
    "source",
    "source.organizeImports",
]

NEOVIM_0_11: Json = {
    "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": KINDS_3_17}},
            "dataSupport": True,
            "dynamicRegistration": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        },
        "synchronization": {"didSave": True, "dynamicRegistration": False, "willSave": True},
    },
    "window": {
        "showDocument": {"support": True},
        "showMessage": {"messageActionItem": {"additionalPropertiesSupport": True}},
        "workDoneProgress": True,
    },
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": False},
        "didChangeWatchedFiles": {"dynamicRegistration": False, "relativePatternSupport": True},
        "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
        "workspaceFolders": True,
    },
}

VSCODE_CLIENT_11: Json = {
    "general": {
        "positionEncodings": ["utf-16"],
        "staleRequestSupport": {"cancel": True, "retryOnContentModified": []},
    },
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {
                "codeActionKind": {"valueSet": [*KINDS_3_17, "refactor.move", "notebook"]}
            },
            "dataSupport": True,
            "disabledSupport": True,
            "documentationSupport": True,
            "dynamicRegistration": True,
            "honorsChangeAnnotations": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
            "tagSupport": {"valueSet": [1]},
        },
        "synchronization": {"didSave": True, "dynamicRegistration": True, "willSave": True},
    },
    "window": {
        "showDocument": {"support": True},
        "showMessage": {"messageActionItem": {"additionalPropertiesSupport": True}},
        "workDoneProgress": True,
    },
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "fileOperations": {
            "didCreate": True,
            "didDelete": True,
            "didRename": True,
            "dynamicRegistration": True,
        },
        "textDocumentContent": {"dynamicRegistration": True},
        "workspaceEdit": {
            "changeAnnotationSupport": {"groupsOnLabel": True},
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
        },
        "workspaceFolders": True,
    },
}

VSCODE_CLIENT_9: Json = {
    **VSCODE_CLIENT_11,
    "textDocument": {
        **VSCODE_CLIENT_11["textDocument"],
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": KINDS_3_17}},
            "dataSupport": True,
            "disabledSupport": True,
            "dynamicRegistration": True,
            "honorsChangeAnnotations": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "workspace": {
        name: value for name, value in VSCODE_CLIENT_11["workspace"].items() if name != "textDocumentContent"
    },
}

CLIENTS: dict[str, Json] = {
    "minimal": MINIMAL,
    "neovim 0.11": NEOVIM_0_11,
    "vscode 9": VSCODE_CLIENT_9,
    "vscode 11": VSCODE_CLIENT_11,
}


def usual_answers(configuration: Json | None = None) -> dict[str, Any]:
    """What a client that can do everything answers to the server's requests."""
    return {
        "client/registerCapability": lambda _: None,
        "window/workDoneProgress/create": lambda _: None,
        "window/showDocument": lambda _: {"success": True},
        "workspace/applyEdit": lambda _: {"applied": True},
        "workspace/configuration": lambda params: [configuration or {} for _ in params["items"]],
        "workspace/textDocumentContent/refresh": lambda _: None,
    }
