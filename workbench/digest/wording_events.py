"""The words of ballots' events, of suggestions, and of what the IP team has to do."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from workbench.ballots.models import BallotResult, BallotState
from workbench.digest.duties import Duty, DutyKind
from workbench.digest.entries import BallotEventEntry, DutyEntry, LimitEntry, NamedEntry
from workbench.digest.sections import SectionKind
from workbench.i18n import mark
from workbench.planning.event_words import event_word

if TYPE_CHECKING:
    from workbench.digest.wording import Words

_STATES: Final = {
    BallotState.OPEN: mark("open again"),
    BallotState.CLOSED: mark("closed"),
    BallotState.CANCELLED: mark("cancelled"),
}
_RESULTS: Final = {
    BallotResult.APPROVED: mark("result: approved"),
    BallotResult.NOT_APPROVED: mark("result: not approved"),
    BallotResult.CONFIRM: mark("result: confirmed"),
    BallotResult.REVISE: mark("result: to be revised"),
    BallotResult.WITHDRAW: mark("result: to be withdrawn"),
}
_SET: Final = {
    "opens_on": mark("opens on %(date)s"),
    "closes_on": mark("ISO closes on %(date)s"),
    "national_close": mark("national deadline %(date)s"),
    "company_close": mark("company deadline %(date)s"),
}
_MOVED: Final = {
    "opens_on": mark("opening moved from %(before)s to %(date)s"),
    "closes_on": mark("closing day moved from %(before)s to %(date)s"),
    "national_close": mark("national deadline moved from %(before)s to %(date)s"),
    "company_close": mark("company deadline moved from %(before)s to %(date)s"),
}
_TAKEN_BACK: Final = {
    "opens_on": mark("the day of its opening was taken back"),
    "closes_on": mark("the closing day was taken back"),
    "national_close": mark("the national deadline was taken back"),
    "company_close": mark("the company deadline was taken back"),
}


def ballot_event_lines(words: Words, entry: BallotEventEntry, name: str) -> list[str]:
    """What became known of a ballot, the ballot first; from the second of its kind on with its number."""
    if entry.iteration > 1:
        name = words.gettext("%(ballot)s no. %(number)d", ballot=name, number=entry.iteration)
    lines = [words.gettext("%(ballot)s: announced", ballot=name) if entry.announced else name]
    told = {field for field, _, _ in entry.changes}
    if entry.announced and "closes_on" not in told and entry.view is not None and entry.view.closes_on is not None:
        lines.append(_change(words, "closes_on", None, entry.view.closes_on.isoformat()))
    return lines + [_change(words, *change) for change in entry.changes]


def _change(words: Words, field: str, before: str | None, after: str | None) -> str:
    if field == "state" and after is not None:
        return words.gettext(_STATES[BallotState(after)])
    if field == "result":
        return words.gettext(_RESULTS[BallotResult(after)]) if after else words.gettext("the result was taken back")
    if after is None:
        return words.gettext(_TAKEN_BACK[field])
    date = words.date(dt.date.fromisoformat(after))
    if before is None:
        return words.gettext(_SET[field], date=date)
    return words.gettext(_MOVED[field], before=words.date(dt.date.fromisoformat(before)), date=date)


def suggestion_lines(words: Words, entry: NamedEntry) -> list[str]:
    """Where the engine suggests something to read; how many claims and publications, and nothing of what they say."""
    lines = [
        words.ngettext(
            "worth reading: suggestions for %(num)d claim on %(item)s",
            "worth reading: suggestions for %(num)d claims on %(item)s",
            claims,
            item=item,
        )
        for item, claims in entry.suggested
    ]
    if entry.readings:
        lines.append(
            words.ngettext(
                "suggestions for %(num)d publication", "suggestions for %(num)d publications", entry.readings
            )
        )
    return lines


def limit_lines(words: Words, entry: LimitEntry) -> list[str]:
    """Which stage was not reached by when, and by when the committee decides what to do."""
    day, decide_by = words.date(entry.day), words.date(entry.decide_by)
    stage = words.stage(entry.stage)
    return [
        words.gettext("not reached by %(date)s (estimated): %(stage)s", date=day, stage=stage),
        words.gettext("decide by %(date)s (estimated)", date=decide_by),
    ]


def duty_lines(words: Words, entry: DutyEntry) -> list[str]:
    """What is to be done, by when or since when."""
    duty = entry.duty
    lines = [_what(words, entry)]
    if duty.day is not None and entry.days_left is not None:
        values = {"date": words.date(duty.day), "span": words.span(entry.days_left)}
        if duty.kind is DutyKind.FIRST_DAY:
            lines.append(words.gettext("from %(date)s on (estimated), %(span)s", **values))
        elif duty.estimated:
            lines.append(words.gettext("by %(date)s (estimated), %(span)s", **values))
        else:
            lines.append(words.gettext("by %(date)s, %(span)s", **values))
    elif duty.since is not None:
        lines.append(words.gettext("since %(date)s", date=words.date(duty.since)))
    if duty.kind is DutyKind.CHOOSE and duty.count > 0:
        more = words.ngettext("%(num)d more dormant patent waits", "%(num)d more dormant patents wait", duty.count)
        lines.append(more)
    if duty.section is SectionKind.PLANNED and duty.count:
        told = words.ngettext("%(num)d rule forbids it as planned", "%(num)d rules forbid it as planned", duty.count)
        lines.append(told)
    return lines


def _what(words: Words, entry: DutyEntry) -> str:
    duty = entry.duty
    match duty.kind:
        case DutyKind.PLANNED:
            return words.gettext("planned: %(event)s", event=_events(words, duty))
        case DutyKind.LATE:
            return words.gettext(
                "planned day past, nothing shows that it happened: %(event)s", event=_events(words, duty)
            )
        case DutyKind.SURPRISE:
            return words.gettext("happened before it was planned: %(event)s", event=_events(words, duty))
        case DutyKind.LAST_DAY:
            return words.gettext(
                "last day that rule %(rule)s allows: %(event)s", event=_events(words, duty), rule=duty.rule
            )
        case DutyKind.FIRST_DAY:
            return words.gettext(
                "first day that rule %(rule)s allows: %(event)s", event=_events(words, duty), rule=duty.rule
            )
        case DutyKind.BLOCKED:
            return words.gettext("rule %(rule)s forbids the plan", rule=duty.rule)
        case DutyKind.WARNED:
            return words.gettext("rule %(rule)s warns", rule=duty.rule)
        case DutyKind.UNKNOWN:
            return words.ngettext(
                "%(num)d rule cannot tell: facts are missing",
                "%(num)d rules cannot tell: facts are missing",
                duty.count,
            )
        case DutyKind.UNCHECKED:
            return words.gettext("not checked: a rule cannot be used; see the page of the plan")
        case DutyKind.FEE:
            return words.gettext("annual fee")
        case DutyKind.CHOOSE:
            return words.gettext("choose before the annuity whether to keep, license, donate or let lapse")
        case DutyKind.DECLARE:
            return words.gettext("send the declaration before the vote closes")
        case DutyKind.APPROVE:
            return words.gettext("a declaration waits for approval")
        case DutyKind.RECEIPT:
            return words.gettext("the declaration was sent, its receipt is missing")
        case DutyKind.RECHECK:
            return words.gettext("look at the declaration again: what it rests on has changed")
        case DutyKind.CHART_STALE:
            return words.gettext("the claim chart is stale: what it rests on has changed")
        case DutyKind.REVIEW_WAITS:
            return words.gettext("a review waits for you")


def _events(words: Words, duty: Duty) -> str:
    """What is to happen, as people call it; of several events any one."""
    if duty.label:
        return duty.label
    return words.gettext(" or ").join(event_word(each, words.gettext) for each in duty.events)
