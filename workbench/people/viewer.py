"""The viewer: for whom a session is opened, and therefore what it sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.people.permissions import Permission, Role, allows


class Track(StrEnum):
    """A side of the second wall: one company's work for two markets, by people who must not share it."""

    US_WEST = "us_west"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks. `matters` and `tracks` are those open to the person now, `address` is where from.

    `unlimited` viewers see every matter: the person of local mode, and the workbench itself. `scopes`, where they are
    set, are the only permissions that may be used of those the person holds: by a program, as its token says, or in
    a session without a second step.
    """

    account_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    matters: frozenset[int] = frozenset()
    tracks: frozenset[Track] = frozenset()
    address: str | None = None
    email: str | None = None
    unlimited: bool = field(default=False, kw_only=True)
    scopes: frozenset[Permission] | None = field(default=None, kw_only=True)

    @classmethod
    def local(cls, address: str | None = None) -> Viewer:
        """The one person of local mode: no account, all roles, every matter."""
        return cls(None, "local", frozenset(Role), frozenset(), frozenset(Track), address, unlimited=True)

    @classmethod
    def system(cls) -> Viewer:
        """The workbench itself: its jobs, and the command line of the person who runs it."""
        return cls(None, "system", frozenset(Role), frozenset(), frozenset(Track), unlimited=True)

    def may(self, permission: Permission) -> bool:
        """Whether one of the viewer's roles holds the permission, and the scopes, if there are any, leave it."""
        return allows(self.roles, permission) and (self.scopes is None or permission in self.scopes)
