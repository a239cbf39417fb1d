"""Claims taken apart: parts, chains, twins, and the text that retrieval works with. All claims are invented."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import texts
from workbench.mapping.claims import ancestors, core_text, elements, expanded, parse, twins


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


def test_a_chain_goes_through_the_lowest_number_up_to_an_independent_claim() -> None:
    assert [ancestors(CLAIMS, claim.number) for claim in CLAIMS] == [[], [1], [1], [3, 1], [], [], []]


def test_a_dependent_claim_is_expanded_with_its_parents_nearest_first() -> None:
    own, parents = expanded(CLAIMS, 4)
    assert own == "The method, a key of the signing is rotated."
    assert [line.split(",")[1] for line in parents.splitlines()] == [
        " signing the grade.",
        " drawing a sample; and grading the sample.",
    ]
    assert expanded(CLAIMS, 1)[1] == ""
    with pytest.raises(KeyError):
        expanded(CLAIMS, 99)


def test_a_method_and_a_system_that_say_the_same_are_twins() -> None:
    same = [
        SampleClaim(1, "A method comprising: drawing a sample of records; and grading the sample against a norm."),
        SampleClaim(2, "A system configured to: draw a sample of records; and grade the sample against a norm."),
        SampleClaim(3, "A method comprising: heating a vessel; and cooling the vessel."),
    ]
    (found,) = twins(same)
    assert (found.first, found.second) == (1, 2)
    assert found.share >= 0.6


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
        own, _ = expanded(claims, claim.number)
        assert own == " ".join(own.split())
        assert bool(re.search(r"\w", own)) == bool(re.search(r"\w", claim.text))
        parsed = parse(claim.text, claim.language)
        assert 0 == parsed.preamble[0] <= parsed.preamble[1] == parsed.transition[0] <= parsed.transition[1]
        assert parsed.transition[1] == parsed.body[0] <= parsed.body[1] <= len(claim.text)
        assert all(claim.text[each.start : each.end] == each.text for each in elements(claim))
    assert all(0.6 <= each.share <= 1 and each.first < each.second for each in twins(claims))
