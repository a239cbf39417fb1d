"""Ballots from tables, mails and calendars: what is written is read, whatever else is refused in one line."""

from __future__ import annotations

import csv
import datetime as dt
import io
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from openpyxl import Workbook

from scrapers.ballots import AnnouncedBallot, AnnouncedVote, read_ballots
from scrapers.errors import UnreadableFileError
from scrapers.patents.fields import Refusal

GENEVA = ZoneInfo("Europe/Zurich")
HEAD = (
    "Reference,ISO number,Ballot type,Iteration,Opening date,Closing date,Status,Result,Countries of use,"
    "Member body,Vote,P-member,Technical reasons,Expert named,Comment"
).split(",")
FILES = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=30).map(str.strip)
FLAG = st.sampled_from([None, True, False])


def flag(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


@st.composite
def votes(draw: st.DrawFn) -> tuple[AnnouncedVote, ...]:
    members = draw(st.lists(st.sampled_from(["JISC", "DIN", "BSI", "AFNOR", "会員"]), unique=True, max_size=4))
    return tuple(
        AnnouncedVote(
            member=member,
            answer=draw(st.sampled_from(["yes", "no", "abstain"])),
            p_member=draw(FLAG),
            reasons=draw(FLAG),
            names_expert=draw(st.booleans()),
            comment=draw(TEXT.filter(lambda text: not text.startswith(("=", "'", "+", "-", "@")))),
        )
        for member in members
    )


@st.composite
def ballots(draw: st.DrawFn) -> list[AnnouncedBallot]:
    numbers = draw(st.lists(st.integers(90000, 99999), unique=True, min_size=1, max_size=4))
    found = []
    for number in numbers:
        opens, length = draw(DAYS), draw(st.integers(0, 200))
        told = {
            "iso_id": draw(st.none() | st.integers(1, 10**8)),
            "iteration": draw(st.none() | st.integers(1, 4)),
            "opens_on": draw(st.none() | st.just(opens)),
            "closes_on": draw(st.none() | st.just(opens + dt.timedelta(days=length))),
            "state": draw(st.sampled_from([None, "open", "closed", "cancelled"])),
            "result": draw(st.sampled_from([None, "approved", "not_approved"])),
            "countries": draw(st.none() | st.integers(0, 200)),
        }
        kind = draw(st.sampled_from(["NP", "CIB", "CD", "DIS", "FDIS", "DTS", "DTR", "DPAS", "WDRL"]))
        known = {name: value for name, value in told.items() if value is not None}
        found.append(AnnouncedBallot(reference=f"ISO/IEC {number}", kind=kind, votes=draw(votes()), **known))
    return found


def rows_of(found: list[AnnouncedBallot]) -> list[list[str]]:
    rows = []
    for each in found:
        days = [day.isoformat() if day else "" for day in (each.opens_on, each.closes_on)]
        words = [each.state, each.result, each.countries]
        head = [each.reference, each.iso_id, each.kind, each.iteration, *days, *words]
        first = ["" if cell is None else str(cell) for cell in head]
        of_votes = [
            [
                vote.member,
                {"yes": "Approval", "no": "Disapproval", "abstain": "Abstention"}[vote.answer],
                flag(vote.p_member, "P", "O"),
                flag(vote.reasons, "x", "none"),
                "x" if vote.names_expert else "",
                vote.comment,
            ]
            for vote in each.votes
        ]
        rows += [[*first, *vote] for vote in of_votes or [[""] * 6]]
    return rows


@settings(FILES, max_examples=15)
@given(found=ballots())
def test_an_export_is_read_as_it_was_written(found: list[AnnouncedBallot], tmp_path: Path) -> None:
    rows = [HEAD, *rows_of(found)]
    table = tmp_path / "export.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([dt.date.fromisoformat(cell) if _is_day(cell) else cell for cell in row])
    book.save(tmp_path / "export.xlsx")
    for path in (table, tmp_path / "export.xlsx"):
        assert list(read_ballots(path)) == found


def _is_day(cell: str) -> bool:
    return len(cell) == 10 and cell[4] == cell[7] == "-" and cell.replace("-", "").isdecimal()


FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y", "%Y年%m月%d日")
KINDS = {"DIS ballot": "DIS", "CD consultation": "CD", "Systematic review": "SR", "Committee internal ballot": "CIB"}


@FILES
@given(
    opens=DAYS,
    length=st.integers(0, 200),
    form=st.sampled_from(FORMS),
    words=st.sampled_from(sorted(KINDS)),
    charset=st.sampled_from(["utf-8", "iso-2022-jp"]),
    as_html=st.booleans(),
)
def test_a_mail_is_read_whatever_its_encoding(
    opens: dt.date, length: int, form: str, words: str, charset: str, as_html: bool, tmp_path: Path
) -> None:
    closes = opens + dt.timedelta(days=length)
    message = EmailMessage()
    message["Subject"] = f"投票のお知らせ: ISO/IEC 99001 {words}"
    lines = [f"Opening date: {opens.strftime(form)}", f"Closing date: {closes.strftime(form)}."]
    if as_html:
        message.set_content("<p>" + "</p><p>".join(lines) + "</p>", subtype="html", charset=charset)
    else:
        message.set_content("\n".join(lines), charset=charset)
    path = tmp_path / "notice.eml"
    path.write_bytes(bytes(message))
    assert list(read_ballots(path)) == [
        AnnouncedBallot(reference="ISO/IEC 99001", kind=KINDS[words], opens_on=opens, closes_on=closes)
    ]


@FILES
@given(opens=DAYS, length=st.integers(1, 200), zone=st.sampled_from([GENEVA, dt.UTC, ZoneInfo("Asia/Tokyo")]))
def test_a_calendar_says_the_days_where_iso_sits(opens: dt.date, length: int, zone: dt.tzinfo, tmp_path: Path) -> None:
    closes = opens + dt.timedelta(days=length)
    end = dt.datetime.combine(closes, dt.time(23, 59), GENEVA).astimezone(zone)
    calendar = Calendar()
    for number, (start, stop) in enumerate([(opens, closes + dt.timedelta(days=1)), (closes, None), (end, end)]):
        event = Event()
        event.add("SUMMARY", f"ISO/IEC DIS 9900{number} ballot, 投票")
        event.add("DTSTART", start)
        if stop is not None:
            event.add("DTEND", stop)
        calendar.add_component(event)
    path = tmp_path / "days.ics"
    path.write_bytes(calendar.to_ical())
    whole, single, timed = read_ballots(path)
    assert isinstance(whole, AnnouncedBallot)
    assert (whole.opens_on, whole.closes_on) == (opens, closes)
    for each in (single, timed):
        assert isinstance(each, AnnouncedBallot)
        assert (each.opens_on, each.closes_on) == (None, closes)


def sample_files() -> list[bytes]:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEAD, ["ISO/IEC 99001", "", "DIS", "", "2026-11-10", "2027-02-02", *[""] * 9]])
    book, workbook = io.BytesIO(), Workbook()
    assert workbook.active is not None
    workbook.active.append(HEAD)
    workbook.active.append(["ISO/IEC 99001", "", "DIS"])
    workbook.save(book)
    mail = b"Subject: ISO/IEC DIS 99001 DIS ballot\nMIME-Version: 1.0\n\nClosing date: 2027-02-02\n"
    event = b"BEGIN:VEVENT\r\nSUMMARY:ISO/IEC DIS 99001\r\nDTSTART;VALUE=DATE:20270202\r\nEND:VEVENT\r\n"
    return [
        stream.getvalue().encode(),
        book.getvalue(),
        mail,
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + event + b"END:VCALENDAR\r\n",
    ]


SAMPLES = sample_files()
LURES = [b"BEGIN:VCALENDAR\r\n", b"Subject: ", b"Reference,Ballot type,Closing date\n", b"PK\x03\x04", b"\x00\xff=%s{"]
LURES += [b"\r\n--x\r\n", b"DTSTART:99999999T999999Z\r\n", b"Content-Type: multipart/mixed; boundary=x\n"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file cut, with a piece put in or taken out; or nothing but lures and noise."""
    data = draw(st.sampled_from(SAMPLES) | st.binary(max_size=300))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.sampled_from(LURES) | st.binary(max_size=20))
        data = data[:at] + piece + data[at + draw(st.integers(0, 40)) :]
    return data


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=damaged())
def test_a_damaged_file_is_refused_in_one_line_or_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    refusal = "damaged"
    try:
        for each in read_ballots(path):
            assert isinstance(each, AnnouncedBallot | Refusal)
            assert not isinstance(each, Refusal) or each.place.startswith("damaged")
    except UnreadableFileError as error:
        refusal = str(error)
    assert refusal.startswith("damaged")
    assert "\n" not in refusal


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"Subject: hello\nMIME-Version: 1.0\n\nnothing\n", "names no ISO or IEC document"),
        (b"Subject: ISO/IEC 99001\nMIME-Version: 1.0\n\nnothing\n", "names no kind of ballot"),
        (b"Subject: ISO/IEC DIS 99001\nMIME-Version: 1.0\n\nnothing\n", "names no closing date"),
        (b"Subject: x\n" + b"\n--x\n" * 3000, "too many parts"),
        (b"Subject: " + b"x" * (6 * 1024 * 1024), "limit"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "no calendar that can be read"),
        (b"a,b,c\n1,2,3\n", "those of no known export"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(body: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "notice.eml"
    path.write_bytes(body)
    with pytest.raises(UnreadableFileError, match=complaint) as caught:
        list(read_ballots(path))
    assert str(caught.value).startswith("notice.eml: ")


def test_one_bad_row_spoils_no_good_one(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = [
        "Reference,Ballot type,Closing date,Member body,Vote,Iteration",
        "ISO/IEC DIS 99001,DIS,2027-02-02,DIN,Approval,",
        "ISO/IEC DIS 99001,DIS,2027-02-02,DIN,Disapproval,",
        "ISO/IEC DIS 99001,DIS,2027-03-02,BSI,Approval,",
        "ISO/IEC DIS 99001,DIS,2027-02-02,NEN,perhaps,",
        ",DIS,2027-02-02,,,",
        "ISO/IEC 99002,,2027-02-02,,,",
        "ISO/IEC DIS 99003,DIS,2. Februar,,,",
        "ISO/IEC DIS 99004,DIS,2027-02-02,,,two",
        "ISO/IEC DIS 99005,DIS,2027-02-02,SN,Approval,2",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    read = list(read_ballots(path))
    refused = [each for each in read if isinstance(each, Refusal)]
    assert [each.place for each in refused] == [f"export.csv, row {number}" for number in range(3, 10)]
    good = [each for each in read if isinstance(each, AnnouncedBallot)]
    assert [(each.reference, each.iteration, [vote.member for vote in each.votes]) for each in good] == [
        ("ISO/IEC DIS 99001", None, ["DIN"]),
        ("ISO/IEC DIS 99005", 2, ["SN"]),
    ]
