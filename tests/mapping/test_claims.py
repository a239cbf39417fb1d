"""Claims taken apart: parts, chains, twins, and the text that retrieval works with. All claims are invented."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import texts
from workbench.mapping.claims import Note, ancestors, notes, parse, twins
from workbench.mapping.claims_boilerplate import core_text, without_references
from workbench.mapping.elements import split_elements


@dataclass(frozen=True)
class SampleClaim:
    number: int
    text: str
    depends_on: tuple[int, ...] = ()
    independent: bool = True
    language: str = "en"


CLAIMS = [
    SampleClaim(1, "A method of grading a model, the method comprising: drawing a sample; and grading the sample."),
    SampleClaim(2, "The method of claim 1, wherein the sample is drawn at random.", (1,), False),
    SampleClaim(3, "The method of claim 1 or 2, further comprising signing the grade.", (1, 2), False),
    SampleClaim(4, "The method as claimed in claim 3, wherein a key of the signing is rotated.", (3,), False),
    SampleClaim(
        5,
        "A system for grading a model, comprising: a drawer that draws a sample; and a grader that grades the sample.",
    ),
    SampleClaim(6, "A valve having a seat."),
    SampleClaim(7, "The valve of claim 9.", (9,)),
]


@pytest.mark.parametrize(
    ("language", "text", "preamble", "transition", "body"),
    [
        ("en", "A method, comprising: drawing a sample.", "A method", ", comprising:", " drawing a sample."),
        ("en", "A tape, characterised in that it sticks.", "A tape", ", characterised in that", " it sticks."),
        ("en", "A cup.", "", "", "A cup."),
        ("ja", "容器であって、蓋と、胴と、を備える容器。", "容器", "であって、", "蓋と、胴"),
        ("ja", "蓋が開く容器。", "", "", "蓋が開く容器。"),
        ("zh", "一种方法，其特征在于，包括：获取图像。", "一种方法", "，其特征在于，包括：", "获取图像。"),
    ],
)  # fmt: skip
def test_preamble_transition_and_body(language: str, text: str, preamble: str, transition: str, body: str) -> None:
    parsed = parse(text, language)
    assert [text[slice(*place)] for place in (parsed.preamble, parsed.transition, parsed.body)] == [
        preamble,
        transition,
        body,
    ]


def test_limitations_by_function_and_lists_of_alternatives_have_their_places() -> None:
    text = "A meter comprising: means for sampling inputs; and a filler selected from silica and alumina."
    parsed = parse(text, "en")
    assert [text[slice(*place)] for place in parsed.means] == ["means for sampling inputs"]
    assert [text[slice(*place)] for place in parsed.alternatives] == ["selected from silica and alumina."]
    japanese = "入力を取得する取得手段と、を備える計測器。"
    assert [japanese[slice(*place)] for place in parse(japanese, "ja").means] == ["入力を取得する取得手段"]


@pytest.mark.parametrize(
    ("language", "text", "core"),
    [
        (
            "en",
            "The method according to any one of claims 1 to 3, wherein said sample is drawn at random.",
            "The method, sample is drawn at random.",
        ),
        (
            "en",
            "A non-transitory storage medium storing instructions that cause a processor to: draw a sample.",
            "A memory, draw a sample.",
        ),
        ("en", "A form displaying a claim of a patent.", "A form displaying a claim of a patent."),
        ("en", "comprising:", "comprising:"),
        (
            "ja",
            "請求項１又は２に記載の容器において、前記蓋は透明であることを特徴とする容器。",
            "容器、蓋は透明である、容器。",
        ),
        ("zh", "根据权利要求1至3中任一项所述的方法，其特征在于，所述图像为灰度图像。", "方法，图像为灰度图像。"),
        ("de", "Verfahren nach Anspruch 1.", "Verfahren nach Anspruch 1."),
    ],
)
def test_core_text_keeps_what_the_claim_is_about(language: str, text: str, core: str) -> None:
    assert core_text(text, language) == core


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The method according to any of claims 1 to 3, 5 or 7-9 in use", "The method according to any of in use"),
        ("of claims 1, 2, and 5 through 7 and/or 9; 30 times", "of ; 30 times"),
        ("claim 1 and 5G networks", "and 5G networks"),
        ("nach einem der Ansprüche 1 bis 3 und 5, wobei", "nach einem der , wobei"),
        ("selon la revendication 1 ou 2", "selon la"),
        ("請求項1から3のいずれか一項に記載の方法", "に記載の方法"),
        ("請求項１ないし請求項３又は５の何れか１つに記載の", "に記載の"),
        ("請求項１に記載の、３つの電極", "に記載の、３つの電極"),
        ("根据权利要求1或2所述的方法", "根据 所述的方法"),
        ("如請求項1或2所述之方法", "如 所述之方法"),
        ("如申請專利範圍第1項至第3項中任一項所述之", "如 所述之"),
        ("제1항 내지 제3항 중", "중"),
        ("根据权利要求1至3、5中任一项所述的方法", "根据 所述的方法"),
    ],
)
def test_numbers_of_other_claims_are_no_words_of_a_claim(text: str, left: str) -> None:
    assert " ".join(without_references(text).split()) == left


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "A meter, comprising: means for weighing; a box; a lid.", [{Note.PREAMBLE}, {Note.BY_FUNCTION}, (), ()]),
        (
            "en",
            "The meter of claim 1, wherein the lid is selected from the group consisting of tin, zinc; and wood.",
            [{Note.PREAMBLE}, {Note.ALTERNATIVES}, ()],
        ),
        ("en", "A meter with one of the sensors; and a box.", [(), ()]),
        ("en", "A method comprising the steps of: 1. weighing, and 2. drying.", [{Note.PREAMBLE}, (), ()]),
        ("en", "A meter having a pan, wherein the pan is of tin.", [(), ()]),
        ("ja", "計測器であって、量を取得する取得手段と、前記取得手段の蓋と、を備える計測器。",
         [{Note.PREAMBLE}, {Note.BY_FUNCTION}, (), ()]),
        ("ja", "ステップにおいて、錫及び亜鉛からなる群から選択される蓋を開く方法。", [(), {Note.ALTERNATIVES}]),
        ("zh", "一种装置，其特征在于，包括：选自锡和锌的盖；以及用于称重的模块。",
         [{Note.PREAMBLE}, {Note.ALTERNATIVES}, {Note.BY_FUNCTION}]),
    ],
)  # fmt: skip
def test_elements_say_what_is_particular_about_them(language: str, text: str, told: list[set[Note]]) -> None:
    assert notes(text, language) == [frozenset(each) for each in told]


def test_a_chain_goes_through_the_lowest_number_up_to_an_independent_claim() -> None:
    assert [ancestors(CLAIMS, claim.number) for claim in CLAIMS] == [[], [1], [1], [3, 1], [], [], []]


def test_a_method_and_a_system_that_say_the_same_are_twins() -> None:
    same = [
        SampleClaim(1, "A method comprising: drawing a sample of records; and grading the sample against a norm."),
        SampleClaim(2, "A system configured to: draw a sample of records; and grade the sample against a norm."),
        SampleClaim(3, "A method comprising: heating a vessel; and cooling the vessel."),
    ]
    (found,) = twins(same, 1)
    assert found.number == 2
    assert found.share >= 0.6
    assert [each.number for each in twins(same, 2)] == [1]
    assert twins(same, 3) == twins(same, 9) == twins(CLAIMS, 2) == []


numbers = st.integers(min_value=-1, max_value=9)
claim_sets = st.lists(
    st.builds(
        SampleClaim,
        numbers,
        texts,
        st.lists(numbers, max_size=4).map(tuple),
        st.booleans(),
        st.sampled_from(["en", "ja", "zh", "de", "und", ""]),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda claim: claim.number,
)


@given(claim_sets)
def test_no_claim_set_is_too_strange(claims: list[SampleClaim]) -> None:
    for claim in claims:
        chain = ancestors(claims, claim.number)
        assert len(chain) == len(set(chain)) < len(claims)
        assert claim.number not in chain
        assert len(without_references(claim.text)) == len(claim.text)
        parsed = parse(claim.text, claim.language)
        assert 0 == parsed.preamble[0] <= parsed.preamble[1] == parsed.transition[0] <= parsed.transition[1]
        assert parsed.transition[1] == parsed.body[0] <= parsed.body[1] <= len(claim.text)
        assert len(notes(claim.text, claim.language)) == len(split_elements(claim.text, claim.language))
        for twin in twins(claims, claim.number):
            assert 0.6 <= twin.share <= 1
            assert claim.number in {each.number for each in twins(claims, twin.number)}
