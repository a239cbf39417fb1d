"""Application numbers, numbers that fit two series, texts that give none, and the other forms of a number."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import Ambiguous, PatentNumber, Series, Unread, read_number
from scrapers.identifiers.numbers import Step, kind_code


@pytest.mark.parametrize(
    ("text", "docdb"),
    [
        ("PCT/JP2021/012345", "JP.2021012345.W"),
        ("PCT/JP2021/12345", "JP.2021012345.W"),
        ("PCT/GB02/04635", "GB.0204635.W"),
        ("PCT/NO98/00107", "NO.9800107.W"),
        ("PCT/US2003/21714", "US.0321714.W"),
        ("PCT/US05/12345", "US.2005012345.W"),
        ("WO2008US86599", "US.2008086599.W"),
        ("US.2008086599.W", "US.2008086599.W"),
        ("ZL 201410201865.4", "CN.201410201865"),
        ("ZL 2014 1 0201865.4", "CN.201410201865"),
        ("ZL201410201865", "CN.201410201865"),
        ("CN201410201865.4", "CN.201410201865"),
        ("CN2014102018654", "CN.201410201865"),
        ("CN 201410201865", "CN.201410201865"),
        ("ZL88201465.X", "CN.88201465"),
        ("US 16/123,456", "US.16123456"),
        ("US 16/123456", "US.16123456"),
        ("EP 23173822.0", "EP.23173822"),
        ("EP23173822", "EP.23173822"),
        ("DE 10 2006 032 425.0", "DE.102006032425"),
        ("GB 2306615.2", "GB.2306615"),
        ("特願2005-123456", "JP.2005123456"),
        ("特願平10-123456号", "JP.H10123456"),
        ("平成8年特許願第123456号", "JP.H08123456"),
    ],
)
def test_texts_that_say_they_are_applications(text: str, docdb: str) -> None:
    number = read_number(text)
    assert isinstance(number, PatentNumber)
    assert (str(number), number.series, number.raw) == (docdb, Series.APPLICATION, text)
    assert PatentNumber.parse(text, Series.APPLICATION) == number
    with pytest.raises(InvalidIdentifierError):
        PatentNumber.parse(text)


@pytest.mark.parametrize(
    ("text", "publication", "application"),
    [
        ("US 12345678", "US.12345678", "US.12345678"),
        ("US 09999004", "US.9999004", "US.09999004"),
        ("KR 10-2015-0012345", "KR.20150012345", "KR.20150012345"),
        ("JP 2005-123456", "JP.2005123456", "JP.2005123456"),
        ("JPH10123456", "JP.H10123456", "JP.H10123456"),
        ("CN 85100001", "CN.85100001", "CN.85100001"),
        ("FR0512345", "FR.512345", "FR.0512345"),
        ("GB2306615", "GB.2306615", "GB.2306615"),
    ],
)
def test_numbers_that_fit_two_series_keep_both_readings(text: str, publication: str, application: str) -> None:
    found = read_number(text)
    assert isinstance(found, Ambiguous)
    assert found.raw == text
    assert [(str(each), each.series) for each in found.readings] == [
        (publication, Series.PUBLICATION),
        (application, Series.APPLICATION),
    ]
    assert read_number(text, Series.APPLICATION) == found.readings[1]
    assert read_number(text, Series.PUBLICATION) == found.readings[0]


@pytest.mark.parametrize(
    "text", ["US 12345678 B2", "US 7272630", "US 2020/0123456", "EP2400812", "WO2022259205", "JP5123456", "DE19512345"]
)
def test_numbers_of_one_series_are_not_ambiguous(text: str) -> None:
    number = read_number(text)
    assert isinstance(number, PatentNumber)
    assert number.series is Series.PUBLICATION


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ZL201410201865.5", "check digit 5, expected 4"),
        ("EP 23173822.1", "check digit 1, expected 0"),
        ("US X7640", "no known form"),
        ("JP 8-179521", "no known form"),
        ("特開8-179521", "no known form"),
        ("CN 201460201865", "no known form"),
        ("pending", "no known form"),
    ],
)
def test_other_texts_are_kept_with_a_reason(text: str, reason: str) -> None:
    found = read_number(text)
    assert isinstance(found, Unread)
    assert found.raw == text
    assert reason in found.reason


@pytest.mark.parametrize(
    ("text", "docdb"),
    [
        ("EP20100167109", "EP.10167109"),
        ("JP20050505120", "JP.2005505120"),
        ("GB20230006615", "GB.2306615"),
        ("US201213657122", "US.13657122"),
        ("US.201213657122.A", "US.201213657122.A"),
        ("US.18314305.A", "US.18314305.A"),
    ],
)
def test_forms_of_databases_are_read_where_an_application_is_meant(text: str, docdb: str) -> None:
    assert str(PatentNumber.parse(text, Series.APPLICATION)) == docdb


@pytest.mark.parametrize(
    ("docdb", "epodoc"),
    [
        ("EP.1000000.B1", "EP1000000"),
        ("US.20060142694.A1", "US2006142694"),
        ("US.9648662.B2", "US9648662"),
        ("US.D558629.S1", "USD558629S"),
        ("WO.02054790.A2", "WO02054790"),
        ("JP.2005533465.A", "JP2005533465"),
        ("JP.3000014.B1", "JP3000014B"),
        ("JP.3000014.U", "JP3000014U"),
        ("CN.100520025.C", "CN100520025C"),
        ("KR.200142084.Y1", "KR200142084Y"),
        ("NL.1010536.C2", "NL1010536C"),
        ("DK.3740998.T3", "DK3740998T"),
        ("CA.2744162.A1", "CA2744162"),
        ("KR.101234567.B1", None),
        ("US.20201234567.A1", None),
    ],
)
def test_epodoc_form(docdb: str, epodoc: str | None) -> None:
    assert PatentNumber.parse(docdb).epodoc() == epodoc


def test_epodoc_form_of_international_applications() -> None:
    for docdb, epodoc in [("US.0321714.W", "WO2003US21714"), ("EP.2024063512.W", "WO2024EP63512")]:
        assert PatentNumber.parse(docdb, Series.APPLICATION).epodoc() == epodoc


@pytest.mark.parametrize(
    ("docdb", "original"),
    [
        ("US.7272630.B2", "US 7,272,630 B2"),
        ("US.20060142694.A1", "US 2006/0142694 A1"),
        ("US.D558629.S1", "US D558,629 S1"),
        ("EP.2400812.A1", "EP 2 400 812 A1"),
        ("WO.2022259205.A1", "WO 2022/259205 A1"),
        ("WO.9625012.A1", "WO 96/25012 A1"),
        ("JP.H08179521.A", "JP H8-179521 A"),
        ("JP.2005533465.A", "JP 2005-533465 A"),
        ("JP.2005012345.A1", "再公表2005/012345"),
        ("KR.20150012345.A", "KR 10-2015-0012345 A"),
        ("KR.101234567.B1", "KR 10-1234567 B1"),
        ("DE.102004057741.A1", "DE 10 2004 057 741 A1"),
        ("DE.19512345.A1", "DE 19 512 345 A1"),
        ("BR.PI0012345.A2", "BR PI0012345 A2"),
    ],
)
def test_original_form(docdb: str, original: str) -> None:
    number = PatentNumber.parse(docdb)
    assert number.original() == original
    assert PatentNumber.parse(original) == number


def test_kinds_are_known_by_office() -> None:
    assert PatentNumber.parse("US10000000B2").kind_code == kind_code("US", "B2")
    grant = kind_code("KR", "Y1")
    assert grant is not None
    assert (grant.step, grant.right) == (Step.GRANT, "utility-model")
    assert PatentNumber.parse("EP2400812").kind_code is None
    assert PatentNumber.parse("JP.2021012345.W", Series.APPLICATION).kind_code is None
    assert kind_code("ZZ", "A1") is None


_OFFICES = st.sampled_from("EP US WO JP CN KR DE FR GB CA AU SE".split())
_NUMBERS = st.from_regex(r"[DHPRETSM]{0,2}[0-9]{1,13}", fullmatch=True)
_KINDS = st.none() | st.sampled_from("A A1 A2 B B1 B2 C U Y1 S1 W T3".split())
_WORDED = st.from_regex(
    r"(JP |)(特開|特表|特願|特許|再公表|特公|実開|実公|平成|PCT/|ZL|JPA)( ?)(平|昭|WO|)[0-9０-９]{1,4}(-|－|/|年|)"
    r"(第|)[0-9０-９]{1,13}(\.[0-9X]|号|)",
    fullmatch=True,
)


@given(st.text() | _WORDED | st.from_regex(r"[A-Z]{2}[ ./-]?[A-Z]{0,2}[0-9 /,.-]{1,16}[ .]?([A-Z][0-9]?)?"))
@example("US10000000B2")
@example("PH12345678A1")
@example("ZL²")
def test_no_text_makes_reading_fail(text: str) -> None:
    found = read_number(text)
    assert found.raw == text
    if isinstance(found, Unread):
        assert "\n" not in found.reason
    elif isinstance(found, Ambiguous):
        assert len(found.readings) > 1
    else:
        assert PatentNumber.parse(str(found), found.series) == found


@given(_OFFICES, _NUMBERS, _KINDS, st.sampled_from(Series))
def test_each_form_of_a_number_reads_back(country: str, doc_number: str, kind: str | None, series: Series) -> None:
    try:
        number = PatentNumber.from_parts(country, doc_number, kind, series)
    except InvalidIdentifierError:
        return
    assert PatentNumber.parse(str(number), series) == number
    printed = PatentNumber.parse(number.original(), series)
    assert (printed.country, printed.doc_number) == (number.country, number.doc_number)
    assert printed.kind == number.kind or series is Series.APPLICATION
    epodoc = number.epodoc()
    if epodoc is not None:
        again = PatentNumber.parse(epodoc, series)
        assert (again.country, again.doc_number) == (number.country, number.doc_number)
