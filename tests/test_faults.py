"""Faults of rules that people edit are told by their type, in words of ours; none is told without its values."""

from __future__ import annotations

import ast
import datetime as dt
import string
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workbench.faults import FaultError, first_fault, syntax_fault, yaml_fault
from workbench.i18n import ToldError


class _Kind(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", min_length=2, max_length=4, pattern="^[a-z]*$")
    kind: _Kind = _Kind.BLOCK
    count: int = Field(default=3, ge=1, lt=9)
    share: float = Field(default=0.5, gt=0, le=1)
    on: bool = True
    day: dt.date | None = None
    words: tuple[str, ...] = Field(default=("a",), min_length=1, max_length=2)
    more: dict[str, int] = {}
    own: str = ""
    whole: complex = 1j

    @field_validator("own")
    @classmethod
    def _ours(cls, value: str) -> str:
        if value == "plain":
            raise ValueError("not in the catalogues: 100 %")
        if value:
            raise FaultError("there is no office %(office)s", office=value)
        return value


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"other": 1}, "other: there is no such field; correct its name or take it away"),
        ({"name": 1}, "name: must be text; put it in quotation marks"),
        ({"name": "a"}, "name: must have 2 or more characters"),
        ({"name": "abcde"}, "name: must have 4 characters at most"),
        ({"name": "AB"}, "name: is not written as asked for: ^[a-z]*$"),
        ({"kind": "loud"}, "kind: must be one of 'block', 'warn'"),
        ({"count": "many"}, "count: must be a whole number"),
        ({"count": 0}, "count: must be 1 or more"),
        ({"count": 9}, "count: must be less than 9"),
        ({"share": []}, "share: must be a number"),
        ({"share": 0}, "share: must be more than 0.0"),
        ({"share": 2}, "share: must be 1.0 or less"),
        ({"on": "perhaps"}, "on: must be true or false"),
        ({"day": "2026-13-01"}, "day: must be a day, such as 2026-12-31"),
        ({"words": "a"}, "words: must be a list"),
        ({"words": [1]}, "words.0: must be text; put it in quotation marks"),
        ({"words": []}, "words: must have 1 or more entries"),
        ({"words": ["a", "b", "c"]}, "words: must have 2 entries at most"),
        ({"more": 1}, "more: must be a table of fields"),
        ({"own": "XX"}, "own: there is no office XX"),
        ({"own": "plain"}, "own: not in the catalogues: 100 %"),
        ({"whole": "i i"}, "whole: Input should be"),
        ([], "must be a table of fields"),
    ],
)
def test_each_type_of_fault_has_its_words_and_a_stranger_keeps_its_own(content: Any, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Record.model_validate(content)
    assert str(first_fault(caught.value)).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("FF <=", "something is missing at the end"),
        ("FF <= (PUBLIC", "( is never closed, at character 7"),
        ("FF <= PUBLIC)", ") closes nothing, at character 13"),
        ("min(FF, PCT]", "] does not close (, at character 12"),
        ("'abc", "the quotation mark is never closed, at character 1"),
        ("FF PUBLIC", "this cannot stand here, at character 4"),
        ("f(1 2)", "a comma or an operator is missing, at character 3"),
        ("10days", "this is no number, at character 2"),
        ("FF ≤ PUBLIC", "≤ has no meaning here, at character 4"),
        ("a if b", "expected 'else' after 'if' expression, at character 1"),
    ],
)
def test_an_expression_is_refused_at_its_place(text: str, told: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        ast.parse(text, mode="eval")
    assert str(syntax_fault(caught.value)) == told


@given(st.text(string.printable + "≤“é日\x00", max_size=12))
def test_whatever_is_refused_is_told_in_one_line(text: str) -> None:
    expression = _refusal(lambda: ast.parse(" ".join(text.split()), mode="eval"), (SyntaxError, ValueError))
    assert expression is None or "\n" not in str(syntax_fault(expression))
    document = _refusal(lambda: yaml.compose(text), (yaml.YAMLError,))
    assert document is None or "\n" not in str(yaml_fault(document))


def _refusal(read: Callable[[], object], errors: tuple[type[Exception], ...]) -> Exception | None:
    try:
        read()
    except errors as error:
        return error
    return None


def test_yaml_is_refused_at_its_place() -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.safe_load("a: 1\nb: c: d")
    fault = yaml_fault(caught.value)
    assert isinstance(fault, ToldError)
    assert str(fault) == "line 2, column 5: mapping values are not allowed here"
