"""A process of its own that asks several questions at the same moment, each as `foreword ask` does.

python ask_at_once.py FOLDER N     says "ready", waits for a line, asks, and says how each of them ended
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

from foreword.assist.answering.answer_loop import answer
from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.answer import Answer
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.ports import TRUSTED
from foreword.assist.session.providers import open_providers
from foreword.assist.session.session import Session, open_session
from foreword.core.errors import LimitError


async def ask_all(session: Session, questions: list[PreparedRequest]) -> list[str]:
    async with open_providers(session) as provider_for:

        async def one(prepared: PreparedRequest) -> str:
            try:
                async with aclosing(answer(session, prepared, provider_for(str))) as events:
                    async for event in events:
                        if isinstance(event, Answer):
                            return event.receipt.verdict.kind
            except LimitError:
                return "over the limit"
            raise AssertionError("answer() ends with an Answer or raises")

        print("ready", flush=True)
        sys.stdin.readline()
        return await asyncio.gather(*map(one, questions))


def main() -> None:
    with open_session(sys.argv[1], {}) as session:
        session.trust = TRUSTED
        questions = [prepare_now(session, f"What is number {n}?") for n in range(int(sys.argv[2]))]
        print(*asyncio.run(ask_all(session, questions)), sep="\n")


if __name__ == "__main__":
    main()
