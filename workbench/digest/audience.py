"""As whom a digest is composed: it says to its recipient only what the recipient may see in the workbench."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlmodel import Session

from workbench.digest.models import Edition, Recipient
from workbench.people import accounts
from workbench.people.gate import seen_by, viewer_of
from workbench.people.matters import open_matters
from workbench.people.permissions import Role
from workbench.people.tracks import tracks_of
from workbench.people.viewer import Viewer

_WITHOUT_ACCOUNT: Final = {Edition.DELEGATE: Role.DELEGATE, Edition.IP: Role.IP_ANALYST}


def reader_of(session: Session, recipient: Recipient) -> Viewer:
    """The recipient as a viewer: the account with the same address, else a person of the edition in no matter."""
    account = accounts.by_email(session, recipient.email)
    if account is None or account.id is None:
        return Viewer(None, recipient.name, frozenset({_WITHOUT_ACCOUNT[recipient.edition]}), email=recipient.email)
    return Viewer(
        account.id,
        account.name,
        accounts.roles_of(account) if account.active else frozenset(),
        open_matters(session, account.id),
        tracks_of(session, account.id),
        email=account.email,
    )


@contextmanager
def as_recipient(session: Session, recipient: Recipient) -> Iterator[None]:
    """See what the recipient sees; a viewer with walls who looks at another's digest keeps to his own."""
    if not viewer_of(session).unlimited:
        yield
        return
    reader = reader_of(session, recipient)
    with seen_by(session, reader):
        yield
