"""Telling a collector, beside the answers: nothing here waits for it, fails with it, or is told more than once.

Records go into a queue, which a thread of its own turns into spans and metrics (`otlp.py`). That thread is where the SDK
is imported, and where it waits. What does not fit is dropped.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from foreword.core.documents.uri import without_credentials
from foreword.core.errors import Problem

if TYPE_CHECKING:
    from foreword.assist.telemetry.records import Record
    from foreword.core.settings import Settings

QUEUE = 1_000
"""Records that wait at most; more are dropped."""
IMPORT_S = 10.0
"""How long the end of a command may wait until the SDK is imported."""
CLOSE_S = 2.0
"""Seconds that a command or a folder waits at its end for what was not exported yet."""

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The variable by which OpenTelemetry's own instrumentations are told to export prompts and answers."""
CONTENT_ON = frozenset({"true", "span_only", "span_and_event"})
PROTOCOLS = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
SPOKEN = "http/protobuf"
LONGEST = 200
"""Characters of what the SDK says that are told."""


def why_silent(settings: Settings, environ: Mapping[str, str]) -> Problem | None:
    """Why nothing can be told although the setting `telemetry` says so."""
    if settings.telemetry == "off":
        return None
    if not _is_installed():
        return Problem("telemetry is \"otlp\", which needs more packages: pip install 'foreword[otel]'")
    for name in PROTOCOLS:
        if environ.get(name, SPOKEN).strip() != SPOKEN:
            return Problem(
                f"{name} is {environ[name]!r}: Foreword exports by {SPOKEN} alone, so nothing is told"
            )
    return None


def tells_content(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether prompts and answers are exported: the user has to say so in the settings, and in the environment."""
    return settings.otel_content == "on" and environ.get(CONTENT, "").strip().lower() in CONTENT_ON


class Telemetry:
    """What one session tells; `news` has what the user should hear of that, once."""

    def __init__(self) -> None:
        self._records: queue.Queue[Record | None] = queue.Queue(QUEUE)
        self._thread: threading.Thread | None = None
        self._trouble: list[str] = []
        self._ready = threading.Event()
        self._hint = ""
        self._is_told = self._is_useless = False

    def tell(self, settings: Settings, environ: Mapping[str, str], make: Callable[[], Record]) -> None:
        """Tell a record if the user wants that; `make` is called only then, and nothing is waited for."""
        if settings.telemetry == "off":
            self._end()
        elif not self._is_useless:
            self._start(settings, environ)
            self._put(make())

    def close(self, seconds: float = CLOSE_S) -> None:
        """Export what is left, which takes so many seconds at most, and end; what is not out by then is dropped."""
        thread = self._end()
        if thread is None:
            return
        # Its import is work of this machine, which may be busy; the bound is for a collector that is away.
        self._ready.wait(IMPORT_S)
        thread.join(seconds)
        if thread.is_alive():
            self._trouble.append(self._hint or f"the collector did not take it within {seconds:g} s")

    def news(self) -> tuple[Problem, ...]:
        """What went wrong, at the first call after it did."""
        if self._is_told or not self._trouble:
            return ()
        self._is_told = True
        remedy = "see the OTEL_EXPORTER_OTLP_* variables, or set telemetry to off"
        return (Problem(f"telemetry was not exported and is dropped ({self._trouble[0]}): {remedy}"),)

    def _start(self, settings: Settings, environ: Mapping[str, str]) -> None:
        if self._thread is not None:
            return
        is_disabled = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
        self._is_useless = is_disabled or why_silent(settings, environ) is not None
        if not self._is_useless:
            self._ready.clear()
            self._thread = threading.Thread(target=self._work, args=(environ,), name="telemetry", daemon=True)
            self._thread.start()

    def _end(self) -> threading.Thread | None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._put(None)
        return thread

    def _put(self, record: Record | None) -> None:
        if self._is_useless:
            return
        try:
            self._records.put_nowait(record)
        except queue.Full:
            self._trouble.append("more was told than could be exported")

    def _work(self, environ: Mapping[str, str]) -> None:
        # Without a handler of ours, what it logs would be printed between the lines of a command.
        log, handler = logging.getLogger("opentelemetry"), _Listener(self._hear)
        log.addHandler(handler)
        try:
            self._export(environ)
        # What the SDK raises for a variable that it can't use.
        except (ImportError, ValueError, TypeError, OSError, RuntimeError) as error:
            self._is_useless = True
            self._trouble.append(_plain(str(error)))
        finally:
            self._ready.set()
            log.removeHandler(handler)

    def _export(self, environ: Mapping[str, str]) -> None:
        from foreword.assist.telemetry.otlp import OtlpSink  # noqa: PLC0415 - the SDK, for those who want it

        sink = OtlpSink(environ)
        self._ready.set()
        while (record := self._records.get()) is not None:
            sink.take(record)
        sink.close()

    def _hear(self, level: int, message: str) -> None:
        # What it tries again may still succeed, and is the reason if it does not.
        if level >= logging.ERROR:
            self._trouble.append(message)
        self._hint = message


class _Listener(logging.Handler):
    """Hears what the SDK complains of."""

    def __init__(self, hear: Callable[[int, str], None]) -> None:
        super().__init__(logging.WARNING)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on what is logged."""
        self._hear(record.levelno, _plain(record.getMessage()))


def _plain(message: str) -> str:
    """One line of what the SDK says, without credentials of a URL in it."""
    words = (without_credentials(word) if "://" in word else word for word in message.split())
    return " ".join(words)[:LONGEST] or "no reason is told"


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ImportError:
        return False
