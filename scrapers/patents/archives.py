"""ZIP archives that people hand us: nothing is written under a name of theirs, and what comes out is bounded.

An archive is refused where it unpacks to more than `MAX_TOTAL`, a member where it grows more than `MAX_RATIO`-fold, is
encrypted, is an archive itself or has a path that leads out of the archive. Sizes are counted while unpacking, not
believed from the archive's own list.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scrapers.errors import UnreadableFileError

GIB = 1024**3
MAX_TOTAL = 4 * GIB
MAX_MEMBERS = 100_000
MAX_RATIO = 200
_RATIO_FROM = 16 * 1024 * 1024  # bytes; small members may be as compressible as they like
_CHUNK = 1024 * 1024
_NESTED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ")


@dataclass(frozen=True)
class Limits:
    """How much may come out of an archive: bytes in all, members, and growth of one member."""

    total: int = MAX_TOTAL
    members: int = MAX_MEMBERS
    ratio: int = MAX_RATIO


DEFAULT_LIMITS = Limits()


def members_of(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[zipfile.ZipInfo]:
    """The files in an archive, checked by its own list. Raises UnreadableFileError where it may not be unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFileError(f"{path.name}: not a readable ZIP archive ({error}); get the file again") from error
    if len(listed) > limits.members:
        raise UnreadableFileError(f"{path.name}: has {len(listed):,} members, more than {limits.members:,}; split it")
    for member in listed:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename or "\x00" in member.filename:
            raise UnreadableFileError(
                f"{path.name}: the member {member.filename!r} leads out of the archive; do not trust the file"
            )
    total = sum(member.file_size for member in listed)
    if total > limits.total:
        raise _bomb(path, f"unpacks to {total:,} bytes, more than {limits.total:,}")
    return [member for member in listed if not member.is_dir()]


@contextmanager
def unpacked(path: Path, member: zipfile.ZipInfo, limits: Limits = DEFAULT_LIMITS) -> Iterator[Path]:
    """The content of one member as a file that is deleted afterwards.

    Raises UnreadableFileError where the member is encrypted, damaged, an archive itself or grows beyond the limits.
    """
    what = f"{path.name}, member {member.filename!r}"
    if member.flag_bits & 1:
        raise UnreadableFileError(f"{what}: is encrypted; unpack it with its password")
    allowed = min(limits.total, max(_RATIO_FROM, member.compress_size * limits.ratio))
    with tempfile.TemporaryDirectory(prefix="patents-") as folder:
        target = Path(folder) / (PurePosixPath(member.filename).name[-100:] or "member")
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as source, target.open("wb") as sink:
                size = 0
                while chunk := source.read(_CHUNK):
                    if size == 0 and chunk.startswith(_NESTED):
                        raise UnreadableFileError(f"{what}: is an archive in an archive; unpack the outer one first")
                    size += len(chunk)
                    if size > allowed:
                        raise _bomb(path, f"member {member.filename!r} unpacks to more than {allowed:,} bytes")
                    sink.write(chunk)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise UnreadableFileError(f"{what}: damaged ({error}); get the file again") from error
        yield target


def _bomb(path: Path, what: str) -> UnreadableFileError:
    return UnreadableFileError(f"{path.name}: {what}; it may be a decompression bomb, unpack and split it yourself")
