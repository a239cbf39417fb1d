"""The server behind every office: it logs what it is asked, when by the test's clock, and fails where it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tests.scrapers.web_server import in_a_thread


class FakeClock:
    """A clock that only sleeping moves; seconds since its start."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            assert seconds >= 0
            self.seconds += seconds
            self.slept.append(seconds)


@dataclass(frozen=True)
class Asked:
    """One request as the office saw it; header names in lower case."""

    at: float
    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(frozen=True)
class Reply:
    """What the office answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Office(Protocol):
    """An office answers requests; `log` is what it was asked, oldest first."""

    base: str
    log: list[Asked]

    def reply(self, asked: Asked) -> Reply: ...


Fault = Callable[["_Handler", Office, Asked], None]


def status(number: int, body: bytes = b"", **headers: str) -> Fault:
    """An answer with that status instead of the real one."""

    def answer(handler: _Handler, office: Office, asked: Asked) -> None:
        handler.give(Reply(number, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    return answer


def dropped(handler: _Handler, office: Office, asked: Asked) -> None:
    """The connection is closed without an answer."""
    handler.close_connection = True


def cut(handler: _Handler, office: Office, asked: Asked) -> None:
    """Half of the real answer, then the connection is closed."""
    reply = office.reply(asked)
    handler.give(reply, announced=len(reply.body) + 1, body=reply.body[: len(reply.body) // 2])
    handler.close_connection = True


def halved(handler: _Handler, office: Office, asked: Asked) -> None:
    """Half of the real answer, announced as if it were all of it."""
    reply = office.reply(asked)
    handler.give(Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers))


def dripping(handler: _Handler, office: Office, asked: Asked) -> None:
    """The real answer byte by byte, so slowly that it never ends in time."""
    reply = office.reply(asked)
    handler.give(reply, announced=len(reply.body), body=reply.body[:1])
    for byte in reply.body[1:60]:
        time.sleep(0.05)
        handler.wfile.write(bytes([byte]))
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        office, clock = self.server.office, self.server.clock
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(clock.monotonic(), self.command, self.path, headers, body)
        with suppress(BrokenPipeError, ConnectionResetError):
            if asked.path == "/robots.txt":
                self.give(self.server.robots)
                return
            office.log.append(asked)
            fault = self.server.faults.get(len(office.log) - 1)
            if fault is None and self.server.broken_from is not None and len(office.log) > self.server.broken_from:
                fault = self.server.broken
            if fault is None:
                self.give(office.reply(asked))
            else:
                fault(self, office, asked)

    def give(self, reply: Reply, *, announced: int | None = None, body: bytes | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(reply.body if body is None else body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, office: Office, clock: FakeClock) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.office, self.clock = office, clock
        self.faults: dict[int, Fault] = {}
        self.broken_from: int | None = None
        self.broken: Fault = status(500)
        self.robots = Reply(404)

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections that a test breaks are no error."""


@contextmanager
def serving(office: Office, clock: FakeClock) -> Iterator[_Server]:
    """The office behind an address on loopback; `faults` say which request, counted from 0, fails how."""
    server = _Server(office, clock)
    office.base = f"http://127.0.0.1:{server.server_port}"
    with in_a_thread(server):
        yield server
