"""What pages cost beside a large portfolio that is mapped: 650,000 claims, 30 drafts and 15 million matches of chance.

    python -m tests.benchmarks.mapping_pages FOLDER [DATABASE_URL]

FOLDER gets the store, or holds it already; with the URL of an empty PostgreSQL database the store is there instead.
BENCHMARK_CLAIMS and BENCHMARK_CLAUSES make it smaller. Told are seconds on the clock and of this process, each the
least of three requests; the processor time of a PostgreSQL server is not in the latter.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.benchmarks.invented_store import plant, plant_matches
from workbench.db import Store
from workbench.mapping.draft_texts import drafts_of
from workbench.mapping.models import MappedPublication, Match
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause
from workbench.web import create_app

CLAIMS: Final = int(os.environ.get("BENCHMARK_CLAIMS", "650000"))
CLAUSES: Final = int(os.environ.get("BENCHMARK_CLAUSES", "3000"))
_TIMES: Final = 3
ADDRESSES: Final = (
    "/mapping/",
    "/mapping/?sort=-rank",
    "/mapping/?sort=score",
    "/mapping/?sort=clause",
    "/mapping/?sort=-clause&page=40",
    "/mapping/?sort=publication",
    "/mapping/?sort=-publication&page=40",
    "/mapping/?clause=5.1",
    "/mapping/clauses/{draft}/{order}",
    "/mapping/claims/{claim}",
    "/mapping/heat/{draft}",
)


def planted(folder: Path, url: str | None) -> Store:
    """The store of a folder, made where there is none."""
    settings = Settings(home=folder, database_url=url, dependent_claims=True)
    store = Store(settings, Viewer.system())
    store.migrate()
    with store.read() as session:
        held = session.exec(select(Match.id)).first() is not None
    if held:
        return store
    store.close()
    store = plant(folder, CLAIMS, CLAUSES, url)
    with store.read() as session:
        drafts = drafts_of(session, None)
    for draft in drafts:
        plant_matches(store, draft)
    store.analyse(Match, MappedPublication)
    return store


def main(folder: Path, url: str | None) -> None:
    """Tell what each address costs."""
    store = planted(folder, url)
    with store.read() as session:
        draft, order = session.execute(
            sa.select(col(Clause.draft_id), col(Clause.order)).order_by(col(Clause.id).desc()).limit(1)
        ).one()
        claim = session.exec(select(Match.claim_id).order_by(col(Match.id).desc())).first()
    client = create_app(store.settings, store, open_local=True).test_client()
    for address in ADDRESSES:
        path = address.format(draft=draft, order=order, claim=claim)
        clock, processor = min(_request(client, path) for _ in range(_TIMES))
        sys.stdout.write(f"{path:45} {clock:6.2f} s on the clock {processor:6.2f} s of the processor\n")
    store.close()


def _request(client: FlaskClient, path: str) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    found = client.get(path)
    assert found.status_code == 200, f"{path}: {found.status}"
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
