"""Pages about the interface: what it offers, and one's own tokens. A token is shown once, when it is made."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from workbench import export
from workbench.i18n import mark
from workbench.people import accounts, api_tokens, signing_in
from workbench.people.api_tokens import LONGEST_NAME, MOST_DAYS, ApiTokenError, TokenRefusal
from workbench.people.permissions import Permission
from workbench.web import context
from workbench.web.api.asked import DEFAULT_LIMIT, MOST_ROWS
from workbench.web.api.imports import FILE, IMPORTS
from workbench.web.api.openapi import PREFIX, document
from workbench.web.context import now, workbench, writing
from workbench.web.people.cookie import origin
from workbench.web.people.wording import waiting
from workbench.web.permissions import EXPORTS
from workbench.web.security import keep_nothing
from workbench.web.text import gettext
from workbench.web.walls import PERMISSION_NAMES

DAYS: Final = (30, 90, 180, MOST_DAYS)
_REFUSALS: Final = {
    TokenRefusal.NO_NAME: mark("Give the token a name of at most 80 characters."),
    TokenRefusal.NO_SCOPE: mark("Choose at least one permission that you hold."),
    TokenRefusal.NO_EXPIRY: mark("Choose after how many days the token ends, at most 365."),
    TokenRefusal.TOO_MANY: mark("You have many tokens already. Revoke one first."),
}

Answer = BaseResponse | str | tuple[str, int] | tuple[str, int, dict[str, str]]

blueprint = Blueprint("interface", __name__, url_prefix="/interface")
blueprint.after_request(keep_nothing)


@blueprint.get("/")
def index() -> str:
    """What the interface offers: every address with what it takes, gives and needs."""
    described = document()
    return render_template(
        "web/api/interface.html",
        prefix=PREFIX,
        base=request.host_url.rstrip("/"),
        kinds=[
            (name, kind, EXPORTS[name], _fields(described["components"]["schemas"], kind.shape.__name__))
            for name, kind in export.KINDS.items()
        ],
        imports=IMPORTS,
        file=FILE,
        permission_names=PERMISSION_NAMES,
        usual=DEFAULT_LIMIT,
        most=MOST_ROWS,
    )


@blueprint.get("/tokens")
def tokens() -> Answer:
    return _tokens()


@blueprint.post("/tokens")
def make_token() -> Answer:
    """Make a token (`name`, `scope`s, `days`); somebody with a password shows it once more (`present`)."""
    refused = _shown_password()
    if refused is not None:
        return refused
    days = request.form.get("days", "")
    known = set(Permission)
    scopes = [Permission(each) for each in request.form.getlist("scope") if each in known]
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    try:
        with writing() as writer:
            _, secret = api_tokens.issue(writer, context.viewer(), request.form.get("name", ""), scopes, number, now())
    except ApiTokenError as error:
        context.close_session()
        return _tokens(error=gettext(_REFUSALS[error.refusal])), 422
    return _tokens(secret=secret)


@blueprint.post("/tokens/<int(max=2147483647):token_id>/revoke")
def revoke_token(token_id: int) -> Answer:
    with writing() as writer:
        if not api_tokens.revoke(writer, context.viewer(), token_id, now()):
            abort(404)
    return redirect(url_for("interface.tokens", done="revoked"), 303)


def _tokens(error: str | None = None, secret: str | None = None) -> str:
    viewer, at = context.viewer(), now()
    listed = api_tokens.of_person(context.session(), viewer.account_id)
    return render_template(
        "web/api/tokens.html",
        tokens=[each for each in listed if api_tokens.is_good(each, at)],
        ended=[each for each in listed if not api_tokens.is_good(each, at)],
        offered=api_tokens.offered(viewer),
        permission_names=PERMISSION_NAMES,
        asks_password=_has_password(),
        days=DAYS,
        longest=LONGEST_NAME,
        secret=secret,
        done=request.args.get("done"),
        error=error,
    )


def _has_password() -> bool:
    account_id = context.viewer().account_id
    return account_id is not None and accounts.get(context.session(), account_id).password_hash is not None


def _shown_password() -> Answer | None:
    """None where the form holds the present password, or there is none; else the page that says so."""
    account_id = context.viewer().account_id
    if account_id is None or not _has_password():
        return None
    account = accounts.get(context.session(), account_id)
    outcome = signing_in.is_own_password(workbench().store, account, request.form.get("present", ""), origin(), now())
    if outcome is None:
        return None
    if outcome.wait is not None:
        return _tokens(error=waiting(outcome.wait)), 429
    return _tokens(error=gettext("The present password is not right.")), 422


def _fields(schemas: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """The fields of a shape, or of all it can be, with their types in a word or two, parts of them as `name.field`."""
    if "oneOf" in schemas[name]:
        variants = (each["$ref"].rpartition("/")[2] for each in schemas[name]["oneOf"])
        return list({field: kind for each in variants for field, kind in _fields(schemas, each)}.items())
    found: list[tuple[str, str]] = []
    for field, schema in schemas[name]["properties"].items():
        found.append((field, _type(schemas, schema)))
        part = schema.get("items", schema).get("$ref", "").rpartition("/")[2]
        if part and "properties" in schemas[part]:
            found += [(f"{field}.{inner}", kind) for inner, kind in _fields(schemas, part)]
    return found


def _type(schemas: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _type(schemas, schemas[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return " | ".join(_type(schemas, each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array" and "items" in schema:
        return f"[{_type(schemas, schema['items'])}]"
    return str(schema.get("format") or schema.get("type") or "any")
