"""An OTLP/HTTP receiver on a port of this machine, which decodes what it is sent by OpenTelemetry's own protobuf classes.

with OtlpReceiver() as collector:
    Foreword(home, url=api.url, more=collector.variables).ask(...)
    collector.spans, collector.metrics, collector.text
"""

from __future__ import annotations

import gzip
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from google.protobuf.message import Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.proto.trace.v1.trace_pb2 import Status


@dataclass(frozen=True)
class Span:
    """A span as it was received; times in seconds."""

    name: str
    kind: str
    id: bytes
    parent: bytes
    trace: bytes
    start: float
    end: float
    is_error: bool
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Point:
    """A point of a metric: the sum, also of a histogram, and for that how many values it has."""

    name: str
    unit: str
    value: float
    count: int
    attributes: dict[str, Any]


class OtlpReceiver:
    """A collector that keeps all in memory; with another `status` it refuses everything, with `hangs` it never answers."""

    def __init__(self, *, status: int = 200, hangs: bool = False) -> None:
        self.bodies: list[bytes] = []
        self.spans: list[Span] = []
        self.points: list[Point] = []
        self.resources: list[dict[str, Any]] = []
        self.schemas: set[str] = set()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, status, hangs=hangs))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def variables(self) -> dict[str, str]:
        """What makes a user's Foreword export to this."""
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {"FOREWORD_TELEMETRY": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": url}

    @property
    def text(self) -> bytes:
        """All that was received, as it came."""
        return b"".join(self.bodies)

    def named(self, beginning: str) -> list[Span]:
        """The spans whose names begin so, oldest first."""
        return sorted(
            (one for one in self.spans if one.name.startswith(beginning)), key=lambda one: one.start
        )

    def total(self, name: str, **attributes: object) -> float:
        """The sum of a metric over the points with these attributes (`_` stands for `.`)."""
        wanted = {key.replace("__", "."): value for key, value in attributes.items()}
        return sum(
            one.value for one in self.points if one.name == name and wanted.items() <= one.attributes.items()
        )

    def hold(self) -> None:
        """Wait as long as this is open."""
        self._released.wait(60)

    def take(self, path: str, body: bytes) -> None:
        """Decode one request."""
        self.bodies.append(body)
        if path == "/v1/traces":
            traces = ExportTraceServiceRequest.FromString(body)
            for resource in traces.resource_spans:
                self.resources.append(_attributes(resource.resource.attributes))
                for scope in resource.scope_spans:
                    self.schemas.add(scope.schema_url)
                    self.spans += map(_span, scope.spans)
        elif path == "/v1/metrics":
            self._take_metrics(ExportMetricsServiceRequest.FromString(body))

    def _take_metrics(self, request: ExportMetricsServiceRequest) -> None:
        # Sums are cumulative: the newest request has all.
        self.points.clear()
        for resource in request.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    name, unit = metric.name, metric.unit
                    for one in metric.sum.data_points:
                        value = one.as_int or one.as_double
                        self.points.append(Point(name, unit, value, 1, _attributes(one.attributes)))
                    for two in metric.histogram.data_points:
                        self.points.append(Point(name, unit, two.sum, two.count, _attributes(two.attributes)))


def _handler(receiver: OtlpReceiver, status: int, *, hangs: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hangs:
                receiver.hold()
                return
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if status == 200:
                receiver.take(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _span(span: SpanMessage) -> Span:
    return Span(
        span.name,
        SpanMessage.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.span_id,
        span.parent_span_id,
        span.trace_id,
        span.start_time_unix_nano / 1e9,
        span.end_time_unix_nano / 1e9,
        span.status.code == Status.STATUS_CODE_ERROR,
        _attributes(span.attributes),
    )


def _attributes(pairs: Any) -> dict[str, Any]:  # noqa: ANN401 - a protobuf container
    return {pair.key: _value(pair.value) for pair in pairs if isinstance(pair, KeyValue)}


def _value(value: AnyValue) -> Any:  # noqa: ANN401 - any attribute
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    found = getattr(value, kind) if kind else None
    return None if isinstance(found, Message) else found


COLLECTOR_S = 60.0
"""How long a collector may take to start and to end."""


@contextmanager
def collector_before(receiver: OtlpReceiver, program: str, log: Path) -> Iterator[dict[str, str]]:
    """A `rotel-agent` that hands on to `receiver` what it is sent; the variables that lead to it.

    When this ends, so has the collector, and all that it had is at the receiver. Rotel is an OpenTelemetry collector that a
    wheel of PyPI ships.
    """
    http, grpc = _free_port(), _free_port()
    line = [
        program,
        "start",
        "--otlp-http-endpoint",
        f"127.0.0.1:{http}",
        "--otlp-grpc-endpoint",
        f"127.0.0.1:{grpc}",
    ]
    line += ["--exporter", "otlp", "--otlp-exporter-protocol", "http"]
    line += ["--otlp-exporter-endpoint", receiver.variables["OTEL_EXPORTER_OTLP_ENDPOINT"]]
    with log.open("wb") as output, subprocess.Popen(line, stdout=output, stderr=output) as process:
        try:
            _wait_until_open(process, http, log)
            yield {**receiver.variables, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{http}"}
            process.terminate()
            process.wait(COLLECTOR_S)
        finally:
            process.kill()


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + COLLECTOR_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            # The process is what is waited for; it goes on, so this is a pause.
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        else:
            return
    raise RuntimeError(f"the collector did not start: {log.read_text(errors='replace')[-500:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
