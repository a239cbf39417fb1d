"""Plants an invented portfolio and one long draft, and says how long the portfolio views take to answer.

    python -m tests.benchmarks.portfolio_pages FOLDER

BENCHMARK_FAMILIES (43,000) publications of 15 claims each beside a draft of BENCHMARK_CLAUSES (3,000) clauses, each of
which keeps BENCHMARK_KEPT (650) claims; a store that is in FOLDER already is used again. One line an address, of five
requests: the least seconds on the clock, the least and the most of the processor's, and the bytes of the answer.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from tests.benchmarks.invented_store import plant_matches
from tests.mapping.invented import CLAIMS_OF_A_PUBLICATION, add_draft, add_publications
from workbench.db import Store
from workbench.mapping.draft_texts import drafts_of
from workbench.mapping.models import Match
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import create_app

FAMILIES: Final = int(os.environ.get("BENCHMARK_FAMILIES", "43000"))
CLAUSES: Final = int(os.environ.get("BENCHMARK_CLAUSES", "3000"))
KEPT: Final = int(os.environ.get("BENCHMARK_KEPT", "650"))
TIMES: Final = 5
MATRIX: Final = (
    "/portfolio/matrix/1",
    "/portfolio/matrix/1?by=family&lines=3&columns=5",
    "/portfolio/matrix/1?by=office&depth=2",
    "/portfolio/matrix/1?by=family&sort=name&party=Sample+company+7",
    "/portfolio/entries/1",
    "/portfolio/entries/1?place=7",
    "/portfolio/white-space/1",
)
LANDSCAPE: Final = (
    "/portfolio/landscape",
    "/portfolio/landscape?axis=office&by=publication&unit=publications",
    "/portfolio/landscape?draft=1",
    "/portfolio/landscape?draft=1&clause=7",
    "/portfolio/landscape/list?row=Sample+company+7",
    "/portfolio/fortress?draft=1&party=Sample+company+7",
    "/portfolio/fortress?draft=1&party=Sample+company+7&other=Sample+company+9",
)


def plant(home: Path, families: int, clauses: int, kept: int) -> Store:
    """A store in an empty folder with so many publications and a draft of so many clauses, mapped."""
    store = Store(Settings(home=home), Viewer.system())
    store.migrate()
    add_publications(store, families * CLAIMS_OF_A_PUBLICATION)
    plant_matches(store, add_draft(store, clauses, words_in_a_clause=40), claims_kept=kept)
    store.analyse(Match)
    return store


def client_of(store: Store) -> FlaskClient:
    """Somebody who asks pages of a store."""
    return create_app(store.settings, store, open_local=True).test_client()


def timed(client: FlaskClient, addresses: Iterable[str]) -> Iterator[tuple[str, list[float], list[float], int]]:
    """Each address with the seconds of each request, on the clock and of the processor, and the bytes of the answer."""
    for address in addresses:
        clock, processor, size = [], [], 0
        for _ in range(TIMES):
            started = time.perf_counter(), time.process_time()
            answer = client.get(address)
            clock.append(time.perf_counter() - started[0])
            processor.append(time.process_time() - started[1])
            if answer.status_code != 200:
                raise AssertionError(f"{address} answers {answer.status_code}")
            size = len(answer.data)
        yield address, clock, processor, size


def main(folder: Path) -> None:
    home = folder / "home"
    store = Store(Settings(home=home), Viewer.system()) if home.is_dir() else plant(home, FAMILIES, CLAUSES, KEPT)
    with store.read() as session:
        if not drafts_of(session, None):
            raise SystemExit(f"{home}: the store there was not planted to its end; remove it")
    for address, clock, processor, size in timed(client_of(store), (*MATRIX, *LANDSCAPE)):
        told = f"{min(clock):.2f} s, processor {min(processor):.2f}–{max(processor):.2f} s, {size:>8,} bytes"
        sys.stdout.write(f"{told}  {address}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
