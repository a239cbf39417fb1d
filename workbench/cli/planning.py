"""Commands of the sequencing plan: plan check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from workbench.cli.base import DATE, FILE, JSON, main
from workbench.cli.console import exit_with, print_json, say
from workbench.planning.plans import Plan, read_plan
from workbench.planning.rules import Finding, RuleBook, Severity, Verdict, check, load_rules, worst
from workbench.planning.scheduling import Change, binding, conflict, schedule
from workbench.planning.solving import Aim, Problem
from workbench.settings import load_settings


@main.group("plan")
def plan_group() -> None:
    """Look at a plan of filings, contributions, declarations and releases by the rules of their order."""


_ON = click.option("--on", type=DATE, help="The day to look at the plan from; today by default.")
_RULES = click.option("--rules", type=FILE, help="A file of rules of your own in place of those of the workbench.")


def _read(file: Path, on: dt.datetime | None, rules: Path | None) -> tuple[Plan, RuleBook]:
    today = on.date() if on else dt.datetime.now(load_settings().zone).date()
    return read_plan(file, today), load_rules(rules)


@plan_group.command("check")
@click.argument("file", type=FILE)
@_ON
@_RULES
@JSON
def plan_check(file: Path, on: dt.datetime | None, rules: Path | None, as_json: bool) -> None:
    """Say which rules the plan in FILE breaks, and what is missing to tell; exit code 1 where one blocks."""
    plan, book = _read(file, on, rules)
    found = check(plan, book)
    for finding in found if as_json else worst(found):
        if as_json:
            print_json(_record(finding))
        else:
            where = f" at {finding.office}" if finding.office else ""
            missing = f" Missing: {', '.join(finding.missing)}." if finding.missing else ""
            click.echo(
                f"{finding.verdict.value:<8} {finding.rule.severity.value:<6} {finding.rule.id}{where}: "
                f"{finding.rule.en}{missing} [{finding.rule.source}; {finding.rule.confidence.value}]"
            )
    counts = {verdict: sum(each.verdict is verdict for each in found) for verdict in Verdict}
    blocked = [each for each in found if each.verdict is Verdict.FAIL and each.rule.severity is Severity.BLOCK]
    say(
        f"{file.name}: {counts[Verdict.PASS]} pass, {counts[Verdict.FAIL]} fail ({len(blocked)} block), "
        f"{counts[Verdict.UNKNOWN]} unknown, {counts[Verdict.NOT_APPLICABLE]} do not apply; rules of {book.version}; "
        "material for counsel, no permission"
    )
    exit_with(not blocked)


@plan_group.command("schedule")
@click.argument("file", type=FILE)
@click.option(
    "--aim",
    type=click.Choice([aim.value for aim in Aim]),
    default=Aim.EARLIEST.value,
    show_default=True,
    help="What the dates are chosen for, among those that keep every rule.",
)
@_ON
@_RULES
@JSON
def plan_schedule(file: Path, aim: str, on: dt.datetime | None, rules: Path | None, as_json: bool) -> None:
    """Find dates within the windows of the plan in FILE that keep every rule; else say what contradicts what."""
    plan, book = _read(file, on, rules)
    problem = Problem(plan, book)
    found = schedule(problem, Aim(aim))
    if found is not None:
        bound_by = [f"{demand.kind.value} {demand.name}" for demand in binding(problem, Aim(aim))]
        days = {name: day.isoformat() for name, day in sorted(found.days.items(), key=lambda each: each[1])}
        if as_json:
            print_json({"possible": True, "aim": aim, "days": days, "bound_by": bound_by})
        else:
            for name, day in days.items():
                click.echo(f"{day}  {name} (estimated)")
        say(f"{file.name}: the aim is bound by {', '.join(bound_by) or 'nothing but the windows'}")
        return
    why = conflict(problem)
    demands = [f"{demand.kind.value} {demand.name}" for demand in why.demands]
    ways = [[_change(change) for change in way] for way in why.ways_out]
    if as_json:
        print_json({"possible": False, "aim": aim, "conflict": demands, "ways_out": ways})
    else:
        for way in ways:
            click.echo(f"possible if: {'; '.join(way)}")
    say(f"{file.name}: no dates keep every rule; these cannot hold together: {', '.join(demands)}")
    exit_with(False)


def _change(change: Change) -> str:
    match change.to:
        case dt.date():
            return f"{change.demand.name} moves to {change.to.isoformat()}"
        case int():
            return f"{change.demand.name} is {change.to} days"
        case None:
            return f"{change.demand.name} is dropped"


def _record(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule.id,
        "office": finding.office,
        "verdict": finding.verdict,
        "severity": finding.rule.severity,
        "message_en": finding.rule.en,
        "message_ja": finding.rule.ja,
        "missing": list(finding.missing),
        "inputs": list(finding.used),
        "source": finding.rule.source,
        "confidence": finding.rule.confidence,
        "note": finding.rule.note,
        "version": finding.version,
    }
