"""Rules of the gate that any area may use: by permission, by matter, and by what was read in a walled run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from workbench.people.gate import Rule, private
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer


def needs(*permissions: Permission) -> Rule:
    """Only who holds one of the permissions sees any row."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        del model
        return sa.true() if any(viewer.may(each) for each in permissions) else sa.false()

    return rule


def needs_what_it_says(column: str = "permission") -> Rule:
    """A row that names a permission is seen by who holds it."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        held = [each.value for each in Permission if viewer.may(each)]
        named = getattr(model, column)
        return sa.or_(named.is_(None), named.in_(held))

    return rule


def in_matter(column: str = "matter_id") -> Rule:
    """A row of a matter is seen by the members of the matter; a row of none is not walled by this rule."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        return in_open_matter(getattr(model, column), viewer)

    return rule


def member_or(permission: Permission, column: str = "matter_id") -> Rule:
    """A row of a matter is seen by its members and by who holds the permission."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        named = getattr(model, column)
        return sa.true() if viewer.may(permission) else sa.cast(named.in_(sorted(viewer.matters)), sa.Boolean)

    return rule


def own_or(*permissions: Permission, column: str = "account_id") -> Rule:
    """A row about a person is seen by that person and by who holds one of the permissions."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        if any(viewer.may(each) for each in permissions):
            return sa.true()
        own = sa.false() if viewer.account_id is None else getattr(model, column) == viewer.account_id
        return sa.cast(own, sa.Boolean)

    return rule


def in_open_matter(column: Any, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Whether a column names no matter, or one that is open to the viewer."""
    return sa.or_(column.is_(None), column.in_(sorted(viewer.matters)))


def of_open_run(column: str = "run_id") -> Rule:
    """A row that a run wrote is seen by who sees the run."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        run = private("run")
        held = [each.value for each in Permission if viewer.may(each)]
        walled = sa.or_(
            run.c.permission.is_not(None) & run.c.permission.not_in(held),
            run.c.matter_id.is_not(None) & run.c.matter_id.not_in(sorted(viewer.matters)),
        )
        named = getattr(model, column)
        return sa.or_(named.is_(None), named.not_in(sa.select(run.c.id).where(walled)))

    return rule


def matter_held(matter: Any) -> sa.ColumnElement[bool]:
    """Whether the matter that a column names is under legal hold."""
    held = private("matter")
    return sa.and_(matter.is_not(None), matter.in_(sa.select(held.c.id).where(held.c.held_since.is_not(None))))
