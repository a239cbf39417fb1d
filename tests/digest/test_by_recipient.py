"""What a digest tells is what its recipient may see; and the trail says to whom what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import col, delete, select

from tests.web.planted import PATENT_WORD, WALLS, plant, secret, without
from tests.web.seed import NOW
from workbench.db import Store
from workbench.digest import verbs
from workbench.digest.models import Edition, Mail, Recipient
from workbench.people.permissions import Permission, Role, allows
from workbench.people.viewer import Viewer
from workbench.people.walls_models import MatterMember, TrailAction, TrailEntry
from workbench.settings import Settings

LATER = NOW + dt.timedelta(hours=1)
STRANGER = "stranger"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """With the secrets of three matters, and without; each role receives both editions, and so does a stranger."""
    planted = plant(tmp_path_factory.mktemp("planted") / "home")
    found = []
    for home in (planted.home, without(planted, tmp_path_factory.mktemp("lacking") / "home")):
        store = Store(Settings(home=home), Viewer.system())
        with store.write() as session:
            session.exec(delete(Mail))
            session.exec(delete(Recipient))
            for name in (*Role, STRANGER):
                session.add(Recipient(name=name, email=f"{name}@example.org"))
        found.append(store)
    yield found[0], found[1]
    for store in found:
        store.close()


def told(store: Store, name: str, edition: Edition) -> str:
    with store.write() as session:
        session.exec(select(Recipient).where(Recipient.name == name)).one().edition = edition
    (mail,) = verbs.preview(store, store.settings, name, LATER)
    return f"{mail.subject}\n{mail.text}\n{mail.html}"


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("name", [*Role, STRANGER])
def test_a_digest_tells_each_recipient_only_what_the_recipient_may_see(
    stores: tuple[Store, Store], name: str, edition: Edition
) -> None:
    full, lacking = stores
    behind = [f"XX.{9000 + wall}.A1" for wall in WALLS]
    text = told(full, name, edition)
    if name == Role.IP_COUNSEL and edition is Edition.IP:  # a member of the three matters
        assert all(number in text for number in behind), "the test means something only where members are told"
        with full.write() as session:
            session.exec(delete(MatterMember))
        text = told(full, name, edition)
    assert text == told(lacking, name, edition)
    assert not any(word in text for word in (*behind, *map(secret, WALLS)))
    if name == STRANGER or not allows([Role(name)], Permission.READ_PATENTS):
        assert PATENT_WORD not in text


def test_each_mail_that_was_sent_is_on_the_trail(stores: tuple[Store, Store]) -> None:
    """When, to whom and of which week; not what it said. What was not sent is not on it."""
    store = stores[0]
    done = verbs.send(store, store.settings, None, LATER, lambda line: None, clock=lambda: LATER)
    assert done.sent > 3
    with store.read() as session:
        mails = {str(each.id): each for each in session.exec(select(Mail).where(col(Mail.sent_at).is_not(None)))}
        entries = session.exec(select(TrailEntry).where(TrailEntry.action == TrailAction.SENT)).all()
    assert sorted(each.key for each in entries if each.entity == "mail") == sorted(mails)
    for each in entries:
        mail = mails[each.key]
        assert (each.at, each.name) == (mail.sent_at, "system")
        assert (each.details["recipient"], each.details["week"]) == (mail.recipient_id, mail.week)
        assert not any(secret(wall) in str(each.details) for wall in WALLS)
        assert PATENT_WORD not in str(each.details)
