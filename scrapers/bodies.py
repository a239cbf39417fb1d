"""Bodies as they come in: bounded in size, ratio and time, whole or told to be cut."""

from __future__ import annotations

import socket
import threading
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO, Any

from scrapers.errors import FetchError, TooLargeError
from scrapers.refusals import SAMPLE_BYTES

CHUNK = 64 * 1024
_RATIO_FROM = 1024 * 1024


class TransientError(Exception):
    """A failure that may pass: worth another attempt, after `retry_after` seconds where the host said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Watchdog:
    """Ends an exchange that takes longer than `seconds` by shutting its socket, however slowly bytes still drip in."""

    def __init__(self, seconds: float) -> None:
        self.ended = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket when it is connected, and again when TLS has wrapped it (httpcore's trace extension)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.ended:
                self._end()

    def _end(self) -> None:
        self.ended = True
        if self._socket is not None:
            with suppress(OSError):  # already closed by the other side
                self._socket.shutdown(socket.SHUT_RDWR)


class Inflater:
    """Copies a body to a file, inflating gzip in bounded steps, and stops as soon as a limit is passed."""

    def __init__(self, url: str, headers: Mapping[str, str], max_bytes: int, max_ratio: int) -> None:
        self._url = url
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._received = 0
        self._written = 0
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise FetchError(f"{url}: content encoding {encoding!r} was not asked for; expected gzip or none")
        self._gzip = encoding.endswith("gzip")

    def copy(self, chunks: Iterable[bytes], file: IO[bytes]) -> None:
        """Inflate into `file`. Raises TooLargeError at a limit, TransientError where a gzip body ends too early."""
        inflate = zlib.decompressobj(wbits=31)
        for chunk in chunks:
            self._received += len(chunk)
            if not self._gzip:
                self._write(chunk, file)
                continue
            data = chunk
            while data:
                if inflate.eof:
                    inflate = zlib.decompressobj(wbits=31)
                try:
                    self._write(inflate.decompress(data, CHUNK), file)
                except zlib.error as error:
                    raise FetchError(f"{self._url}: the body is no valid gzip ({error}); nothing was kept") from error
                data = inflate.unconsumed_tail or inflate.unused_data
        if self._gzip and self._received and not inflate.eof:
            raise TransientError("the gzip body ends too early")

    def _write(self, data: bytes, file: IO[bytes]) -> None:
        self._written += len(data)
        if self._written > self._max_bytes:
            raise TooLargeError(
                f"{self._url}: more than {self._max_bytes} bytes; reading was stopped, nothing was kept"
            )
        if self._written > max(_RATIO_FROM, self._received * self._max_ratio):
            raise TooLargeError(
                f"{self._url}: inflates to more than {self._max_ratio} times its size; reading was stopped, "
                "nothing was kept"
            )
        file.write(data)


def start_of(chunks: Iterable[bytes], headers: Mapping[str, str]) -> bytes:
    """Start of an error page, for telling who wrote it."""
    sample = b""
    for chunk in chunks:
        sample += chunk
        if len(sample) >= SAMPLE_BYTES:
            break
    if headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip"):
        with suppress(zlib.error):  # an error page that is no valid gzip names no wall
            return zlib.decompressobj(wbits=31).decompress(sample, SAMPLE_BYTES)
    return sample
