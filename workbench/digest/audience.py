"""As whom a digest is composed: it says to its recipient only what the recipient may see in the workbench."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlmodel import Session

from workbench.digest.models import Edition, Recipient
from workbench.people import accounts
from workbench.people.gate import viewer_of
from workbench.people.matters import open_matters
from workbench.people.permissions import Role
from workbench.people.tracks import tracks_of
from workbench.people.viewer import Viewer

_OF_LOCAL_MODE: Final = {Edition.DELEGATE: Role.DELEGATE, Edition.IP: Role.IP_ANALYST}


def reader_of(session: Session, recipient: Recipient) -> Viewer:
    """The recipient as a viewer: the account with the same address, else somebody who may read standards only.

    In local mode, where nobody has an account and whoever chooses the recipients sees everything, it is a person of the
    edition in no matter.
    """
    account = accounts.by_email(session, recipient.email)
    if account is None or account.id is None:
        role = Role.READER if accounts.exist(session) else _OF_LOCAL_MODE[recipient.edition]
        return Viewer(None, recipient.name, frozenset({role}), email=recipient.email)
    return Viewer(
        account.id,
        account.name,
        accounts.roles_of(account) if account.active else frozenset(),
        open_matters(session, account.id),
        tracks_of(session, account.id),
        email=account.email,
    )


def reader_for(session: Session, recipient: Recipient) -> Viewer:
    """As whom a digest is shown: a viewer with walls who looks at another's digest keeps to his own."""
    viewer = viewer_of(session)
    return reader_of(session, recipient) if viewer.unlimited else viewer


def rights_of(reader: Viewer) -> Viewer:
    """The same rights without the person, so that what is selected for one is true for all who have them.

    Rules that ask who somebody is find nobody, and show less.
    """
    return replace(reader, account_id=None, name="", address=None, email=None)
