"""The rules by a table that counsel can read; dates by the worked examples; the language against a second evaluator."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.planning.test_rule_cases import BOOK, TODAY, findings, plan
from workbench.planning.expressions import ExpressionError, parse
from workbench.planning.months import deadline, wait_end
from workbench.planning.plans import Event, Plan, PlanError, read_plan
from workbench.planning.rules import RuleBook, RulesError, Verdict, check, load_rules, worst


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2025-03-10", 12, "2026-03-10"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2025-09-10", 6, "2026-03-10"),
        ("2026-01-31", 12, "2027-01-31"),
        ("2025-12-31", 16, "2027-04-30"),
        ("2025-12-31", 14, "2027-02-28"),
        ("2024-08-31", 18, "2026-02-28"),
    ],
)
def test_deadlines_in_months(start: str, months: int, expected: str) -> None:
    assert deadline(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [("2025-02-28", 3, "2025-05-31"), ("2026-05-15", 10, "2027-03-15"), ("2026-02-28", 10, "2026-12-31")],
)
def test_waiting_periods_run_to_the_end_of_a_month(start: str, months: int, last: str) -> None:
    assert wait_end(day(start), months) == day(last)


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2080, 12, 31))


@given(DAYS, DAYS, st.integers(0, 60))
def test_month_arithmetic_keeps_the_order_of_days(one: dt.date, other: dt.date, months: int) -> None:
    early, late = sorted((one, other))
    for move in (deadline, wait_end):
        assert move(early, months) <= move(late, months)
    assert deadline(one, months) <= wait_end(one, months)
    assert deadline(one, 0) == one
    assert (wait_end(one, months) - deadline(one, months)).days <= 3


def test_one_early_push_loses_europe_and_china_while_the_grace_periods_last() -> None:
    pushed = plan(
        PUBLIC=day("2025-03-10"), FF=day("2025-06-02"), FF_JP=day("2025-06-02"), FF_KR=day("2025-09-01"),
        US_FILED=day("2025-06-02"), PCT="never", ART30_PROOF=day("2025-06-20"), art30_statement=True,
        disclosed_by_gazette=False, us_claims_priority=False,
    )  # fmt: skip
    failed = {(each.rule.id, each.office) for each in check(pushed, BOOK) if each.verdict is Verdict.FAIL}
    assert {("NOV-02", "EP"), ("NOV-02", "CN"), ("NOV-01", None)} <= failed
    passed = {each.rule.id for each in check(pushed, BOOK) if each.verdict is Verdict.PASS}
    assert {"NOV-03", "NOV-04", "NOV-05"} <= passed


def test_a_japanese_priority_claimed_abroad_does_not_save_the_grace_period() -> None:
    # Published on 10 March, first filed in the United States in June, in Japan a year later within the Paris year.
    late = plan(
        PUBLIC=day("2025-03-10"), FF_US=day("2025-06-02"), FF=day("2025-06-02"), FF_JP=day("2026-06-01"),
        FOREIGN=day("2026-06-01"), PCT="never", US_FILED=day("2025-06-02"), us_claims_priority=False,
        art30_statement=True, disclosed_by_gazette=False, ART30_PROOF=day("2026-06-30"),
    )  # fmt: skip
    by_rule = {each.rule.id: each.verdict for each in check(late, BOOK)}
    assert (by_rule["PRI-01"], by_rule["NOV-04"], by_rule["NOV-03"]) == (Verdict.PASS, Verdict.PASS, Verdict.FAIL)


def test_filing_and_publication_on_one_day_without_times() -> None:
    both = plan(PUBLIC=day("2026-03-10"), FF=day("2026-03-10"))
    assert [each.verdict for each in findings(both, "NOV-02")] == [Verdict.PASS, Verdict.PASS]
    assert [each.office for each in findings(both, "NOV-01-TIME")] == ["JP", "KR"]
    assert {each.verdict for each in findings(both, "NOV-01-TIME")} == {Verdict.UNKNOWN}


def test_a_finding_says_what_it_was_decided_by() -> None:
    (found,) = findings(plan(FF=day("2026-01-06"), OSS=day("2026-01-05")), "NOV-01")
    assert found.verdict is Verdict.FAIL
    assert {"FF", "OSS", "PUBLIC", "PAPER"} <= set(found.used)
    assert found.version == BOOK.version


def test_failures_come_before_unknowns_and_blocks_before_warnings() -> None:
    order = [(each.verdict, each.rule.severity) for each in worst(check(plan(FF=day("2026-01-06"), NP="never"), BOOK))]
    assert order == sorted(order, key=lambda each: (each[0] is Verdict.UNKNOWN, "bwi".index(each[1][0])))


EVENTS = ("FF", "OSS", "NP", "DECL")
SOME_DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=offset) for offset in range(8)]


def predicate(form: int, a: str, b: str, c: str) -> tuple[str, Any]:
    """A rule in our language, and the same as Python over whole plans; `None` is never."""

    def at(values: dict[str, dt.date | None], name: str) -> dt.date:
        return values[name] or dt.date.max

    def shifted(value: dt.date) -> dt.date:
        return value if value == dt.date.max else value + dt.timedelta(days=2)

    forms = [
        (f"{a} <= {b}", lambda v: at(v, a) <= at(v, b)),
        (f"{a} < min({b}, {c})", lambda v: at(v, a) < min(at(v, b), at(v, c))),
        (f"max({a}, {b}) >= {c} + days(2)", lambda v: max(at(v, a), at(v, b)) >= shifted(at(v, c))),
        (f"not happens({a}) or {b} != {c}", lambda v: v[a] is None or at(v, b) != at(v, c)),
        (f"({a} == {b}) and not {b} > {c}", lambda v: at(v, a) == at(v, b) and not at(v, b) > at(v, c)),
        (f"{a} <= deadline({b}, 1) or {c} < {a}", lambda v: at(v, a) <= _month_on(at(v, b)) or at(v, c) < at(v, a)),
    ]
    return forms[form]


def _month_on(value: dt.date) -> dt.date:
    return value if value == dt.date.max else value.replace(month=value.month + 1)


def test_random_rules_agree_with_plain_python() -> None:
    """Whole plans get exactly Python's answer; with something missing, a pass or fail holds however it is filled in."""
    chance = random.Random(7)
    base = BOOK.rules[0].model_dump(by_alias=True)
    for _ in range(60):
        a, b, c = chance.choices(EVENTS, k=3)
        text, expected = predicate(chance.randrange(6), a, b, c)
        book = RuleBook(
            version="1", offices=BOOK.offices, rules=(type(BOOK.rules[0]).model_validate(base | {"holds": text}),)
        )
        for _ in range(100):
            whole = {name: chance.choice([None, *SOME_DAYS]) for name in EVENTS}
            hidden = set(chance.sample(EVENTS, chance.randrange(3)))
            given_ = {name: Event(value) for name, value in whole.items() if name not in hidden}
            verdict = check(Plan(TODAY, given_), book)[0].verdict
            if not hidden & {a, b, c}:
                assert verdict is (Verdict.PASS if expected(whole) else Verdict.FAIL), (text, whole)
            elif verdict is not Verdict.UNKNOWN:
                assert expected(whole) is (verdict is Verdict.PASS), (text, whole, hidden)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "FF.day", "[x for x in FF]", "lambda: 1", "FF + 3", "exec('1')", "FF <=", "days('x')",
        "deadline(FF)", "min(FF, key=1)", "f'{FF}'", "FF[0]", "(yield)", "True if", "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text: str) -> None:
    book = BOOK.model_copy(update={"rules": (BOOK.rules[0].model_copy(update={"holds": text}),)})
    with pytest.raises(RulesError) as caught:
        check(plan(FF=TODAY), book)
    assert str(caught.value).startswith("rule NOV-01: ")
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_no_text_crashes_the_reader(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse(text)


def test_a_broken_book_of_rules_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    content = BOOK.model_dump(by_alias=True, mode="json")
    content["definitions"]["PUBLIC"] = "min(OSS, FF) if happens(PUB18) else PUBLIC"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(RulesError, match="definition PUBLIC leads back to itself: PUBLIC → PUBLIC") as caught:
        load_rules(path)
    assert "\n" not in str(caught.value)


def test_a_plan_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        'offices = ["JP"]\n[events]\nFF = 2026-01-05\nOSS = "never"\nNP = {day = 2026-02-01, until = 2026-02-28}\n'
        '[facts]\nmade_in_us = false\nclosed_layers = ["weights"]\n',
        encoding="utf-8",
    )
    read = read_plan(path, TODAY)
    assert read.events["NP"] == Event(day("2026-02-01"), until=day("2026-02-28"))
    assert read.facts == {"made_in_us": False, "closed_layers": frozenset({"weights"})}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[events]\nff = 2026-01-05\n", "event ff: names of events are in capitals"),
        ("[events]\nFF = 3\n", "event FF: write a date"),
        ("[events]\nFF = 2026-01-05T10:00:00\n", "event FF: a time needs its zone"),
        ("[events]\nFF = {day = 2026-01-05, until = 2026-01-01}\n", "event FF: until must be"),
        ("[facts]\nx = [1]\n", "fact x: write true"),
        ('[events]\nFF = 2026-01-05\n[[gaps]]\nfirst = "FF"\nthen = "OSS"\nat_least = 3\n', "no event 'OSS'"),
        ('[[gaps]]\nfirst = "FF"\n', "a gap has first"),
        ("[other]\nx = 1\n", "'other' is not part of a plan"),
        ("x", "not valid TOML"),
    ],
)
def test_a_broken_plan_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_plan(path, TODAY)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
