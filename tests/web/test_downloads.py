"""What is taken out of what not everybody may see is on the trail, with who took it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.web.planted import WALLS, Planted, plant
from tests.web.seed import NOW
from workbench.db import Store
from workbench.history.models import Snapshot
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.web import context, create_app, permissions


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("downloads") / "home")


@pytest.fixture(scope="module")
def counsel(planted: Planted) -> Iterator[tuple[FlaskClient, Store]]:
    """A member of the three matters."""
    store = Store(Settings(home=planted.home), Viewer.system())
    app = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    before = app.before_request_funcs[None]
    viewer = planted.viewer(Role.IP_COUNSEL, WALLS)
    before.insert(before.index(permissions._check), lambda: context.set_viewer(viewer))
    yield app.test_client(), store
    store.close()


def entries(store: Store) -> list[TrailEntry]:
    with store.read() as session:
        return list(session.exec(select(TrailEntry).order_by(col(TrailEntry.id))))


def test_what_is_taken_out_of_confidential_rows_is_on_the_trail(
    planted: Planted, counsel: tuple[FlaskClient, Store]
) -> None:
    client, store = counsel
    draft = planted.keys["draft_id"][0]
    with store.read() as session:
        walled = session.exec(select(Snapshot).where(col(Snapshot.matter_id).is_not(None))).first()
        public = session.exec(
            select(Snapshot).where(col(Snapshot.matter_id).is_(None), col(Snapshot.permission).is_(None))
        ).first()
    assert walled is not None
    assert public is not None
    told = {
        "/export/matches.csv": ("export", "matches", None),
        "/export/publications.jsonl?portfolio=SECRET2%20portfolio": ("export", "publications", planted.matters[2]),
        f"/mapping/heat/{draft}.csv?portfolio=SECRET1%20portfolio": ("export", "heat", planted.matters[1]),
        f"/mapping/heat/{draft}.xlsx": ("export", "heat", None),
        f"/sources/snapshots/{walled.id}/body": ("snapshot", str(walled.id), walled.matter_id),
    }
    for address, expected in told.items():
        before = len(entries(store))
        assert client.get(address, buffered=True).status_code == 200, address
        (entry,) = entries(store)[before:]
        assert (entry.entity, entry.key, entry.matter_id) == expected
        assert (entry.action, entry.account_id, entry.address) == (
            "exported",
            planted.accounts[Role.IP_COUNSEL],
            "192.0.2.1",
        )
        assert "body" not in str(entry.details)
    before = len(entries(store))
    assert client.get(f"/sources/snapshots/{public.id}/body", buffered=True).status_code in (200, 404)
    assert client.get("/export/work-items.csv", buffered=True).status_code == 200
    assert len(entries(store)) == before, "what everybody may see is not"
