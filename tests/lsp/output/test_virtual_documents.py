from __future__ import annotations

import asyncio

from foreword.assist.session.ports import REAL_TIME
from foreword.lsp.output.virtual_documents import Page
from foreword.lsp.registry import create_server


class SlowPage(Page):
    """Its client takes as long as it likes over each text."""

    def __init__(self) -> None:
        super().__init__(create_server({}, REAL_TIME), "foreword:/chat/1.md", "")
        self.sent: list[str] = []
        self.is_sending = asyncio.Event()
        self.is_taken = asyncio.Event()

    async def begin(self) -> None:
        """It is shown already."""

    async def send(self) -> None:
        self.sent.append(self.text)
        self.is_sending.set()
        await self.is_taken.wait()


async def test_the_end_of_an_answer_arrives_though_the_client_is_slow_over_what_came_before() -> None:
    page = SlowPage()
    task = asyncio.ensure_future(page.keep_up())
    page.append("It is nineteen")
    await page.is_sending.wait()
    page.append(" percent.")
    page.end()
    page.is_taken.set()
    async with asyncio.timeout(60):
        await task
    assert ["It is nineteen", "It is nineteen percent."] == page.sent
