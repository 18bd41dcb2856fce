"""Spans and metrics over OTLP/HTTP by the OpenTelemetry SDK, which reads the standard `OTEL_*` variables.

The SDK's batch processor and metric reader export in threads of their own, and drop what does not fit their queues.
Nothing global is touched: neither the tracer provider of the process nor its handlers at exit.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from uuid import uuid4

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Counter, Histogram, UpDownCounter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context

from foreword import __version__
from foreword.assist.telemetry import conventions as names
from foreword.assist.telemetry.records import (
    AnswerRecord,
    Asked,
    BatchRecord,
    LoneRequest,
    Record,
    RequestRecord,
)

SECRET_RESOURCES = ("process.command", "process.executable.path", "process.working_directory")
"""Attributes that detectors of the SDK find, where the user asks for them: a command line holds the question."""


class OtlpSink:
    """Turns records into spans and metrics; made, used and closed in one thread.

    Raises:
        ValueError, OSError: a variable of the environment is not usable.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        resource = _resource()
        self._traces = self._metrics = None
        if environ.get("OTEL_TRACES_EXPORTER", "otlp").strip() != "none":
            # Not at exit: it would wait for a collector that is away.
            self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
            self._traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            self._tracer = self._traces.get_tracer("foreword", __version__, schema_url=names.SCHEMA_URL)
        if environ.get("OTEL_METRICS_EXPORTER", "otlp").strip() != "none":
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            self._metrics = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
            self._instruments = _Instruments(self._metrics)

    def take(self, record: Record) -> None:
        """Make spans and metrics of a record."""
        match record:
            case AnswerRecord():
                self._trace_answer(record)
                for request in record.requests:
                    self._measure(record.asked, request)
            case LoneRequest(asked, request):
                self._trace_request(asked, request, None)
                self._measure(asked, request)
            case BatchRecord(requests) if self._metrics is not None:
                for one in requests:
                    self._instruments.bill(one.asked, one.request)

    def close(self) -> None:
        """Export what is left, spans beside metrics, and end the threads of the SDK; how long that takes is the collector's."""
        providers = [provider for provider in (self._traces, self._metrics) if provider is not None]
        threads = [threading.Thread(target=provider.shutdown, daemon=True) for provider in providers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _trace_answer(self, answer: AnswerRecord) -> None:
        if self._traces is None:
            return
        span = self._tracer.start_span(
            f"{names.INVOKE_AGENT} {names.AGENT}",
            context=Context(),
            kind=SpanKind.INTERNAL,
            attributes=names.answer_attributes(answer),
            start_time=_nanoseconds(answer.started_at),
        )
        inside = set_span_in_context(span, Context())
        for request in answer.requests:
            self._trace_request(answer.asked, request, inside)
        for tool in answer.tools:
            call = self._tracer.start_span(
                f"{names.EXECUTE_TOOL} {tool.name}",
                context=inside,
                kind=SpanKind.INTERNAL,
                attributes=names.tool_attributes(tool),
                start_time=_nanoseconds(tool.started_at),
            )
            _end(call, tool.ended_at, "tool_error" if tool.failed else "")
        _end(span, answer.ended_at, answer.error)

    def _trace_request(self, asked: Asked, request: RequestRecord, inside: Context | None) -> None:
        if self._traces is None:
            return
        span = self._tracer.start_span(
            f"{names.CHAT} {asked.model}",
            context=inside or Context(),
            kind=SpanKind.CLIENT,
            attributes=names.request_attributes(asked, request),
            start_time=_nanoseconds(request.started_at),
        )
        _end(span, request.ended_at, request.error)

    def _measure(self, asked: Asked, request: RequestRecord) -> None:
        if self._metrics is not None:
            self._instruments.measure(asked, request)


class _Instruments:
    """The metrics of one process."""

    def __init__(self, provider: MeterProvider) -> None:
        meter = provider.get_meter("foreword", __version__, schema_url=names.SCHEMA_URL)

        def histogram(name: str, unit: str, meaning: str, bounds: Sequence[float]) -> Histogram:
            return meter.create_histogram(name, unit, meaning, explicit_bucket_boundaries_advisory=bounds)

        self._usage = histogram(
            names.USAGE, "{token}", "Number of input and output tokens used.", names.TOKEN_BUCKETS
        )
        self._duration = histogram(names.DURATION, "s", "GenAI operation duration.", names.SECOND_BUCKETS)
        self._first = histogram(
            names.FIRST_CHUNK, "s", "Time to receive the first chunk.", names.SECOND_BUCKETS
        )
        self._tokens: Counter = meter.create_counter(
            names.TOKENS, "{token}", "Tokens by how they are billed."
        )
        self._cost: Counter = meter.create_counter(names.COST, "{USD}", "US dollars.")
        # A write that nobody reads costs more than no cache.
        self._saved: UpDownCounter = meter.create_up_down_counter(
            names.SAVED, "{USD}", "US dollars saved against sending every prompt uncached."
        )
        self._answers: Counter = meter.create_counter(
            names.ANSWERS, "{answer}", "Answers by what the cache did."
        )

    def measure(self, asked: Asked, request: RequestRecord) -> None:
        """Count one request."""
        place = {"gen_ai.operation.name": names.CHAT, **names.place_attributes(asked)}
        error: names.Attributes = {"error.type": request.error} if request.error else {}
        self._duration.record(max(request.ended_at - request.started_at, 0.0), place | error)
        if request.first_at is not None:
            self._first.record(max(request.first_at - request.started_at, 0.0), place)
        self.bill(asked, request)

    def bill(self, asked: Asked, request: RequestRecord) -> None:
        """Count what a request used and cost, if it did."""
        usage = request.usage
        if usage is None:
            return
        place = {"gen_ai.operation.name": names.CHAT, **names.place_attributes(asked)}
        self._usage.record(usage.prompt, {**place, "gen_ai.token.type": "input"})
        self._usage.record(usage.output, {**place, "gen_ai.token.type": "output"})
        own = names.own_attributes(asked)
        for bucket, n in names.metric_tokens(usage).items():
            self._tokens.add(n, own | {"foreword.bucket": bucket})
        self._cost.add(request.cost, own)
        self._saved.add(request.without_cache - request.cost, own)
        verdict = names.verdict_attributes((request,))
        if verdict:
            self._answers.add(1, own | verdict)


def _resource() -> Resource:
    """Who tells: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say is stronger."""
    own = {"service.name": "foreword", "service.version": __version__, "service.instance.id": str(uuid4())}
    whole = Resource.create(own).merge(OTELResourceDetector().detect())
    plain = {key: value for key, value in whole.attributes.items() if not key.startswith(SECRET_RESOURCES)}
    return Resource(plain, whole.schema_url)


def _end(span: Span, at: float, error: str) -> None:
    if error:
        # Without a message: what an endpoint says may quote what was sent.
        span.set_status(Status(StatusCode.ERROR))
    span.end(end_time=_nanoseconds(at))


def _nanoseconds(at: float) -> int:
    return int(at * 1_000_000_000)
