"""Claims: which depend on which, where one ends and the next begins, and that no text breaks the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.patents.categories import Category, category_of
from scrapers.patents.claims import PrintedClaim, build_claims, claim_ids, split_claims, without_number
from scrapers.patents.references import referred_claims


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("The device according to claim 1, wherein", 5, [1]),
        ("The device of claim 1 , wherein", 5, [1]),
        ("as in any one of claims 1 to 3", 5, [1, 2, 3]),
        ("as claimed in claims 2 or 4", 5, [2, 4]),
        ("as claimed in claim 4, 5, 6 or 7", 8, [4, 5, 6, 7]),
        ("of claims 1 through 9.", 12, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("of claims 1, 2, and 5-7 or claim 9", 12, [1, 2, 5, 6, 7, 9]),
        ("of claim 1 or any one of claims 3 to 5", 9, [1, 3, 4, 5]),
        ("of claims 1–3 and/or 5", 9, [1, 2, 3, 5]),
        ("the method of claim 1, 10 times", 20, [1]),
        ("the method of claim 1 and the device of claim 4", 20, [1, 4]),
        ("of any preceding claim", 4, [1, 2, 3]),
        ("of any preceding claim 2 to 3", 5, [2, 3]),
        ("according to one or more of the foregoing claims", 3, [1, 2]),
        ("as in any one of the above claims", 3, [1, 2]),
        ("nach Anspruch 1", 3, [1]),
        ("nach Patentanspruch 1 oder 2", 3, [1, 2]),
        ("nach einem der Ansprüche 1 bis 3 und 5", 9, [1, 2, 3, 5]),
        ("nach einem der vorhergehenden Ansprüche", 4, [1, 2, 3]),
        ("selon la revendication 1", 3, [1]),
        ("selon l’une quelconque des revendications 1 à 3", 6, [1, 2, 3]),
        ("selon l'une des revendications précédentes", 4, [1, 2, 3]),
        ("según cualquiera de las reivindicaciones 1 a 3", 6, [1, 2, 3]),
        ("secondo la rivendicazione 2", 6, [2]),
        ("請求項１に記載の装置", 3, [1]),
        ("請求項1ないし3のいずれかに記載の装置", 5, [1, 2, 3]),
        ("請求項１乃至請求項３のいずれか１項に記載の装置", 5, [1, 2, 3]),
        ("請求項１～３のいずれか", 5, [1, 2, 3]),
        ("請求項１、２又は４に記載の装置", 5, [1, 2, 4]),
        ("特許請求の範囲第１項または第３項記載の装置", 6, [1, 3]),
        ("根据权利要求1至3中任一项所述的方法", 6, [1, 2, 3]),
        ("如申請專利範圍第1項至第3項中任一項所述之方法", 6, [1, 2, 3]),
        ("前述第1單元及第2單元", 6, []),
        ("of claim(s) 1 to 3", 6, [1, 2, 3]),
        ("根据权利要求1或2所述的方法", 6, [1, 2]),
        ("제1항 내지 제3항 중 어느 한 항에 있어서", 6, [1, 2, 3]),
        ("청구항 1에 있어서", 5, [1]),
        ("제1 장치 및 제2 장치", 5, []),
        ("claim 7", 3, []),
        ("claim 3", 3, []),
        ("claim 0", 3, []),
        ("claim 99999", 3, []),
        ("claims 9 to 2", 12, [2, 9]),
        ("processing insurance claims and disclaimer 1", 3, []),
        ("", 3, []),
    ],
)
def test_references_in_words(text: str, number: int, expected: list[int]) -> None:
    assert sorted(referred_claims(text, number)) == expected


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("A method comprising", Category.PROCESS),
        ("A computer-implemented method of grading", Category.PROCESS),
        ("A method executed by a computer", Category.PROCESS),
        ("A laser detection and ranging (LADAR) method, comprising", Category.PROCESS),
        ("Within a mobile device, a method of roaming", Category.PROCESS),
        ("Use of the gauge of claim 1", Category.PROCESS),
        ("Verfahren zur Herstellung", Category.PROCESS),
        ("Ein Herstellungsverfahren für Messgeräte", Category.PROCESS),
        ("Procédé de mesure", Category.PROCESS),
        ("データを処理する方法。", Category.PROCESS),
        ("一种数据处理方法，其特征在于", Category.PROCESS),
        ("데이터를 처리하는 방법.", Category.PROCESS),
        ("A system for performing the method of claim 1", Category.PRODUCT),
        (
            "A non-transitory medium storing a program for executing the method of any one of claims 1 to 3",
            Category.PRODUCT,
        ),
        ("Vorrichtung zur Durchführung des Verfahrens nach Anspruch 1", Category.PRODUCT),
        ("Dispositif pour la mise en oeuvre du procédé selon la revendication 1", Category.PRODUCT),
        ("請求項１に記載の方法を実行する装置。", Category.PRODUCT),
        ("一种执行如权利要求1所述方法的装置，包括", Category.PRODUCT),
        ("제1항의 방법을 수행하는 시스템.", Category.PRODUCT),
        ("The method of claim 1", None),
        ("Arrangement as claimed in claim 9", None),
        ("A device according to one or more of claims 1 to 3", None),
        ("As claimed in claim 1, wherein", None),
        ("Verfahren nach einem der vorhergehenden Ansprüche", None),
        ("Procédé selon l'une quelconque des revendications 1 à 3", None),
        ("前記データが数である、請求項１又は２に記載の方法。", None),
        ("根据权利要求1至3中任一项所述的方法，其特征在于", None),
        ("제1항에 있어서, 상기 데이터는 수인 방법.", None),
        ("", None),
    ],
)
def test_categories(text: str, category: Category | None) -> None:
    assert category_of(text) == category


def test_a_claim_of_another_category_is_independent_and_keeps_its_reference() -> None:
    claims = build_claims(
        [
            PrintedClaim(1, "1. A method of grading."),
            PrintedClaim(2, "2. The method of claim 1, twice."),
            PrintedClaim(3, "3. A system for performing the method of claim 2."),
            PrintedClaim(4, "4. The system of claim 3, with a dial."),
            PrintedClaim(5, "5. A network comprising the system of claim 4."),
            PrintedClaim(6, "6. A kit for the method of claim 1, comprising the system of claim 3."),
        ],
        "EN",
    )
    assert [(claim.independent, claim.depends_on) for claim in claims] == [
        (True, ()),
        (False, (1,)),
        (True, (2,)),
        (False, (3,)),
        (False, (4,)),
        (False, (1, 3)),
    ]
    assert {claim.language for claim in claims} == {"en"}


def test_references_of_elements_and_of_words_count_together() -> None:
    printed = [PrintedClaim(number, f"A part {number}.") for number in (1, 2, 3)]
    (*_, last) = build_claims([*printed, PrintedClaim(4, "The part of claims 1 to 2.", (3, 4, 9))], None)
    assert last.depends_on == (1, 2, 3)
    assert last.language == "und"


def test_cancelled_empty_and_repeated_claims_are_left_out() -> None:
    claims = build_claims(
        [
            PrintedClaim(1, "1-3. (canceled)"),
            PrintedClaim(4, "4. (Cancelled)"),
            PrintedClaim(5, "claims 5 to 6 (cancelled)"),
            PrintedClaim(7, " "),
            PrintedClaim(8, "8. A cancelled order printer."),
            PrintedClaim(8, "8. Another."),
            PrintedClaim(0, "0. None."),
        ],
        "en",
    )
    assert [(claim.number, claim.text) for claim in claims] == [(8, "A cancelled order printer.")]


@pytest.mark.parametrize(
    ("printed", "number", "text"),
    [
        ("1. A gauge", 1, "A gauge"),
        ("1 . A gauge", 1, "A gauge"),
        ("1.A gauge", 1, "A gauge"),
        ("12) A gauge", 12, "A gauge"),
        ("1 A gauge", 1, "A gauge"),
        ("【請求項１】計器", 1, "計器"),
        ("[請求項 1] 計器", 1, "計器"),
        ("１．計器", 1, "計器"),
        ("2. A gauge", 1, "2. A gauge"),
        ("3 mm of wire", 3, "3 mm of wire"),
        ("1.5 mm of wire", 1, "1.5 mm of wire"),
        ("A gauge\n  of\tice", 1, "A gauge of ice"),
    ],
)
def test_the_printed_number_is_taken_off(printed: str, number: int, text: str) -> None:
    assert without_number(printed, number) == text


@pytest.mark.parametrize(
    ("paragraphs", "numbers"),
    [
        (["1. A gauge.", "2. The gauge of claim 1."], [1, 2]),
        (["Claims\n1. A gauge.\n2. The gauge of claim 1."], [1, 2]),
        (["What is claimed is:", "1. A gauge.", "2. The gauge of claim 1."], [1, 2]),
        (["1. A gauge with a dial. 2. The gauge of claim 1. 3. The gauge of claim 2."], [1, 2, 3]),
        (["1. A gauge comprising:\n3. parts", "2. The gauge of claim 1."], [1, 2]),
        (["1. A gauge comprising:\n1. a dial;\n2. a hand.\n2. The gauge of claim 1."], [1, 2]),
        (["1. a kind of gauge.\n2. the gauge of claim 1."], [1, 2]),
        (["1. A gauge of 2. quality."], [1]),
        (["1. A gauge.", "4. A dial.", "5. The dial of claim 4."], [1, 4, 5]),
        (["A gauge.", "The gauge of claim 1."], [1, 2]),
        (["Claims:", "A gauge."], [1]),
        (["A gauge comprising:\na dial;\na hand."], [1]),
        ([], []),
        (["", " \n "], []),
    ],
)
def test_claims_are_split_by_their_numbers(paragraphs: list[str], numbers: list[int]) -> None:
    assert [claim.number for claim in split_claims(paragraphs)] == numbers


def test_identifiers_of_claims() -> None:
    assert claim_ids("CLM-00012") == (12,)
    assert claim_ids("CLM-00001 CLM-00003") == (1, 3)
    assert claim_ids("CLM-00001-00003") == (1, 2, 3)
    assert claim_ids("CLM-x") == claim_ids("") == claim_ids(None) == ()


_WORDS = st.sampled_from(
    "claim claims 1 2 3 9 10 to or and , - any preceding of the A method system for 請求項 １ ないし に記載の 方法 。 "
    "nach Anspruch Ansprüche bis revendication à 제 1항 내지 权利要求 至 所述的 (canceled) 1. 2. \n 【 】".split(" ")
)
_TEXTS = st.one_of(st.text(), st.lists(_WORDS, max_size=30).map(" ".join), st.lists(_WORDS, max_size=30).map("".join))
_PRINTED = st.lists(
    st.builds(PrintedClaim, st.integers(-2, 12), _TEXTS, st.lists(st.integers(-2, 15), max_size=4).map(tuple)),
    max_size=12,
)


@given(_PRINTED, st.none() | st.text(max_size=5))
def test_no_claim_depends_on_itself_on_a_later_or_on_an_absent_one(printed: list[PrintedClaim], language: str) -> None:
    claims = build_claims(printed, language)
    numbers = [claim.number for claim in claims]
    assert numbers == sorted(set(numbers))
    for claim in claims:
        assert claim.text == " ".join(claim.text.split()) != ""
        assert set(claim.depends_on) <= {number for number in numbers if number < claim.number}
        assert list(claim.depends_on) == sorted(set(claim.depends_on))
        assert claim.independent or claim.depends_on


@given(st.lists(_TEXTS, max_size=12))
def test_splitting_loses_no_word_but_headings(paragraphs: list[str]) -> None:
    claims = split_claims(paragraphs)
    numbers = [claim.number for claim in claims]
    assert numbers == sorted(set(numbers))
    words = "".join("".join(paragraphs).split())
    assert all("".join(claim.text.split()) in words for claim in claims)


@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from(["claims {} to {}", "Ansprüche {} bis {}", "請求項{}ないし{}"]),
)
def test_a_range_names_all_between(first: int, last: int, wording: str) -> None:
    found = referred_claims(wording.format(first, last), 31)
    assert found == (set(range(first, last + 1)) if first <= last else {first, last})
