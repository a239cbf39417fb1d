"""Who looks: people of each role in none, one, two and all of the matters, on either side of the tracks. Invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from tests.people.walled import add_account
from tests.web.seed import NOW
from workbench.people import accounts
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import MatterMember, Override, OverrideKind, TrackSide

WALLS: Final = (1, 2, 3)
TRACKS: Final = {1: Track.US_WEST, 2: Track.CHINA, 3: None}
"""The track of each matter."""


@dataclass(frozen=True)
class Person:
    """Somebody with an account: in these matters, on this side, cleared for the other one or not.

    `behind` are the matters that are open to him by that.
    """

    name: str
    role: Role
    member_of: tuple[int, ...] = ()
    side: Track | None = None
    cleared: Track | None = None

    @property
    def behind(self) -> tuple[int, ...]:
        return tuple(wall for wall in self.member_of if TRACKS[wall] in (None, self.side, self.cleared))


def _outsider(role: Role) -> Person:
    return Person(f"{role.value} in no matter", role)


def _in_one(number: int, role: Role) -> Person:
    wall = WALLS[number % len(WALLS)]
    return Person(f"{role.value} in matter {wall}", role, (wall,), TRACKS[wall])


OUTSIDERS: Final = tuple(_outsider(role) for role in Role)
IN_ONE: Final = tuple(_in_one(number, role) for number, role in enumerate(Role))
ACROSS: Final = (
    Person("counsel on the western side", Role.IP_COUNSEL, WALLS, Track.US_WEST),
    Person("counsel on the Chinese side", Role.IP_COUNSEL, WALLS, Track.CHINA),
    Person("counsel cleared for both sides", Role.IP_COUNSEL, (1, 2), Track.US_WEST, Track.CHINA),
)
IN_ALL: Final = Person("counsel in every matter", Role.IP_COUNSEL, WALLS, Track.US_WEST, Track.CHINA)
PEOPLE: Final = (*OUTSIDERS, *IN_ONE, *ACROSS, IN_ALL)


def add_person(session: Session, person: Person, matters: dict[int, int]) -> int:
    """The account of a person, with side, clearance and memberships; `matters` are the keys of the matters."""
    account = add_account(session, person.name.replace(" ", "."), person.role)
    if person.side is not None:
        session.add(TrackSide(account_id=account, track=person.side))
    if person.cleared is not None:
        session.add(
            Override(
                kind=OverrideKind.TRACK_CLEARANCE,
                account_id=account,
                track=person.cleared,
                reason="Works on both sides by agreement.",
                requested_by=account,
                requested_at=NOW,
                decided_by=account,
                decided_at=NOW,
                granted=True,
            )
        )
    for wall in person.member_of:
        session.add(MatterMember(matter_id=matters[wall], account_id=account, added_at=NOW))
    session.flush()
    return account


def viewer_of(session: Session, account_id: int) -> Viewer:
    """The person as the door lets him in."""
    return accounts.viewer_of(session.get_one(Account, account_id), "192.0.2.1")
