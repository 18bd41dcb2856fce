"""The Message Batches of the stand-in: created, processed, listed, cancelled, and their results in another order.

    create -> in_progress -> ended, with results       (at once, or when `finish` is called after `holds`)
                  cancel -> canceling -> ended

All requests of a batch are looked up in the cache before any of them writes to it, as requests that are processed
side by side are: a batch over a prefix that nobody wrote before reads nothing.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from messages_api.errors import TYPES, ApiError, Json, error_body, invalid
from messages_api.parameters import check_fields
from messages_api.record import Recorded
from messages_api.validation import parse

if TYPE_CHECKING:
    from messages_api.service import Admitted, Service

BATCHES = "/v1/messages/batches"
MAX_REQUESTS = 100_000
MAX_BATCH_BYTES = 256_000_000
LASTS = timedelta(hours=24)
MOST_LISTED = 1000
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

Fate = Literal["succeeded", "errored", "expired", "canceled"]


def succeed(_custom_id: str, _params: Json) -> Fate:
    """What becomes of a request unless a test says otherwise."""
    return "succeeded"


@dataclass(slots=True)
class Batch:
    """One batch; `results` are there when it has ended, by custom id."""

    id: str
    workspace: str
    created: datetime
    requests: Mapping[str, Json]
    results: dict[str, Json] = field(default_factory=dict)
    ended: datetime | None = None
    cancelled: datetime | None = None

    def to_json(self, url: str) -> Json:
        """As the API describes it; counts stay at zero until it has ended."""
        kinds = [result["type"] for result in self.results.values()]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        status = "ended" if self.ended else "canceling" if self.cancelled else "in_progress"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": status,
            "request_counts": {"processing": 0 if self.ended else len(self.requests), **counts},
            "created_at": _moment(self.created),
            "expires_at": _moment(self.created + LASTS),
            "ended_at": _moment(self.ended),
            "cancel_initiated_at": _moment(self.cancelled),
            "archived_at": None,
            "results_url": f"{url}{BATCHES}/{self.id}/results" if self.ended else None,
        }


class BatchService:
    """All batches of one stand-in. `records` are the requests that were processed, in order.

    With `holds` a batch stays in progress until `finish`. `fate` decides what becomes of a request.
    """

    def __init__(self, service: Service) -> None:
        self.holds = False
        self.fate: Callable[[str, Json], Fate] = succeed
        self.records: list[Recorded] = []
        self.custom_ids: list[str] = []
        self._service = service
        self._batches: dict[str, Batch] = {}
        self._lock = threading.Lock()

    def create(self, recorded: Recorded, url: str) -> Json:
        """A new batch, as it is before anything of it is processed.

        Raises:
            ApiError: 400, for anything about the list of requests; what is wrong within one is its own error later.
        """
        requests = _requests(parse(recorded.raw))
        workspace = str(recorded.workspace)
        batch = Batch(f"msgbatch_{self._service.serial():08d}", workspace, self._now(), requests)
        with self._lock:
            self._batches[batch.id] = batch
            self.custom_ids += requests
        with self._service.changed:
            self._service.changed.notify_all()
        made = batch.to_json(url)
        if not self.holds:
            self._process(batch)
        return made

    def find(self, batch_id: str, recorded: Recorded) -> Batch:
        """A batch of the workspace of a request.

        Raises:
            ApiError: 404.
        """
        batch = self._batches.get(batch_id)
        if batch is None or batch.workspace != recorded.workspace:
            raise ApiError(404, f"Message batch {batch_id} not found.")
        return batch

    def page(self, query: Mapping[str, str], recorded: Recorded) -> tuple[list[Batch], bool]:
        """Some of the batches, newest first, and whether there are more.

        Raises:
            ApiError: the query is not valid.
        """
        check_fields(dict(query), frozenset({"limit", "after_id", "before_id"}))
        limit = int(query.get("limit", "20"))
        if not 1 <= limit <= MOST_LISTED:
            raise invalid("limit: Input should be between 1 and 1000")
        mine = [batch for batch in reversed(self._batches.values()) if batch.workspace == recorded.workspace]
        if "after_id" in query:
            ids = [batch.id for batch in mine]
            if query["after_id"] not in ids:
                raise invalid("after_id: unknown batch")
            mine = mine[ids.index(query["after_id"]) + 1 :]
        return mine[:limit], len(mine) > limit

    def cancel(self, batch: Batch) -> Batch:
        """Cancel a batch: what is not processed yet never will be.

        Raises:
            ApiError: it has ended.
        """
        if batch.ended:
            raise invalid(f"Batch {batch.id} cannot be canceled because it has already finished processing.")
        batch.cancelled = batch.cancelled or self._now()
        return batch

    def results(self, batch: Batch) -> bytes:
        """The lines of results, the last request first: nobody may count on their order.

        Raises:
            ApiError: it has not ended.
        """
        if not batch.ended:
            raise ApiError(404, f"Batch {batch.id} has no results available; it is still in progress.")
        lines = [{"custom_id": name, "result": result} for name, result in batch.results.items()]
        return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in reversed(lines))

    def finish(self) -> None:
        """Process all that is in progress."""
        for batch in self._batches.values():
            if batch.ended is None:
                self._process(batch)

    def _process(self, batch: Batch) -> None:
        ready: list[tuple[str, Admitted]] = []
        for name, params in batch.requests.items():
            fate: Fate = "canceled" if batch.cancelled else self.fate(name, params)
            if fate == "succeeded":
                recorded = Recorded("POST", BATCHES, {}, b"", self._service.now(), workspace=batch.workspace)
                try:
                    ready.append((name, self._service.admit_one(recorded, params)))
                except ApiError as error:
                    batch.results[name] = _errored(error)
            elif fate == "errored":
                batch.results[name] = _errored(ApiError(500, "Internal server error"))
            else:
                batch.results[name] = {"type": fate}
        # After all of them were looked up in the cache: they run side by side.
        for name, admitted in ready:
            batch.results[name] = self._answer(admitted)
        batch.ended = self._now()

    def _answer(self, admitted: Admitted) -> Json:
        message, _ = self._service.begin(admitted)
        message["usage"] = {**message["usage"], "service_tier": "batch"}
        admitted.recorded.usage = message["usage"]
        self.records.append(admitted.recorded)
        return {"type": "succeeded", "message": message}

    def _now(self) -> datetime:
        return datetime.now(UTC)


def _requests(body: Json) -> dict[str, Json]:
    """The requests of a new batch by custom id."""
    check_fields(body, frozenset({"requests"}))
    listed = body.get("requests")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_REQUESTS:
        raise invalid(f"requests: List should have 1 to {MAX_REQUESTS} items")
    return dict(_pairs(listed))


def _pairs(listed: list[Any]) -> Iterator[tuple[str, Json]]:
    seen: set[str] = set()
    for index, one in enumerate(listed):
        if not isinstance(one, dict) or one.keys() != {"custom_id", "params"}:
            raise invalid(f"requests.{index}: a request has custom_id and params, and nothing else")
        name, params = one["custom_id"], one["params"]
        if not isinstance(name, str) or not CUSTOM_ID.fullmatch(name):
            raise invalid(
                f"requests.{index}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
            )
        if name in seen:
            raise invalid(f"requests.{index}.custom_id: custom_ids must be unique")
        if not isinstance(params, dict) or params.get("stream"):
            raise invalid(f"requests.{index}.params.stream: streaming is not supported in batches")
        seen.add(name)
        yield name, params


def _errored(error: ApiError) -> Json:
    return {"type": "errored", "error": error_body(TYPES[error.status], error.message, "req_batch")}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
