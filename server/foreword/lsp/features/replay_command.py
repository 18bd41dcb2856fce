"""`foreword.replay`: what policies of caching cost over a trace, with the user's own table of models."""

from __future__ import annotations

import asyncio
from typing import Any

from foreword.assist.session.session import Session
from foreword.core.errors import UsageError
from foreword.lsp.features.arguments import Arguments
from foreword.replay.replay_report import Order, find_models, replay_report, synthetic_trace
from foreword.replay.synthetic import LAWS
from foreword.replay.trace import Event, read_trace
from foreword.replay.trace_run import BASE_TOKENS, TURN_TOKENS, Sizes


async def run_replay(session: Session, arguments: Arguments) -> list[dict[str, Any]]:
    """One `foreword.replay/1` a model; it is computed on a thread of its own, as it takes seconds.

    Raises:
        UsageError: the arguments or the trace are not usable.
    """
    developers = arguments.number("developers") or 1
    order = Order(
        _events(arguments, developers),
        Sizes(arguments.number("base") or BASE_TOKENS, arguments.number("turn") or TURN_TOKENS),
        tuple(arguments.texts("policy")),
        developers,
    )
    models, problems = find_models(session.catalog, arguments.texts("model"))
    arguments.finish()
    session.report(*problems)
    return await asyncio.to_thread(replay_report, order, models)


def _events(arguments: Arguments, developers: int) -> tuple[Event, ...]:
    """Of a trace whose lines are given as one text, or made up from a seed."""
    trace, seed = arguments.text("trace"), arguments.number("synthetic")
    law = arguments.text("law") or LAWS[0]
    days, asks = arguments.number("days"), arguments.number("asks")
    if bool(trace) == (seed is not None):
        raise UsageError('give either "trace", the lines of one, or "synthetic", a seed')
    return synthetic_trace(seed, law, days, asks, developers) if seed else read_trace(trace.split("\n"))
