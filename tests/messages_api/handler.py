"""HTTP requests to the service: routes, error answers, streams, and the faults that a test has ordered."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from messages_api.batches import BATCHES, MAX_BATCH_BYTES
from messages_api.errors import TYPES, ApiError, Json, error_body
from messages_api.faults import (
    BadJson,
    BadToolInput,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Fault,
    Foreign,
    Hold,
    Html,
    SlowStart,
    Status,
    StreamFault,
    UnknownEvent,
)
from messages_api.models import find_model, model_info
from messages_api.record import MESSAGES, Recorded
from messages_api.replies import Answer
from messages_api.stream import Event, stream_events
from messages_api.wire import ClientGoneError, Wire

if TYPE_CHECKING:
    from messages_api.server import Server
    from messages_api.service import Admitted

COUNT = f"{MESSAGES}/count_tokens"
MODELS = "/v1/models"
BAD_LINE = b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": {"ty\n\n'
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Handler(BaseHTTPRequestHandler):
    """One connection of a client, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)
        self.wire = Wire(self.connection, self.wfile)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.closed(self.connection)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing: what happened is in the records."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        raw = self._read_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        recorded = self.server.service.receive(self.command, self.path, headers, raw or b"")
        self.request_id = f"req_{self.server.service.serial():08d}"
        try:
            self._respond(recorded, headers, is_whole=raw is not None)
        except ClientGoneError:
            recorded.disconnected.set()
            self.close_connection = True
        finally:
            recorded.finished.set()

    def _respond(self, recorded: Recorded, headers: dict[str, str], *, is_whole: bool) -> None:
        try:
            recorded.workspace = self.server.service.authenticate(headers)
            self._route(recorded, is_whole=is_whole)
        except ApiError as error:
            # Nobody may be there to hear of it: a client that is killed leaves half a body behind.
            self._send_error(recorded, Status(error.status, error.message))

    def _read_body(self) -> bytes | None:
        """The body, or None if it is longer than the service takes; then it is read and thrown away."""
        text = self.headers.get("content-length", "0")
        size = int(text) if text.isdigit() else 0
        if size <= (MAX_BATCH_BYTES if urlsplit(self.path).path == BATCHES else self.server.max_body):
            return self.rfile.read(size)
        while size > 0:
            size -= len(self.rfile.read(min(size, 1 << 20))) or size
        return None

    def _route(self, recorded: Recorded, *, is_whole: bool) -> None:
        if not is_whole:
            raise ApiError(413, "Request exceeds the maximum size")
        path = urlsplit(self.path).path
        match self.command, path:
            case "POST", "/v1/messages":
                self._answer(self.server.service.admit(recorded))
            case "POST", "/v1/messages/count_tokens":
                self._send_json(recorded, {"input_tokens": self.server.service.count(recorded)})
            case "GET", "/v1/models":
                self._send_json(recorded, self._models())
            case "GET", _ if path.startswith(f"{MODELS}/"):
                model = find_model(path.removeprefix(f"{MODELS}/"), self.server.service.models)
                self._send_json(recorded, model_info(model))
            case _ if path == BATCHES or path.startswith(f"{BATCHES}/"):
                self._batch(recorded, path.removeprefix(BATCHES).strip("/").split("/"))
            case _ if path in {MESSAGES, COUNT, MODELS}:
                raise ApiError(405, "Method Not Allowed")
            case _:
                raise ApiError(404, "Not found")

    def _batch(self, recorded: Recorded, parts: list[str]) -> None:
        batches = self.server.service.batches
        if not self.server.service.has_batches:
            raise ApiError(404, "Not found")
        match self.command, parts:
            case "POST", [""]:
                self._create_batch(recorded)
            case "GET", [""]:
                query = dict(parse_qsl(urlsplit(self.path).query))
                page, has_more = batches.page(query, recorded)
                data = [batch.to_json(self._own_url) for batch in page]
                ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
                self._send_json(recorded, {"data": data, "has_more": has_more, **ends})
            case "GET", [name]:
                self._send_json(recorded, batches.find(name, recorded).to_json(self._own_url))
            case "POST", [name, "cancel"]:
                batch = batches.cancel(batches.find(name, recorded))
                self._send_json(recorded, batch.to_json(self._own_url))
            case "GET", [name, "results"]:
                lines = batches.results(batches.find(name, recorded))
                self._send(recorded, 200, lines, "application/x-jsonl")
            case _:
                raise ApiError(404, "Not found")

    def _create_batch(self, recorded: Recorded) -> None:
        """Create a batch; some faults let it come to be, and only its answer is lost."""
        service = self.server.service
        fault = recorded.fault = service.batch_faults.popleft() if service.batch_faults else None
        if isinstance(fault, Status):
            self._send_error(recorded, fault)
            return
        made = service.batches.create(recorded, self._own_url)
        match fault:
            case Drop():
                self.close_connection = True
            case SlowStart():
                self.wire.hold(service.holds, fault.seconds)
                self._send_json(recorded, made)
            case _:
                self._send_json(recorded, made)

    @property
    def _own_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _models(self) -> Json:
        listed = [model_info(model) for model in self.server.service.models.values()]
        ends = {"first_id": listed[0]["id"], "last_id": listed[-1]["id"]} if listed else {}
        return {"data": listed, "has_more": False, **ends}

    def _answer(self, admitted: Admitted) -> None:
        fault, recorded = admitted.step.fault, admitted.recorded
        streams = admitted.body.get("stream") is True
        match fault:
            case Status():
                self._send_error(recorded, fault)
                return
            case ErrorEvent() if not streams:
                status = next((code for code, kind in TYPES.items() if kind == fault.kind), 500)
                self._send_error(recorded, Status(status, fault.message))
                return
            case Html():
                self._send(recorded, fault.status, PAGE, "text/html")
                return
            case Foreign():
                self._send_foreign(recorded, fault)
                return
            case Drop():
                self.close_connection = True
                return
            case SlowStart():
                self.wire.hold(self.server.service.holds, fault.seconds)
            case _:
                pass
        message, answer = self.server.service.begin(admitted)
        if streams:
            self._stream(recorded, message, answer, fault)
        else:
            self._whole(recorded, message, fault)

    def _whole(self, recorded: Recorded, message: Json, fault: Fault | None) -> None:
        recorded.usage = message["usage"]
        data = json.dumps(message, ensure_ascii=False).encode()
        match fault:
            case Hold():
                self.wire.hold(self.server.service.holds)
            case BadJson():
                data = data[:-2]
            case Cut() | EndEarly():
                self._send_head(recorded, 200, "application/json", {"content-length": str(len(data))})
                self.wire.send(data[: len(data) // 2])
                self._break(is_reset=isinstance(fault, Cut))
                return
            case _:
                pass
        self._send(recorded, 200, data, "application/json")

    def _stream(self, recorded: Recorded, message: Json, answer: Answer, fault: Fault | None) -> None:
        self._send_head(recorded, 200, "text/event-stream; charset=utf-8", {"transfer-encoding": "chunked"})
        due = fault if isinstance(fault, StreamFault) else None
        events = list(stream_events(message, answer, breaks_input=isinstance(fault, BadToolInput)))
        n_deltas = sum(event.is_delta for event in events)
        n_sent = 0
        for event in events:
            is_time = due is not None and n_sent >= due.after and event.name != "message_start"
            if due is not None and (is_time or event.name == "message_delta"):
                if self._strike(due):
                    return
                due = None
            n_sent += event.is_delta
            output = answer.output if n_sent == n_deltas else answer.output * n_sent // n_deltas
            recorded.usage = {**message["usage"], "output_tokens": output}
            self.wire.send_chunk(event.encode())
        self.wire.send_chunk(b"")

    def _strike(self, fault: StreamFault) -> bool:
        """Let the fault happen; whether the stream is over."""
        match fault:
            case Hold():
                self.wire.hold(self.server.service.holds)
            case BadJson():
                self.wire.send_chunk(BAD_LINE)
            case UnknownEvent():
                self.wire.send_chunk(Event("weather_report", {"is_sunny": True}).encode())
            case ErrorEvent():
                error = error_body(fault.kind, fault.message, self.request_id)
                self.wire.send_chunk(Event("error", error).encode())
                self.wire.send_chunk(b"")
            case EndEarly():
                self.wire.send_chunk(b"")
            case Cut():
                self._break(is_reset=True)
        return isinstance(fault, ErrorEvent | EndEarly | Cut)

    def _break(self, *, is_reset: bool) -> None:
        self.close_connection = True
        if is_reset:
            self.wire.reset()

    def _send_error(self, recorded: Recorded, fault: Status) -> None:
        recorded.error = fault.message
        kind = fault.kind or TYPES[fault.status]
        body = error_body(kind, fault.message, self.request_id, fault.error_code)
        headers = {}
        if fault.retry_after is not None:
            headers["retry-after"] = str(fault.retry_after)
        if fault.should_retry is not None:
            headers["x-should-retry"] = str(fault.should_retry).lower()
        self._send(recorded, fault.status, json.dumps(body).encode(), "application/json", headers)

    def _send_foreign(self, recorded: Recorded, fault: Foreign) -> None:
        recorded.status, recorded.error = fault.status, fault.body.decode("utf-8", "replace")
        self.send_response(fault.status)
        own = {"content-type": fault.content_type, "content-length": str(len(fault.body))}
        for name, value in {**own, **dict(fault.headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wire.send(fault.body)

    def _send_json(self, recorded: Recorded, body: Json) -> None:
        self._send(recorded, 200, json.dumps(body).encode(), "application/json")

    def _send(
        self, recorded: Recorded, status: int, data: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self._send_head(recorded, status, kind, {**(headers or {}), "content-length": str(len(data))})
        self.wire.send(data)

    def _send_head(self, recorded: Recorded, status: int, kind: str, headers: dict[str, str]) -> None:
        recorded.status = status
        self.send_response(status)
        own = {"content-type": kind, "request-id": self.request_id}
        if recorded.workspace is not None:
            own["anthropic-workspace-id"] = recorded.workspace
        for name, value in {**own, **headers}.items():
            self.send_header(name, value)
        try:
            self.end_headers()
        except OSError as error:
            raise ClientGoneError from error
