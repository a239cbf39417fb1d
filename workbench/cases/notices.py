"""What a published document itself says of patents, by rules of words (`notice_rules.toml`). Pure.

It is evidence, not a finding: an organisation certifies neither that it is complete nor that it is right, and a text
that says nothing says nothing about patents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.faults import FaultError
from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules

NOTICE_RULES: Final = Path(__file__).with_name("notice_rules.toml")
MAX_READ: Final = 200_000
_AROUND: Final = 60


class NoticeRulesError(RuleFileError):
    """The rules of notices cannot be used; `str(error)` names file, place and remedy on one line."""


class Said(StrEnum):
    """Whether a document says that notice of patents was received."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class NoticeRule(BaseModel):
    """The fields are told at the top of `notice_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Literal["foreword", "introduction"]
    says: Literal["yes", "no"]
    pattern: str
    also: str | None = None
    source: str = Field(min_length=1)

    @field_validator("pattern", "also")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise FaultError(mark("no regular expression: %(reason)s"), reason=str(error)) from error
        return value


class NoticeRules(BaseModel):
    """The content of `notice_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[NoticeRule, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a document says; `words` are those that say so, `source` where such wording is told."""

    said: Said
    words: str = ""
    source: str = ""


@cache
def notice_rules() -> NoticeRules:
    """The rules that come with the workbench."""
    return read_rules(NOTICE_RULES, NoticeRules, mark("notice rules"), NoticeRulesError)


def notice(foreword: str, introduction: str, rules: NoticeRules | None = None) -> Notice:
    """What foreword and introduction of a published document say of patents."""
    texts = {"foreword": _plain(foreword), "introduction": _plain(introduction)}
    for rule in (rules or notice_rules()).rule:
        text = texts[rule.part]
        found = re.search(rule.pattern, text, re.IGNORECASE)
        if found and (rule.also is None or re.search(rule.also, text, re.IGNORECASE)):
            words = text[max(0, found.start() - _AROUND) : found.end() + _AROUND]
            return Notice(Said(rule.says), words, rule.source)
    return Notice(Said.UNKNOWN)


def _plain(text: str) -> str:
    return " ".join(text[:MAX_READ].split())
