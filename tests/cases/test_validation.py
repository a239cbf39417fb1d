"""Every rule of the form refuses with the field named; the whole is compared with the rules said once more, plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.filled import OPTION_3, PATENT, TEMPLATE, VALUES, filled
from workbench.cases import validation
from workbench.cases.validation import Fault, Filled, PatentRow, check, errors

ALWAYS = (
    *("holder_name", "contact_name", "contact_address", "contact_tel", "contact_fax", "contact_email"),
    *(
        "doc_type",
        "doc_number",
        "doc_title",
        "option",
        "sig_holder",
        "sig_person",
        "sig_person_title",
        "sig_place_date",
    ),
)


def faults_of(form: Filled, *unreleased: str) -> list[tuple[str, str]]:
    return [(fault.field, fault.message) for fault in errors(check(TEMPLATE, form, unreleased))]


def test_a_good_form_has_no_fault() -> None:
    assert check(TEMPLATE, filled()) == []
    assert check(TEMPLATE, filled(PATENT, **OPTION_3)) == []


@pytest.mark.parametrize("name", ALWAYS)
def test_what_is_always_needed_is_named(name: str) -> None:
    found = faults_of(filled(**{name: "  "}))
    assert (name, validation.REQUIRED) in found


@pytest.mark.parametrize("name", ["opt3_numbers", "opt3_portions", "opt3_description"])
def test_option_3_needs_its_three_items_and_no_other_option_takes_them(name: str) -> None:
    assert faults_of(filled(PATENT, **{**OPTION_3, name: ""})) == [(name, validation.REQUIRED)]
    assert faults_of(filled(**{name: "6.2"})) == [(name, validation.NOT_ALLOWED)]


@pytest.mark.parametrize(
    ("option", "marked"),
    [("1", "opt2_reciprocity"), ("2", "opt1_reciprocity"), ("2", "opt1_paid_if_paid"), ("3", "opt2_reciprocity")],
)
def test_a_box_of_another_option_is_refused(option: str, marked: str) -> None:
    extra = OPTION_3 if option == "3" else {"option": option}
    assert faults_of(filled(PATENT, marks=frozenset({marked}), **extra)) == [(marked, validation.NOT_ALLOWED)]


def test_a_mark_below_another_is_doubtful_alone() -> None:
    alone = filled(option="1", marks=frozenset({"opt1_paid_if_paid"}))
    assert check(TEMPLATE, alone) == [Fault("opt1_paid_if_paid", validation.UNDER_ALONE, warning=True)]
    both = filled(option="1", marks=frozenset({"opt1_paid_if_paid", "opt1_reciprocity"}))
    assert check(TEMPLATE, both) == []


def test_the_signature_block_repeats_the_holder_and_is_signed_on_paper() -> None:
    assert faults_of(filled(sig_holder="Another K.K.")) == [("sig_holder", validation.NOT_SAME)]
    assert faults_of(filled(sig_signature="x")) == [("sig_signature", validation.ON_PAPER)]


def test_more_patents_than_rows_need_further_pages() -> None:
    rows = [PatentRow("granted", "JP", str(7000000 + n), "x") for n in range(11)]
    more = frozenset({"patents_more_pages"})
    assert faults_of(filled(*rows)) == [("patents_more_pages", validation.MORE_PAGES)]
    assert faults_of(filled(*rows, marks=more)) == []
    assert faults_of(filled(*rows[:10], marks=more)) == [("patents_more_pages", validation.NO_MORE_PAGES)]
    hidden = [PatentRow("pending", "JP", str(2026990000 + n), "x", printed=False) for n in range(5)]
    assert faults_of(filled(*rows[:10], *hidden)) == [], "what is not printed takes no row"


@pytest.mark.parametrize("name", ["doc_title", "opt3_numbers", "opt3_portions", "opt3_description", "contact_address"])
def test_an_unreleased_number_stands_nowhere(name: str) -> None:
    hidden = PatentRow("pending", "JP", "2026-990001", "x", printed=False)
    form = filled(PATENT, hidden, **{**OPTION_3, name: "see JP 2026 - 990001 too"})
    assert (name, validation.UNPUBLISHED) in faults_of(form)
    assert (name, validation.UNPUBLISHED) in faults_of(filled(PATENT, **{**OPTION_3, name: "A 990777"}), "990777")
    told = PatentRow("granted", "US", "12000001", "like JP2026/990001")
    assert ("patents", validation.UNPUBLISHED) in faults_of(filled(hidden, told))


def test_no_conditions_are_added_to_the_form() -> None:
    assert faults_of(filled(extra_condition="only in Japan")) == [("extra_condition", validation.UNKNOWN)]
    assert faults_of(filled(marks=frozenset({"exclusion"}))) == [("exclusion", validation.UNKNOWN)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("contact_email", "nobody", validation.NO_EMAIL),
        ("contact_url", "javascript:alert(1)", validation.NO_URL),
        ("doc_type", "JIS", validation.NO_CHOICE),
        ("option", "4", validation.NO_CHOICE),
        ("holder_name", "A\nB", validation.ONE_LINE),
        ("doc_title", "x" * 401, validation.TOO_LONG),
    ],
)
def test_values_have_their_form(name: str, text: str, message: str) -> None:
    assert (name, message) in faults_of(filled(**{name: text}))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (PatentRow("lapsed", "JP", "1", "x"), validation.NO_STATUS),
        (PatentRow("granted", "Japan", "1", "x"), validation.NO_COUNTRY),
        (PatentRow("granted", "JP", "-", "x"), validation.NO_NUMBER),
        (PatentRow("granted", "JP", "7000 001", "x"), validation.TWICE),
    ],
)
def test_rows_of_patents_have_their_form(row: PatentRow, message: str) -> None:
    [fault] = check(TEMPLATE, filled(PATENT, row))
    assert (fault.field, fault.message, fault.row) == ("patents", message, 2)


texts = st.sampled_from(["", "x", "見本", "a\nb", "none"])
values = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(["", VALUES[name]]) for name in ALWAYS if name not in ("option", "sig_holder")},
        "option": st.sampled_from(["", "1", "2", "3", "4"]),
        "sig_holder": st.sampled_from(["", VALUES["holder_name"], "Another K.K."]),
        **{name: st.sampled_from(["", "JP 7000001"]) for name in ("opt3_numbers", "opt3_portions", "opt3_description")},
    }
)
marks = st.frozensets(
    st.sampled_from(["opt1_reciprocity", "opt1_paid_if_paid", "opt2_reciprocity", "patents_more_pages"])
)


@given(values, marks, st.integers(0, 12), st.integers(0, 2))
def test_the_rules_said_once_more(given_: dict[str, str], ticked: frozenset[str], shown: int, hidden: int) -> None:
    """An independent statement of which fields are refused, without any reading of the template."""
    rows = [PatentRow("granted", "JP", str(7000001 + n), "x") for n in range(shown)]
    rows += [PatentRow("pending", "JP", str(2026990000 + n), "x", printed=False) for n in range(hidden)]
    option = given_["option"]
    wrong = {name for name in ALWAYS if not given_[name]}
    if option == "4":
        wrong.add("option")
    if given_["sig_holder"] and given_["sig_holder"] != given_["holder_name"]:
        wrong.add("sig_holder")
    for name in ("opt3_numbers", "opt3_portions", "opt3_description"):
        if (option == "3") != bool(given_[name]):
            wrong.add(name)
    if option != "1":
        wrong |= ticked & {"opt1_reciprocity", "opt1_paid_if_paid"}
    if option != "2":
        wrong |= ticked & {"opt2_reciprocity"}
    if ("patents_more_pages" in ticked) != (shown > 10):
        wrong.add("patents_more_pages")
    found = errors(check(TEMPLATE, Filled(given_, ticked, tuple(rows))))
    assert {fault.field for fault in found} == wrong


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=6), st.lists(texts, max_size=3))
def test_anything_typed_is_answered(given_: dict[str, str], titles: list[str]) -> None:
    rows = tuple(PatentRow(title, title, title, title) for title in titles)
    assert check(TEMPLATE, Filled({**VALUES, **given_}, frozenset(given_), rows)) is not None
