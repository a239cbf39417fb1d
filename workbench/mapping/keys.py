"""Sets of keys of rows, as sorted arrays and, to be stored, as compressed bits."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
"""Keys of rows, ascending, each once."""


def pack_keys(keys: Keys) -> bytes:
    """A bit for each number up to the highest key, compressed: 650,000 keys take 80 kB at most."""
    bits = np.zeros(int(keys[-1]) + 1 if len(keys) else 0, dtype=np.bool_)
    bits[keys] = True
    return zlib.compress(np.packbits(bits).tobytes())


def unpack_keys(packed: bytes) -> Keys:
    """What `pack_keys` packed."""
    return np.flatnonzero(np.unpackbits(np.frombuffer(zlib.decompress(packed), dtype=np.uint8))).astype(np.int64)
