"""Nobody learns what stands behind a wall he is not behind: every address, every role, every matter.

Two answers are compared wherever possible: that of a store with the secrets of a matter, and that of the same store
without them. They must be the same to the letter, so that not even a count, a name in a list or an error tells. The
checks of addresses are off in the walk, so that the gate alone has to hold.
"""

from __future__ import annotations

import io
import itertools
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from scrapers.registry import sources
from tests.web.planted import PATENT_WORD, WALLS, Planted, plant, secret, without
from tests.web.seed import NOW
from workbench import export
from workbench.db import Store
from workbench.people import gate
from workbench.people.permissions import Permission, Role, allows
from workbench.people.viewer import Viewer
from workbench.portfolio.metrics import MetricName
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind
from workbench.web import context, create_app, permissions

CSRF = re.compile(rb'name="csrf_token" value="[^"]*"')
CHANCE = re.compile(rb"(?<=/)[\w-]{32,64}\b")
HOME = re.compile(rb"/[^ <>]*/mails")
HERE = str(Path(context.__file__).resolve().parent.parent)
OPEN_TO_ANYBODY = {name for name, need in permissions.ENDPOINTS.items() if need == permissions.ANYBODY}

SHIELDED = set(
    """
    assessments.pins.settled_on
    assessments.queries._closed_to
    assessments.queries._since
    assessments.queries.agreement
    assessments.queries.claim_texts
    assessments.queries.last_pins
    assessments.queries.reviewed
    assessments.queue.place_in_queue
    calendars.feeds.feeds_of
    cases.rechecks.made_on
    cases.rechecks.open_rechecks
    cases.rechecks.settled_on
    cases.registers.declared_families
    cases.registers.own_names
    cases.registers.undeclared
    digest.composer.follow_lists
    digest.subscriptions.own_recipients
    digest.subscriptions.silenced
    export.patents._families
    export.patents._publications
    history.quarantine.count_quarantine
    history.queries.newest_change
    history.queries.source_health
    mapping.attached.settled_on
    mapping.claims_family.claim_sources
    mapping.decisions_queries._claim_texts
    mapping.decisions_queries._rows
    mapping.decisions_queries.settled_on
    mapping.directions._families_of
    mapping.directions._portfolios
    mapping.directions.mapping_under_way
    mapping.learning_runs.learning_state
    mapping.queries.decided_drafts
    mapping.queries.find_pair
    mapping.queries.in_one_draft
    mapping.sums.publications_of
    patents.office_queries._application_keys
    patents.office_queries._same_application
    patents.office_queries.extended_family
    patents.office_queries.filed_claims
    patents.office_queries.office_view
    patents.office_queries.patents_of
    patents.portfolios.matters_of_portfolio
    patents.portfolios.matters_of_publication
    patents.queries._claim_counts
    patents.queries.claims_of
    patents.queries.family_names
    people.overrides.overrides
    planning.portfolio_metrics._exceptions
    portfolio.dormant._choices
    portfolio.dormant._declared
    portfolio.dormant._needs
    portfolio.dormant._typed
    portfolio.fortress_queries.__init__
    portfolio.grid._known
    portfolio.grid.foremost_claims
    portfolio.landscape_queries._filings
    portfolio.landscape_queries._publications
    portfolio.listed._claims
    portfolio.matrix.family_names
    portfolio.metrics_queries.__init__
    portfolio.metrics_queries._options
    portfolio.metrics_queries._sent
    portfolio.overview.drafts
    portfolio.white_space.search_of
    search.find
    sources.drifts.reports_of_runs
    standards.draft_queries.snapshot_of
    web.assessments.triage.triage
    web.digest.index
    web.drift.report
    web.quarantine._page
    """.split()
)
"""Functions whose rules, taken alone, change no answer here: another gated query of the same page stands before them
(what belongs to a publication is asked for only after the publication was found), or the planted store has nothing in
their tables. A statement of theirs that does not pass the gate is refused all the same."""


@dataclass
class World:
    """An application over a store; `ask` gets an address for a viewer, `post` posts a form to it."""

    app: Flask
    store: Store
    home: Path
    database: bytes
    viewer: Viewer = field(default_factory=lambda: context.NOBODY)

    def ask(self, viewer: Viewer, address: str) -> tuple[int, bytes]:
        self.viewer = viewer
        answer = self.app.test_client().get(address)
        body = answer.data
        answer.close()
        return answer.status_code, _settled(address, body)

    def post(self, viewer: Viewer, address: str, values: dict[str, Any]) -> tuple[int, bytes]:
        """The answer, and where it leads but for keys, which are counted through; nothing of what it did stays."""
        self.viewer = viewer
        answer = self.app.test_client().post(address, data={name: _sent(value) for name, value in values.items()})
        place = re.sub(rb"\d+", b"#", CHANCE.sub(b"", answer.headers.get("Location", "").encode()))
        body = b"" if answer.headers.get("Location") else CHANCE.sub(b"", _settled(address, answer.data))
        found = answer.status_code, place + body
        answer.close()
        self.restore()
        return found

    def restore(self) -> None:
        """Put the database back to what was planted."""
        self.store.close()
        for beside in ("workbench.db-wal", "workbench.db-shm"):
            (self.home / beside).unlink(missing_ok=True)
        (self.home / "workbench.db").write_bytes(self.database)


@pytest.fixture(autouse=True)
def untouched(full: World, lacking: World) -> None:
    """Each walk begins with what was planted: what an earlier one did is on the trail."""
    full.restore()
    lacking.restore()


def _sent(value: Any) -> Any:
    return (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value


def _settled(address: str, body: bytes) -> bytes:
    """The answer without what differs from one request to the next; what is packed is unpacked."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"".join(packed.read(name) for name in sorted(packed.namelist()) if not name.startswith("docProps"))
    return HOME.sub(b"", CSRF.sub(b"", body))


def _world(home: Path) -> World:
    settings = Settings(home=home)
    store = Store(settings, Viewer.system())
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    store.close()
    world = World(app, store, home, (home / "workbench.db").read_bytes())
    # After it is known who asks, and before it is checked what he may open.
    before = app.before_request_funcs[None]
    before.insert(before.index(permissions._check), lambda: context.set_viewer(world.viewer))
    return world


@pytest.fixture(autouse=True)
def no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is said to ask needs no token for the interface."""
    monkeypatch.setattr("workbench.web.api.door.is_meant", lambda: False)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted") / "home")


@pytest.fixture(scope="module")
def full(planted: Planted) -> World:
    return _world(planted.home)


@pytest.fixture(scope="module")
def lacking(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world in which nothing was planted behind the walls."""
    return _world(without(planted, tmp_path_factory.mktemp("lacking") / "home"))


@pytest.fixture
def gate_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses check nothing: only the gate is left."""
    monkeypatch.setattr(permissions, "may_open", lambda endpoint, viewer: True)
    monkeypatch.setattr("workbench.web.export.may_export", lambda kind, viewer: True)
    monkeypatch.setattr("workbench.web.listing.may_export", lambda kind, viewer: True)


def _values(planted: Planted, rule: Rule, name: str) -> list[Any]:
    """What to put for an argument of an address. A new one that is no key has to be given a meaning here."""
    known: dict[str, list[Any]] = {
        "name": [each.value for each in MetricName] if rule.endpoint.startswith("portfolio.") else sorted(sources()),
        "family": planted.keys["number"],
        "table": list(export.KINDS),
        "format": list(export.FORMATS) if rule.endpoint == "export.download" else ["csv", "xlsx"],
        "kind": ["rule"] if rule.endpoint.startswith("plans.") else [each.value for each in BallotKind][:1],
        "form": ["csv"],
        "iteration": [1],
        "filename": ["style.css"],
        "secret": ["nothing"],
        "token": ["nothing"],
        **planted.keys,
    }
    if name not in known and name.endswith("_id"):
        return [1]
    assert name in known, f"{rule.rule}: say in _values what stands for <{name}>"
    return known[name]


def _addresses(planted: Planted, app: Flask, method: str) -> list[str]:
    """Every address of the application with every key that was planted, and every filter that could let through."""
    found = []
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in OPEN_TO_ANYBODY:
            continue
        names = sorted(rule.arguments - set(rule.defaults or ()))
        for values in itertools.product(*(_values(planted, rule, name) for name in names)):
            with app.test_request_context():
                found.append(app.url_for(rule.endpoint, **dict(zip(names, values, strict=True))))
    if method == "GET":
        for word in (PATENT_WORD, *(secret(wall) for wall in WALLS)):
            portfolio = quote(f"{word} portfolio")
            found += [
                f"/search/?q={word}",
                f"/search/?q={word}&kind=publication",
                f"/patents/?portfolio={portfolio}",
                f"/patents/?q={word}",
                f"/mapping/?portfolio={portfolio}",
                f"/changes/?source=file:{word}.xml",
                f"/changes/?field={word}%20field",
                f"/changes/?key={word}",
                f"/sources/quarantine/?source=file:{word}.xml",
                f"/administration/trail?key={word}%20key",
                f"/export/matches.jsonl?portfolio={portfolio}",
                f"/export/publications.csv?portfolio={portfolio}",
                f"/export/changes.csv?source=file:{word}.xml",
            ]
        found += ["/changes/?entity=publication", "/mapping/?publication=XX.9001.A1", "/export/matches.xlsx"]
    return sorted(set(found))


def _forbidden(role: Role, outside: tuple[int, ...]) -> list[bytes]:
    words = [secret(wall).encode() for wall in outside]
    return words if allows([role], Permission.READ_PATENTS) else [*words, PATENT_WORD.encode()]


def _trace(address: str, answer: tuple[int, bytes], reference: tuple[int, bytes], words: list[bytes]) -> str | None:
    """What an answer tells that it should not; None where it tells nothing."""
    status, body = answer
    if status >= 500:
        return f"fails with {status}"
    asked = unquote(address).encode()
    for word in words:
        # What one typed oneself may be shown again.
        if word in body and word not in asked:
            return f"shows {word.decode()}"
    if answer != reference:
        place = next((n for n, (one, other) in enumerate(zip(body, reference[1], strict=False)) if one != other), 0)
        around = slice(max(0, place - 60), place + 60)
        return f"{status} and {reference[0]} differ: {body[around]!r} / {reference[1][around]!r}"
    return None


def test_every_address_says_what_it_needs(full: World) -> None:
    known = set(full.app.view_functions)
    assert not known - set(permissions.ENDPOINTS), "say in workbench/web/permissions.py what these need"
    assert set(export.KINDS) <= set(permissions.EXPORTS), "say in workbench/web/permissions.py what these need"


def test_an_address_that_is_not_in_the_table_answers_nobody() -> None:
    assert not permissions.may_open("new.page", Viewer.local())


@pytest.mark.parametrize("role", Role)
@pytest.mark.usefixtures("gate_alone")
def test_the_walk(planted: Planted, full: World, lacking: World, role: Role) -> None:
    """A person in no matter gets the same answers whether or not there is anything in the three matters."""
    viewer, words = planted.viewer(role, ()), _forbidden(role, WALLS)
    found = []
    for address in _addresses(planted, full.app, "GET"):
        answer = full.ask(viewer, address)
        # Delegate, analyst and signatory may see no more than one of the others.
        compared = role in (Role.READER, Role.IP_COUNSEL, Role.ADMINISTRATOR)
        if trace := _trace(address, answer, lacking.ask(viewer, address) if compared else answer, words):
            found.append(f"{address}: {trace}")
    assert not found, f"{role}, who is in no matter:\n" + "\n".join(found)


def _form(planted: Planted, wall: int) -> dict[str, Any]:
    """What is typed into every form at once: whatever fields it has, they are filled with what is behind the wall."""
    word, matter = secret(wall), str(planted.matters[wall])
    table = f"publication_number,title\nXX.{9000 + wall}.A1,{word}\n".encode()
    return {
        **dict.fromkeys(("name", "portfolio", "q", "label", "source"), f"{word} portfolio"),
        **dict.fromkeys(
            ("reason", "note", "comment", "remark", "text", "proposal", "wording", "title"), f"{word} note"
        ),
        **dict.fromkeys(("matter", "matter_id"), matter),
        **dict.fromkeys(("application", "application_key"), f"XX.{word}"),
        **dict.fromkeys(("account", "account_id"), str(planted.accounts[Role.IP_COUNSEL])),
        **dict.fromkeys(("work_item", "iso_id"), "90501"),
        **dict.fromkeys(("dated", "starts_on", "ends_on", "opens_on", "closes_on", "registered_on"), "2026-11-25"),
        "email": f"{word.lower()}@example.org",
        "roles": "reader",
        "verdict": "plausible",
        "decision": "accepted",
        "state": "done",
        "track": "china",
        "language": "en",
        "draft": str(planted.keys["draft_id"][0]),
        "clause": "0",
        "run": str(planted.keys["run_id"][-1]),
        "file": (table, "table.csv"),
        "table": (table, "table.csv"),
        "form": (table, "table.csv"),
    }


@pytest.mark.parametrize("role", Role)
def test_the_walk_of_what_changes_something(planted: Planted, full: World, lacking: World, role: Role) -> None:
    """Forms answer and lead alike whether or not there is anything behind the walls, filled with what is there.

    Reader, counsel and administrator, who together hold every permission but those of delegates and signatories, are
    compared with the store that lacks it all; the answers to the others are looked through for the words. Addresses
    check who may post to them: without that, the gate refuses what is written, which answers 500.
    """
    viewer, words = planted.viewer(role, ()), _forbidden(role, WALLS)
    compared = role in (Role.READER, Role.IP_COUNSEL, Role.ADMINISTRATOR)
    found = []
    for turn, address in enumerate(_addresses(planted, full.app, "POST")):
        form = _form(planted, WALLS[turn % len(WALLS)])
        answer = full.post(viewer, address, form)
        # That a publication is in some matter is not hidden from who may decide (docs/security.md): there is nothing.
        told = answer[0] == 404 and address.endswith("/decision")
        reference = lacking.post(viewer, address, form) if compared and not told else answer
        if trace := _trace(address + str(form), answer, reference, words):
            found.append(f"{address}: {trace}")
    assert not found, f"{role}, who is in no matter:\n" + "\n".join(found)


def test_no_address_changes_something_in_a_way_that_is_not_walked(full: World) -> None:
    methods = {method for rule in full.app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.usefixtures("gate_alone")
def test_who_is_behind_other_walls_sees_nothing_of_this_one(planted: Planted, full: World, wall: int) -> None:
    """Counsel, who of all may see most, in the two other matters."""
    viewer = planted.viewer(Role.IP_COUNSEL, tuple(each for each in WALLS if each != wall))
    found = []
    for address in _addresses(planted, full.app, "GET"):
        answer = full.ask(viewer, address)
        if trace := _trace(address, answer, answer, _forbidden(Role.IP_COUNSEL, (wall,))):
            found.append(f"{address}: {trace}")
    assert not found, f"counsel, who is not in matter {wall}:\n" + "\n".join(found)


def test_who_is_behind_the_wall_sees_what_is_there(planted: Planted, full: World) -> None:
    """The walk means something only where members do see the secrets."""
    viewer = planted.viewer(Role.IP_COUNSEL, WALLS)
    seen = b"".join(full.ask(viewer, address)[1] for address in _addresses(planted, full.app, "GET"))
    for wall in WALLS:
        for what in ("portfolio", "note", "warning", "field", "body", "reason"):
            assert f"{secret(wall)} {what}".encode() in seen, (wall, what)
    assert PATENT_WORD.encode() in seen


def test_a_query_without_the_gate_is_found(
    planted: Planted, full: World, monkeypatch: pytest.MonkeyPatch, gate_alone: None
) -> None:
    """At each place that reads confidential rows for a page, taken alone, the gate is taken away in two ways.

    Where a statement does not pass the gate at all, the check of the SQL that goes out refuses it, so that the walk
    meets a failure. Where it passes but the rule lets everything through, the walk meets another answer; unless the
    place is one of `SHIELDED`.
    """
    answers, asked = _places_asked(planted, full, monkeypatch)
    touched, criterion = gate._touched, gate.criterion
    ungated, silent = [], set()
    for place, requests in sorted(asked.items()):
        with monkeypatch.context() as patch:
            patch.setattr(gate, "_touched", _unless(place, touched, []))
            if full.ask(planted.viewer(requests[0][0], ()), requests[0][1])[0] < 500:
                ungated.append(place)
        with monkeypatch.context() as patch:
            patch.setattr(gate, "criterion", _unless(place, criterion, sa.true()))
            if all(full.ask(planted.viewer(role, ()), address) == answers[role, address] for role, address in requests):
                silent.add(place.split(":")[0])
    assert len(asked) > 50
    assert not ungated, f"answered without the gate: {ungated}"
    assert silent <= SHIELDED, f"no answer tells that the rule is off in: {sorted(silent - SHIELDED)}"


def _places_asked(
    planted: Planted, full: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[tuple[Role, str], tuple[int, bytes]], dict[str, list[tuple[Role, str]]]]:
    """The answers with the gate in order, and by place of the program the requests that came by it."""
    answers: dict[tuple[Role, str], tuple[int, bytes]] = {}
    asked: dict[str, list[tuple[Role, str]]] = {}
    seen: set[str] = set()
    criterion = gate.criterion

    def watched(model: Any, viewer: Viewer) -> Any:
        seen.add(_place())
        return criterion(model, viewer)

    with monkeypatch.context() as patch:
        patch.setattr(gate, "criterion", watched)
        for role in (Role.READER, Role.IP_COUNSEL):
            for address in _addresses(planted, full.app, "GET"):
                seen.clear()
                answers[role, address] = full.ask(planted.viewer(role, ()), address)
                for place in seen:
                    asked.setdefault(place, []).append((role, address))
    # Half a dozen requests a place tell as much as all of them.
    return answers, {place: requests[:3] + requests[-3:] for place, requests in asked.items()}


def _unless(place: str, function: Callable[..., Any], instead: Any) -> Callable[..., Any]:
    return lambda *given: instead if _place() == place else function(*given)


def _place() -> str:
    """The nearest function and line of the workbench outside the gate."""
    frame = sys._getframe(2)
    while True:
        code = frame.f_code
        if code.co_filename.startswith(HERE) and not code.co_filename.endswith("people/gate.py"):
            name = code.co_filename.removeprefix(HERE).removesuffix(".py").strip("/").replace("/", ".")
            return f"{name}.{code.co_name}:{frame.f_lineno}"
        assert frame.f_back is not None
        frame = frame.f_back
