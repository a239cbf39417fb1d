"""Dates, times and numbers as readers see them: ISO in English, 年月日 in Japanese, relative time beside."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from flask import Flask

from workbench.web import context, labels
from workbench.web.source_names import source_name
from workbench.web.text import decimal, gettext, language, ngettext


def _japanese() -> bool:
    return language() == "ja"


def day(value: dt.date) -> str:
    """`2026-12-04` or `2026年12月4日`."""
    return f"{value.year}年{value.month}月{value.day}日" if _japanese() else value.isoformat()


def partial_date(value: str) -> str:
    """A date as published: a year, a year and month, or a day."""
    if not _japanese():
        return value
    return "".join(f"{int(part)}{unit}" for part, unit in zip(value.split("-"), "年月日", strict=False))


def moment(value: dt.datetime) -> str:
    """Day, hour and minute in the zone of the settings, which the page names."""
    value = context.local(value)
    return f"{day(value.date())} {value:%H:%M}"


def local_day(value: dt.datetime) -> dt.date:
    """The day of a time in the zone of the settings."""
    return context.local(value).date()


def week_name(monday: dt.date) -> str:
    """`2026-W47`."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def relative(value: dt.date) -> str:
    """Days, weeks, months or years from today, in words."""
    days = (value - context.today()).days
    if days == 0:
        return gettext("today")
    size = abs(days)
    if size < 14:
        text = ngettext("%(num)d day", "%(num)d days", size)
    elif size < 70:
        text = ngettext("%(num)d week", "%(num)d weeks", round(size / 7))
    elif size < 700:
        text = ngettext("%(num)d month", "%(num)d months", round(size / 30.44))
    else:
        text = ngettext("%(num)d year", "%(num)d years", round(size / 365.25))
    return gettext("in %(span)s", span=text) if days > 0 else gettext("%(span)s ago", span=text)


def ago(value: dt.datetime) -> str:
    """Like `relative`, down to minutes for a time within a day."""
    seconds = (context.now() - value).total_seconds()
    if not 0 <= seconds < 86_400:
        return relative(context.local(value).date())
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        span = ngettext("%(num)d minute", "%(num)d minutes", int(seconds // 60))
    else:
        span = ngettext("%(num)d hour", "%(num)d hours", int(seconds // 3600))
    return gettext("%(span)s ago", span=span)


def days_left(value: dt.date) -> str:
    """How long until a deadline, always in days."""
    days = (value - context.today()).days
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(num)d day past", "%(num)d days past", -days)
    return ngettext("%(num)d day left", "%(num)d days left", days)


def number(value: float) -> str:
    return decimal(value)


def file_size(size: int) -> str:
    """Bytes in the largest unit that keeps it above one."""
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= scale:
            return f"{decimal(round(size / scale, 1))} {unit}"
    return f"{decimal(size)} B"


_DAYS: Final = ("opens_on", "closes_on", "national_close", "company_close", "issued_on", "due_on")
_VOCABULARIES: Final = {"state": "ballot_state", "result": "outcome", "kind": "document_kind"}


def change_value(value: Any, field: str | None = None) -> str:
    """An old or new value of a change as text; stages with their meaning, lists joined."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(change_value(item, field) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = str(value)
    if field in _DAYS:
        return day(dt.date.fromisoformat(text))
    if field in _VOCABULARIES:
        return labels.label(_VOCABULARIES[field], text)
    if field == "stage":
        name = labels.stage_label(text)
        return text if name == text else f"{text} {name}"
    return text


def list_difference(old: Any, new: Any, field: str | None = None) -> tuple[str, str] | None:
    """What a list lost and what it gained, as text; None where the values are no lists."""
    if not isinstance(old, list | None) or not isinstance(new, list | None) or old is new is None:
        return None
    before, after = old or [], new or []
    gone = [item for item in before if item not in after]
    added = [item for item in after if item not in before]
    return change_value(gone, field), change_value(added, field)


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words; case and nothing else is folded."""
    pattern = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word)
    if not pattern:
        return [(text, False)]
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]


def install(app: Flask) -> None:
    """Offer them to templates as filters."""
    for function in (
        day,
        partial_date,
        moment,
        local_day,
        week_name,
        relative,
        ago,
        days_left,
        number,
        file_size,
        change_value,
        list_difference,
        marked,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(
        label=labels.label,
        choices=labels.choices,
        source_name=source_name,
        stage_label=labels.stage_label,
        group_label=labels.group_label,
    )
