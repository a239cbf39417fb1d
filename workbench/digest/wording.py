"""The words of a digest in one language: the catalogues shared with the pages, and phrases for each entry."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from scrapers.records import Precision
from workbench.ballots.queries import BallotView
from workbench.digest.coverage import Coverage, CoverageState
from workbench.digest.entries import (
    AlertEntry,
    AnsweredEntry,
    BallotEntry,
    BallotEventEntry,
    CountEntry,
    Digest,
    DocumentEntry,
    DutyEntry,
    Entry,
    ItemEntry,
    LimitEntry,
    MeetingEntry,
    MoveEntry,
    NamedEntry,
    TaskEntry,
    TouchedEntry,
)
from workbench.digest.models import Edition
from workbench.digest.sections import SectionKind
from workbench.digest.window import Window
from workbench.digest.wording_committees import answered_lines, document_lines, touched_lines
from workbench.digest.wording_events import ballot_event_lines, duty_lines, limit_lines, suggestion_lines
from workbench.i18n import DEFAULT_LANGUAGE, mark
from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import Basis, Deadline, Level
from workbench.standards.stages import stage_name

TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"

# How readers expect a day: ISO 8601, and in Japanese with the weekday.
_DAY_PATTERNS: Final = {"en": "yyyy-MM-dd", "ja": "y年M月d日(E)"}

_ISO_ZONE: Final = ZoneInfo("Europe/Zurich")
"""Where ISO sits."""

_log = logging.getLogger(__name__)

_BALLOTS: Final[dict[BallotKind, str]] = {
    BallotKind.NP: mark("NP ballot"),
    BallotKind.CIB: mark("CIB"),
    BallotKind.CD: mark("CD ballot"),
    BallotKind.DIS: mark("DIS ballot"),
    BallotKind.FDIS: mark("FDIS ballot"),
    BallotKind.DTS: mark("DTS ballot"),
    BallotKind.DTR: mark("DTR ballot"),
    BallotKind.DPAS: mark("DPAS ballot"),
    BallotKind.SR: mark("Systematic review"),
    BallotKind.WDRL: mark("Withdrawal ballot"),
}
_HEADINGS: Final[dict[SectionKind, str]] = {
    SectionKind.OVERDUE: mark("Overdue"),
    SectionKind.DUE: mark("Due in 14 days"),
    SectionKind.TASKS: mark("Tasks"),
    SectionKind.OPENED: mark("Opened in this period"),
    SectionKind.MOVES: mark("Stage moves"),
    SectionKind.NEW_ITEMS: mark("New work items"),
    SectionKind.GONE: mark("No longer listed"),
    SectionKind.DRAFTS: mark("New drafts"),
    SectionKind.PUBLICATIONS: mark("New publications"),
    SectionKind.DECLARATIONS: mark("New declarations"),
    SectionKind.RELEASES: mark("New releases"),
    SectionKind.MEETINGS: mark("Meetings in the next 14 days"),
    SectionKind.DOCUMENTS: mark("Committee documents"),
    SectionKind.CALLS: mark("Calls and results of comments"),
    SectionKind.RELATED: mark("Related bodies and official journals"),
    SectionKind.TOUCHED: mark("Changed clauses with comments or matches of ours"),
    SectionKind.OTHER: mark("Other changes"),
    SectionKind.LIMITS: mark("Limit dates at risk"),
    SectionKind.LEGAL: mark("Legal dates"),
    SectionKind.PLANS: mark("Plans"),
    SectionKind.CASES: mark("Declarations of ours"),
    SectionKind.CHARTS: mark("Claim charts and reviews"),
    SectionKind.PLANNED: mark("Planned for the next 30 days"),
    SectionKind.STATUS: mark("Publications with a changed status"),
    SectionKind.BALLOTS: mark("Ballots announced, moved or closed"),
}


class _Untranslated(NullTranslations):
    """Answers for what a catalogue lacks: the English text, and a line in the log."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def gettext(self, message: str) -> str:
        _log.warning("no %s translation of %r", self.language, message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        _log.warning("no %s translation of %r", self.language, msgid1)
        return msgid1 if n == 1 else msgid2


@functools.lru_cache(maxsize=16)
def _catalogue(translations: Path, language: str) -> NullTranslations:
    catalogue = Translations.load(str(translations), [language])
    if language != DEFAULT_LANGUAGE:
        catalogue.add_fallback(_Untranslated(language))
    return catalogue


class Words:
    """Texts, dates and phrases in one language of the catalogues."""

    def __init__(self, language: str, zone: ZoneInfo, translations: Path = TRANSLATIONS) -> None:
        self.language, self.zone = language, zone
        self._catalogue = _catalogue(translations, language)

    def gettext(self, message: str, **values: object) -> str:
        """The translation, with `%(name)s` filled in."""
        text = str(self._catalogue.gettext(message))
        return text % values if values else text

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """The translation for a count, which fills `%(num)d`."""
        return str(self._catalogue.ngettext(one, many, count)) % {"num": count, **values}

    def date(self, day: dt.date) -> str:
        """`2026-12-04`, in Japanese `2026年12月4日(金)`."""
        return format_date(day, _DAY_PATTERNS[self.language], locale=self.language)

    def moment(self, at: dt.datetime) -> str:
        """Day, hour and minute in the zone of the settings, which is named."""
        local = at.astimezone(self.zone)
        return f"{self.date(local.date())} {local:%H:%M} {local.tzname()}"

    def title(self, edition: Edition, week: str) -> str:
        if edition is Edition.IP:
            return self.gettext("Standards digest %(week)s for the IP team", week=week)
        return self.gettext("Standards digest %(week)s for delegates", week=week)

    def period(self, window: Window) -> str:
        start, end = self.moment(window.start), self.moment(window.end)
        return self.gettext("What became known between %(start)s and %(end)s.", start=start, end=end)

    def nothing(self) -> str:
        return self.gettext("Nothing changed, and nothing is due in the next 14 days.")

    def coverage_heading(self) -> str:
        return self.gettext("Sources")

    def estimates_note(self) -> str:
        return self.gettext(
            "Dates marked as estimated are the opening of a ballot plus its usual length; no source announced them."
        )

    def digest_link(self) -> str:
        return self.gettext("This digest in the workbench")

    def changes_link(self) -> str:
        return self.gettext("All changes")

    def heading(self, kind: SectionKind) -> str:
        return self.gettext(_HEADINGS[kind])

    def ballot(self, view: BallotView) -> str:
        consultation = view.kind is BallotKind.CD and view.consultation
        return self.gettext("CD consultation") if consultation else self.gettext(_BALLOTS[view.kind])

    def alert_title(self) -> str:
        return self.gettext("Due within three days, or urgent")

    def alert_heading(self) -> str:
        return self.gettext("Urgent")

    def alert_explanation(self) -> str:
        return self.gettext("This mail comes each day until the matter is acknowledged at the address below.")

    def acknowledge_link(self, each: AlertEntry) -> str:
        """What exactly is acknowledged: several matters may have one name."""
        return self.gettext("Acknowledge: %(name)s", name=f"{each.about.name} – {self.details(each.entry)[0]}")

    def duties_note(self) -> str:
        return self.gettext("Estimated days of plans and declarations are computed too.")

    def unsubscribe_link(self) -> str:
        return self.gettext("Receive no more of these mails")

    def alert_subject(self, entries: Sequence[AlertEntry]) -> str:
        """What is due first, and by when; of what cannot wait for a day, that it cannot."""
        first = entries[0].entry
        if isinstance(first, BallotEntry):
            return self._action(first, len(entries), self.alert_title())
        return self._action_of_duty(first, len(entries), self.alert_title())

    def _action_of_duty(self, first: DutyEntry, total: int, name: str) -> str:
        what = first.about.name if total == 1 else self.ngettext("%(num)d matter", "%(num)d matters", total)
        values = {"what": what, "digest": name}
        if first.duty.urgent or first.duty.day is None:
            return self.gettext("ACTION at once: %(what)s – %(digest)s", **values)
        values["date"] = self.date(first.duty.day)
        if first.duty.estimated:
            return self.gettext("ACTION by %(date)s (estimated): %(what)s – %(digest)s", **values)
        return self.gettext("ACTION by %(date)s: %(what)s – %(digest)s", **values)

    def stage(self, code: str) -> str:
        """The code and its meaning; the code is never translated."""
        name = stage_name(code)
        return code if name == code else f"{code} {self.gettext(name)}"

    def details(self, entry: Entry) -> list[str]:
        """The lines under an entry's name."""
        match entry:
            case BallotEntry():
                return self._ballot_details(entry)
            case MeetingEntry():
                return self._meeting_details(entry)
            case MoveEntry():
                return self._move_details(entry)
            case DocumentEntry():
                return document_lines(self, entry)
            case TouchedEntry():
                return touched_lines(self, entry)
            case AnsweredEntry():
                return answered_lines(self, entry)
            case ItemEntry(stage=str() as stage):
                return [self.gettext("Stage %(stage)s", stage=self.stage(stage))]
            case TaskEntry(stage=str() as stage):
                task = self.gettext("Get and import the new text")
                reached = self.gettext("Stage %(stage)s", stage=self.stage(stage))
                return [task, reached, self.gettext("since %(date)s", date=self.date(entry.since))]
            case TaskEntry():
                return [self.gettext("Say which draft this file in the watched folder is")]
            case BallotEventEntry():
                name = self.ballot(entry.view) if entry.view else self.gettext(_BALLOTS[entry.kind])
                return ballot_event_lines(self, entry, name)
            case LimitEntry():
                return limit_lines(self, entry)
            case DutyEntry():
                return duty_lines(self, entry)
            case NamedEntry():
                return suggestion_lines(self, entry)
            case CountEntry():
                return [self.ngettext("%(num)d fact changed", "%(num)d facts changed", entry.count)]
            case _:
                return []

    def span(self, days_left: int) -> str:
        """How many days are left, or past."""
        if days_left < 0:
            return self.ngettext("%(num)d day past", "%(num)d days past", -days_left)
        return self.ngettext("%(num)d day left", "%(num)d days left", days_left)

    def _ballot_details(self, entry: BallotEntry) -> list[str]:
        view, lines = entry.view, []
        name = self.ballot(view)
        if view.deadlines is None or entry.days_left is None:
            lines.append(self.gettext("%(ballot)s open; no source dates its opening", ballot=name))
        else:
            ours = view.deadlines.ours
            told = self._deadline(ours, entry.closes_at)
            span = self.span(entry.days_left)
            lines.append(self.gettext("%(ballot)s: %(deadline)s, %(span)s", ballot=name, deadline=told, span=span))
            outer = [each for each in (view.deadlines.national, view.deadlines.iso) if each not in (None, ours)]
            lines += [self._deadline(each, entry.closes_at) for each in outer if each is not None]
        if entry.must_vote is not None and entry.at_risk:
            lines.append(self.gettext("%(member)s must vote: its P-membership is at risk", member=entry.must_vote))
        elif entry.must_vote is not None:
            lines.append(self.gettext("%(member)s must vote (P-member)", member=entry.must_vote))
        if view.opens_on is not None:
            day = self.date(view.opens_on)
            if view.precision is Precision.DAY:
                lines.append(self.gettext("opened on %(date)s", date=day))
            else:
                lines.append(
                    self.gettext("first seen open on %(date)s; it may have opened earlier and close earlier", date=day)
                )
        if view.estimate is not None and view.estimate.may_be_proof:
            lines.append(self.gettext("may be a proof and no ballot"))
        return lines

    def _deadline(self, deadline: Deadline, closes_at: dt.datetime | None) -> str:
        day = self.date(deadline.day)
        if deadline.level is Level.ISO and closes_at is not None:
            there = closes_at.astimezone(_ISO_ZONE)
            place = self.gettext("Geneva")
            day = f"{self.date(there.date())} {there:%H:%M} {place} ({self.moment(closes_at)})"
        estimated = deadline.basis is Basis.ESTIMATED
        match deadline.level, estimated:
            case Level.COMPANY, True:
                return self.gettext("company deadline %(date)s (estimated)", date=day)
            case Level.COMPANY, False:
                return self.gettext("company deadline %(date)s", date=day)
            case Level.NATIONAL, True:
                return self.gettext("national deadline %(date)s (estimated)", date=day)
            case Level.NATIONAL, False:
                return self.gettext("national deadline %(date)s", date=day)
            case _, True:
                return self.gettext("ISO closes on %(date)s (estimated)", date=day)
            case _:
                return self.gettext("ISO closes on %(date)s", date=day)

    def _meeting_details(self, entry: MeetingEntry) -> list[str]:
        first, last = self.date(entry.starts_on), self.date(entry.ends_on)
        days = first if first == last else self.gettext("%(first)s to %(last)s", first=first, last=last)
        return [days, self.gettext("cancelled")] if entry.cancelled else [days]

    def _move_details(self, entry: MoveEntry) -> list[str]:
        unknown = self.gettext("unknown")
        *passed, last = (stage or unknown for stage in entry.stages)
        path = " → ".join([*passed, self.stage(last)])
        day = self.date(entry.date)
        exact = entry.precision is Precision.DAY
        reached = self.gettext("reached on %(date)s", date=day)
        lines = [path, reached if exact else self.gettext("first seen on %(date)s", date=day)]
        if entry.others:
            lines.append(self.ngettext("%(num)d other fact changed", "%(num)d other facts changed", entry.others))
        return lines

    def more(self, count: int) -> str:
        return self.ngettext("and %(num)d more", "and %(num)d more", count)

    def coverage(self, source: Coverage) -> str:
        """How well a source was read, with the day and hour of its last success."""
        last = self.moment(source.last_success) if source.last_success else None
        match source.state:
            case CoverageState.NEWS:
                changes = self.ngettext("%(num)d change", "%(num)d changes", source.changes)
                return self.gettext("read on %(time)s: %(changes)s", time=last, changes=changes)
            case CoverageState.NOTHING_NEW:
                return self.gettext("read on %(time)s: nothing new", time=last)
            case CoverageState.NEVER_POLLED:
                return self.gettext("never polled")
            case CoverageState.NOT_POLLED:
                state = self.gettext("not polled in this period")
            case CoverageState.NOT_READ:
                failed = self.moment(source.last_failure) if source.last_failure else self.gettext("unknown")
                state = self.gettext("could not be read on %(time)s", time=failed)
        if last is None:
            return self.gettext("%(state)s; never read before", state=state)
        return self.gettext("%(state)s; last read on %(time)s", state=state, time=last)

    def subject(self, digest: Digest, week: str) -> str:
        """The subject: what has to be done by when, else what is in it."""
        name = self.gettext("Standards digest %(week)s", week=week)
        urgent = digest.section(SectionKind.DUE) or digest.section(SectionKind.OVERDUE)
        if duties := digest.pressing:
            return self._action_of_duty(duties[0], len(duties), name)
        if urgent is None:
            return self.gettext("%(digest)s: %(what)s", digest=name, what=self._news(digest))
        first = urgent.entries[0]
        if not isinstance(first, BallotEntry):
            raise TypeError(f"section {urgent.kind} holds something without a deadline: {first}")
        return self._action(first, urgent.total, name)

    def _action(self, first: BallotEntry, total: int, name: str) -> str:
        if first.view.deadlines is None:
            raise TypeError(f"no deadline to act by: {first}")
        ours = first.view.deadlines.ours
        day, late = self.date(ours.day), (first.days_left or 0) < 0
        if total == 1:
            what = f"{first.about.name}, {self.ballot(first.view)}"
        else:
            what = self.ngettext("%(num)d ballot", "%(num)d ballots", total)
        values = {"date": day, "what": what, "digest": name}
        match late, ours.basis is Basis.ESTIMATED:
            case True, True:
                return self.gettext("ACTION overdue since %(date)s (estimated): %(what)s – %(digest)s", **values)
            case True, False:
                return self.gettext("ACTION overdue since %(date)s: %(what)s – %(digest)s", **values)
            case False, True:
                return self.gettext("ACTION by %(date)s (estimated): %(what)s – %(digest)s", **values)
            case _:
                return self.gettext("ACTION by %(date)s: %(what)s – %(digest)s", **values)

    def _news(self, digest: Digest) -> str:
        told = []
        if moves := digest.section(SectionKind.MOVES):
            told.append(self.ngettext("%(num)d stage move", "%(num)d stage moves", moves.total))
        if items := digest.section(SectionKind.NEW_ITEMS):
            told.append(self.ngettext("%(num)d new work item", "%(num)d new work items", items.total))
        if drafts := digest.section(SectionKind.DRAFTS):
            told.append(self.ngettext("%(num)d new draft", "%(num)d new drafts", drafts.total))
        if publications := digest.section(SectionKind.PUBLICATIONS):
            told.append(self.ngettext("%(num)d new publication", "%(num)d new publications", publications.total))
        if told:
            return ", ".join(told)
        return self.gettext("other changes") if digest.sections else self.gettext("no change")
