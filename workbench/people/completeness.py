"""Refuses a number or list that would be wrong because rows it depends on are hidden from who asks.

What lies in a matter is hidden by design, and counts for nothing; a permission that somebody lacks is told instead.
"""

from __future__ import annotations

from sqlmodel import Session

from workbench.i18n import ToldError, mark
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission


class IncompleteError(ToldError):
    """What is asked for would be wrong without rows that the viewer may not see.

    `missing` is a permission that shows them, `remedy` another way, in the catalogues, where there is one.
    """

    def __init__(self, missing: Permission, remedy: str | None = None) -> None:
        message = mark(
            "this would be wrong without rows that you may not see; it needs the permission “%(permission)s” as well"
        )
        values: dict[str, object] = {"permission": missing.value}
        if remedy is not None:
            message = mark(
                "this would be wrong without rows that you may not see; it needs the permission “%(permission)s” "
                "as well, or %(remedy)s"
            )
            values["remedy"] = ToldError(remedy)
        super().__init__(message, **values)
        self.missing = missing


def need_all(session: Session, *permissions: Permission, remedy: str | None = None) -> None:
    """Raise IncompleteError where the session's viewer lacks one of the permissions."""
    viewer = viewer_of(session)
    for each in permissions:
        if not viewer.may(each):
            refuse(each, remedy)


def refuse(missing: Permission, remedy: str | None = None) -> None:
    """Raise IncompleteError."""
    raise IncompleteError(missing, remedy)
