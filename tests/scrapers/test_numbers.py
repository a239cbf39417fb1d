"""Patent numbers: every form of a publication number leads to one, and nothing is guessed."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber


@pytest.mark.parametrize(
    ("text", "docdb"),
    [
        ("EP.2400812.A1", "EP.2400812.A1"),
        ("EP2400812A1", "EP.2400812.A1"),
        ("ep 2 400 812 a1", "EP.2400812.A1"),
        ("EP2400812 (A1)", "EP.2400812.A1"),
        ("EP2400812", "EP.2400812"),
        ("EP123456B1", "EP.0123456.B1"),
        ("EP.0123456.B1", "EP.0123456.B1"),
        ("US10000000B2", "US.10000000.B2"),
        ("US-10000000-B2", "US.10000000.B2"),
        ("US 7,272,630 B2", "US.7272630.B2"),
        ("US 07272630 B2", "US.7272630.B2"),
        ("US 2025/0204297 A1", "US.20250204297.A1"),
        ("US2006142694A1", "US.20060142694.A1"),
        ("US.2006142694.A1", "US.20060142694.A1"),
        ("US 2006/142694 A1", "US.20060142694.A1"),
        ("USD0558629S1", "US.D558629.S1"),
        ("US D558,629 S1", "US.D558629.S1"),
        ("USRE039964E1", "US.RE39964.E1"),
        ("US PP018,398 P2", "US.PP18398.P2"),
        ("US H0002206 H1", "US.H2206.H1"),
        ("UST0988005I4", "US.T988005.I4"),
        ("WO 2022/259205 A1", "WO.2022259205.A1"),
        ("WO/2022/259205", "WO.2022259205"),
        ("WO2005/12345A1", "WO.2005012345.A1"),
        ("WO 03/067954 A2", "WO.03067954.A2"),
        ("WO 2003/067954 A2", "WO.03067954.A2"),
        ("WO 02/054790 A2", "WO.02054790.A2"),
        ("WO 96/25012 A1", "WO.9625012.A1"),
        ("WO 1996/025012 A1", "WO.9625012.A1"),
        ("JP2005533465A", "JP.2005533465.A"),
        ("JPH08179521A", "JP.H08179521.A"),
        ("JP 5123456 B2", "JP.5123456.B2"),
        ("ＪＰ２００５５３３４６５Ａ", "JP.2005533465.A"),
        ("JPH04056789A", "JP.H0456789.A"),
        ("JP S596831 A", "JP.S596831.A"),
        ("JP H8-179521 A", "JP.H08179521.A"),
        ("特開平8-179521", "JP.H08179521.A"),
        ("JP 特開平４－０８７３８３号公報", "JP.H0487383.A"),
        ("特開昭60-046093", "JP.S6046093.A"),
        ("特開平元－１２３４５６", "JP.H01123456.A"),
        ("特開２０００－１２３４５６", "JP.2000123456.A"),
        ("特表2005-533465", "JP.2005533465.A"),
        ("P2005-533465A", "JP.2005533465.A"),
        ("JPA 404087383", "JP.H0487383.A"),
        ("JPA 414233033", "JP.2002233033.A"),
        ("JPA 503090037", "JP.2021090037.A"),
        ("特公平7-12345", "JP.H0712345.B2"),
        ("特許第５１２３４５６号", "JP.5123456"),
        ("特許第5123456号(B2)", "JP.5123456.B2"),
        ("特許3,123,456", "JP.3123456"),
        ("実開昭58-123456", "JP.S58123456.U"),
        ("実用新案登録第3000014号", "JP.3000014.U"),
        ("再公表2005/012345", "JP.2005012345.A1"),
        ("再公表特許WO2005/012345", "JP.2005012345.A1"),
        ("再表96/25012", "JP.9625012.A1"),
        ("JP3000014B", "JP.3000014.B"),
        ("CN104154208B", "CN.104154208.B"),
        ("CN85100001A", "CN.85100001.A"),
        ("KR0142084Y1", "KR.200142084.Y1"),
        ("KR200142084Y", "KR.200142084.Y"),
        ("KR 1234567 B1", "KR.101234567.B1"),
        ("KR 20-2010-0001234 U", "KR.20100001234.U"),
        ("US AI00123 A", "US.AI123.A"),
        ("ATE232441T", "AT.E232441.T"),
        ("KR20150012345A", "KR.20150012345.A"),
        ("KR 10-2015-0012345 A", "KR.20150012345.A"),
        ("KR 10-1234567 B1", "KR.101234567.B1"),
        ("DE102004057741A1", "DE.102004057741.A1"),
        ("DE 10 2004 057 741 A1", "DE.102004057741.A1"),
        ("FR2812345A1", "FR.2812345.A1"),
        ("GB2345678A", "GB.2345678.A"),
        ("CA2744162", "CA.2744162"),
        ("HR.P20251003.T1", "HR.P20251003.T1"),
        ("BRPI0012345A2", "BR.PI0012345.A2"),
        ("AU2024270787A1", "AU.2024270787.A1"),
    ],
)
def test_forms_lead_to_one_number(text: str, docdb: str) -> None:
    number = PatentNumber.parse(text)
    assert str(number) == docdb
    assert number.raw == text
    assert PatentNumber.parse(docdb) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10000000",
        "D558629",
        "EP",
        "EP 24008123",
        "EP 2400812.3",
        "EP.2400812.A1.B1",
        "EP1000000, EP2000000",
        "EP2400812A1B1",
        "EP 0000000",
        "US 123456789 B2",
        "US X7640",
        "USRE0",
        "US 20060142694123",
        "PCT/NO98/00107",
        "PCT/US2008/086599",
        "WO 2022/1234",
        "WO 2022259205123",
        "WO 05/012345",
        "WO 03/67954",
        "WO 1950/012345",
        "WO 1996/925012",
        "JP 特願平8-179521",
        "JP 8-179521 A",
        "JP8179521A",
        "JPH99123456A",
        "JPH0800000A",
        "CN1",
        "claim 1",
        "US\x002006142694",
        "EP" + "1" * 100,
    ],
)
def test_other_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidIdentifierError) as caught:
        PatentNumber.parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_parts_of_a_file_are_kept_as_raw() -> None:
    number = PatentNumber.from_parts("US", "07272630", "B2")
    assert (number.country, number.doc_number, number.kind) == ("US", "7272630", "B2")
    assert number.raw == "US 07272630 B2"
    assert PatentNumber.from_parts("EP", "2400812").kind is None


@pytest.mark.parametrize("parts", [("U", "1", None), ("USA", "1", "B2"), ("US", "1", "B22"), ("EP", "", "A1")])
def test_bad_parts_are_refused(parts: tuple[str, str, str | None]) -> None:
    with pytest.raises(InvalidIdentifierError):
        PatentNumber.from_parts(*parts)


def test_a_number_is_frozen_canonical_and_equal_by_what_it_names() -> None:
    number = PatentNumber("EP", "2400812", "A1")
    assert number.raw == "EP.2400812.A1"
    assert number == PatentNumber.parse("EP 2400812 A1")
    assert len({number, PatentNumber.parse("EP2400812A1")}) == 1
    assert number != PatentNumber.parse("EP2400812B1")
    with pytest.raises(InvalidIdentifierError, match="canonical"):
        PatentNumber("US", "07272630", "B2")
    with pytest.raises(dataclasses.FrozenInstanceError):
        number.kind = "B1"  # type: ignore[misc]


_TEXTS = st.one_of(
    st.text(),
    st.from_regex(r"[A-Z]{2}[ ./-]?[A-Z]{0,2}[0-9 /,.-]{1,14}[ .]?([A-Z][0-9]?)?", fullmatch=True),
    st.from_regex(r"(EP|US|WO|JP|CN|KR|DE|FR|GB|CA)\.?[DHPRETSM]{0,2}[0-9]{1,12}\.?[A-Z][0-9]?", fullmatch=True),
)


@given(_TEXTS)
@example("ß1")
@example("EP٣")
@example("İP2400812A1")
def test_any_text_is_a_number_or_an_invalid_identifier(text: str) -> None:
    try:
        number = PatentNumber.parse(text)
    except InvalidIdentifierError:
        return
    assert number.raw == text
    assert PatentNumber.parse(str(number)) == number
    assert str(number).isascii()


@given(st.text(max_size=4), st.text(max_size=16), st.none() | st.text(max_size=3))
def test_any_parts_are_a_number_or_an_invalid_identifier(country: str, doc_number: str, kind: str | None) -> None:
    try:
        number = PatentNumber.from_parts(country, doc_number, kind)
    except InvalidIdentifierError:
        return
    assert PatentNumber.parse(str(number)) == number
