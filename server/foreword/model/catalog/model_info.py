"""What is known about one model: what its cache keeps, how much it takes in and gives out, and what its requests cost.

Nothing here is read from anywhere; `catalog` fills these values. Prices are US dollars per million tokens, and a cost is
pure arithmetic over `Usage` and a model's prices:

    cost          = (fresh·input + write_5m·w5 + write_1h·w1 + read·r + output·output price) · cliff / 10⁶
    without cache = (prompt·input + output·output price) · cliff / 10⁶

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (pricing): the buckets are disjoint
and each is billed at its own price. The cliff's factor is 1 except for a prompt above the model's limit.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from foreword.core.documents.media import Vision
from foreword.core.tokens import NOMINAL_RATIO, Usage

ThinkingStyle = Literal["adaptive-summarized", "adaptive", "budget", "none"]
THINKING_STYLES: tuple[str, ...] = get_args(ThinkingStyle)
PlainThinking = Literal["disabled", "between_tools"]
PLAIN_STYLES: tuple[str, ...] = get_args(PlainThinking)
VISIONS: tuple[str, ...] = get_args(Vision)


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens, one price a bucket of `core.token_usage.Usage`."""

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float

    def times(self, factor: float) -> Prices:
        """All of them by a factor."""
        return Prices(*(price * factor for price in astuple(self)))


FREE = Prices(0.0, 0.0, 0.0, 0.0, 0.0)
"""An engine of one's own."""


@dataclass(frozen=True, slots=True)
class Cliff:
    """A prompt of more than `above` tokens multiplies every price of its request by `factor`."""

    above: int
    factor: float


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    `id` is what goes on the wire, as the user gave it; `known_as` is its name in the catalog, empty where
    the catalog does not know it. `minimum` is the shortest prefix, in tokens, that the cache keeps.
    `effort` is what the API takes when a request names none, where that is known, and `efforts` what one may name.
    `plain` is how thinking is kept to the least, None where it can't be. `vision` is how closely it looks at pictures.
    `retired` is the day from which requests fail. `estimated` marks prices that are an assumption. `batch` is what a
    request in a Message Batch costs, as a share of its price. `bedrock` is its name on Bedrock, where that is another one.
    """

    id: str
    known_as: str
    prices: Prices
    minimum: int
    context: int
    max_output: int
    thinking: ThinkingStyle
    chars_per_token: float
    effort: str | None = None
    efforts: tuple[str, ...] = ()
    plain: PlainThinking | None = None
    vision: Vision = "none"
    cliff: Cliff | None = None
    retired: date | None = None
    successor: str | None = None
    estimated: bool = False
    batch: float = 0.5
    bedrock: str = ""

    def at_batch_prices(self) -> Model:
        """The same model with what a request in a Message Batch costs."""
        return replace(self, prices=self.prices.times(self.batch))


UNKNOWN = Model(
    id="",
    known_as="",
    prices=Prices(input=2.0, output=10.0, write_5m=2.5, write_1h=4.0, read=0.2),
    # The longest that any listed model has, so that no mark is promised that the cache would ignore.
    minimum=4096,
    context=200_000,
    max_output=8192,
    thinking="none",
    chars_per_token=NOMINAL_RATIO,
    estimated=True,
)
"""Safe assumptions for a model that no table describes: a small window, a long minimum, a middling price."""


EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""All that the API knows, from little to much."""
MOST_PLAIN_EFFORT = "high"
"""With more the API refuses to have thinking kept to the least."""


def effort_of(model: Model, wanted: str, *, plain: bool = False) -> str | None:
    """The effort that a request names, or None where it is left to the model.

    Where the model does not take the `wanted` one it is the next lower one; of a model that nobody knows it is the wanted
    one. `plain`: thinking is kept to the least, which goes with less effort only.
    """
    if wanted not in EFFORTS:
        return None
    known = model.efforts if model.known_as else EFFORTS
    most = EFFORTS[: EFFORTS.index(MOST_PLAIN_EFFORT) + 1] if plain and model.plain else EFFORTS
    below = [one for one in most[: EFFORTS.index(wanted) + 1] if one in known]
    # To name what the model takes by itself is the same as to name nothing, also for the cache.
    return below[-1] if below and below[-1] != model.effort else None


def thinking_of(model: Model, *, plain: bool = False) -> dict[str, Any] | None:
    """The request's `thinking` parameter for `model`, or None where the parameter is best left out.

    `plain`: as little of it as the model allows.

    Current models leave the thinking between two tool calls empty unless a summary is asked for, so that
    an answer seems to hang: https://platform.claude.com/docs/en/build-with-claude/thinking
    """
    if plain and model.plain is not None:
        return {"type": model.plain}
    match model.thinking:
        case "adaptive-summarized":
            return {"type": "adaptive", "display": "summarized"}
        case "adaptive":
            return {"type": "adaptive"}
        # A budget is left to the API's default, which is no thinking.
        case "budget" | "none":
            return None


PER_TOKEN = 1e-6
"""Prices are per million tokens."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars: what was paid, and what the same tokens would have cost without any caching."""

    total: float = 0.0
    without_cache: float = 0.0
    estimated: bool = False

    @property
    def saved(self) -> float:
        """Net saving; negative where write premiums outweigh the reads."""
        return self.without_cache - self.total

    def __add__(self, other: Cost) -> Cost:
        """Both together; estimated as soon as one part is."""
        return Cost(
            self.total + other.total,
            self.without_cache + other.without_cache,
            self.estimated or other.estimated,
        )


def price(usage: Usage, model: Model) -> Cost:
    """What one request costs.

    `usage` must be of one request, not a sum: a price cliff depends on the size of each prompt.
    """
    return Cost(cost(usage, model), cost_without_cache(usage, model), model.estimated)


def cost(usage: Usage, model: Model) -> float:
    """What one request was billed, in dollars."""
    prices = model.prices
    dollars = (
        # The buckets are disjoint, so nothing is counted twice.
        usage.fresh * prices.input
        + usage.write_5m * prices.write_5m
        + usage.write_1h * prices.write_1h
        + usage.read * prices.read
        + usage.output * prices.output
    )
    return dollars * _factor(usage, model) * PER_TOKEN


def cost_without_cache(usage: Usage, model: Model) -> float:
    """What one request would have been billed with every prompt token at the base price, in dollars."""
    dollars = usage.prompt * model.prices.input + usage.output * model.prices.output
    return dollars * _factor(usage, model) * PER_TOKEN


def _factor(usage: Usage, model: Model) -> float:
    cliff = model.cliff
    return cliff.factor if cliff is not None and usage.prompt > cliff.above else 1.0
