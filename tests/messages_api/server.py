"""The server's sockets: a thread a connection, and a stop that leaves none of them behind."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from http.server import ThreadingHTTPServer

from messages_api.handler import Handler
from messages_api.service import Service


class Server(ThreadingHTTPServer):
    """Knows its open connections, so that a stop leaves none behind."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, service: Service, max_body: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service = service
        self.max_body = max_body
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._idle = threading.Condition()

    def serve(self) -> None:
        """Accept connections until `stop`."""
        while not self.closing.is_set():
            self.handle_request()

    def stop(self, timeout: float = 5.0) -> bool:
        """End the connections; whether all their threads are done in `timeout` seconds."""
        self.closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.server_port), timeout).close()
        with self._idle:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            return self._idle.wait_for(lambda: not self._open, timeout)

    def opened(self, connection: socket.socket) -> None:
        """A connection has its thread."""
        with self._idle:
            self._open.add(connection)
            if self.closing.is_set():
                connection.shutdown(socket.SHUT_RDWR)

    def closed(self, connection: socket.socket) -> None:
        """The thread of a connection ends."""
        with self._idle:
            self._open.discard(connection)
            self._idle.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  # the base class's
        """Keep what broke the stand-in itself, to be raised in the test."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.service.crashes.append(error)
