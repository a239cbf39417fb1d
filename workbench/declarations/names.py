"""Names of companies without what does not tell them apart, to suggest which are one party. Pure.

A suggestion is no more than that: `Sample K.K.` and `Sample GmbH` are two companies with one normal name.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

_NOT_WORDS = re.compile(r"[^\w/&]+")


@dataclass(frozen=True)
class _LegalForms:
    words: tuple[tuple[str, ...], ...]
    attached: tuple[str, ...]


@cache
def _forms() -> _LegalForms:
    data = tomllib.loads(resources.files("workbench.declarations").joinpath("legal_forms.toml").read_text("utf-8"))
    words = sorted((tuple(each.split()) for each in data["words"]), key=len, reverse=True)
    attached = sorted((unicodedata.normalize("NFKC", each) for each in data["attached"]), key=len, reverse=True)
    return _LegalForms(tuple(words), tuple(attached))


def normal_name(name: str) -> str:
    """`Sample Gauge Co., Ltd.`, `SAMPLE GAUGE CORPORATION` give `sample gauge`; `株式会社サンプル` gives `サンプル`.

    Empty where nothing is left. Legal forms are those of `legal_forms.toml`.
    """
    forms = _forms()
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    for _ in range(len(plain)):
        end = next((each for each in forms.attached if plain.endswith(each) or plain.startswith(each)), None)
        if end is None:
            break
        plain = plain.removesuffix(end).removeprefix(end).strip()
    # Accents of Latin letters only: in Japanese a mark makes another letter.
    letters = unicodedata.normalize("NFKD", plain.replace("ß", "ss"))
    plain = unicodedata.normalize("NFC", re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", letters))
    words = _NOT_WORDS.sub(" ", plain.replace(".", "")).split()
    while tail := next((form for form in forms.words if tuple(words[-len(form) :]) == form), None):
        words = words[: -len(tail)]
        while words and words[-1] == "&":
            words.pop()
    return " ".join(words)
