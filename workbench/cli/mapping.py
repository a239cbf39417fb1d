"""Commands of the mapping: map, eval."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.base import FILE, JSON, Failure, main, open_store
from workbench.cli.console import ProgressLine, exit_with, print_json, report
from workbench.jobs.sole import MAPPING, sole
from workbench.mapping.encoder import Encoder, installed_encoder
from workbench.mapping.evaluation import evaluate, make_run
from workbench.mapping.labelled import read_corpus, read_labels, read_queries, write_run
from workbench.mapping.runs import drafts_of, map_drafts
from workbench.settings import load_settings
from workbench.standards.drafts import find_work_item


@main.command("map")
@click.option("--work-item", metavar="REF|ISO_ID", help="Only the drafts of this work item.")
@click.option("--portfolio", metavar="NAME", help="Only the publications of this portfolio.")
@JSON
def map_command(work_item: str | None, portfolio: str | None, as_json: bool) -> None:
    """Rank the clauses of each draft version for each claim; only what is new is ranked."""
    settings = load_settings()
    with open_store(settings) as store:
        with store.read() as session:
            drafts = drafts_of(session, None if work_item is None else find_work_item(session, work_item))
        if not drafts:
            raise Failure("there is no draft to map; import one with `workbench import draft`")
        _say_how(installed_encoder(settings))
        line = ProgressLine()
        results = []
        with sole(store, MAPPING):
            for run in map_drafts(store, drafts, portfolio=portfolio, progress=line.show):
                line.clear()
                results.append(report(run, as_json=as_json))
        exit_with(*results)


def _say_how(encoder: Encoder | None) -> None:
    if encoder is None:
        click.echo(
            "No sentence encoder: ranking by words alone (`workbench models install` puts one in place).", err=True
        )


@main.group("eval")
def eval_group() -> None:
    """Measure an engine on labelled data."""


@eval_group.command("mapping")
@click.option("--queries", type=FILE, required=True, help="JSON Lines of claims: id, text, parent_text, group.")
@click.option("--corpus", type=FILE, required=True, help="JSON Lines of clauses: id, title, text, standard.")
@click.option("--qrels", type=FILE, required=True, help="Lines of query id, clause id and grade (2 or 1), by tabs.")
@click.option("--run-out", type=FILE, help="Write the ranking there, as a TREC run of 100 clauses a query.")
@JSON
def eval_mapping(queries: Path, corpus: Path, qrels: Path, run_out: Path | None, as_json: bool) -> None:
    """Rank labelled claims with the engine of `workbench map` and print how well it did.

    The sentence encoder is that of the setting `model`; the field `model` says which it was.
    """
    asked, clauses, labels = read_queries(queries), read_corpus(corpus), read_labels(qrels)
    encoder = installed_encoder(load_settings())
    _say_how(encoder)
    run = make_run(asked, clauses, encoder)
    if run_out is not None:
        write_run(run_out, run.matches)
    for result in evaluate(asked, clauses, labels, run):
        record = result.as_record()
        if as_json:
            print_json(record)
        else:
            click.echo("  ".join(f"{name} {value}" for name, value in record.items()))
