"""Snapshots on disk: compressed, named by the hash of their content, written before anything refers to them."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast


class SnapshotFolder:
    """`HOME/snapshots/ab/abcdef….gz`. Equal content is kept once."""

    def __init__(self, home: Path) -> None:
        self.root = home / "snapshots"

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}.gz"

    def add(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Keep a body; returns its SHA-256 and its size in bytes. A crash leaves at most a temporary file."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.root, suffix=".part", delete=False) as raw:
            # No name and no time in the gzip header: equal content gives equal files.
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as compressed:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    compressed.write(chunk)
            raw.flush()
            os.fsync(raw.fileno())
        final = self.path(digest.hexdigest())
        final.parent.mkdir(exist_ok=True)
        Path(raw.name).replace(final)
        return digest.hexdigest(), size

    def open(self, sha256: str) -> BinaryIO:
        """The content as it was read. Raises FileNotFoundError where the folder lost it."""
        return cast(BinaryIO, gzip.open(self.path(sha256), "rb"))

    def read(self, sha256: str) -> bytes:
        with self.open(sha256) as body:
            return body.read()
