"""A Message Batch, as values: what it is made of, how large it may be, how it stands, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from foreword.core.errors import ModelError, ModelUnavailable
from foreword.core.reply import Finished

MAX_REQUESTS = 100_000
MAX_BYTES = 256_000_000
"""Megabytes and not mebibytes: the smaller reading of the limit."""
EMPTY = len(b'{"requests":[]}')
"""Bytes of a body without a request."""

Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One request of a batch, encoded: the pieces of its JSON object, which may share their memory with others'."""

    custom_id: str
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes in the body of the batch, the comma behind it included."""
        return sum(len(piece) for piece in self.pieces) + 1


@dataclass(frozen=True, slots=True)
class BatchState:
    """A Message Batch as the endpoint describes it; times in Unix seconds.

    `status` is in_progress, canceling or ended; `counts` by processing, succeeded, errored, canceled and expired.
    """

    id: str
    status: str
    counts: Mapping[str, int]
    created: float
    expires: float | None = None
    ended: float | None = None

    @property
    def n_requests(self) -> int:
        """How many requests it holds."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of one request of a Message Batch: `kind` is succeeded, errored, canceled or expired.

    `finished` is the answer of one that succeeded. `may_retry`: asking again can help.
    """

    custom_id: str
    kind: str
    finished: Finished | None
    model: str = ""
    error: str = ""
    may_retry: bool = False


def split(requests: Iterable[BatchRequest]) -> Iterator[tuple[BatchRequest, ...]]:
    """The requests in as few batches as their limits allow, in order."""
    part: list[BatchRequest] = []
    size = EMPTY
    for one in requests:
        if part and (len(part) == MAX_REQUESTS or size + one.size > MAX_BYTES):
            yield tuple(part)
            part, size = [], EMPTY
        part.append(one)
        size += one.size
    if part:
        yield tuple(part)


def is_refused(error: ModelError) -> bool:
    """Whether a batch surely did not come to be: the endpoint said no, and did not just fail to answer."""
    return not isinstance(error, ModelUnavailable)
