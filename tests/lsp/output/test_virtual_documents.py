"""Files for clients that show files only."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from foreword.assist.session.ports import REAL_TIME
from foreword.core.errors import StoreError
from foreword.lsp.output.virtual_documents import KEPT_DAYS, Page, write_scratch
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


def test_old_files_go_when_a_new_one_comes(tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    for name, age_days in (("old.md", KEPT_DAYS + 1), ("new.md", KEPT_DAYS - 1)):
        write_scratch(folder / name, name)
        at = time.time() - age_days * 86_400
        os.utime(folder / name, (at, at))
    write_scratch(folder / "now.md", "caf\u00e9 \ud83d\n")

    assert ["new.md", "now.md"] == sorted(file.name for file in folder.iterdir())
    assert b"caf\xc3\xa9 \\ud83d\n" == (folder / "now.md").read_bytes()


def test_a_folder_that_can_not_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "chat").write_text("a file")
    with pytest.raises(StoreError, match="set FOREWORD_HOME"):
        write_scratch(tmp_path / "chat" / "a.md", "text")
