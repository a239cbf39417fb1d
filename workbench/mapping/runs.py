"""Maps claims onto drafts and stores what the engine suggests per draft version.

One mapping of one draft is one run, and one transaction: readers see the matches of the run before or of this one,
never a part. What a run reads of claims (`readings`) and the vectors of texts (`vectors`) are kept on the way, so a run
that was killed loses a block of them, and the next one goes on from there to the same result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from workbench.db import Store
from workbench.history.log import start_run
from workbench.history.models import Run, RunKind
from workbench.mapping.chosen_claims import (
    Choice,
    UnknownPortfolioError,
    chosen_claims,
    count_claims,
    mark_of,
    remember,
    remembered,
    require_portfolio,
)
from workbench.mapping.draft_pass import MappingTakenOverError, Pass, engine_name
from workbench.mapping.draft_texts import DraftName, clause_texts, drafts_of
from workbench.mapping.encoder import installed_encoder
from workbench.mapping.keys import Keys
from workbench.mapping.passes import CLAUSES_KEPT
from workbench.mapping.progress import Progress, Reporter, Stage
from workbench.mapping.readings import read_claims
from workbench.mapping.vectors import StoredEncoder
from workbench.people.permissions import Permission
from workbench.standards.models import Draft

__all__ = [
    "TOP",
    "DraftName",
    "MappingTakenOverError",
    "UnknownPortfolioError",
    "drafts_of",
    "map_draft",
    "map_drafts",
    "source_of",
]

TOP: Final = CLAUSES_KEPT


def map_draft(
    store: Store,
    draft: DraftName,
    *,
    portfolio: str | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """As `map_drafts`, for one draft."""
    return next(map_drafts(store, [draft], portfolio=portfolio, now=now))


def map_drafts(
    store: Store,
    drafts: Iterable[DraftName],
    *,
    portfolio: str | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator[Run]:
    """Rank the clauses of each draft for each claim, or for those of a portfolio; one finished run a draft.

    Only what is new is ranked: claims that came or changed since the draft was mapped, and everything where the draft's
    clauses, the engine or the encoder are others. In a run `records` counts claims, `inserted` the matches written,
    `removed` those taken away, `unchanged` those of the claims asked for that stood already.

    Raises UnknownPortfolioError, MappingTakenOverError, and ModelError of an encoder that cannot be used.
    """
    found = installed_encoder(store.settings)
    encoder = None if found is None else StoredEncoder(store, found)
    if portfolio is not None:
        with store.read() as session:
            require_portfolio(session, portfolio)
    asked: dict[str, Keys] = {}
    for draft in drafts:
        run_id = start_run(
            store, RunKind.MAP, source_of(draft), engine_name(encoder), now(), permission=Permission.READ_MATCHES
        )
        reporter = Reporter(store, run_id, f"{draft.work_item}, {draft.label}", progress)
        with store.read() as session:
            language = session.get_one(Draft, draft.draft_id).language
            clauses = clause_texts(session, draft)
        if language not in asked:
            choice = Choice(language, portfolio, store.settings.dependent_claims)
            asked[language] = _read(store, encoder, choice, run_id, reporter)
        one = Pass(store, encoder, draft, clauses, asked[language], whole=portfolio is None)
        yield one.run(run_id, reporter)


def source_of(draft: DraftName) -> str:
    """What a mapping run of this draft is called."""
    return f"map:{draft.work_item}/{draft.label}"


def _read(store: Store, encoder: StoredEncoder | None, choice: Choice, run_id: int, reporter: Reporter) -> Keys:
    """The claims asked for, those that are new or changed read."""
    with store.read() as session:
        mark = mark_of(session, engine_name(encoder))
        held = remembered(session, choice, mark)
        if held is not None:
            return held
        reporter.begin(Stage.READING, count_claims(session, choice))
    claims = read_claims(store, encoder, chosen_claims(store, choice), run_id, reporter.reached)
    with store.write() as session:
        remember(session, choice, mark, claims)
    return claims
