"""Nobody learns what stands behind a wall he is not behind: every address, every role, every matter.

Two answers are compared wherever possible: that of a store with the secrets of a matter, and that of the same store
without them. They must be the same to the letter, so that not even a count, a name in a list or an error tells. The
checks of addresses are off in the walk, so that the gate alone has to hold.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from scrapers.registry import sources
from tests.web.planted import PATENT_WORD, WALLS, Planted, plant, secret, without
from tests.web.seed import NOW
from workbench import export
from workbench.db import Store
from workbench.people.permissions import Permission, Role, allows
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context, create_app, permissions

CSRF = re.compile(rb'name="csrf_token" value="[^"]*"')
HERE = str(Path(context.__file__).resolve().parent.parent)
OPEN_TO_ANYBODY = {name for name, need in permissions.ENDPOINTS.items() if need == permissions.ANYBODY}


@dataclass
class World:
    """An application over a store; `ask` gets an address for a viewer."""

    app: Flask
    viewer: Viewer = field(default_factory=lambda: context.NOBODY)

    def ask(self, viewer: Viewer, address: str) -> tuple[int, bytes]:
        self.viewer = viewer
        answer = self.app.test_client().get(address)
        return answer.status_code, _settled(address, answer.data)

    def post(self, viewer: Viewer, address: str, values: dict[str, Any]) -> tuple[int, bytes]:
        self.viewer = viewer
        answer = self.app.test_client().post(address, data=values)
        place = answer.headers.get("Location", "").encode()
        return answer.status_code, place + _settled(address, answer.data)


def _settled(address: str, body: bytes) -> bytes:
    """The answer without what differs from one request to the next."""
    if ".xlsx" in address:
        return b""
    return CSRF.sub(b"", body)


def _world(home: Path) -> World:
    settings = Settings(home=home)
    app = create_app(settings, Store(settings, Viewer.system()), open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    world = World(app)
    app.before_request(lambda: context.set_viewer(world.viewer))
    return world


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted") / "home")


@pytest.fixture(scope="module")
def full(planted: Planted) -> World:
    return _world(planted.home)


@pytest.fixture(scope="module")
def lacking(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> dict[int, World]:
    """For each wall the world in which nothing was planted behind it."""
    folder = tmp_path_factory.mktemp("lacking")
    return {wall: _world(without(planted, wall, folder / str(wall))) for wall in WALLS}


@pytest.fixture
def gate_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses check nothing: only the gate is left."""
    monkeypatch.setattr(permissions, "may_open", lambda endpoint, viewer: True)
    monkeypatch.setattr("workbench.web.export.may_export", lambda kind, viewer: True)
    monkeypatch.setattr("workbench.web.listing.may_export", lambda kind, viewer: True)


def _values(planted: Planted, rule: Rule, name: str) -> list[Any]:
    """What to put for an argument of an address. A new argument has to be given a meaning here."""
    known: dict[str, list[Any]] = {
        "name": sorted(sources()),
        "table": list(export.KINDS),
        "format": ["jsonl"],
        "filename": ["style.css"],
        "secret": ["nothing"],
        "token": ["nothing"],
        "login_id": [1],
        "override_id": [1],
        "alias_id": [1],
        "task_id": [1],
        **planted.keys,
    }
    assert name in known, f"{rule.rule}: say in _values what stands for <{name}>"
    return known[name]


def _addresses(planted: Planted, app: Flask, method: str) -> list[str]:
    """Every address of the application with every key that was planted, and every filter that could let through."""
    found = []
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in OPEN_TO_ANYBODY:
            continue
        names = sorted(rule.arguments)
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


def test_every_address_says_what_it_needs(full: World) -> None:
    known = set(full.app.view_functions)
    assert not known - set(permissions.ENDPOINTS), "say in workbench/web/permissions.py what these need"
    assert set(export.KINDS) <= set(permissions.EXPORTS), "say in workbench/web/permissions.py what these need"


def test_an_address_that_is_not_in_the_table_answers_nobody() -> None:
    assert not permissions.may_open("new.page", Viewer.local())


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("role", Role)
@pytest.mark.usefixtures("gate_alone")
def test_the_walk(planted: Planted, full: World, lacking: dict[int, World], role: Role, wall: int) -> None:
    """A person behind the two other walls gets the same answers whether or not there is anything behind this one."""
    viewer = planted.viewer(role, tuple(each for each in WALLS if each != wall))
    words = _forbidden(role, (wall,))
    for address in _addresses(planted, full.app, "GET"):
        status, body = full.ask(viewer, address)
        assert status < 500, f"{role} gets {status} from {address}"
        for word in words:
            assert word not in body.replace(quote(word.decode()).encode() + b"%20", b"") or word in address.encode(), (
                f"{role}, who is not in matter {wall}, reads {word.decode()} at {address}"
            )
        assert (status, body) == lacking[wall].ask(viewer, address), (
            f"{role}, who is not in matter {wall}, can tell at {address} that there is something in it"
        )


def test_who_is_behind_the_wall_sees_what_is_there(planted: Planted, full: World) -> None:
    """The walk means something only where members do see the secrets."""
    viewer = planted.viewer(Role.IP_COUNSEL, WALLS)
    seen = b"".join(full.ask(viewer, address)[1] for address in _addresses(planted, full.app, "GET"))
    for wall in WALLS:
        for what in ("portfolio", "note", "warning", "field", "body", "reason"):
            assert f"{secret(wall)} {what}".encode() in seen, (wall, what)
    assert PATENT_WORD.encode() in seen
