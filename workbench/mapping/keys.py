"""Sets of keys of rows, as sorted arrays and, to be stored, as compressed bits."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
"""Keys of rows, ascending, each once."""


def union(*sets: Keys) -> Keys:
    """All keys of some sets. (NumPy's `union1d` takes seconds for some hundred thousand keys in a row.)"""
    filled = [keys for keys in sets if len(keys)]
    if len(filled) < 2:
        return filled[0] if filled else np.empty(0, dtype=np.int64)
    return distinct(np.concatenate(filled))


def distinct(keys: Keys) -> Keys:
    """Keys in any order, some more than once, as a set."""
    ordered = np.sort(keys)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def pack_keys(keys: Keys) -> bytes:
    """A bit for each number up to the highest key, compressed: 650,000 keys take 80 kB at most."""
    bits = np.zeros(int(keys[-1]) + 1 if len(keys) else 0, dtype=np.bool_)
    bits[keys] = True
    return zlib.compress(np.packbits(bits).tobytes())


def unpack_keys(packed: bytes) -> Keys:
    """What `pack_keys` packed."""
    return np.flatnonzero(np.unpackbits(np.frombuffer(zlib.decompress(packed), dtype=np.uint8))).astype(np.int64)
