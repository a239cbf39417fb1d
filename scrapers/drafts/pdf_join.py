"""Puts printed lines together to running text: hyphens at line ends, scripts without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SOFT = "\u00ad"
_HARD_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐]$")
_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def join_lines(lines: Iterable[str]) -> str:
    """Lines as one text: a soft hyphen at a line end goes, a printed one stays without a space after it.

    Whether a printed hyphen was put in by the typesetter cannot be seen, so a compound is never run together.
    Japanese lines are joined without a space.
    """
    joined = ""
    for line in lines:
        text = " ".join(line.split())
        if not joined or not text:
            joined = joined or text
        elif joined.endswith(_SOFT):
            joined = joined[:-1] + text
        else:
            compound = bool(_HARD_HYPHEN.search(joined)) and text[0].isalpha() and text[0].islower()
            wide = bool(_WIDE.match(joined[-1]) and _WIDE.match(text[0]))
            joined += text if compound or wide else f" {text}"
    return joined.replace(_SOFT, "")
