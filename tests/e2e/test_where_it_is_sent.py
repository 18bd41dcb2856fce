"""To whom a request goes: to the endpoint that the user named, and to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi


@contextmanager
def listening(location: str | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine with what it was sent; it answers with a redirect, or with an error."""
    heard = list[bytes]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            self.send_response(307 if location else 500)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", "0")
            self.end_headers()

        do_CONNECT = do_POST  # noqa: N815 - the name is that of the method

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_redirect_carries_nothing_to_another_place(online: Foreword, shop: GitRepo) -> None:
    with listening() as (other, heard), listening(f"{other}/v1/messages") as (url, asked):
        done = replace(online, url=url).run("ask", "What is a till?", cwd=shop.path)
    assert 5 == done.code, done.err
    assert asked
    assert [] == heard


def test_an_engine_on_this_machine_is_asked_without_a_proxy(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    api.answer_with("A till.")
    with listening() as (proxy, heard):
        done = replace(
            online, more={**online.more, "HTTP_PROXY": proxy, "http_proxy": proxy, "ALL_PROXY": proxy}
        ).run("ask", "What is a till?", cwd=shop.path)
    assert "A till." in done.out
    assert [] == heard
