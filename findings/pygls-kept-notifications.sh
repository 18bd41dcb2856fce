#!/usr/bin/env bash
# pygls 2.1.1.
#
# Guess: when the asynchronous handler of a notification has ended, the server has nothing of it any more: there is no reply to keep it for.
# Seen: the protocol keeps the future of each such notification for as long as the server lives; those of requests are dropped at the reply.
# Why it matters: a language server gets a notification for each keystroke. One that handles `didChange` asynchronously grows with
#   every key, and if handlers fail, by a traceback with its frames each time.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pygls==2.1.1

cat >server.py <<'PYTHON'
from pygls.lsp.server import LanguageServer

server = LanguageServer("sample", "1")


@server.feature("sample/note")
async def note(_):
    pass


@server.feature("sample/ask")
async def ask(_):
    return "yes"


@server.feature("sample/kept")
def kept(_):
    futures = server.protocol._request_futures
    return {"all": len(futures), "done": sum(future.done() for future in futures.values())}


server.start_io()
PYTHON

cat >client.py <<'PYTHON'
import asyncio
import sys

from pygls.lsp.client import LanguageClient


async def kept(client):
    told = await client.protocol.send_request_async("sample/kept", {})
    return told.done if hasattr(told, "done") else told["done"]


async def main():
    client = LanguageClient("client", "1")
    await client.start_io(sys.executable, "server.py")
    rows = {}
    rows["at the start"] = await kept(client)
    for _ in range(500):
        await client.protocol.send_request_async("sample/ask", {})
    rows["after 500 requests"] = await kept(client)
    for _ in range(500):
        client.protocol.notify("sample/note", {})
    await client.protocol.send_request_async("sample/ask", {})
    rows["after 500 notifications"] = await kept(client)
    for name, number in rows.items():
        print(f"{name}: {number} futures kept that are done")
    client.protocol.notify("exit")
    await client.stop()
    assert rows["after 500 requests"] < 10, "requests are kept too"
    assert rows["after 500 notifications"] >= 500, "notifications are dropped by now"


asyncio.run(asyncio.wait_for(main(), 60))
PYTHON

venv/bin/python client.py
echo "pygls keeps what every notification was done for."
