"""`workbench demo`: sample data through the real sources and importers, step by step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import select

from scrapers.comments import CommentType
from scrapers.registry import sources
from workbench import sample
from workbench.ballots.imports import import_ballots
from workbench.ballots.models import PositionLevel
from workbench.ballots.queries import position_history, track_of
from workbench.ballots.verbs import keep_ballot, set_track, take_position
from workbench.calendars.meetings import add_meeting, coming_meetings
from workbench.comments.imports import draft_labelled, import_comments
from workbench.comments.queries import own_comments
from workbench.comments.verbs import Said, draft_comment
from workbench.db import Store
from workbench.digest import verbs as digest
from workbench.documents.verbs import import_documents
from workbench.history.models import Run, RunState
from workbench.jobs.sole import MAPPING, sole
from workbench.mapping.runs import drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.patents.models import Publication
from workbench.patents.portfolios import put_into
from workbench.people.viewer import Viewer
from workbench.sample.assessments import plant_assessments
from workbench.sample.cases import plant_case
from workbench.sample.plans import plant_plan
from workbench.sample.portfolio import plant_choices
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll
from workbench.standards.ballots import BallotKind
from workbench.standards.drafts import find_work_item, import_draft
from workbench.standards.models import Clause
from workbench.standards.tallies import Answer

SOURCES = ("iso_open_data", "iso_pages")
"""The sources that the sample data has recordings of."""


class DemoError(Exception):
    """A step of the demo failed; `str(error)` says which and why."""


@dataclass(frozen=True)
class Step:
    """A finished step of the demo, with its counts in words."""

    title: str
    result: str


def demo_settings(settings: Settings) -> Settings:
    """The demo keeps everything in a folder of its own inside the home folder, in SQLite, and sends no mail."""
    return settings.model_copy(
        update={
            "home": settings.home / "demo",
            "database_url": None,
            "models": settings.models_folder,
            "smtp_host": None,
            "timezone": "Asia/Tokyo",
            "mail_from": "Standards workbench - sample data <workbench@localhost>",
        }
    )


def build(store: Store, settings: Settings) -> Iterator[Step]:
    """Bring the demo's store up to date; what is there already stays as it is. Raises DemoError."""
    folder = sample.folder()
    for day in sample.DAYS:
        for source in (sources()[name] for name in SOURCES):
            ids = sample.PAGE_IDS if source.name == "iso_pages" else ()
            run = poll(store, settings, source, ids=ids, replay=Replay(folder / "replay", day))
            yield Step(f"Poll {source.manifest.title}, as on {day}", _counted(run, "work items"))
    yield from _files(store, settings, folder)
    yield _answer(store)
    yield _week(store)
    yield from _patents(store)
    yield from _team(store, settings)
    yield _compose(store, settings, folder)


def _files(store: Store, settings: Settings, folder: Path) -> Iterator[Step]:
    """What a delegate and an IP team were sent, as files."""
    for draft in sample.DRAFTS:
        run = import_draft(
            store,
            settings,
            folder / "drafts" / draft.file,
            work_item=str(draft.work_item),
            label=draft.label,
            dated=draft.dated,
            now=_at(draft.dated),
        )
        yield Step(f"Import draft {draft.label} of {draft.work_item}", _counted(run, "clauses"))
    run = import_comments(
        store,
        settings,
        folder / "comments" / sample.COMMENTS.file,
        work_item=str(sample.COMMENTS.work_item),
        label=sample.COMMENTS.label,
        now=_at(sample.DAYS[-1]),
    )
    yield Step(f"Import comments on {sample.COMMENTS.label} of {sample.COMMENTS.work_item}", _counted(run, "comments"))
    for file in sorted((folder / "patents").glob("*.xml")):
        run = import_patents(store, settings, file, now=_at(sample.DAYS[-1]))
        yield Step(f"Import publications from {file.name}", _counted(run, "publications"))
    for file in sorted((folder / "ballots").iterdir()):
        run = import_ballots(store, settings, file, now=_at(sample.DAYS[-1]))
        yield Step(f"Import ballots from {file.name}", _counted(run, "ballots"))
    for file in sorted((folder / "documents").iterdir()):
        run = import_documents(store, settings, file, now=_at(sample.DAYS[-1]))
        yield Step(f"Import committee documents from {file.name}", _counted(run, "documents"))


def _patents(store: Store) -> Iterator[Step]:
    """The portfolio, mapped onto every draft."""
    with store.write() as session:
        ours = [row for row in session.exec(select(Publication)) if sample.OWN_PARTY in row.applicants]
        put_into(session, sample.OWN_PARTY, ours)
        yield Step(f"Portfolio of {sample.OWN_PARTY}", f"{len(ours)} publications")
    with store.read() as session:
        drafts = drafts_of(session, None)
    for draft_name in drafts:
        with sole(store, MAPPING):
            run = map_draft(store, draft_name, now=_at(sample.DAYS[-1]))
        yield Step(f"Map claims onto {draft_name.work_item}, {draft_name.label}", _counted(run, "claims"))


def _team(store: Store, settings: Settings) -> Iterator[Step]:
    """What the IP team wrote."""
    at = _at(sample.DAYS[-1])()
    done = plant_assessments(store, sample.OWN_PARTY, at)
    yield Step("Assessments of the sample IP team", done)
    done = plant_case(store, sample.OWN_PARTY, sample.PAGE_IDS[0], at)
    yield Step("Declaration case of the sample IP team", done)
    done = plant_choices(store, at)
    yield Step("Dormant patents of the sample IP team", done)
    with store.write() as session:
        made = plant_plan(session, Viewer.system(), settings, at)
    yield Step("Sample plan", "made" if made else "there already")


def _answer(store: Store) -> Step:
    """A national position on the invented enquiry, once."""
    viewer, at = Viewer.system(), _at(sample.DAYS[-1])()
    with store.write() as session:
        item = find_work_item(session, str(sample.PAGE_IDS[0]))
        ballot = keep_ballot(session, viewer, item, BallotKind.DIS, 1, at)
        if not position_history(session, ballot):
            text = "SAMPLE: the mirror committee leans to yes, with comments."
            take_position(session, viewer, ballot, PositionLevel.NATIONAL, Answer.YES, text, at, seen=None)
    return Step("National position on the sample enquiry", "recorded")


def _week(store: Store) -> Step:
    """A track, a meeting and a comment of our own, each once."""
    viewer, at = Viewer.local(), _at(sample.DAYS[-1])()
    with store.write() as session:
        item = find_work_item(session, str(sample.PAGE_IDS[2]))
        if track_of(session, item) is None:
            set_track(session, viewer, item, "SDT 24", None, at)
        if not coming_meetings(session, sample.DAYS[0]):
            first = sample.DAYS[-1] + dt.timedelta(weeks=5, days=1)
            add_meeting(
                session,
                viewer,
                title="SAMPLE plenary",
                committee="ISO/IEC JTC 1/SC 42",
                place="SAMPLE hall",
                starts_on=first,
                ends_on=first + dt.timedelta(days=4),
                now=at,
            )
        if not own_comments(session, viewer, 1):
            draft = draft_labelled(session, str(sample.PAGE_IDS[0]), "DIS")
            clause = session.exec(select(Clause).where(Clause.draft_id == draft.id, Clause.number == "5.2.2")).one()
            said = Said(
                CommentType.TECHNICAL,
                "JP",
                "SAMPLE: how long a descriptor stays valid is left open, so that no test can fail.",
                passage="The response shall carry a validity period",
                wording="The response shall carry a validity period of at most 24 hours",
            )
            draft_comment(session, viewer, draft, clause, said, at=at)
    return Step("Track, meeting and own comment of the sample delegate", "recorded")


def _compose(store: Store, settings: Settings, folder: Path) -> Step:
    with store.write() as session:
        digest.load_recipients(session, folder / "people.toml")
    counts = digest.send(store, settings, None, sample.NOW, progress=lambda _: None, clock=lambda: sample.NOW)
    return Step("Compose the weekly digest", f"{counts.composed} new mails, in {settings.home / 'mails'}")


def _at(day: dt.date) -> Callable[[], dt.datetime]:
    moment = dt.datetime.combine(day, dt.time(6), dt.UTC)
    return lambda: moment


def _counted(run: Run, what: str) -> str:
    if run.state not in (RunState.OK, RunState.UNCHANGED):
        raise DemoError(f"{run.source}: {run.error}")
    return f"{run.records} {what}: {run.inserted} new, {run.updated} changed, {run.unchanged} unchanged"
