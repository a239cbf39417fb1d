"""What is wrong with rules that people edit, in the catalogues: faults that pydantic, Python's parser or YAML find.

Each is told by its type, in words of ours behind the place; what has no words here keeps its own, which are English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml
from pydantic import ValidationError

from workbench.i18n import ToldError, mark

Fault = ToldError | str
"""What people read of an error: in the catalogues, or plain English."""


class FaultError(ToldError, ValueError):
    """What a validator of ours finds; pydantic names the field beside it."""


_LIST: Final = mark("must be a list")
_WHOLE: Final = mark("must be a whole number")
_NUMBER: Final = mark("must be a number")
_YES_NO: Final = mark("must be true or false")
_DAY: Final = mark("must be a day, such as 2026-12-31")
_FIELDS: Final = mark("must be a table of fields")
_CHOICE: Final = mark("must be one of %(expected)s")

# By the type of pydantic's error; the values are those that pydantic names with it.
_TYPES: Final[Mapping[str, str]] = {
    "missing": mark("is missing; add it"),
    "extra_forbidden": mark("there is no such field; correct its name or take it away"),
    "string_type": mark("must be text; put it in quotation marks"),
    "string_too_short": mark("must have %(min_length)s or more characters"),
    "string_too_long": mark("must have %(max_length)s characters at most"),
    "string_pattern_mismatch": mark("is not written as asked for: %(pattern)s"),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "too_short": mark("must have %(min_length)s or more entries"),
    "too_long": mark("must have %(max_length)s entries at most"),
    "dict_type": _FIELDS,
    "model_type": _FIELDS,
    "greater_than": mark("must be more than %(gt)s"),
    "greater_than_equal": mark("must be %(ge)s or more"),
    "less_than": mark("must be less than %(lt)s"),
    "less_than_equal": mark("must be %(le)s or less"),
}
# By what Python's parser says, which has no types; `sign` and `other` are read from it.
_SYNTAX: Final = (
    (r"invalid syntax\. Perhaps you forgot a comma", mark("a comma or an operator is missing")),
    (r"invalid syntax", mark("this cannot stand here")),
    (
        r"closing parenthesis '(?P<sign>.)' does not match opening parenthesis '(?P<other>.)'",
        mark("%(sign)s does not close %(other)s"),
    ),
    (r"'(?P<sign>.)' was never closed", mark("%(sign)s is never closed")),
    (r"unmatched '(?P<sign>.)'", mark("%(sign)s closes nothing")),
    (r"unterminated string literal", mark("the quotation mark is never closed")),
    (r"invalid (decimal|hexadecimal|octal|binary) literal|leading zeros", mark("this is no number")),
    (r"invalid (non-printable )?character '?(?P<sign>[^' ]+)", mark("%(sign)s has no meaning here")),
    (r"too many nested parentheses", mark("too many brackets within brackets; split it")),
)


def first_fault(error: ValidationError) -> Fault:
    """The first thing that is wrong with a record, behind its place."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = _reason(first["type"], first.get("ctx", {}), first["msg"])
    return ToldError(mark("%(place)s: %(reason)s"), place=place, reason=reason) if place else reason


def syntax_fault(error: Exception) -> Fault:
    """What Python's parser refuses in an expression, and at which character of it, counted from 1."""
    if not isinstance(error, SyntaxError):
        return str(error) or type(error).__name__
    reason = _syntax(error.msg)
    if error.offset is None:
        return reason
    if error.offset < 1:
        return ToldError(mark("something is missing at the end"))
    return ToldError(mark("%(reason)s, at character %(place)s"), reason=reason, place=error.offset)


def yaml_fault(error: Exception) -> Fault:
    """Where YAML cannot be read, counted from 1; why stays in the words of the reader."""
    found = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if not isinstance(error, yaml.MarkedYAMLError) or found is None:
        return " ".join(str(error).split())
    place = {"line": found.line + 1, "column": found.column + 1}
    return ToldError(mark("line %(line)s, column %(column)s: %(reason)s"), reason=error.problem or "", **place)


def _reason(kind: str, values: Mapping[str, Any], plain: str) -> Fault:
    own = values.get("error")
    if own is not None and kind == "value_error":
        return own if isinstance(own, ToldError) else str(own)
    text = _TYPES.get(kind)
    if text is None:
        return plain
    named = {name: value for name, value in values.items() if f"%({name})s" in text}
    if "expected" in named:
        named["expected"] = str(named["expected"]).replace(" or ", ", ")
    return ToldError(text, **named)


def _syntax(message: str) -> Fault:
    for pattern, text in _SYNTAX:
        found = re.match(pattern, message)
        if found:
            return ToldError(text, **{name: value for name, value in found.groupdict().items() if value})
    return message
