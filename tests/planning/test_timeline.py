"""The picture of a plan: nothing overlaps, nothing is left out; its arrows are what the rules ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import combinations, pairwise

import pypdfium2 as pdfium
from hypothesis import given
from hypothesis import strategies as st

from workbench.planning.axis import LONGEST_EMPTY
from workbench.planning.plans import Event, Gap, Plan
from workbench.planning.precedences import precedences
from workbench.planning.rules import Verdict, check, load_rules
from workbench.planning.timeline import HEADS, LINE, TOP, WIDTH, Band, Bar, Link, Mark, Side, text_width, timeline
from workbench.planning.timeline_pdf import timeline_pdf

BOOK = load_rules()
TODAY = dt.date(2026, 11, 22)
DAYS = st.dates()


@st.composite
def marks(draw: st.DrawFn) -> list[Mark]:
    count = draw(st.integers(1, 12))
    made = []
    for number in range(count):
        first, last = sorted((draw(DAYS), draw(DAYS))) if draw(st.booleans()) else [draw(DAYS)] * 2
        band = draw(st.sampled_from(Band))
        row = draw(st.sampled_from(["first row", "second row", "三行目"]))
        label = draw(st.text("abc 宣言", max_size=30) | st.just("Sample 宣言 " * 30))
        beside, gate = draw(st.sampled_from(["", "est."])), draw(st.sampled_from([None, *Side]))
        made.append(Mark(f"M{number}", band, row, label, first, last, "filing", label, beside, gate=gate))
    return made


def extent(bar: Bar) -> tuple[float, float]:
    """From where to where a bar and its label reach."""
    label = text_width(bar.words)
    words = (bar.text_x - label, bar.text_x) if bar.before else (bar.text_x, bar.text_x + label)
    return min(bar.x, words[0]), max(bar.end, words[1])


@given(marks(), DAYS)
def test_every_mark_is_drawn_once_in_its_row_and_apart_standards_above_and_time_to_the_right(
    shown: list[Mark], today: dt.date
) -> None:
    picture = timeline(shown, [], today)
    assert picture is not None
    assert sorted(bar.mark.name for bar in picture.bars) == sorted(mark.name for mark in shown)
    for bar in picture.bars:
        row = next(each for each in picture.headings if (each.text, each.band) == (bar.mark.row, bar.mark.band))
        assert row.top < bar.y < row.bottom
        assert HEADS <= bar.x <= bar.end <= picture.width
        assert HEADS <= extent(bar)[0] <= extent(bar)[1] <= picture.width, "what is written at it as well"
        if bar.label != bar.mark.label:
            assert len(bar.label) > 5
            assert bar.mark.label.startswith(bar.label.removesuffix("…"))
    assert picture.width == WIDTH
    assert_apart(picture.bars)
    assert HEADS <= picture.today_x <= picture.width
    bands = [heading.band for heading in picture.headings]
    assert bands == sorted(bands, key=list(Band).index)
    tops = [heading.top for heading in picture.headings]
    assert tops == sorted(tops)
    assert tops[0] == TOP
    assert all((heading.bottom - heading.top) % LINE == 0 for heading in picture.headings)
    by_day = sorted(picture.bars, key=lambda bar: bar.mark.first)
    assert [bar.x for bar in by_day] == sorted(bar.x for bar in by_day)
    ticks = [tick.x for tick in picture.ticks]
    assert ticks == sorted(ticks)


def assert_apart(bars: Iterable[Bar]) -> None:
    for one, other in combinations(bars, 2):
        if one.y == other.y:
            (start, end), (begin, stop) = extent(one), extent(other)
            assert end < begin or stop < start


@given(st.sets(DAYS, min_size=1, max_size=12), DAYS)
def test_only_what_is_empty_for_long_is_drawn_short_and_marked(days: set[dt.date], today: dt.date) -> None:
    picture = timeline([Mark(str(day), Band.COMPANY, "row", str(day), day, day, "gate", "") for day in days], [], today)
    assert picture is not None
    known = sorted({*days, today})
    empty = [(day, then) for day, then in pairwise(known) if (then - day).days > LONGEST_EMPTY]
    assert [(each.before, each.after) for each in picture.breaks] == empty
    places = {bar.mark.first: bar.x for bar in picture.bars} | {today: picture.today_x}
    for day, then in pairwise(known):
        if (day, then) in empty:
            middle = next(each.x for each in picture.breaks if each.before == day)
            assert places[day] < middle < places[then]
            assert all(
                TOP - 8 <= y <= picture.height for _, y in picture.zigzag(picture.breaks[empty.index((day, then))])
            )
        else:
            assert abs(places[then] - places[day] - (then - day).days * picture.day_width) < 0.2
    for bar in picture.bars:
        low, high = (bar.mark.first + dt.timedelta(days) for days in (bar.least, bar.most))
        assert not any(low <= each.before and each.after <= high for each in picture.breaks), "it is dragged over none"
        assert bar.least <= 0 <= bar.most


def test_a_day_far_away_takes_no_room_from_the_others() -> None:
    near = [
        Mark(f"E{month}", Band.COMPANY, "filings", "a filing", day, day, "filing", "")
        for month in range(1, 13)
        for day in [dt.date(2027, month, 1)]
    ]
    day = dt.date(2090, 5, 1)
    gate = Mark("gate/PCT", Band.COMPANY, "filings", "PCT", day, day, "gate", "", gate=Side.LAST)
    alone, together = timeline(near, [], TODAY), timeline([*near, gate], [], TODAY)
    assert alone is not None
    assert together is not None
    assert together.day_width > 0.85 * alone.day_width
    (far,) = together.breaks
    assert (far.before, far.after, far.years) == (dt.date(2027, 12, 1), day, 62)
    assert together.ticks[-1].day == day, "what lies behind the break has its day on the axis"
    past = Mark("OLD", Band.COMPANY, "filings", "Old", dt.date(1999, 2, 1), dt.date(1999, 2, 1), "filing", "")
    whole = timeline([past, *near, gate], [], TODAY)
    assert whole is not None
    assert [whole.ticks[0].day, len(whole.breaks)] == [past.first, 2]


def test_gates_move_none_of_forty_events_and_touch_no_label() -> None:
    days = [TODAY + dt.timedelta(days=9 * number) for number in range(40)]
    events = [
        Mark(f"E{number}", Band.COMPANY, "filings", "a filing", day, day, "", "") for number, day in enumerate(days)
    ]
    gates = [
        Mark(
            f"gate/{number}",
            Band.COMPANY,
            "filings",
            "a filing",
            day,
            day,
            "gate",
            "",
            "last day, est.",
            gate=Side.LAST,
        )
        for number, day in enumerate(days)
    ]
    alone, together = timeline(events, [], TODAY), timeline([*gates, *events], [], TODAY)
    assert alone is not None
    assert together is not None
    assert [bar for bar in together.bars if bar.mark.gate is None] == list(alone.bars)
    assert_apart(together.bars)


def test_no_marks_no_picture() -> None:
    assert timeline([], [], TODAY) is None


def test_links_of_what_is_not_drawn_are_left_out() -> None:
    one = Mark("FF_JP", Band.COMPANY, "filings", "Filing", TODAY, TODAY, "filing", "")
    two = Mark("OSS", Band.COMPANY, "releases", "Release", TODAY, TODAY + dt.timedelta(days=30), "release", "")
    picture = timeline([one, two], [Link("FF_JP", "OSS", "rule"), Link("FF_JP", "DECL", "rule")], TODAY)
    assert picture is not None
    assert [(arrow.link.first, arrow.link.then) for arrow in picture.arrows] == [("FF_JP", "OSS")]
    first, then = (next(bar for bar in picture.bars if bar.mark.name == name) for name in ("FF_JP", "OSS"))
    (start, *_, stop) = picture.arrows[0].points
    assert (start[0], stop[0]) == (first.x, then.x)
    assert first.y < start[1] < stop[1] < then.y


def plan(**events: dt.date | None) -> Plan:
    return Plan(
        TODAY, {name: Event(day) for name, day in events.items()}, {"claims_read_on_release": True}, frozenset({"EP"})
    )


def test_rules_ask_for_the_filing_before_the_release() -> None:
    early, late = dt.date(2026, 3, 2), dt.date(2026, 5, 4)
    never = dict.fromkeys(("FF_US", "PCT", "FOREIGN", "PAPER", "DEMO", "DIS", "IS", "WEIGHTS", "NP", "WD", "CD"))
    good = plan(FF_JP=early, OSS=late, CONTRIB=None, **never)
    asked = {(each.first, each.then): each for each in precedences(good, BOOK, check(good, BOOK))}
    assert asked["FF_JP", "OSS"].verdict is Verdict.PASS
    bad = plan(FF_JP=late, OSS=early, CONTRIB=late, **never)
    asked = {(each.first, each.then): each for each in precedences(bad, BOOK, check(bad, BOOK))}
    assert asked["FF_JP", "OSS"].verdict is Verdict.FAIL
    finding = asked["FF_JP", "OSS"].finding
    assert finding is not None
    assert finding.rule.id in {"NOV-01", "NOV-02", "OSS-02"}
    assert asked["FF_JP", "CONTRIB"].verdict is Verdict.PASS


def test_a_gap_of_the_plan_is_an_arrow_of_its_own() -> None:
    made = Plan(
        TODAY,
        {"FF_JP": Event(TODAY), "MEETING": Event(TODAY), "SOMEDAY": Event()},
        {},
        frozenset(),
        (Gap("FF_JP", "MEETING", 7), Gap("FF_JP", "SOMEDAY", 7)),
    )
    assert [(each.first, each.then, each.finding) for each in precedences(made, BOOK, [])] == [
        ("FF_JP", "MEETING", None)
    ]


def test_the_pdf_says_what_the_picture_says_in_japanese_too() -> None:
    shown = [
        Mark("FF_JP", Band.COMPANY, "出願", "日本出願", TODAY, TODAY, "filing", ""),
        Mark(
            "FDIS",
            Band.STANDARDS,
            "ISO/IEC 99999",
            "FDIS",
            TODAY,
            TODAY,
            "stage",
            "",
            "est.",
            estimated=True,
            finding="fail",
        ),
        Mark("gate/PCT", Band.COMPANY, "出願", "国際出願", TODAY, TODAY, "gate", "", "最終日、推定", gate=Side.LAST),
    ]
    picture = timeline(shown, [Link("FDIS", "FF_JP", "rule", "fail")], TODAY)
    assert picture is not None
    with pdfium.PdfDocument(timeline_pdf(picture, "計画", "Sample", lambda day: f"{day:%Y-%m}")) as document:
        assert len(document) == 1
        text = document[0].get_textpage().get_text_bounded()
    for words in ("計画", "Sample", "日本出願", "FDIS est.", "国際出願 最終日、推定", "ISO/IEC 99999"):
        assert words in text
