"""Maps claims onto drafts and stores what the engine suggests per draft version.

One mapping of one draft is one run. Readers see the matches of the run before or of this one, but while very many are
written, which is done in turns with other writers; a run that is killed there leaves the draft to be mapped afresh.
Drafts that are mapped in one call are ranked beside each other, in one sweep over the claims. What a run reads of
claims (`readings`) and the vectors of texts (`vectors`) are kept on the way, so a run that was killed loses a block of
them, and the next one goes on from there to the same result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from sqlmodel import col, update

from workbench.db import Store
from workbench.history.log import start_run
from workbench.history.models import Run, RunKind, RunState
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
from workbench.mapping.models import ClaimReading, Match, TextVectors
from workbench.mapping.passes import CLAUSES_KEPT
from workbench.mapping.progress import Progress, Reporter, Stage
from workbench.mapping.ranking import ClauseText
from workbench.mapping.readings import read_claims
from workbench.mapping.sweep import sweep
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

CLAUSES_AT_ONCE: Final = 3_000
"""Clauses of drafts that are ranked in one sweep over the claims; their matches take 1 GB at most."""

_DraftWithClauses = tuple[DraftName, list[ClauseText]]


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

    Drafts of up to `CLAUSES_AT_ONCE` clauses together are ranked in one sweep, and their runs begin together.

    Raises UnknownPortfolioError, MappingTakenOverError, and ModelError of an encoder that cannot be used.
    """
    found = installed_encoder(store.settings)
    encoder = None if found is None else StoredEncoder(store, found)
    if portfolio is not None:
        with store.read() as session:
            require_portfolio(session, portfolio)
    asked: dict[str, Keys] = {}
    with store.read() as session:
        each_with_clauses = [(draft, clause_texts(session, draft)) for draft in drafts]
    for group in _together(each_with_clauses):
        run_ids = [
            start_run(
                store, RunKind.MAP, source_of(draft), engine_name(encoder), now(), permission=Permission.READ_MATCHES
            )
            for draft, _ in group
        ]
        try:
            reporter = Reporter(store, run_ids, _told(group), progress)
            passes = []
            for (draft, clauses), run_id in zip(group, run_ids, strict=True):
                with store.read() as session:
                    language = session.get_one(Draft, draft.draft_id).language
                if language not in asked:
                    choice = Choice(language, portfolio, store.settings.dependent_claims)
                    asked[language] = _read(store, encoder, choice, run_id, reporter)
                passes.append(Pass(store, encoder, draft, clauses, asked[language], whole=portfolio is None))
            for written, (each, kept) in enumerate(zip(passes, sweep(store, encoder, passes, reporter), strict=True)):
                if not written:
                    reporter.begin(Stage.WRITING, len(passes))
                reporter.reached(written)
                run = each.write(run_ids[0], kept)
                del run_ids[0]
                if not run_ids:
                    store.analyse(Match, ClaimReading, TextVectors)
                yield run
        finally:
            if run_ids:
                _close(store, run_ids)


def source_of(draft: DraftName) -> str:
    """What a mapping run of this draft is called."""
    return f"map:{draft.work_item}/{draft.label}"


def _together(drafts: Iterable[_DraftWithClauses]) -> Iterator[list[_DraftWithClauses]]:
    """The drafts in order, as many at a time as memory holds the matches of; at least one."""
    group: list[_DraftWithClauses] = []
    for each in drafts:
        if group and sum(len(clauses) for _, clauses in [*group, each]) > CLAUSES_AT_ONCE:
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _told(group: Sequence[_DraftWithClauses]) -> str:
    first = group[0][0]
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return f"{first.work_item}, {first.label}{more}"


def _close(store: Store, run_ids: Sequence[int]) -> None:
    """Close those of the runs that are still open because one of them, or who asked for them, gave up."""
    with store.write() as session:
        session.exec(
            update(Run)
            .where(col(Run.id).in_(run_ids), col(Run.state) == RunState.RUNNING)
            .values(
                state=RunState.FAILED,
                finished_at=dt.datetime.now(dt.UTC),
                error="not reached: the mapping ended before; nothing of it was kept. The next one makes up for it.",
            )
        )


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
