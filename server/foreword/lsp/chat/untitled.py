"""Documents that are no files yet: an editor shows them under an `untitled:` URI.

Their text is all there is of them. They are in a question only if it points at them: nobody asked for the others to be sent.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote

from foreword.lsp.connection.server import ForewordServer

SCHEME = "untitled:"


def untitled(server: ForewordServer, uri: str) -> tuple[str, str] | None:
    """What an open document without a file is called, and its text; None for everything else.

    Some editors know already where it will be saved: of that place only the name is told.
    """
    document = server.snapshot.document(uri) if uri.lower().startswith(SCHEME) else None
    if document is None:
        return None
    return f"{SCHEME}{PurePosixPath(unquote(uri[len(SCHEME) :])).name}", document.text
