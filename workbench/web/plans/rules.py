"""The rules of plans as people edit them: sequencing rules, computed events, the table of licences.

An edit is first shown with what it changes in the plans there are, then kept as a new version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import abort, redirect, render_template, request, url_for

from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.planning.impact import impact
from workbench.planning.licences import Licence, Tension
from workbench.planning.models import RuleKind
from workbench.planning.rule_store import RuleEditError, RuleStore, keep_edit, rule_from_yaml, rule_store, rule_to_yaml
from workbench.planning.rules import Rule, Severity
from workbench.web.ballot_rules import rulebook
from workbench.web.context import close_session, now, session, today, viewer, writing
from workbench.web.listing import Listing, argument
from workbench.web.plans.base import REFUSALS, Reply, blueprint
from workbench.web.plans.words import plan_word
from workbench.web.text import told

NEW: Final = "NEW"
_NEW_RULE: Final = """id: OWN-01
jurisdiction: all
severity: warn
holds: FF <= CONTRIB
en: What it asks, in English.
ja: 求めること（日本語）。
source: Where it comes from
confidence: unverified
"""
_FILTERS: Final = ("q", "severity", "where")
_OFFICES: Final = re.compile(r"[A-Z]{2,3}")
_COLUMNS: Final = tuple(Licence.model_fields)


@blueprint.get("/rules")
def rules() -> str:
    store = rule_store(session())
    filters = {name: argument(name) for name in _FILTERS}
    every = [versions[-1] for versions in store.rules().values()]
    return render_template(
        "web/plans/rules.html",
        rules=[each for each in every if _left(each, filters)],
        filters=filters,
        listing=Listing("plans.rules", filters, "", "", 1, len(every)),
        severities=[(each.value, plan_word("severity", each)) for each in Severity],
        offices=[
            (each, each) for each in sorted({part for rule in every for part in _OFFICES.findall(rule.jurisdiction)})
        ],
        definitions={name: text for name, text in store.definitions().items() if _has(f"{name} {text}", filters["q"])},
        licences={name: each for name, each in store.licences().items() if _has(each.spdx, filters["q"])},
        changed={(row.kind.value, row.key) for row in store.versions},
        version=store.shipped.version,
        may_edit=viewer().may(Permission.EDIT_RULES),
    )


@blueprint.get("/rules/<any(rule, definition, licence):kind>/<key>")
def rule(kind: str, key: str) -> str:
    return _editor(RuleKind(kind), key)


@blueprint.post("/rules/<any(rule, definition, licence):kind>/<key>")
def edit_rule(kind: str, key: str) -> Reply:
    """Show what an edit would change, or keep it."""
    of, form = RuleKind(kind), request.form
    store = rule_store(session())
    try:
        content = None if form.get("action") == "back" else _content(of, form)
        named = _named(of, key, content)
        if form.get("action") == "preview":
            after = store.with_edit(of, named, content)
            changed = impact(session(), rulebook(), today(), store, after)
            if request.headers.get("HX-Request") == "true":
                return render_template("web/plans/_impact.html", impacts=changed)
            return _editor(of, key, impacts=changed)
        seen = form.get("seen", "0")
        close_session()
        with writing() as written:
            number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0
            keep_edit(written, viewer(), of, named, content, form.get("reason", ""), now(), seen=number)
    except REFUSALS as error:
        if request.headers.get("HX-Request") == "true":
            # htmx shows no body of an error status, and a refusal is an answer here.
            return render_template("web/plans/_impact.html", refusal=told(error), impacts=())
        close_session()
        return _editor(of, key, refusal=told(error)), 409
    return redirect(url_for("plans.rule", kind=kind, key=named), 303)


def _left(rule: Rule, filters: Mapping[str, str]) -> bool:
    """Whether the filters leave a rule; one of all places stays whatever place is asked for."""
    places = _OFFICES.findall(rule.jurisdiction)
    return (
        _has(f"{rule.id} {rule.en} {rule.ja} {rule.source} {rule.holds} {rule.when}", filters["q"])
        and filters["severity"] in ("", rule.severity.value)
        and (not filters["where"] or not places or filters["where"] in places)
    )


def _has(text: str, words: str) -> bool:
    return all(word in text.casefold() for word in words.casefold().split())


def _content(kind: RuleKind, form: Any) -> dict[str, Any]:
    """What a form says. Raises RuleEditError."""
    match kind:
        case RuleKind.RULE:
            return rule_from_yaml(form.get("text", ""))
        case RuleKind.DEFINITION:
            return {"expression": " ".join(form.get("text", "").split())}
        case RuleKind.LICENCE:
            return {name: form.get(name, "").strip()[:200] for name in _COLUMNS}


def _named(kind: RuleKind, key: str, content: dict[str, Any] | None) -> str:
    """The key that is edited: a new thing names itself. Raises RuleEditError."""
    if key != NEW:
        return key
    if content is None:
        raise RuleEditError(mark("a new rule has nothing to go back to"))
    name = {RuleKind.RULE: content.get("id"), RuleKind.LICENCE: content.get("spdx")}.get(kind) or request.form.get(
        "name"
    )
    if not isinstance(name, str) or not name.strip() or name == NEW:
        raise RuleEditError(mark("give it an identifier of its own"))
    if _text(rule_store(session()), kind, name.strip()) is not None:
        raise RuleEditError(mark("this identifier is in use; edit what has it, or choose another one"))
    return name.strip()


def _editor(kind: RuleKind, key: str, *, impacts: Any = None, refusal: str | None = None) -> str:
    store = rule_store(session())
    text = _NEW_RULE if key == NEW and kind is RuleKind.RULE else "" if key == NEW else _text(store, kind, key)
    versions = store.of(kind, key)
    if text is None and not versions:
        abort(404)
    licence = store.licences().get(key) if kind is RuleKind.LICENCE else None
    given = request.form
    fields = {name: given.get(name, getattr(licence, name, "")) for name in _COLUMNS}
    return render_template(
        "web/plans/rule.html",
        kind=kind.value,
        key=key,
        new=key == NEW,
        text=given.get("text", text or ""),
        name=given.get("name", ""),
        fields=fields,
        tensions=[each.value for each in Tension],
        reason=given.get("reason", ""),
        versions=list(reversed(versions)),
        seen=len(versions),
        shipped=key in {each.id for each in store.shipped.rules} or key in store.shipped.definitions,
        impacts=impacts,
        refusal=refusal,
        may_edit=viewer().may(Permission.EDIT_RULES),
    )


def _text(store: RuleStore, kind: RuleKind, key: str) -> str | None:
    """What there is, as people edit it; None where there is nothing of that key."""
    match kind:
        case RuleKind.RULE:
            versions = store.rules().get(key)
            return rule_to_yaml(versions[-1]) if versions else None
        case RuleKind.DEFINITION:
            return store.definitions().get(key)
        case RuleKind.LICENCE:
            return "" if key in store.licences() else None
