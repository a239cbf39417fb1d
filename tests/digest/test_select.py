"""What goes into a digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlmodel import Session, select

from scrapers.records import Precision
from tests.digest.conftest import FRIDAY, LONG_AGO, MANIFESTS, MONDAY, add_change, add_item, add_recipient, add_run
from tests.drafts import plant_draft
from workbench.ballots.models import Ballot, ItemTrack, Position, PositionLevel
from workbench.ballots.rulebook import load_rulebook
from workbench.db import Store, key_of
from workbench.digest.coverage import CoverageState
from workbench.digest.entries import BallotEntry, CountEntry, Digest, MoveEntry
from workbench.digest.models import Edition, Mail, MailState
from workbench.digest.sections import SectionKind
from workbench.digest.select import select_digest
from workbench.digest.window import Window, window_of
from workbench.digest.wording import Words
from workbench.history.models import Change, ChangeKind, Entity, RunState
from workbench.mapping.models import MappedPublication
from workbench.patents.models import Publication
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind
from workbench.standards.models import Committee, CommitteeMember, MemberKind
from workbench.standards.tallies import Answer

RULES = load_rulebook(Settings())


def digest_of(
    store: Store, edition: Edition = Edition.DELEGATE, *, limit: int = 10, at: dt.datetime = MONDAY, recipient: int = 1
) -> Digest:
    with store.read() as session:
        return select_digest(
            session,
            edition,
            window_of(session, recipient, edition, at),
            rules=RULES,
            manifests=MANIFESTS,
            zone=Settings().zone,
            limit=limit,
        )


def names(digest: Digest) -> dict[str, list[str]]:
    return {section.kind: [entry.about.name for entry in section.entries] for section in digest.sections}


def test_a_delegate_gets_deadlines_first_and_no_publications(week: Store) -> None:
    assert list(names(digest_of(week)).items()) == [
        ("overdue", ["ISO/IEC DIS 90001", "ISO/IEC DIS 90002"]),
        ("opened", ["ISO/IEC FDIS 90003"]),
        ("moves", ["ISO/IEC FDIS 90003", "ISO/IEC CD TS 90004"]),
        ("new_items", ["ISO/IEC AWI 90006"]),
        ("gone", ["ISO/IEC TR 90007:2025"]),
        ("drafts", ["ISO/IEC DIS 90001, DIS 1"]),
        ("other", ["ISO/IEC 90005:2026"]),
    ]


def test_the_ip_team_gets_drafts_and_publications_after_the_deadlines(week: Store) -> None:
    found = names(digest_of(week, Edition.IP))
    assert list(found)[:4] == ["overdue", "drafts", "publications", "moves"]
    assert found["publications"] == ["EP.9000001.A1"]


def test_a_move_tells_every_stage_passed_and_the_best_date_known(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "40.20", [("40.20", "2026-11-12", Precision.DAY)])
        add_item(session, 2, "B", "30.60")
        add_change(session, "1", "stage", "30.60", "40.00", at=FRIDAY - dt.timedelta(days=1))
        add_change(session, "1", "stage", "40.00", "40.20")
        add_change(session, "1", "stage_history", [], ["40.20 2026-11-12"])
        add_change(session, "1", "reference", "A0", "A")
        add_change(session, "2", "stage", None, "30.60")
    section = digest_of(store).section(SectionKind.MOVES)
    assert section is not None
    first, second = section.entries
    assert isinstance(first, MoveEntry)
    assert isinstance(second, MoveEntry)
    assert first.stages == ("30.60", "40.00", "40.20")
    assert (first.date, first.precision, first.others) == (dt.date(2026, 11, 12), Precision.DAY, 1)
    assert (second.stages, second.date, second.precision) == ((None, "30.60"), FRIDAY.date(), Precision.OBSERVED)


def test_other_facts_are_counted_and_a_new_item_is_told_once(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "40.00")
        add_item(session, 2, "B", "60.60")
        add_change(session, "1", kind=ChangeKind.NEW, new="A")
        add_change(session, "1", "stage", "30.60", "40.00")
        add_change(session, "1", "edition", 1, 2)
        add_change(session, "2", "pages", 3, 4)
        add_change(session, "2", "scope", "x", "y")
    digest = digest_of(store)
    assert names(digest) == {"new_items": ["A"], "other": ["B"]}
    other = digest.section(SectionKind.OTHER)
    assert other is not None
    assert [entry.count for entry in other.entries if isinstance(entry, CountEntry)] == [2]


@pytest.mark.parametrize(("days", "kind"), [(-3, "overdue"), (7, "due"), (14, "due"), (21, None)])
def test_a_ballot_is_due_from_fourteen_days_before_our_own_deadline(store: Store, days: int, kind: str | None) -> None:
    # The national deadline is three weeks before the closing day, the company's a week before that; Mondays are worked.
    opened = MONDAY.date() + dt.timedelta(days=days + 28) - dt.timedelta(weeks=12)
    with store.write() as session:
        add_item(session, 1, "A", "40.20", [("40.20", opened.isoformat(), Precision.DAY)])
    assert list(names(digest_of(store))) == ([kind] if kind else [])


def test_deadlines_are_in_order_and_items_no_longer_listed_have_none(store: Store) -> None:
    with store.write() as session:
        for number, opened in enumerate(("2026-10-05", "2026-09-28", "2026-10-01")):
            add_item(session, number, f"R{number}", "40.20", [("40.20", opened, Precision.DAY)])
        gone = add_item(session, 9, "R9", "40.20", [("40.20", "2026-09-28", Precision.DAY)])
        gone.missing_since = FRIDAY
    section = digest_of(store).section(SectionKind.DUE)
    assert section is not None
    assert [entry.about.name for entry in section.entries] == ["R1", "R2", "R0"]
    assert [entry.days_left for entry in section.entries if isinstance(entry, BallotEntry)] == [4, 10, 14]


def test_a_section_stops_at_its_limit_and_counts_the_rest(store: Store) -> None:
    with store.write() as session:
        for number in range(1, 8):
            add_item(session, number, f"R{number}", "20.00")
            add_change(session, str(number), kind=ChangeKind.NEW, new=f"R{number}")
    section = digest_of(store, limit=3).section(SectionKind.NEW_ITEMS)
    assert section is not None
    assert (len(section.entries), section.more, section.total) == (3, 4, 7)


def test_each_source_says_whether_it_was_read(week: Store) -> None:
    states = {each.source: each.state for each in digest_of(week).coverage}
    assert states == {
        "alpha": CoverageState.NEWS,
        "beta": CoverageState.NOTHING_NEW,
        "gamma": CoverageState.NOT_READ,
    }


def test_a_source_that_nobody_polled_is_not_one_with_nothing_new(store: Store) -> None:
    with store.write() as session:
        add_run(session, "alpha", LONG_AGO)
        add_run(session, "beta", FRIDAY, RunState.RUNNING)
        add_run(session, "gamma", FRIDAY, RunState.OK)
        add_run(session, "gamma", FRIDAY, RunState.REJECTED)
    digest = digest_of(store)
    assert [each.state for each in digest.coverage] == ["not_polled", "never_polled", "not_read"]
    assert digest.coverage[2].last_success == FRIDAY
    assert not digest.quiet


def mail(session: Session, state: MailState, after: int, to: int, *, weeks_ago: int) -> None:
    end = MONDAY - dt.timedelta(weeks=weeks_ago)
    session.add(
        Mail(
            recipient_id=1,
            edition=Edition.DELEGATE,
            week=f"2026-W{47 - weeks_ago}",
            window_start=end - dt.timedelta(days=7),
            window_end=end,
            changes_after=after,
            changes_to=to,
            message_id=f"<{weeks_ago}@example.com>",
            sender="a@example.com",
            to="b@example.com",
            subject="s",
            text="t",
            html="h",
            state=state,
            created_at=end,
        )
    )
    session.flush()


def window(store: Store) -> Window:
    with store.read() as session:
        return window_of(session, 1, Edition.DELEGATE, MONDAY)


@pytest.mark.parametrize(
    ("mails", "after"),
    [
        ([(MailState.SENT, 0, 2)], 2),
        ([(MailState.SENT, 0, 2), (MailState.SENT, 2, 4)], 4),
        ([(MailState.SENT, 0, 2), (MailState.PENDING, 2, 4)], 4),
        ([(MailState.SENT, 0, 2), (MailState.FAILED, 2, 4)], 2),
        ([(MailState.FAILED, 1, 2)], 1),
        # The failed one is told again although a later one was sent.
        ([(MailState.SENT, 0, 2), (MailState.FAILED, 2, 4), (MailState.SENT, 4, 6)], 2),
        ([(MailState.SENT, 0, 2), (MailState.FAILED, 2, 4), (MailState.SENT, 2, 6)], 6),
        ([(MailState.SENT, 0, 2), (MailState.SENT, 2, 2)], 2),
    ],
)
def test_a_window_starts_where_the_last_digest_that_arrived_ended(
    store: Store, mails: Sequence[tuple[MailState, int, int]], after: int
) -> None:
    add_recipient(store)
    with store.write() as session:
        for number in range(7):
            add_change(session, str(number), "pages", 1, 2)
        for number, (state, first, last) in enumerate(mails):
            mail(session, state, first, last, weeks_ago=len(mails) - number)
    found = window(store)
    assert (found.after, found.to, found.end) == (after, 7, MONDAY)


def test_a_change_dated_before_the_last_cut_but_written_after_it_is_not_lost(store: Store) -> None:
    add_recipient(store)
    with store.write() as session:
        add_change(session, "1", "pages", 1, 2, at=MONDAY - dt.timedelta(days=8))
        mail(session, MailState.SENT, 0, 1, weeks_ago=1)
        late = add_change(session, "1", "pages", 2, 3, at=MONDAY - dt.timedelta(days=8))
    found = window(store)
    assert (found.after, found.to) == (1, late)


def test_what_is_dated_after_the_cut_waits_for_the_next_digest(store: Store) -> None:
    add_recipient(store)
    with store.write() as session:
        add_change(session, "1", "pages", 1, 2)
        add_change(session, "1", "pages", 2, 3, at=MONDAY + dt.timedelta(seconds=1))
        add_change(session, "1", "pages", 3, 4)
    assert (window(store).after, window(store).to) == (0, 1)


def test_the_first_digest_tells_the_seven_days_up_to_the_newest_change(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "20.00")
        add_item(session, 2, "B", "20.00")
        add_change(session, "1", kind=ChangeKind.NEW, at=LONG_AGO - dt.timedelta(days=8))
        add_change(session, "2", kind=ChangeKind.NEW, at=LONG_AGO)
    assert names(digest_of(store)) == {"new_items": ["B"]}


def test_an_empty_store_gives_an_empty_digest(store: Store) -> None:
    digest = digest_of(store)
    assert digest.sections == ()
    assert (digest.window.after, digest.window.to) == (0, 0)


def test_changes_of_things_without_a_row_do_no_harm(store: Store) -> None:
    with store.write() as session:
        add_change(session, "77", "stage", "10.00", "99.99")
        add_change(session, "not a number", "pages", 1, 2)
        add_change(session, "77/CD 1", kind=ChangeKind.NEW, entity=Entity.DRAFT)
        add_change(session, "EP.1", "title", "x", "y", entity=Entity.PUBLICATION)
        add_change(session, "6794475", "scope", "x", "y", entity=Entity.COMMITTEE)
        assert len(session.exec(select(Change)).all()) == 5
    assert names(digest_of(store, Edition.IP)) == {
        "moves": ["77"],
        "other": ["not a number", "77/CD 1", "EP.1", "6794475"],
    }


def test_what_became_known_of_ballots_is_told_from_the_first_to_the_last_value(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "40.20")
        for old, new in (("2026-12-01", "2026-12-05"), ("2026-12-05", "2026-12-08")):
            add_change(session, "1/DIS/2", "closes_on", old, new, entity=Entity.BALLOT)
        add_change(session, "1/CD/1", kind=ChangeKind.NEW, entity=Entity.BALLOT, new="A CD")
        add_change(session, "1/CD/1", "state", "open", "cancelled", entity=Entity.BALLOT)
        add_change(session, "1/NP/1", "opens_on", "2026-12-01", "2026-12-02", entity=Entity.BALLOT)
        add_change(session, "1/NP/1", "opens_on", "2026-12-02", "2026-12-01", entity=Entity.BALLOT)
        add_change(session, "1/other", "x", 1, 2, entity=Entity.BALLOT)
    section = digest_of(store).section(SectionKind.BALLOTS)
    assert section is not None
    words = Words("en", Settings().zone)
    told = [(entry.about.path, words.details(entry)) for entry in section.entries]
    assert told == [
        ("/ballots/1/DIS/2", ["DIS ballot no. 2", "closing day moved from 2026-12-01 to 2026-12-08"]),
        ("/ballots/1/CD/1", ["CD ballot: announced", "cancelled"]),
    ]


def test_an_announced_close_has_its_moment_and_an_estimated_one_has_none(store: Store) -> None:
    with store.write() as session:
        item = add_item(session, 1, "A", "40.20", [("40.20", "2026-09-04", Precision.DAY)])
        reference = item.committee or ""
        committee = Committee(iso_id=2, reference=reference, title_en="C", first_seen=FRIDAY, last_seen=FRIDAY)
        session.add(committee)
        session.flush()
        member = CommitteeMember(committee_id=key_of(committee), iso_id=3, acronym="JISC", kind=MemberKind.P)
        session.add(member)
    words = Words("en", Settings().zone)

    def lines() -> list[str]:
        section = digest_of(store).section(SectionKind.OVERDUE)
        assert section is not None
        return words.details(section.entries[0])

    assert "ISO closes on 2026-11-27 (estimated)" in lines()
    assert "JISC must vote: its P-membership is at risk" in lines()
    with store.write() as session:
        ballot = Ballot(
            work_item_id=1,
            kind=BallotKind.DIS,
            closes_on=dt.date(2026, 11, 27),
            source="x",
            first_seen=FRIDAY,
            last_seen=FRIDAY,
        )
        session.add(ballot)
        session.flush()
        assert ballot.id == 1
    assert "ISO closes on 2026-11-27 23:59 Geneva (2026-11-28 07:59 JST)" in lines()
    with store.write() as session:
        session.add(
            Position(
                ballot_id=1,
                level=PositionLevel.NATIONAL,
                answer=Answer.ABSTAIN,
                reasons="",
                by="A",
                at=FRIDAY,
            )
        )
    assert not [line for line in lines() if "must vote" in line]


def test_publications_with_suggestions_come_first_and_what_registers_say_apart(store: Store) -> None:
    with store.write() as session:
        item = add_item(session, 1, "A", "40.20")
        draft = plant_draft(session, key_of(item), "DIS 1", FRIDAY, title="T")
        for number in (1, 2, 3):
            name = f"EP.{number}.A1"
            row = Publication(
                number=name,
                raw_number=name,
                country="EP",
                doc_number=str(number),
                source_format="x",
                first_seen=FRIDAY,
                last_seen=FRIDAY,
            )
            session.add(row)
            if number < 3:
                add_change(session, name, kind=ChangeKind.NEW, entity=Entity.PUBLICATION)
        add_change(session, "EP.3.A1", "legal_event", None, "x", entity=Entity.PUBLICATION)
        add_change(session, "EP.3.A1", "register_status", "a", "b", entity=Entity.PUBLICATION)
        add_change(session, "1/DIS 1", kind=ChangeKind.NEW, entity=Entity.DRAFT)
        session.flush()
        session.add(MappedPublication(draft_id=key_of(draft), publication_id=2, claims=3, matches=9))
    words = Words("en", Settings().zone)
    digest = digest_of(store, Edition.IP)
    assert names(digest) == {"drafts": ["A, DIS 1"], "publications": ["EP.2.A1", "EP.1.A1"], "status": ["EP.3.A1"]}
    told = [words.details(entry) for section in digest.sections for entry in section.entries]
    assert told == [
        ["suggestions for 1 publication"],
        ["worth reading: suggestions for 3 claims on A"],
        [],
        ["2 facts changed"],
    ]
    with store.read(Viewer(None, "A", frozenset({Role.READER}))) as session:
        window = Window(LONG_AGO, MONDAY, 0, 99)
        seen = select_digest(session, Edition.IP, window, rules=RULES, manifests={}, zone=Settings().zone, limit=9)
    assert [words.details(entry) for section in seen.sections for entry in section.entries] == [[]], "no suggestions"


def test_a_missed_limit_date_is_told_and_marked_as_computed(store: Store) -> None:
    with store.write() as session:
        item = add_item(session, 1, "A", "30.60", [("20.00", "2023-01-10", Precision.DAY)])
        session.add(ItemTrack(work_item_id=key_of(item), track=RULES.limits.track[0].name))
    section = digest_of(store).section(SectionKind.LIMITS)
    assert section is not None
    told = Words("en", Settings().zone).details(section.entries[0])
    assert told[0].startswith("not reached by 202")
    assert all("(estimated)" in line for line in told)
