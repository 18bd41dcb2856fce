"""How the processes that parse files start, whatever program they work for.

A new process of `multiprocessing` runs the main module of its parent again, so that it can unpickle what stands there.
Nothing of ours does, and the script of somebody who uses Foreword as a library may have no `if __name__ == "__main__"`:
it would run once more in each worker. And a new interpreter imports from the working directory first: from the
workspace, whose `types.py` would break it and whose `multiprocessing.py` would run.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from types import ModuleType

SAFE_PATH = "PYTHONSAFEPATH"
START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
"""Never fork: the parent has threads."""

_BASE = multiprocessing.get_context(START)
# The table of modules and the environment are those of the whole process: of two starts at once the second
# would take the substitutes of the first for the real ones, and put them back.
_STARTING = threading.Lock()


class WorkerProcess(_BASE.Process):  # type: ignore[name-defined,misc]  # it depends on the platform
    """A process that knows nothing of the program that it works for."""

    def start(self) -> None:
        """Start it."""
        with apart_from_main():
            super().start()


class WorkerContext(type(_BASE)):  # type: ignore[misc]  # as above
    """`multiprocessing` with such processes."""

    Process = WorkerProcess


def worker_context(modules: list[str]) -> BaseContext:
    """The context for workers whose work stands in these modules, imported once by the server that they fork from."""
    # What stands in the main module can be found there only: then a worker has to run it.
    if "__main__" in modules:
        context: BaseContext = multiprocessing.get_context(START)
    else:
        context = WorkerContext()
    if START == "forkserver":
        context.set_forkserver_preload([name for name in modules if name != "__main__"])
    return context


@contextmanager
def apart_from_main() -> Iterator[None]:
    """For the start of a process: there seems to be no main module, and no import from the working directory."""
    with _STARTING:
        main, safe = sys.modules["__main__"], os.environ.get(SAFE_PATH)
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if safe is None:
                del os.environ[SAFE_PATH]
            else:
                os.environ[SAFE_PATH] = safe
