"""What telemetry tells of an answer, as values; none of them has text of the workspace but `AnswerRecord.content`.

Times are Unix seconds, costs US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass

from foreword.assist.accounts.ledger import LedgerRow
from foreword.core.tokens import Usage

CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked for what: `kind` as in the ledger, `endpoint` the base URL, empty for the provider's own."""

    kind: str
    provider: str
    model: str
    workspace: str
    simulated: bool = False
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request that is over; `error` is the class of what went wrong, `layer` where the prefix changed.

    `usage` is None if the answer never began. `verdict` is set for the first request of an answer alone.
    """

    started_at: float
    ended_at: float
    max_tokens: int = 0
    first_at: float | None = None
    usage: Usage | None = None
    cost: float = 0.0
    without_cache: float = 0.0
    message_id: str = ""
    answered_by: str = ""
    stop_reason: str = ""
    verdict: str = ""
    layer: str = ""
    error: str = ""
    is_stream: bool = False


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """One call of a tool, carried out here."""

    name: str
    call_id: str
    started_at: float
    ended_at: float
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What was asked after the prefix, and what was answered."""

    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One question with its requests and its tools, in order; `content` where the user asked for it twice."""

    asked: Asked
    started_at: float
    ended_at: float
    requests: tuple[RequestRecord, ...] = ()
    tools: tuple[ToolRecord, ...] = ()
    error: str = ""
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class LoneRequest:
    """A request that belongs to no question, such as a warm-up."""

    asked: Asked
    request: RequestRecord


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """Requests that were answered out of our sight: what they cost is told, not how long they took."""

    requests: tuple[LoneRequest, ...]


Record = AnswerRecord | LoneRequest | BatchRecord


def record_of_row(row: LedgerRow, ended_at: float, endpoint: str) -> LoneRequest:
    """A row of the ledger that is a request of its own."""
    request = RequestRecord(
        started_at=row.at,
        ended_at=ended_at,
        usage=row.usage,
        cost=row.cost,
        without_cache=row.without_cache,
        message_id=row.message_id,
        verdict=row.verdict,
        layer=row.layer,
    )
    workspace = workspace_name(row.workspace)
    return LoneRequest(Asked(row.kind, row.provider, row.model, workspace, row.simulated, endpoint), request)


def workspace_name(root: str) -> str:
    """What a workspace is called to others: the name of its folder, without the path to it."""
    return root.replace("\\", "/").rstrip("/").rpartition("/")[2]
