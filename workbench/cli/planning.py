"""Commands of the sequencing plan: plan check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from workbench.cli.base import DATE, FILE, JSON, main
from workbench.cli.console import exit_with, print_json, say
from workbench.planning.plans import read_plan
from workbench.planning.rules import Finding, Severity, Verdict, check, load_rules, worst
from workbench.settings import load_settings


@main.group("plan")
def plan_group() -> None:
    """Look at a plan of filings, contributions, declarations and releases by the rules of their order."""


@plan_group.command("check")
@click.argument("file", type=FILE)
@click.option("--on", type=DATE, help="The day to look at the plan from; today by default.")
@click.option("--rules", type=FILE, help="A file of rules of your own in place of those that come with the workbench.")
@JSON
def plan_check(file: Path, on: dt.datetime | None, rules: Path | None, as_json: bool) -> None:
    """Say which rules the plan in FILE breaks, and what is missing to tell; exit code 1 where one blocks."""
    today = on.date() if on else dt.datetime.now(load_settings().zone).date()
    book = load_rules(rules)
    found = check(read_plan(file, today), book)
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
