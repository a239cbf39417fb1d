"""What a request of the interface asks for: values that are looked at before anything is done with them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from workbench.web.api.problems import ProblemError

LONGEST_VALUE: Final = 200
PLAIN: Final = r"^[^\u0000-\u001f\u007f]*$"
"""What a value may hold, as JSON Schema writes it (ECMA-262)."""
HOLDS_SOMETHING: Final = r"^[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$"
"""The same of a value that is needed: not white space alone."""
DEFAULT_LIMIT: Final = 100
MOST_ROWS: Final = 500
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f]*")
_LONGEST_CURSOR: Final = 300
_MARK_LENGTH: Final = 32


@dataclass(frozen=True)
class Cursor:
    """How far a list was read: so many rows, `last` being the mark of the last one, `asked` that of the filters."""

    read: int
    last: str
    asked: str

    def __str__(self) -> str:
        written = json.dumps([self.read, self.last, self.asked], separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises ProblemError for what is no cursor of ours."""
        try:
            if len(text) > _LONGEST_CURSOR:
                raise ValueError("too long")
            written = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            read, last, asked = json.loads(written)
            if type(read) is not int or not 0 < read < 2**31 or not isinstance(last, str) or not isinstance(asked, str):
                raise ValueError("not ours")
        except (ValueError, TypeError, RecursionError, binascii.Error) as error:
            raise ProblemError(400, "cursor: give the value of 'next' as it came, or leave it out") from error
        return cls(read, last, asked)


def mark_of(value: Any) -> str:
    """A short fingerprint of a value that JSON can hold."""
    written = json.dumps(value, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:_MARK_LENGTH]


def values(given: MultiDict[str, str], known: Collection[str]) -> Mapping[str, str]:
    """Each value once, none unknown, too long or with control characters. Raises ProblemError."""
    for name, several in given.lists():
        if name not in known:
            raise ProblemError(400, f"{_shown(name)!r} is not known here; there are: {', '.join(sorted(known))}")
        if len(several) > 1:
            raise ProblemError(400, f"{name}: give it once")
        if name != "cursor" and (len(several[0]) > LONGEST_VALUE or not _PLAIN.fullmatch(several[0])):
            raise ProblemError(400, f"{name}: at most {LONGEST_VALUE} characters, no control characters")
    return given.to_dict()


def limit_of(text: str | None) -> int:
    """How many rows are asked for. Raises ProblemError."""
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= MOST_ROWS:
        raise ProblemError(400, f"limit: a number from 1 to {MOST_ROWS}")
    return int(text)


def _shown(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name[:40])
