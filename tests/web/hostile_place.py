"""The application over a planted store, sent hostile requests: in local mode, and as served to people with accounts."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyotp
import sqlalchemy as sa
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from hypothesis import strategies as st
from sqlmodel import select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from tests.people.conftest import PASSWORD, add
from tests.walls.addresses import values_of
from tests.walls.planted import Planted, plant
from tests.web.hostile import FILE, SCRIPT, TEXTS, Form, Sent
from tests.web.seed import NOW
from workbench.db import Store, key_of
from workbench.digest.models import Alert, MailingToken
from workbench.mapping.models import ClaimReading
from workbench.people import accounts, api_tokens, logins, totp
from workbench.people.logins import Origin
from workbench.people.models import Method
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.sources.column_maps import Uploads
from workbench.web import create_app
from workbench.web.people.cookie import cookie_name

KEPT: Final = frozenset(
    {
        "trail_entry",
        "trail_head",
        "throttle",
        "api_token",
        "upload_day",
        "run",
        "snapshot",
        "quarantined_record",
        "drift_report",
    }
)
"""What a refused request may write: that it was refused, what was sent today and by which token, a file not read."""
AT_THE_DOOR: Final = frozenset({"signing_in", "by_mail", "account", "interface"})
"""Their pages are asked as they are served to people with accounts; the others as in local mode."""
SIGNED_IN: Final = frozenset({"account", "interface"})
_WRITES: Final = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
_UPLOADED: Final = "/patents/import/"


@dataclass
class Place:
    """`secrets` stand for arguments, by the start of the address; `written` and `raised` are of the last request."""

    planted: Planted
    store: Store
    local: Flask
    served: Flask
    secrets: Mapping[str, str]
    login: str
    token: str
    database: bytes
    pending: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    raised: list[str] = field(default_factory=list)
    changed: bool = False

    def client(self, endpoint: str) -> FlaskClient:
        """A browser as it is before a form is sent, over a store in which nothing was sent yet."""
        self._restore()
        blueprint = endpoint.partition(".")[0]
        if blueprint not in AT_THE_DOOR:
            return self.local.test_client()
        client = self.served.test_client()
        if blueprint in SIGNED_IN:
            client.set_cookie(cookie_name(self.store.settings), self.login)
            client.get("/account/second-step", buffered=True)
        elif endpoint.endswith("_code"):
            client.post("/sign-in", data={"email": "carla@example.org", "password": PASSWORD}, buffered=True)
        return client

    def send(self, client: FlaskClient, form: Form, sent: Sent) -> str | None:
        """What is wrong with the answer."""
        address = self.local.url_map.bind("localhost").build(form.endpoint, sent.arguments, method=form.method)
        self.written.clear()
        self.raised.clear()
        answer = client.open(
            address,
            method=form.method,
            query_string=sent.query,
            data=sent.body,
            content_type=sent.content_type or None,
            headers={"Authorization": f"Bearer {self.token}"} if address.startswith("/api/") else {},
        )
        body = answer.get_data()
        answer.close()
        if answer.status_code >= 500 or self.raised:
            return f"{answer.status_code} {self.raised}"
        if answer.status_code >= 400 and self.written - KEPT:
            return f"refused with {answer.status_code}, and wrote {sorted(self.written - KEPT)}"
        if answer.mimetype == "text/html" and SCRIPT.encode() in body:
            return "shows the script it was sent"
        return None

    def values(self, rule: Rule, name: str) -> list[Any]:
        """What is put for an argument of an address."""
        secret = self.secrets.get(rule.rule.partition("<")[0])
        return values_of(self.planted, rule, name) if secret is None else [secret]

    def arguments(self, form: Form, rule: Rule) -> dict[str, st.SearchStrategy[Any]]:
        """Mostly keys of something that is there."""
        found: dict[str, st.SearchStrategy[Any]] = {}
        for name in sorted(rule.arguments):
            chosen = [form.arguments[name]] if name in form.arguments else []
            known = st.sampled_from([*chosen, *self.values(rule, name)][:4])
            converter = rule._converters[name]
            if isinstance(converter, IntegerConverter):
                found[name] = st.one_of(known, known, known, st.sampled_from((0, 77, 2**31 - 1)))
            elif isinstance(converter, AnyConverter):
                found[name] = known
            else:
                found[name] = st.one_of(known, known, known, TEXTS.map(_in_an_address))
        return found

    def pages(self) -> Iterator[tuple[str, str]]:
        """Address and text of every page, with the first two keys of everything."""
        adapter = self.local.url_map.bind("localhost")
        for rule in self.local.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/api/", "/export/", "/static/", "/feeds/")):
                continue
            values = {name: self.values(rule, name) for name in rule.arguments - set(rule.defaults or ())}
            for number in range(min(2, max(map(len, values.values()), default=1))):
                chosen = {name: each[number % len(each)] for name, each in values.items()}
                address = adapter.build(rule.endpoint, chosen)
                answer = self.client(rule.endpoint).get(address)
                if answer.mimetype == "text/html":
                    yield address, answer.text
                answer.close()

    def _restore(self) -> None:
        """Put the store back to what was planted, if anything was written."""
        if not self.changed:
            return
        self.changed = False
        self.store.close()
        file = self.planted.home / "workbench.db"
        for beside in ("-wal", "-shm"):
            file.with_name(f"{file.name}{beside}").unlink(missing_ok=True)
        file.write_bytes(self.database)
        upload = Path(self.planted.home) / "uploads" / self.secrets[_UPLOADED] / FILE.name
        upload.parent.mkdir(parents=True, exist_ok=True)
        upload.write_bytes(FILE.content)

    def _note_write(self, connection: object, cursor: Any, statement: str, *rest: object) -> None:
        del connection, rest
        if cursor.rowcount and (found := _WRITES.match(statement)):
            self.pending.add(found[1])

    def _note_commit(self, connection: object) -> None:
        del connection
        self.written |= self.pending
        self.changed = self.changed or bool(self.pending)
        self.pending.clear()

    def _note_rollback(self, connection: object) -> None:
        del connection
        self.pending.clear()

    def _note_error(self, app: Flask, exception: BaseException, **rest: object) -> None:
        del app, rest
        last = traceback.extract_tb(exception.__traceback__)[-1]
        self.raised.append(f"{type(exception).__name__}: {str(exception)[:200]} at {last.filename}:{last.lineno}")


@contextmanager
def hostile_place(home: Path) -> Iterator[Place]:
    """A store in this home with something in every table, and the application over it."""
    planted = plant(home)
    many = {
        "upload_daily_files": 10**6,
        "upload_daily_megabytes": 10**6,
        "pages_per_minute": 10**6,
        "api_per_minute": 10**6,
    }
    store = Store(Settings(home=home).model_copy(update=many), Viewer.system())
    secrets, login, token = _prepare(store)
    local = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    served = create_app(store.settings, store, clock=lambda: NOW)
    store.close()
    place = Place(planted, store, local, served, secrets, login, token, (home / "workbench.db").read_bytes())
    sa.event.listen(store.engine, "after_cursor_execute", place._note_write)
    sa.event.listen(store.engine, "commit", place._note_commit)
    sa.event.listen(store.engine, "rollback", place._note_rollback)
    for app in (local, served):
        app.config["WTF_CSRF_ENABLED"] = False
        app.logger.disabled = True
        got_request_exception.connect(place._note_error, app)
    yield place
    store.close()


def _prepare(store: Store) -> tuple[dict[str, str], str, str]:
    """What stands for a secret in an address; somebody's session; a token for the interface."""
    add(store, "ada@example.org", *Role)
    add(store, "carla@example.org", Role.IP_COUNSEL)
    with store.write() as session:
        carla, ada = (accounts.by_email(session, f"{name}@example.org") for name in ("carla", "ada"))
        assert carla is not None
        assert ada is not None
        key = totp.new_key()
        code = pyotp.TOTP(key).at(NOW)
        totp.turn_on(session, store.settings, Viewer.system(), key_of(carla), key, code, NOW)
        _, invitation = accounts.invite(session, Viewer.system(), "eve@example.org", (Role.READER,), NOW)
        reset = accounts.request_reset(session, "ada@example.org", None, NOW)
        assert reset is not None
        for _ in range(2):
            origin = Origin("192.0.2.7", "a browser")
            login = logins.start(session, store.settings, ada, Method.PASSWORD, origin, NOW, second_step=True)
        viewer = accounts.viewer_of(ada, None)
        token = api_tokens.issue(session, viewer, "a program", api_tokens.offered(viewer), 30, NOW)[1]
        # Only the mapping writes these, and what is planted in them is nothing that it could have written.
        session.execute(sa.delete(ClaimReading))
        alert, mailing = session.exec(select(Alert.token)).first(), session.exec(select(MailingToken.token)).first()
    upload = Uploads(store.settings).keep(io.BytesIO(FILE.content), FILE.name, NOW)
    secrets = {"/invitation/": invitation, "/reset/": reset[1], _UPLOADED: upload}
    return secrets | {"/mail/alerts/": str(alert), "/mail/unsubscribe/": str(mailing)}, login, token


def _in_an_address(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").strip("/") or "x"
