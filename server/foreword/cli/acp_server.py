"""Be an ACP agent: chats and edits for editors that speak the Agent Client Protocol, on standard input and output.

Nothing but protocol goes to standard output; the log goes to standard error.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated, Literal

from foreword.api.parameters import Flag
from foreword.cli.own import OwnBody
from foreword.cli.plain_text import PlainFormatter
from foreword.cli.process import run_cancellable
from foreword.core.errors import ConfigError

CANCELLED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class AcpParameters:
    """The parameters of `acp`."""

    log_level: Annotated[Literal["debug", "info", "warning", "error"], Flag("how much to log")] = "warning"


def serve_acp(given: AcpParameters) -> int:
    """Serve until the client is gone, or the process is told to end; the process ends in here.

    Raises:
        ConfigError: the ACP library is not installed.
    """
    if find_spec("acp") is None:
        raise ConfigError("`foreword acp` needs one more package: pip install 'foreword[acp]'")
    from foreword.acp.agent import serve_stdio  # noqa: PLC0415 - an extra, and slow to import

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=given.log_level.upper(), handlers=[handler])
    code = 0
    try:
        run_cancellable(serve_stdio(os.environ))
    except KeyboardInterrupt:
        code = CANCELLED
    # All is written and closed. A thread may still wait for git or for the client: Python's own way out would wait for it.
    sys.stderr.flush()
    os._exit(code)


ACP = OwnBody(AcpParameters, serve_acp)
