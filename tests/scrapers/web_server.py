"""A web server on loopback that misbehaves as it is told, for the tests of the fetcher."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; an answer uses `send` or writes to `wfile` itself."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self)
        answer = self.server.answers.get(self.path)
        with suppress(BrokenPipeError, ConnectionResetError):  # the client may stop reading early: that is tested
            if answer is None:
                self.send(404, b"no such page")
            else:
                answer(self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer with a status, headers (`_` in a name stands for `-`) and a body."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """Answers by path; `requests` are those received, oldest first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.requests: list[Handler] = []

    @property
    def base(self) -> str:
        """Address of the server without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, path: str, body: bytes = b"hello", *, status: int = 200, **headers: str) -> str:
        """Always answer `path` so; gives its URL."""
        self.answers[path] = lambda handler: handler.send(status, body, **headers)
        return self.base + path

    def script(self, path: str, *answers: Answer) -> str:
        """Give one answer after the other, the last for ever; gives the URL."""
        left = list(answers)
        self.answers[path] = lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)
        return self.base + path

    def asked(self, path: str) -> list[Handler]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections that a test breaks are no error."""


@contextmanager
def running() -> Iterator[Server]:
    """A server in a thread of its own."""
    server = Server()
    with in_a_thread(server):
        yield server


@contextmanager
def in_a_thread(server: ThreadingHTTPServer) -> Iterator[None]:
    """The server answers as long as this lasts."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
