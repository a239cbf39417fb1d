"""At the door of every request: is the workbench meant, and who is asking?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from workbench.i18n import mark
from workbench.people import accounts, logins
from workbench.people.matters import with_walls
from workbench.people.models import Account, Login
from workbench.people.permissions import ADMINISTRATIVE, Permission, allows
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.web import context
from workbench.web.api import door
from workbench.web.context import now, set_viewer, workbench
from workbench.web.people.cookie import read_token
from workbench.web.unsent import unsent

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN_BLUEPRINTS: Final = frozenset({"signing_in", "by_mail", "preferences", "feeds", "mail_links"})
"""Their pages, and the static files, are for whoever comes."""
_OPEN_LOCAL: Final = "workbench_open_local"


def install(app: Flask, *, open_local: bool) -> None:
    """`open_local`: whoever comes is the person of local mode, without signing in."""
    app.extensions[_OPEN_LOCAL] = open_local
    app.before_request(_enter)
    app.after_request(_leave)


def login() -> Login | None:
    """The session of this request; None where nobody has to sign in."""
    return cast(Login | None, g.get("login"))


def is_open_local() -> bool:
    """Whether whoever comes may do everything, accounts or not."""
    return bool(current_app.extensions[_OPEN_LOCAL])


def is_local() -> bool:
    """Whether the person of local mode is asking."""
    here = login()
    return is_open_local() or (here is not None and here.account_id is None)


def awaits_second_step(permission: Permission | None = None) -> bool:
    """Whether who asks would hold the permission, or any that administers, had a second step been shown."""
    here = login()
    if here is None or here.second_step or here.account_id is None:
        return False
    wanted = ADMINISTRATIVE if permission is None else ADMINISTRATIVE & {permission}
    return any(allows(context.viewer().roles, each) for each in wanted)


def second_step_page() -> tuple[str, int]:
    """What to do before a page of administration opens."""
    account_id = context.viewer().account_id
    with workbench().store.read() as session:
        account = None if account_id is None else accounts.get(session, account_id)
    has_password = account is not None and account.password_hash is not None
    return render_template("web/people/second_step_needed.html", has_password=has_password), 403


def known_hosts(settings: Settings) -> frozenset[str]:
    """The names the workbench goes by. A page of another name that leads here by its DNS is none of ours."""
    named = urlsplit(settings.base_url).hostname
    return LOOPBACK | ({named.lower()} if named else set())


def _enter() -> Response | tuple[str, int] | None:
    parts = workbench()
    if (_hostname(request.host) or "").lower() not in known_hosts(parts.settings):
        title = mark("The workbench does not go by this name")
        remedy = mark("Use the address that the workbench was started with, or set WORKBENCH_BASE_URL to this one.")
        return render_template("web/errors/error.html", code=421, title=title, remedy=remedy), 421
    if door.is_meant():
        return door.enter()
    if is_open_local():
        set_viewer(Viewer.local(request.remote_addr))
        return None
    if request.endpoint == "static":
        return None
    found, anybody = _resolve()
    if found is not None:
        g.login, account = found
        set_viewer(_as_viewer(account, g.login))
        return None
    if request.blueprint in OPEN_BLUEPRINTS:
        return None
    return _ask_to_sign_in(anybody)


def _leave(response: Response) -> Response:
    """Keep that the session is in use, once the answer is on its way: a long import may hold the store meanwhile."""
    here, store, at = login(), workbench().store, now()
    if here is not None:
        response.call_on_close(lambda: logins.note_use(store, here, at))
    return response


def _resolve() -> tuple[tuple[Login, Account | None] | None, bool]:
    """The session of the cookie while it is worth something, and whether there are accounts."""
    parts, token = workbench(), read_token()
    with parts.store.read() as session:
        found = None if token is None else logins.find(session, parts.settings, token, now())
        if found is not None and found[1] is not None:
            return found, True
        anybody = accounts.exist(session)
        # With the first account local mode is over, and so are its sessions.
        return (None if anybody else found), anybody


def _as_viewer(account: Account | None, here: Login) -> Viewer:
    if account is None:
        return Viewer.local(request.remote_addr)
    viewer = with_walls(workbench().store, accounts.viewer_of(account, request.remote_addr))
    # The rules of the gate ask the viewer too, so that nothing administrative is even seen without the second step.
    return viewer if here.second_step else replace(viewer, scopes=frozenset(Permission) - ADMINISTRATIVE)


def _ask_to_sign_in(anybody: bool) -> Response | tuple[str, int]:
    if not anybody:
        return show_local_door()
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = url_for("signing_in.sign_in", next=target)
    if request.headers.get("HX-Request"):
        # The answer would be put into a part of the page; htmx is told to leave it instead.
        _, _, there = request.headers.get("HX-Current-URL", "").partition(request.host)
        return Response(status=401, headers={"HX-Redirect": url_for("signing_in.sign_in", next=there or "/")})
    if request.method in ("GET", "HEAD"):
        return redirect(address, 303)
    title, sent = mark("You are no longer signed in"), unsent()
    remedy = mark("Nothing was changed. Sign in, then do again what you did.")
    if sent:
        remedy = mark("Nothing was changed. Sign in, which opens another tab; then come back here and send it again.")
    page = render_template(
        "web/errors/error.html", code=401, title=title, remedy=remedy, sign_in=address, unsent=sent, again=True
    )
    return page, 401


def show_local_door() -> tuple[str, int]:
    """The page of local mode for a browser that has not followed the link."""
    return render_template("web/people/local.html", unsent=unsent(), again=True), 401


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
