"""Passwords: which are taken (ASVS 4.0.3, 2.1), and how they are kept (Argon2id, RFC 9106)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST: Final = 12
LONGEST: Final = 128
_COMMON: Final = Path(__file__).with_name("common_passwords.txt")
_ROWS: Final = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb",
)

_hasher = PasswordHasher()


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    OWN_NAME = "own_name"


def normalised(password: str) -> str:
    """One form for the same characters, however a keyboard writes them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, *, own: tuple[str, ...] = ()) -> Weakness | None:
    """What speaks against a new password; `own` are the name and address of its owner.

    Any characters do, none are demanded.
    """
    text = normalised(password)
    if len(text) < SHORTEST:
        return Weakness.SHORT
    if len(text) > LONGEST:
        return Weakness.LONG
    plain = re.sub(r"[\W_]+", "", text.casefold())
    if plain in _common() or _is_monotonous(plain or text):
        return Weakness.COMMON
    names = {re.sub(r"[\W_]+", "", part.casefold()) for each in own for part in (each, *re.split(r"[@\s]", each))}
    rest = re.sub(r"\d+", "", plain)
    return Weakness.OWN_NAME if rest in names | {"workbench", "standardsworkbench"} else None


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _is_monotonous(plain: str) -> bool:
    """A short piece over and over, or a run along a row of keys or the alphabet."""
    for size in range(1, 5):
        if plain == (plain[:size] * (len(plain) // size + 1))[: len(plain)]:
            return True
    return any(plain in (row * 5) or plain in (row[::-1] * 5) for row in _ROWS)


def hash_password(password: str) -> str:
    """The password as it is kept: Argon2id with the parameters of the library, in the PHC string format."""
    return _hasher.hash(normalised(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether the password belongs to the hash. Without a hash it takes as long, and the answer is no."""
    try:
        _hasher.verify(kept or _nobody(), normalised(password)[: LONGEST * 8])
    except VerificationError:
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with other parameters than are used today."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
