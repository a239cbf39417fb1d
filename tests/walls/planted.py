"""A store with something in every table: secrets behind three walls, and what only some may read. All of it invented.

What is planted in a confidential table holds the word of its policy (`policy.py`); what is planted in an open one holds
`OPEN`. A new table is planted by itself: say in `given.py` what its columns hold where pages need it, and in
`policy.py` who may see it where that is not the members of a matter who may read matches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from tests.people.walled import add_clause
from tests.walls.filling import fill, models
from tests.walls.given import FIRST, GIVEN, Place
from tests.walls.people import OUTSIDERS, PEOPLE, WALLS, Person, add_person, viewer_of
from tests.walls.policy import PATENTS, SECRET, forbidden, policy_of
from tests.web.seed import NOW, seed
from workbench.calendars.feeds import make_feed
from workbench.calendars.models import FeedKind
from workbench.db import Store
from workbench.digest.models import Edition, Recipient
from workbench.patents.applications import application_key
from workbench.people import gate
from workbench.people.matters import with_walls
from workbench.people.permissions import Permission, Role
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings
from workbench.tables import METADATA

OPEN: Final = "OPENWORD"
HASH: Final = "0" * 64
PATENT_WORD: Final = PATENTS.word
PER_WALL: Final = frozenset({"account", "family", "publication", "claim", "extended_family_member", "search_entry"})
"""Tables without walls of which each matter has a row, for those behind its wall to hang on."""
BY_HAND: Final = frozenset({"matter_member", "trail_head"})

Key = tuple[Any, ...]
"""The primary key of a row, in the order of its table."""
Hidden = Mapping[str, set[Key]]
Words = Callable[[str, int], str]
"""The word to plant in a table for a wall."""


def secret(wall: int) -> str:
    """The word of what belongs to a matter and is of the IP side alone."""
    return SECRET.word_of(wall)


def policy_word(table: str, wall: int) -> str:
    """The word of the table's policy; `OPEN` where it has none."""
    confidential = {str(model.__tablename__) for model in gate.confidential_models()}
    return policy_of(table).word_of(wall) if table in confidential else OPEN


@dataclass
class Planted:
    """Keys to ask for, by the argument of an address; accounts by person and role; the row of each table and wall."""

    home: Path
    keys: dict[str, list[Any]] = field(default_factory=dict)
    people: dict[Person, int] = field(default_factory=dict)
    viewers: dict[Person, Viewer] = field(default_factory=dict)
    feeds: dict[Person, dict[FeedKind, str]] = field(default_factory=dict)
    rows: dict[str, dict[int, list[dict[str, Any]]]] = field(default_factory=dict)
    matters: dict[int, int] = field(default_factory=dict)
    recipients: dict[Person, str] = field(default_factory=dict)
    kept: dict[Person, Hidden] = field(default_factory=dict)
    _every: Hidden | None = None

    @property
    def accounts(self) -> dict[Role, int]:
        """Somebody of each role who is in no matter."""
        return {person.role: self.people[person] for person in OUTSIDERS}

    @property
    def words(self) -> dict[str, list[str]]:
        """The words planted in each confidential table, one a wall."""
        tables = sorted(str(model.__tablename__) for model in gate.confidential_models())
        return {each: [policy_word(each, wall) for wall in self.rows.get(each, {})] for each in tables}

    def forbidden_to(self, person: Person) -> list[str]:
        """The words that no answer to a person may hold."""
        return forbidden(self.viewers[person], self.matters, frozenset(self.rows))

    def hidden_from(self, person: Person) -> Hidden:
        """The keys of the rows that the gate keeps from a person, by table."""
        if person not in self.kept:
            store = Store(Settings(home=self.home), Viewer.system())
            if self._every is None:
                self._every = _keys(store, Viewer.system())
            seen = _keys(store, self.viewers[person])
            self.kept[person] = {table: every - seen[table] for table, every in self._every.items()}
            store.close()
        return self.kept[person]

    def viewer(self, role: Role, behind: tuple[int, ...]) -> Viewer:
        """A person of a role behind exactly these walls."""
        return next(self.viewers[each] for each in PEOPLE if each.role is role and each.behind == behind)


def plant(home: Path, words: Words = policy_word) -> Planted:
    """A SQLite store in this home with something in every table."""
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    store.migrate()
    seed(store)
    planted = Planted(home)
    with without_refusals(home / "workbench.db"), store.write() as session:
        _Planter(session, planted, settings, words).plant()
    store.close()
    with store.read() as session:
        for person, account in planted.people.items():
            planted.viewers[person] = viewer_of(session, account)
    for person, viewer in planted.viewers.items():
        planted.viewers[person] = with_walls(store, viewer)
    store.close()
    return planted


@contextmanager
def without_refusals(database: Path) -> Iterator[None]:
    """Without the triggers that refuse to change what is kept for good, as long as it lasts."""
    with closing(sqlite3.connect(database)) as connection:
        refusing = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"
        ).fetchall()
        for name, _ in refusing:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()
    yield
    with closing(sqlite3.connect(database)) as connection:
        for _, statement in refusing:
            connection.execute(statement)
        connection.commit()


class _Planter:
    """Plants every table for every wall, parents first."""

    def __init__(self, session: Session, planted: Planted, settings: Settings, words: Words) -> None:
        self.session, self.planted, self.settings, self.words = session, planted, settings, words
        self.models = models()
        self.confidential = {str(model.__tablename__) for model in gate.confidential_models()}
        self.links: dict[int, dict[str, Any]] = {}

    def plant(self) -> None:
        session, planted = self.session, self.planted
        draft, clause = add_clause(session, iso_id=90501)
        shared: dict[str, Any] = {"draft": draft, "clause": clause, "work_item": self._key("work_item", iso_id=90501)}
        self.links = {wall: dict(shared) for wall in (0, *WALLS)}
        for table in METADATA.sorted_tables:
            if table.name not in BY_HAND and table.name in self.models:
                self._plant_table(table.name)
            if table.name == "matter_member":
                self._plant_people()
            if table.name == "trail_head":
                self._plant_trail()
        for person, account in planted.people.items():
            self._plant_own(person, account)
        self._note_keys()

    def _walls(self, table: str) -> tuple[int, ...]:
        walled = table in self.confidential and policy_of(table).walled
        return (0, *WALLS) if walled or table in PER_WALL else (0,)

    def _plant_table(self, table: str) -> None:
        for wall in self._walls(table):
            if table == "trail_entry":
                continue
            links = self.links[wall]
            place = Place(
                self.settings,
                wall,
                self.words(table, wall),
                self.planted.matters.get(wall),
                links.get("account"),
                {**self.links[0], **links},
            )
            if not wall and self._always_of_a_matter(table):
                continue
            preset = table in links
            for number, given in enumerate(GIVEN[table](place) if table in GIVEN else [{}]):
                given = {name: links[table] if each is FIRST else each for name, each in given.items()}
                keys = self._add(table, place, given, f"{wall}.{number}")
                if number == 0 and not preset:
                    links[table] = next(iter(keys.values()))
                if table == "snapshot":
                    links["snapshot_of_office"] = keys["id"]
                if table == "matter":
                    self.planted.matters[wall] = keys["id"]

    def _always_of_a_matter(self, table: str) -> bool:
        """Whether every row hangs on a matter, so that there can be none of wall 0."""
        needed = [each for each in METADATA.tables[table].c if each.foreign_keys and not each.nullable]
        parents = {key.column.table.name for each in needed for key in each.foreign_keys} - {table}
        return any(each == "matter" or (each not in self.links[0] and each in self.links[1]) for each in parents)

    def _add(self, table: str, place: Place, given: Mapping[str, Any], which: str) -> dict[str, Any]:
        columns = METADATA.tables[table].c
        known = {
            "publication": place.number,
            "application_key": application_key(place.application),
            "matter_id": place.matter,
            "account_id": place.stranger,
            "by_account": place.stranger,
            "owner_account": place.stranger,
            "work_item": 90501,
        }
        model = self.models[table]
        given = {**{name: value for name, value in known.items() if name in columns}, **given}
        given = {name: value for name, value in given.items() if name in columns}
        row = fill(model, place.word, given, place.links, which)
        self.session.add(row)
        self.session.flush()
        keys = {column.name: getattr(row, column.key) for column in row.__mapper__.primary_key}  # type: ignore[attr-defined]
        self.planted.rows.setdefault(table, {}).setdefault(place.wall, []).append(keys)
        return keys

    def _plant_people(self) -> None:
        for person in PEOPLE:
            self.planted.people[person] = add_person(self.session, person, self.planted.matters)

    def _plant_trail(self) -> None:
        for wall in (0, *WALLS):
            word, matter = self.words("trail_entry", wall), self.planted.matters.get(wall)
            entry = record(
                self.session,
                Viewer(None, word, address=word),
                TrailAction.DECIDED,
                "decision",
                f"{word} key",
                {"word": word},
                matter_id=matter,
                at=NOW,
            )
            self.planted.rows.setdefault("trail_entry", {}).setdefault(wall, []).append({"id": entry.id})

    def _plant_own(self, person: Person, account: int) -> None:
        """What belongs to a person himself: feeds, and a digest."""
        viewer = viewer_of(self.session, account)
        for kind in FeedKind:
            _, secret_of_feed = make_feed(self.session, viewer, kind, NOW, language="en", discreet=False)
            self.planted.feeds.setdefault(person, {})[kind] = secret_of_feed
        edition = Edition.IP if viewer.may(Permission.READ_MATCHES) else Edition.DELEGATE
        self.session.add(Recipient(name=person.name, email=str(viewer.email), edition=edition))
        self.planted.recipients[person] = person.name
        self.session.flush()

    def _note_keys(self) -> None:
        keys = self.planted.keys
        for table, walls in self.planted.rows.items():
            found = [row["id"] for rows in walls.values() for row in rows if "id" in row]
            keys[f"{table}_id"] = found
        drafts = [self.links[0]["draft"]]
        keys |= {
            "draft_id": [*drafts, 1],
            "new_id": drafts,
            "old_id": drafts,
            "account_id": [*self.planted.accounts.values()][:2],
            "order": [0],
            "clause_order": [0],
            "iso_id": [90501, 90001, 9_000_042],
            "number": [f"XX.{9000 + wall}.A1" for wall in (0, *WALLS)],
        }

    def _key(self, table: str, **where: Any) -> int:
        columns = METADATA.tables[table].c
        statement = sa.select(columns.id).where(*(columns[name] == value for name, value in where.items()))
        return int(self.session.execute(statement).scalar_one())


def _keys(store: Store, viewer: Viewer) -> dict[str, set[Key]]:
    """The keys of the rows of every confidential table that a viewer sees."""
    found = {}
    with store.read(viewer) as session:
        for model in gate.confidential_models():
            mapper = sa.inspect(model)
            keys = [getattr(model, mapper.get_property_by_column(each).key) for each in mapper.primary_key]
            found[str(model.__tablename__)] = {tuple(row) for row in session.execute(sa.select(*keys))}
    return found
