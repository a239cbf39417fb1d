"""Lines of a text file, one at a time and each of bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scrapers.errors import UnreadableFileError

MAX_LINE = 16 * 1024 * 1024  # bytes


def lines_of(path: Path, *, max_line: int = MAX_LINE) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line.

    Raises UnreadableFileError where the file cannot be opened or a line is longer than `max_line` bytes.
    """
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(max_line + 1):
                number += 1
                if len(line) > max_line:
                    raise UnreadableFileError(
                        f"{path.name}, line {number}: longer than the limit of {max_line:,} bytes; get the file again"
                    )
                yield number, line
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror or error}); check path and permissions"
        ) from error


def whole(path: Path, max_bytes: int) -> bytes:
    """All bytes of a file. Raises UnreadableFileError where it cannot be opened or is larger than `max_bytes`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror or error}); check path and permissions"
        ) from error
    if len(data) > max_bytes:
        raise UnreadableFileError(f"{path.name}: larger than the limit of {max_bytes:,} bytes; split it")
    return data
