"""What the list of matches costs when other drafts are mapped too: hardly more."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.benchmarks.invented_store import plant, plant_matches
from workbench.mapping.draft_texts import drafts_of
from workbench.mapping.models import Match
from workbench.web import create_app

DRAFTS = 10
CLAIMS = 1_500
KEPT = 50
ADDRESSES = ("/mapping/", "/mapping/?sort=-rank", "/mapping/?clause=5.1", "/mapping/?top=1&sort=score")


@pytest.mark.slow
def test_a_list_of_matches_costs_no_more_when_many_drafts_are_mapped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = plant(tmp_path, CLAIMS, 100 * DRAFTS)
    with store.read() as session:
        drafts = drafts_of(session, None)
    client = create_app(store.settings, store, open_local=True).test_client()
    plant_matches(store, drafts[-1], claims_kept=KEPT)
    store.analyse(Match)
    alone = {address: _seconds(client, address) for address in ADDRESSES}
    for draft in drafts[:-1]:
        plant_matches(store, draft, claims_kept=KEPT)
    store.analyse(Match)
    among = {address: _seconds(client, address) for address in ADDRESSES}
    ratios = {address: among[address] / alone[address] for address in ADDRESSES}
    with capsys.disabled():
        told = ", ".join(f"{address} {ratio:.2f}" for address, ratio in ratios.items())
        sys.stdout.write(f"\n{DRAFTS} mapped drafts beside one: {told}\n")
    assert max(ratios.values()) < 3


def _seconds(client: FlaskClient, address: str) -> float:
    """Processor time of a page, the least of four."""
    found = []
    for _ in range(4):
        started = time.process_time()
        assert client.get(address).status_code == 200
        found.append(time.process_time() - started)
    return min(found)
