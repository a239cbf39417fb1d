"""The rules in use: those that come with the workbench, and over them the versions that people keep in the store.

Of each rule the newest version counts whose days (`from`, `to`) hold the day of the event that it is about, so that an
edit that takes effect on a day leaves earlier events to the version before. Nothing is ever overwritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError
from sqlmodel import Session, col, select

from workbench.faults import first_fault, yaml_fault
from workbench.i18n import mark
from workbench.people.matters import reason_given
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.planning import expressions
from workbench.planning.expressions import ExpressionError, Scope
from workbench.planning.licences import Licence, load_licences
from workbench.planning.models import RuleKind, RuleVersion
from workbench.planning.plans import Plan, day_of
from workbench.planning.rules import NOWHERE, Rule, RuleBook, RulesError, load_rules

MAX_CONTENT = 8000


class RuleEditError(RulesError):
    """An edit cannot be kept; `str(error)` names the field and the remedy on one line."""


@dataclass(frozen=True)
class RuleStore:
    """Every version of everything that is edited, oldest first, over what comes with the workbench."""

    versions: Sequence[RuleVersion] = ()
    shipped: RuleBook = field(default_factory=load_rules)

    def of(self, kind: RuleKind, key: str) -> list[RuleVersion]:
        """The versions of one thing, oldest first."""
        return [each for each in self.versions if each.kind is kind and each.key == key]

    def with_edit(self, kind: RuleKind, key: str, content: dict[str, Any] | None) -> RuleStore:
        """As if this edit were kept: for a look at what it would change. Raises RuleEditError."""
        checked(self, kind, key, content)
        number = len(self.of(kind, key)) + 1
        row = RuleVersion(
            kind=kind, key=key, version=number, content=content, reason="", by="", at=dt.datetime.now(dt.UTC)
        )
        return RuleStore([*self.versions, row], self.shipped)

    def rules(self) -> dict[str, list[Rule]]:
        """The versions of each rule that may count, oldest first; one that went back to the workbench's own has it."""
        found = {rule.id: [rule] for rule in self.shipped.rules}
        own = dict(found)
        for row in self.versions:
            if row.kind is not RuleKind.RULE:
                continue
            if row.content is None:
                found[row.key] = own.get(row.key, [])
            else:
                rule = Rule.model_validate(row.content | {"version": f"{row.key} v{row.version}"})
                found[row.key] = [*found.get(row.key, []), rule]
        return {key: versions for key, versions in found.items() if versions}

    def definitions(self) -> dict[str, str]:
        """The computed events."""
        found = dict(self.shipped.definitions)
        for row in self.versions:
            if row.kind is not RuleKind.DEFINITION:
                continue
            if row.content is not None:
                found[row.key] = row.content["expression"]
            elif row.key in self.shipped.definitions:
                found[row.key] = self.shipped.definitions[row.key]
            else:
                found.pop(row.key, None)
        return found

    def book(self, plan: Plan) -> RuleBook:
        """The rules in force for a plan, each in the version that counts for the day it is about."""
        definitions = self.definitions()
        read = self.shipped.reader(plan)
        nodes = {name: read(text) for name, text in definitions.items()}
        scope = Scope(plan, ZoneInfo(NOWHERE.zone), NOWHERE.country, nodes, set(), self.shipped.zones)
        chosen = tuple(_in_force(versions, scope) for versions in self.rules().values())
        return self.shipped.model_copy(update={"rules": chosen, "definitions": definitions})

    def licences(self) -> Mapping[str, Licence]:
        """The table of licences by SPDX identifier."""
        shipped = load_licences()
        found = dict(shipped)
        for row in self.versions:
            if row.kind is not RuleKind.LICENCE:
                continue
            if row.content is not None:
                found[row.key] = Licence.model_validate(row.content)
            elif row.key in shipped:
                found[row.key] = shipped[row.key]
            else:
                found.pop(row.key, None)
        return found


def rule_store(session: Session) -> RuleStore:
    """The rules as they stand for who may read plans."""
    return RuleStore(session.exec(select(RuleVersion).order_by(col(RuleVersion.id))).all())


def checked(store: RuleStore, kind: RuleKind, key: str, content: dict[str, Any] | None) -> None:
    """That a version can be used with everything else. Raises RuleEditError."""
    if not key or len(key) > 60:
        raise RuleEditError(mark("the identifier has 1 to 60 characters"))
    if content is None:
        if not store.of(kind, key):
            raise RuleEditError(mark("%(key)s was never edited here, so there is nothing to take back"), key=key)
        return
    if len(str(content)) > MAX_CONTENT:
        raise RuleEditError(mark("%(key)s: longer than %(most)s characters; shorten it"), key=key, most=MAX_CONTENT)
    try:
        match kind:
            case RuleKind.RULE:
                _check_rule(store, key, content)
            case RuleKind.DEFINITION:
                if not key.isupper() or set(content) != {"expression"}:
                    raise RuleEditError(
                        mark("%(key)s: a computed event has a name in capitals and an expression"), key=key
                    )
                RuleBook.model_validate(
                    _dumped(store) | {"definitions": store.definitions() | {key: content["expression"]}}
                )
            case RuleKind.LICENCE:
                if Licence.model_validate(content).spdx != key:
                    raise RuleEditError(mark("%(key)s: the row names another licence"), key=key)
    except ValidationError as error:
        raise RuleEditError(mark("%(key)s: %(reason)s"), key=key, reason=first_fault(error)) from error


def keep_edit(
    session: Session,
    viewer: Viewer,
    kind: RuleKind,
    key: str,
    content: dict[str, Any] | None,
    reason: str,
    now: dt.datetime,
    *,
    seen: int,
) -> RuleVersion:
    """Keep a new version of a rule, a computed event or a row of licences; None goes back to the workbench's own.

    `seen` is the number of the version that the person edited, 0 for the workbench's own. Raises RuleEditError,
    MatterError where the reason says nothing.
    """
    store = rule_store(session)
    checked(store, kind, key, content)
    versions = store.of(kind, key)
    if len(versions) != seen:
        raise RuleEditError(mark("%(key)s was edited meanwhile; look at it and edit again"), key=key)
    row = RuleVersion(
        kind=kind,
        key=key,
        version=seen + 1,
        content=content,
        reason=reason_given(reason),
        by_account=viewer.account_id,
        by=viewer.name,
        at=now,
    )
    session.add(row)
    session.flush()
    record(session, viewer, TrailAction.CHANGED, f"plan_{kind}", key, {"version": row.version}, at=now)
    return row


def rule_from_yaml(text: str) -> dict[str, Any]:
    """A rule as people type it, in the form of `rules.yaml`. Raises RuleEditError."""
    if len(text) > MAX_CONTENT:
        raise RuleEditError(mark("longer than %(most)s characters; split the rule"), most=MAX_CONTENT)
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RuleEditError(mark("not valid YAML: %(reason)s"), reason=yaml_fault(error)) from error
    if not isinstance(content, dict):
        raise RuleEditError(mark("write the fields of one rule, such as `holds: FF <= PUBLIC`"))
    return as_json(content)


def rule_to_yaml(rule: Rule) -> str:
    """A rule as people edit it."""
    content = rule.model_dump(by_alias=True, exclude_defaults=True, mode="json", exclude={"version"})
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def as_json(content: Mapping[Any, Any]) -> dict[str, Any]:
    """Days as text, so that the content can be kept as JSON."""
    # YAML reads a bare `on` as a yes.
    named = {"on" if key is True else str(key): value for key, value in content.items()}
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in named.items()}


def _check_rule(store: RuleStore, key: str, content: dict[str, Any]) -> None:
    rule = Rule.model_validate(content)
    if rule.id != key:
        raise RuleEditError(
            mark("%(key)s: the rule calls itself %(id)s; its identifier cannot be changed"), key=key, id=rule.id
        )
    if rule.version:
        raise RuleEditError(mark("%(key)s: the workbench counts versions itself; leave `version` out"), key=key)
    others = tuple(each for each in store.shipped.rules if each.id != key)
    book = RuleBook.model_validate(_dumped(store) | {"rules": (*others, rule)})
    sample = Plan(dt.date(2026, 1, 1), offices=frozenset(book.offices))
    nodes = {name: expressions.parse(text) for name, text in store.definitions().items()}
    scope = Scope(sample, ZoneInfo(NOWHERE.zone), NOWHERE.country, nodes, set())
    for text in (rule.when, rule.holds):
        try:
            expressions.truth(expressions.parse(text), scope)
        except (ExpressionError, OverflowError, RecursionError) as error:
            reason = error if isinstance(error, ExpressionError) else str(error)
            raise RuleEditError(mark("%(key)s: %(reason)s"), key=key, reason=reason) from error


def _dumped(store: RuleStore) -> dict[str, Any]:
    book = store.shipped
    return {"version": book.version, "definitions": book.definitions, "offices": book.offices, "rules": book.rules}


def _in_force(versions: Sequence[Rule], scope: Scope) -> Rule:
    """The newest version that holds on the day it is about; where none does, the newest, which then does not apply."""
    return next((each for each in reversed(versions) if _holds_then(each, scope)), versions[-1])


def _holds_then(rule: Rule, scope: Scope) -> bool:
    span = scope.event(rule.on)
    day = day_of(span.first) if span.first == span.last else None
    at = day or scope.plan.today
    return (rule.valid_from or dt.date.min) <= at <= (rule.valid_to or dt.date.max)


def changed_rules(store: RuleStore) -> Iterable[str]:
    """The identifiers of the rules that people edited or added."""
    return {row.key for row in store.versions if row.kind is RuleKind.RULE}
