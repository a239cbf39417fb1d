"""Who declares: names are suggested to be one party, and are so only once a person has said it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.declarations.models import AliasState, Party, PartyAlias
from workbench.declarations.names import normal_name
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction


class AliasError(Exception):
    """A decision about a name is not possible; `str(error)` says why."""


class Parties:
    """Which party each name stands for, by the accepted aliases of one state of the store."""

    def __init__(self, session: Session) -> None:
        names = {key_of(party): party.name for party in session.exec(select(Party))}
        accepted = select(PartyAlias).where(col(PartyAlias.in_force), PartyAlias.state == AliasState.ACCEPTED)
        self._above = {alias.name: names[alias.party_id] for alias in session.exec(accepted)}

    def of(self, name: str) -> str:
        """The name of the party that a name stands for: its own where nobody said otherwise."""
        while name in self._above:
            name = self._above[name]
        return name

    def names(self, party: str, known: Iterable[str]) -> list[str]:
        """Those of the known names that stand for a party."""
        return [name for name in known if self.of(name) == party]

    @property
    def merged(self) -> Mapping[str, str]:
        """Each name that was accepted as another name, and the party's name it stands for."""
        return {name: self.of(name) for name in self._above}


def keep_party(session: Session, name: str, at: dt.datetime) -> Party:
    """The party of a name as a register writes it; a new one brings a suggestion if it is like others.

    It is suggested for the party of that normal name that was known first.
    """
    found = session.exec(select(Party).where(Party.name == name)).one_or_none()
    if found is not None:
        return found
    normal = normal_name(name)
    party = Party(name=name, normal_name=normal, first_seen=at)
    like = select(Party).where(Party.normal_name == normal).order_by(col(Party.id))
    first = session.exec(like).first() if normal else None
    session.add(party)
    session.flush()
    if first is not None:
        session.add(PartyAlias(party_id=key_of(first), name=name, state=AliasState.SUGGESTED, said_at=at))
        session.flush()
    return party


def decide_alias(session: Session, alias_id: int, state: AliasState, viewer: Viewer, at: dt.datetime) -> PartyAlias:
    """A person accepts or rejects that a name is another name of a party; a decision there was gets a successor.

    Raises AliasError where the viewer may not, where the suggestion is gone or was decided by somebody else meanwhile,
    where the name is accepted for another party already, and where both names are one party already.
    """
    if not viewer.may(Permission.EDIT_PARTIES):
        raise AliasError("deciding about names needs a role that edits parties; ask an IP analyst or counsel")
    alias = session.get(PartyAlias, alias_id)
    if alias is None or not alias.in_force:
        raise AliasError("somebody decided about this name meanwhile; look at the list again")
    if state is AliasState.SUGGESTED:
        raise AliasError("a person accepts or rejects; only the workbench suggests")
    if alias.state is state:
        return alias
    party = session.get_one(Party, alias.party_id)
    if state is AliasState.ACCEPTED:
        parties = Parties(session)
        if alias.name in parties.merged:
            raise AliasError(f"{alias.name} is accepted as a name of {parties.of(alias.name)}; reject that first")
        if parties.of(party.name) == alias.name:
            raise AliasError(f"{party.name} is accepted as a name of {alias.name}; reject that first")
    alias.in_force = False
    session.add(alias)
    session.flush()
    decision = PartyAlias(
        party_id=alias.party_id,
        name=alias.name,
        state=state,
        said_by=viewer.name,
        account_id=viewer.account_id,
        said_at=at,
        replaces_id=alias.id,
    )
    session.add(decision)
    session.flush()
    details = {"name": alias.name, "party": party.name, "state": state.value}
    record(session, viewer, TrailAction.DECIDED, "party_alias", key_of(decision), details, at=at)
    return decision
