"""Files as bytes: opened, whole up to a limit, or by lines of bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scrapers.errors import UnreadableFileError

MAX_LINE = 16 * 1024 * 1024  # bytes


@contextmanager
def opened(path: Path, name: str = "") -> Iterator[BinaryIO]:
    """The bytes of a file, which errors call `name`. Raises UnreadableFileError where it cannot be opened or read."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise UnreadableFileError(
            f"{name or path.name}: cannot be read ({error.strerror or error}); check path and permissions"
        ) from error


def lines_of(path: Path, *, max_line: int = MAX_LINE) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line.

    Raises UnreadableFileError where the file cannot be opened or a line is longer than `max_line` bytes.
    """
    with opened(path) as stream:
        number = 0
        while line := stream.readline(max_line + 1):
            number += 1
            if len(line) > max_line:
                raise UnreadableFileError(
                    f"{path.name}, line {number}: longer than the limit of {max_line:,} bytes; get the file again"
                )
            yield number, line


def whole(path: Path, max_bytes: int, kind: str = "") -> bytes:
    """All bytes of a file. Raises UnreadableFileError where it cannot be opened or is larger than `max_bytes`.

    `kind` says what the limit is for, such as `a page`.
    """
    with opened(path) as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        limit = f"{max_bytes:,} bytes for {kind}" if kind else f"{max_bytes:,} bytes"
        raise UnreadableFileError(f"{path.name}: larger than the limit of {limit}; split it")
    return data
