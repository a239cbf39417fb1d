"""Command of the learned order: learn."""

from __future__ import annotations

import datetime as dt

import click

from workbench.cli.base import JSON, Failure, main, open_store
from workbench.cli.console import print_json
from workbench.mapping.learning_runs import learn, learning_state
from workbench.people.viewer import Viewer
from workbench.settings import load_settings

_LACKING = {
    "families": "decisions on more families",
    "plausible": "more plausible pairs",
    "not": "more pairs decided against",
    "both": "more claims with plausible clauses and with others",
}


@main.command("learn")
@JSON
def learn_command(as_json: bool) -> None:
    """Learn an order of matches from people's triage; it is used only where it beats the engine's own."""
    settings = load_settings()
    with open_store(settings) as store:
        found = learn(store, Viewer.system(), now=dt.datetime.now(dt.UTC))
        with store.read(Viewer.system()) as session:
            state = learning_state(session, wanted=settings.learn_from_decisions)
    if found.lacking is not None:
        raise Failure(
            f"too little has been decided to learn from ({found.pairs} pairs): {_LACKING[found.lacking]} needed"
        )
    if as_json:
        print_json(
            {
                "pairs": found.pairs,
                "plausible": found.plausible,
                "families": found.families,
                "base_ndcg@10": found.base_ndcg,
                "learned_ndcg@10": found.learned_ndcg,
                "gain_ci": found.gain,
                "in_use": state.weights is not None,
            }
        )
        return
    low, high = found.gain or (0.0, 0.0)
    click.echo(
        f"learned from {found.pairs} decisions on {found.families} families: nDCG@10 {found.learned_ndcg:.3f} against "
        f"{found.base_ndcg:.3f}, gain [{low:+.3f}, {high:+.3f}]; {'in use' if state.weights else 'not in use'}",
        err=True,
    )
