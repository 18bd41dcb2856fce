"""The `foreword` command: finds the command in the table, runs it, and turns errors into exit codes.

Exit codes: 0 done, 1 error, 2 usage, 3 edits not applied cleanly, 4 over limit, 5 API or credentials, 130 cancelled.
This is the CLI's boundary: the only place here where an unexpected exception is caught.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from foreword import __version__
from foreword.api.command import Command
from foreword.api.table import TYPED
from foreword.cli.plain_text import prepare_streams, print_notice
from foreword.core.errors import ForewordError, UsageError

if TYPE_CHECKING:
    from foreword.cli.parser import Parser

CANCELLED = 130


def run() -> None:
    """The console script."""
    # Worker processes start by `python -c`, which imports from the working directory first: from the workspace,
    # whose `types.py` would break them and whose `multiprocessing.py` would run.
    os.environ["PYTHONSAFEPATH"] = "1"
    # numpy would start a thread for each core, for algebra that nothing here does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command line and give its exit code."""
    prepare_streams()
    try:
        return _dispatch(argv)
    except ForewordError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("cancelled", CANCELLED)
    except BrokenPipeError:
        # The reader of our output has gone; Python would complain again while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        import logging  # noqa: PLC0415 - rarely needed

        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        if os.environ.get("FOREWORD_DEBUG"):
            raise
        return _fail(f"unexpected {type(error).__name__}: {error}; set FOREWORD_DEBUG=1 for the traceback", 1)


def _dispatch(argv: Sequence[str]) -> int:
    if not argv:
        _parser().print_help()
        return UsageError.exit_code
    # No subparsers of argparse: those would need the parameters of every command, and so all imports.
    name = argv[0]
    if name in TYPED:
        return _run_command(TYPED[name], argv[1:])
    if not name.startswith("-"):
        raise UsageError(f"there is no command {name!r}; {_hint(name)}")
    _parser().parse_args(argv)
    return 0


def _run_command(command: Command, argv: Sequence[str]) -> int:
    """Only what this command needs is imported, so that each starts as quickly as it can."""
    # As Ctrl-C: what is under way is closed and booked before the process ends.
    signal.signal(signal.SIGTERM, _interrupt)
    if command.load is None:
        from foreword.cli.own import execute_own  # noqa: PLC0415 - see above

        return execute_own(command, argv)
    from foreword.cli.handed_over import hand_over  # noqa: PLC0415 - see above

    done = hand_over(command.name, argv)
    if done is not None:
        return done
    from foreword.cli.execution import execute  # noqa: PLC0415 - see above

    code = execute(command, command.load(), argv)
    sys.stdout.flush()  # here, where it is no surprise that the reader has gone
    return code


def _hint(name: str) -> str:
    import difflib  # noqa: PLC0415 - rarely needed

    nearest = difflib.get_close_matches(name, TYPED, n=1)
    return f"did you mean {nearest[0]}?" if nearest else "see `foreword --help`"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _parser() -> Parser:
    import argparse  # noqa: PLC0415 - as in `_run_command`

    from foreword.cli.parser import Parser  # noqa: PLC0415 - as above

    width = max(map(len, TYPED))
    listed = "\n".join(f"  {one.name:{width}}  {one.summary}" for one in TYPED.values())
    parser = Parser(
        prog="foreword",
        description="Ask about a repository; what the model knows of it stays in the prompt cache.",
        epilog=f"commands:\n{listed}\n\n`foreword COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"foreword {__version__}")
    parser.add_argument("command", choices=TYPED, metavar="COMMAND", help="what to do")
    return parser


def _fail(message: str, code: int) -> int:
    one_line = " ".join(message.split())
    print_notice(f"foreword: {one_line}\n")
    return code
