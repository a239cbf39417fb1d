"""From the invitation to the end of the last session, on both databases."""

from __future__ import annotations

import datetime as dt

import pyotp

from tests.people.conftest import HERE, NOW, PASSWORD, add
from workbench.db import Store
from workbench.people import accounts, logins, signing_in, totp
from workbench.people.permissions import Role
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.settings import Settings


def test_an_account_through_its_life(store: Store, settings: Settings) -> None:
    me = Viewer.system()
    admin = add(store, "admin@example.org", Role.ADMINISTRATOR)
    dana = add(store, "dana@example.org", Role.DELEGATE, Role.IP_ANALYST)
    for name in ("a\x00b", "dana@example.org", "\ud800"):
        assert signing_in.with_password(store, settings, name, "wr\x00ng" * 4, HERE, NOW).token is None
    token = signing_in.with_password(store, settings, "dana@example.org", PASSWORD, HERE, NOW).token
    assert token is not None
    key = totp.new_key()
    with store.write() as session:
        codes = totp.turn_on(session, settings, me, dana, key, pyotp.TOTP(key).at(NOW), NOW)
    for code, at in (
        (pyotp.TOTP(key).at(NOW + dt.timedelta(minutes=1)), NOW + dt.timedelta(minutes=1)),
        (codes[3], NOW),
    ):
        begun = signing_in.with_password(store, settings, "dana@example.org", PASSWORD, HERE, at)
        assert begun.second_step is not None
        assert signing_in.with_code(store, settings, begun.second_step, code, HERE, at).token is not None
    with store.read() as session:
        rows = logins.of_account(session, settings, dana, NOW)
        assert totp.recovery_codes_left(session, dana) == totp.RECOVERY_CODES - 1
        found = logins.find(session, settings, token, NOW)
    assert found is not None
    assert len(rows) == 3
    logins.note_use(store, found[0], NOW + dt.timedelta(minutes=10))
    with store.write() as session:
        assert logins.end(session, dana, rows[0].id or 0)
        assert not logins.end(session, admin, rows[1].id or 0)
        fresh = logins.rotate(session, rows[1].id or 0)
        accounts.remove_second_step(session, me, dana, NOW)
    with store.write() as session:
        assert logins.find(session, settings, fresh, NOW) is not None
        accounts.change(session, me, dana, NOW, roles=[Role.READER])
        assert logins.find(session, settings, fresh, NOW) is None
    with store.read(me) as session:
        assert verify(session).intact
