"""The sequencing rules once more, in plain Python over plans in which all is known; nothing of the engine is used.

A plan in which something is open is filled in, in every way that may matter, and each of them is looked at.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

NEVER: Final = dt.date.max
DAY: Final = dt.timedelta(days=1)
TODAY: Final = dt.date(2026, 11, 22)
ZONES: Final = {
    "JP": "Asia/Tokyo",
    "US": "America/New_York",
    "EP": "Europe/Berlin",
    "CN": "Asia/Shanghai",
    "KR": "Asia/Seoul",
}
CLOCKS: Final = {"FF_JP": "JP", "FF_US": "US", "US_FILED": "US", "FF_KR": "KR", "EP_FILED": "EP", "CN_FILED": "CN"}
FIRST_FILINGS: Final = ("FF_JP", "FF_US", "PCT", "FOREIGN")
PUBLIC: Final = ("OSS", "PAPER", "DEMO", "DIS", "IS", "WEIGHTS", "CONTRIB", "NP", "WD", "CD")
MAY_BE_CONFIDENTIAL: Final = ("CONTRIB", "NP", "WD", "CD")
CLOSED: Final = frozenset({"weights", "training data"})
LAYERS: Final = (frozenset[str](), CLOSED, frozenset({"framework"}), frozenset({"framework", "weights"}))


@dataclass(frozen=True)
class Given:
    """An event as a plan has it: one of `days`, each a day, a moment or never. `confidential`: it published nothing."""

    days: Sequence[dt.date | dt.datetime]
    confidential: bool = False


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, else the last one of that month."""
    if day == NEVER:
        return NEVER
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def waited(day: dt.date, months: int) -> dt.date:
    """The last day of a Japanese waiting period."""
    end = months_on(day, months)
    if day == NEVER or day.day < calendar.monthrange(day.year, day.month)[1]:
        return end
    return end.replace(day=calendar.monthrange(end.year, end.month)[1])


def later(day: dt.date, days: int) -> dt.date:
    return day if day == NEVER else day + days * DAY


@functools.cache
def _holidays(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def chinese_working_days(day: dt.date, count: int) -> dt.date:
    while count and day != NEVER:
        day += DAY
        if day.weekday() < 5 and day not in _holidays(day.year):
            count -= 1
    return day


class Whole:
    """A plan in which every event is on one day or never, seen from one place; names are its attributes."""

    def __init__(self, values: Mapping[str, Any], confidential: frozenset[str], place: str) -> None:
        self._values, self._confidential = values, confidential
        self._zone = ZoneInfo(ZONES.get(place, "UTC"))

    def __getattr__(self, name: str) -> Any:
        value = self._values.get(name)
        if isinstance(value, dt.datetime):
            here, there = value.astimezone(self._zone).date(), ZONES.get(CLOCKS.get(name, ""))
            value = value.astimezone(ZoneInfo(there)).date() if there else min(value.astimezone(dt.UTC).date(), here)
        elif value is None:
            value = getattr(self, f"_{name.lower()}")()
        self.__dict__[name] = value
        return value

    def day(self, name: str) -> dt.date:
        found = getattr(self, name)
        assert isinstance(found, dt.date)
        return found

    def _ff(self) -> dt.date:
        return min(self.day(name) for name in FIRST_FILINGS)

    def shown(self, name: str) -> dt.date:
        """When an event made something public."""
        return NEVER if name in self._confidential else self.day(name)

    def _pub18(self) -> dt.date:
        return months_on(self.FF, 18)

    def _public(self) -> dt.date:
        return min(self.day("PUB18"), *(self.shown(name) for name in PUBLIC))

    def happens(self, name: str) -> bool:
        return self.day(name) != NEVER

    def spared(self, start: str, end: str, *names: str) -> bool:
        """That none of the events falls between the two."""
        first, last = getattr(self, start), getattr(self, end)
        days = [getattr(self, name) for name in names]
        return not any(day != NEVER and first <= day <= last for day in days)

    def effective_in_us(self) -> dt.date:
        claimed = self.us_claims_priority and months_on(self.FF, 12) >= self.US_FILED
        return self.day("FF" if claimed else "US_FILED")

    def allowed_abroad(self) -> dt.date:
        """From when on filing abroad is not barred in Japan."""
        days: list[dt.date] = [self.day("SEC_CLEAR")]
        if not self.happens("SEC_NOTICE"):
            days.append(later(waited(self.FF_JP, 3), 1))
        if not self.happens("DESIG"):
            days.append(later(waited(self.FF_JP, 10), 1))
        return min(days)


Test = Callable[[Whole], bool]


@dataclass(frozen=True)
class Told:
    """A rule as the table of the domain tells it. Facts not named in `facts` are yes or no.

    `since` and `on` say from which day of which event it is in force.
    """

    events: str
    holds: Test
    when: Test = lambda _: True
    facts: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    place: str = ""
    offices: str = ""
    since: dt.date | None = None
    on: str = ""


def _facts(names: str, **others: Sequence[Any]) -> dict[str, Sequence[Any]]:
    return dict.fromkeys(names.split(), (True, False)) | others


_SHOWN = "OSS PAPER DEMO WEIGHTS CONTRIB DECL"
_ACT = dt.date(2024, 5, 1)
_ON_RELEASE = _facts("claims_read_on_release")
RULES: Final[dict[str, Told]] = {
    "NOV-01": Told("FF PUBLIC", lambda p: p.FF <= p.PUBLIC),
    "NOV-02": Told("FF PUBLIC", lambda p: p.PUBLIC >= p.FF, offices="EP CN"),
    "NOV-03": Told(
        "FF_JP PCT PUBLIC ART30_PROOF",
        lambda p: (
            min(p.FF_JP, p.PCT) <= months_on(p.PUBLIC, 12)
            and p.art30_statement
            and later(p.FF_JP, 30) >= p.ART30_PROOF
            and not p.disclosed_by_gazette
        ),
        lambda p: p.PUBLIC < p.FF_JP,
        _facts("art30_statement disclosed_by_gazette"),
        offices="JP",
        since=dt.date(2018, 6, 9),
        on="FF_JP",
    ),
    "NOV-04": Told(
        "FF PUBLIC US_FILED",
        lambda p: p.effective_in_us() <= months_on(p.PUBLIC, 12),
        lambda p: p.PUBLIC < p.FF,
        _facts("us_claims_priority"),
        offices="US",
        since=dt.date(2013, 3, 16),
        on="FF",
    ),
    "NOV-05": Told(
        "FF PUBLIC FF_KR PCT",
        lambda p: min(p.FF_KR, p.PCT) <= months_on(p.PUBLIC, 12),
        lambda p: p.PUBLIC < p.FF,
        offices="KR",
    ),
    "NOV-06": Told("FF CONTRIB NP WD", lambda p: min(p.shown("CONTRIB"), p.shown("NP"), p.shown("WD")) >= p.FF),
    "NOV-07": Told("FF2 CONTRIB", lambda p: p.FF2 <= p.CONTRIB, lambda p: p.new_matter, _facts("new_matter")),
    "NOV-08": Told(
        "LEAK FF EP_FILED", lambda p: months_on(p.LEAK, 6) >= p.EP_FILED, lambda p: p.LEAK < p.FF, offices="EP"
    ),
    "NOV-09": Told(
        "CN_MEETING FF",
        lambda p: months_on(p.CN_MEETING, 6) >= p.FF,
        lambda p: p.CN_MEETING < p.FF,
        offices="CN",
        since=dt.date(2021, 6, 1),
        on="CN_MEETING",
    ),
    "PRI-01": Told(
        "FF FOREIGN PCT",
        lambda p: all(day == NEVER or day <= months_on(p.FF, 12) for day in (p.FOREIGN, p.PCT)),
    ),
    "PRI-02": Told(
        "DECL IS",
        lambda p: p.continuation_pending,
        lambda p: p.happens("DECL") and p.IS > TODAY,
        _facts("continuation_pending"),
    ),
    "PUB-01": Told(
        "FF", lambda p: p.application_number_hidden, lambda p: p.PUB18 > TODAY, _facts("application_number_hidden")
    ),
    "JPS-01": Told(
        "FF_JP FOREIGN PCT",
        lambda p: min(p.FOREIGN, p.PCT) > p.FF_JP or p.art79_not_barred,
        lambda p: p.made_in_japan and p.field_listed,
        _facts("made_in_japan field_listed art79_not_barred"),
        place="JP",
        since=_ACT,
        on="FF_JP",
    ),
    "JPS-02": Told(
        "FF_JP FOREIGN PCT SEC_CLEAR SEC_NOTICE DESIG",
        lambda p: all(day == NEVER or day >= p.allowed_abroad() for day in (p.FOREIGN, p.PCT)),
        lambda p: p.made_in_japan and p.field_listed,
        _facts("made_in_japan field_listed"),
        place="JP",
        since=_ACT,
        on="FF_JP",
    ),
    "JPS-03": Told(
        f"DESIG DESIG_END {_SHOWN} LICENCE WITHDRAWAL",
        lambda p: p.spared("DESIG", "DESIG_END", *_SHOWN.split(), "LICENCE", "WITHDRAWAL"),
        lambda p: p.happens("DESIG"),
        place="JP",
        since=_ACT,
        on="DESIG",
    ),
    "JPS-03-ASK": Told(
        f"SEC_ASK SEC_CLEAR {_SHOWN}",
        lambda p: p.spared("SEC_ASK", "SEC_CLEAR", *_SHOWN.split()),
        lambda p: p.happens("SEC_ASK"),
        place="JP",
        since=_ACT,
        on="SEC_ASK",
    ),
    "JPS-03-NOTICE": Told(
        f"SEC_NOTICE SEC_CLEAR {_SHOWN}",
        lambda p: p.spared("SEC_NOTICE", "SEC_CLEAR", *_SHOWN.split()),
        lambda p: p.happens("SEC_NOTICE"),
        place="JP",
        since=_ACT,
        on="SEC_NOTICE",
    ),
    "JPS-04": Told(
        "DESIG DESIG_LAST DESIG_REVIEW",
        lambda p: months_on(p.DESIG_LAST, 12) >= p.DESIG_REVIEW,
        lambda p: p.happens("DESIG"),
        place="JP",
    ),
    "JPS-05": Told(
        "FF_JP IPC_TABLE_FROM IPC_TABLE_TO",
        lambda p: p.IPC_TABLE_FROM <= p.FF_JP <= p.IPC_TABLE_TO,
        lambda p: p.made_in_japan,
        _facts("made_in_japan"),
        place="JP",
    ),
    "USF-01": Told(
        "FF_US FOREIGN PCT_ABROAD",
        lambda p: min(p.FOREIGN, p.PCT_ABROAD) > months_on(p.FF_US, 6) or p.us_licence,
        lambda p: p.made_in_us,
        _facts("made_in_us us_licence"),
        place="US",
    ),
    "CNF-01": Told(
        "FOREIGN CN_REVIEW",
        lambda p: p.CN_REVIEW <= p.FOREIGN,
        lambda p: p.made_in_cn and p.happens("FOREIGN"),
        _facts("made_in_cn"),
        place="CN",
        since=dt.date(2021, 6, 1),
        on="FOREIGN",
    ),
    "JUR-01": Told(
        "",
        lambda p: (p.made_in_japan and p.field_listed) + p.made_in_us + p.made_in_cn <= 1,
        facts=_facts("made_in_japan field_listed made_in_us made_in_cn"),
    ),
    "EAR-01": Told(
        "OSS",
        lambda p: p.release_unclassified and p.release_unlimited,
        lambda p: p.happens("OSS"),
        _facts("release_unclassified release_unlimited"),
        place="US",
    ),
    "EAR-02": Told(
        "OSS EAR_NOTICE",
        lambda p: not p.nonstandard_crypto or p.EAR_NOTICE <= p.OSS,
        lambda p: p.happens("OSS") and p.public_crypto,
        _facts("public_crypto nonstandard_crypto"),
        place="US",
    ),
    "EAR-03": Told(
        "",
        lambda p: p.training_ops < 10**26,
        lambda p: p.closed_weights,
        _facts("closed_weights", training_ops=(10**25, 9.99e25, 10**26, 1e27)),
    ),
    "EAR-04": Told(
        "",
        lambda p: p.standards_related_activity,
        lambda p: p.listed_party_takes_part,
        _facts("listed_party_takes_part standards_related_activity"),
    ),
    "JFE-01": Told(
        "",
        lambda p: p.jfe_licence or p.already_public or p.provided_to_publish,
        lambda p: p.jfe_listed,
        _facts("jfe_listed jfe_licence already_public provided_to_publish"),
    ),
    "U101-01": Told(
        "US_FILED",
        lambda p: p.technical_improvement_stated,
        lambda p: p.US_FILED >= TODAY,
        _facts("technical_improvement_stated"),
        place="US",
    ),
    "CNA-01": Told(
        "CN_LAUNCH CN_FILING CN_ASSESSMENT",
        lambda p: (
            chinese_working_days(p.CN_LAUNCH, 10) >= p.CN_FILING and (not p.generative or p.CN_ASSESSMENT < p.CN_LAUNCH)
        ),
        lambda p: p.happens("CN_LAUNCH") and p.public_opinion_service,
        _facts("public_opinion_service generative"),
        place="CN",
        since=dt.date(2022, 3, 1),
        on="CN_LAUNCH",
    ),
    "CNA-02": Told(
        "CN_FILING",
        lambda p: not p.cn_filing_discloses & p.closed_layers,
        lambda p: p.happens("CN_FILING"),
        _facts("", cn_filing_discloses=LAYERS, closed_layers=LAYERS[:2]),
        place="CN",
    ),
    "CND-01": Told(
        "",
        lambda p: p.cn_data_mechanism or p.cn_data_exempt,
        lambda p: p.cn_data_leaves,
        _facts("cn_data_leaves cn_data_mechanism cn_data_exempt"),
    ),
    "CNX-01": Told(
        "",
        lambda p: p.cn_catalogue_checked,
        lambda p: p.technology_from_china,
        _facts("technology_from_china cn_catalogue_checked"),
    ),
    "TRK-01": Told(
        "",
        lambda p: p.spanning_tracks <= p.cleared_tracks,
        facts={"spanning_tracks": LAYERS, "cleared_tracks": LAYERS},
    ),
    "STD-01": Told("NP PATENT_SCREEN", lambda p: p.PATENT_SCREEN <= p.NP, lambda p: p.happens("NP")),
    "STD-02": Told(
        "DIS DECL",
        lambda p: p.DECL <= TODAY or p.reasoned_not_now,
        lambda p: p.likely_essential and p.DIS <= TODAY,
        _facts("likely_essential reasoned_not_now"),
    ),
    "STD-02-FDIS": Told(
        "FDIS DECL",
        lambda p: p.DECL <= TODAY or p.reasoned_not_now,
        lambda p: p.likely_essential and p.FDIS <= TODAY,
        _facts("likely_essential reasoned_not_now"),
    ),
    "STD-03": Told(
        "DECL",
        lambda p: {"ISO", "IEC"} <= p.declaration_recipients,
        lambda p: p.happens("DECL"),
        {"declaration_recipients": [frozenset({"ISO"}), frozenset({"ISO", "IEC"}), frozenset({"ISO", "IEC", "ITU-T"})]},
    ),
    "STD-04": Told(
        "",
        lambda p: p.option <= p.old_option,
        lambda p: p.supersedes_declaration,
        _facts("supersedes_declaration", option=(1, 2, 3), old_option=(1, 2, 3)),
    ),
    "STD-05": Told(
        "DECL",
        lambda p: p.option3_numbers and p.option3_portions and p.option3_description,
        lambda p: p.happens("DECL") and p.option == 3,
        _facts("option3_numbers option3_portions option3_description", option=(1, 2, 3)),
    ),
    "STD-06": Told(
        "",
        lambda p: p.transfer_carries_declaration,
        lambda p: p.patent_assigned,
        _facts("patent_assigned transfer_carries_declaration"),
    ),
    "STD-07": Told(
        "DECL IS", lambda p: p.late_reason_recorded, lambda p: p.DECL > p.IS, _facts("late_reason_recorded")
    ),
    "STD-08": Told(
        "DECL",
        lambda p: p.approvals >= 2 and p.signatory_approved,
        lambda p: p.happens("DECL"),
        _facts("signatory_approved", approvals=(0, 1, 2, 3)),
    ),
    "OSS-01": Told(
        "OSS",
        lambda p: p.files_tagged and not p.release_layers & p.closed_layers,
        lambda p: p.happens("OSS"),
        _facts("files_tagged", release_layers=LAYERS, closed_layers=LAYERS[:2]),
    ),
    "OSS-02": Told(
        "OSS FF", lambda p: p.FF <= p.OSS, lambda p: p.happens("OSS") and p.claims_read_on_release, _ON_RELEASE
    ),
    "OSS-03": Told(
        "OSS",
        lambda p: p.licence_against_option in ("none", "condition", "risk"),
        lambda p: p.happens("OSS") and p.claims_read_on_release,
        {**_ON_RELEASE, "licence_against_option": ("none", "condition", "risk", "conflict", "strong")},
    ),
    "OSS-04": Told(
        "OSS",
        lambda p: p.licensor_is_owner and not p.licence_binds_group,
        lambda p: p.happens("OSS") and p.claims_read_on_release,
        {**_ON_RELEASE, **_facts("licensor_is_owner licence_binds_group")},
    ),
    "OSS-05": Told(
        "OSS", lambda p: p.contributor_agreement, lambda p: p.happens("OSS"), _facts("contributor_agreement")
    ),
    "STR-01": Told("OSS NP", lambda p: p.OSS <= p.NP, lambda p: p.happens("OSS") and p.happens("NP")),
    "SPC-01": Told(
        "SPEC",
        lambda p: p.spec_licence_row and (not p.spec_excludes_patents or p.patent_statement),
        lambda p: p.happens("SPEC"),
        _facts("spec_licence_row spec_excludes_patents patent_statement"),
    ),
    "CNA-03": Told(
        "",
        lambda p: p.visible_label and p.metadata_label,
        lambda p: p.generated_content_shown_in_cn,
        _facts("generated_content_shown_in_cn visible_label metadata_label"),
    ),
    "EUA-01": Told(
        "EU_RELEASE",
        lambda p: p.eu_calendar_checked,
        lambda p: p.happens("EU_RELEASE"),
        _facts("eu_calendar_checked"),
    ),
}
"""All but NOV-01-TIME, which is about moments: `verdict_by_time`."""


def verdict(rule: Told, values: Mapping[str, Any], confidential: frozenset[str], place: str, today: bool) -> str:
    """pass, fail or none of a plan in which all is known; `today`: whether it is in force is asked of today."""
    whole = Whole(values, confidential, place)
    if rule.since is not None:
        day = TODAY if today else getattr(whole, rule.on)
        if (TODAY if day == NEVER else day) < rule.since:
            return "none"
    if not rule.when(whole):
        return "none"
    return "pass" if rule.holds(whole) else "fail"


def verdict_by_time(filed: Given, public: Given, office: str) -> str:
    """NOV-01-TIME: a day is any moment of it at the office."""

    def moments(given: Given) -> tuple[dt.datetime, dt.datetime]:
        (at,) = given.days
        if isinstance(at, dt.datetime):
            return at, at
        start = dt.datetime.combine(at, dt.time(), ZoneInfo(ZONES[office]))
        return start, start + DAY - dt.timedelta(microseconds=1)

    whole = Whole({"FF": filed.days[0], "PUBLIC": public.days[0]}, frozenset(), office)
    if whole.FF > whole.PUBLIC:
        return "none"
    if NEVER in (filed.days[0], public.days[0]):
        return "pass"  # Never is after every moment, and not after itself.
    (early, late), (first, last) = moments(filed), moments(public)
    return "pass" if late <= first else "fail" if early > last else "unknown"


def verdicts(
    rule: Told, events: Mapping[str, Given], facts: Mapping[str, Any], missing: Sequence[str], place: str
) -> set[str]:
    """What comes out however a plan is filled in: each day of its windows, and some days for what is missing."""
    confidential = frozenset(name for name, given in events.items() if given.confidential)
    known = sorted({_day(at) for given in events.values() for at in given.days if at != NEVER} | {TODAY})
    open_days = [NEVER, *{move(day) for day in (known[0], known[-1]) for move in _AROUND}]
    choices: dict[str, Sequence[Any]] = {name: given.days for name, given in events.items()}
    choices |= {name: [value] for name, value in facts.items()}
    choices |= {name: open_days if name.isupper() else rule.facts[name] for name in missing}
    today = rule.on in missing or (rule.on == "FF" and bool(set(FIRST_FILINGS) & set(missing)))
    return {
        verdict(rule, dict(zip(choices, chosen, strict=True)), confidential, place, today)
        for chosen in itertools.product(*choices.values())
    }


_AROUND: Final[tuple[Callable[[dt.date], dt.date], ...]] = (
    lambda day: day - 900 * DAY,
    lambda day: day,
    lambda day: months_on(day, 7),
    lambda day: day + 900 * DAY,
)


def _day(at: dt.date | dt.datetime) -> dt.date:
    return at.date() if isinstance(at, dt.datetime) else at


def events_of(rule: Told, chance: random.Random) -> list[str]:
    """The events that a plan gives, what is computed from others sometimes by itself."""
    names = rule.events.split()
    if "PUBLIC" in names and chance.random() < 0.3:
        names = [name for name in names if name != "PUBLIC"] + [*PUBLIC, "FF"]
    if "FF" in names and chance.random() < 0.3:
        names = [name for name in names if name != "FF"] + list(FIRST_FILINGS)
    return list(dict.fromkeys(names))


def random_event(name: str, base: dt.date, chance: random.Random) -> Given:
    """Near the base, or near a number of months after it; never; some days long; or by the hour."""
    if chance.random() < 0.2:
        return Given([NEVER])
    day = months_on(base, chance.choice((0, 0, 3, 6, 10, 12, 18))) + chance.choice((-1, 0, 0, 1, 30)) * DAY
    confidential = name in MAY_BE_CONFIDENTIAL and chance.random() < 0.2
    if chance.random() < 0.1:
        return Given([day + offset * DAY for offset in range(chance.randrange(2, 5))], confidential)
    if chance.random() < 0.1:
        hours = chance.choice((0, 3, 14, 15, 16, 22, 23))
        return Given([dt.datetime(day.year, day.month, day.day, hours, 30, tzinfo=dt.UTC)], confidential)
    return Given([day], confidential)


def random_bases(chance: random.Random) -> Iterator[dt.date]:
    """Days from 2023 to 2028, many of them at the end of a month, about leap days and about the fixed today."""
    while True:
        day = dt.date(2023, 1, 1) + chance.randrange(2000) * DAY
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        yield chance.choice((day, end, dt.date(2024, 2, 29), dt.date(2028, 2, 29), TODAY, months_on(TODAY, -12)))
