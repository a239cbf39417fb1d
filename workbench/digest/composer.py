"""Composes the digests of one cut. People with equal rights, edition, window and follow list share one selection."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, func, select

from scrapers.manifest import Manifest
from workbench.ballots.models import Follow
from workbench.ballots.rulebook import Rulebook
from workbench.db import key_of
from workbench.digest.audience import reader_for, rights_of
from workbench.digest.compose import ComposedMail, compose
from workbench.digest.duties import personal_duties
from workbench.digest.entries import Digest, DutyEntry
from workbench.digest.models import Edition, Language, Recipient
from workbench.digest.select import duty_entry, select_digest, with_entries
from workbench.digest.window import Cut, Reached, Window, earlier_cuts, reached_by, window_since
from workbench.people.gate import seen_by
from workbench.people.models import Account
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.settings import Settings


@dataclass(frozen=True)
class Press:
    """What every digest is composed with."""

    settings: Settings
    rules: Rulebook
    manifests: Mapping[str, Manifest]


@dataclass(frozen=True, slots=True)
class _Selection:
    """All that decides what a digest says. `rights` name nobody, and the gate is asked with just them."""

    rights: Viewer
    edition: Edition
    window: Window
    followed: frozenset[int] | None


class Composer:
    """Composes for many recipients within one session, that is, of one state of the store.

    What is shared is forgotten with the session, so that a wall that was moved meanwhile holds in the next one.
    """

    def __init__(self, session: Session, press: Press, at: dt.datetime, recipients: Collection[int]) -> None:
        self.session, self.press, self.at = session, press, at
        self.cuts = earlier_cuts(session, recipients)
        self._follows = follow_lists(session, recipients)
        self._readers: dict[int, Viewer] = {}
        self._windows: dict[tuple[Reached | None, Viewer | None], Window] = {}
        self._digests: dict[_Selection, Digest] = {}
        self._mails: dict[tuple[_Selection, Language], ComposedMail] = {}

    def earlier(self, recipient: Recipient) -> list[Cut]:
        """The cuts of the recipient's digests so far, oldest first."""
        return self.cuts.get((key_of(recipient), recipient.edition), [])

    def may_read(self, recipient: Recipient) -> bool:
        """Whether there is anything to tell at all: a closed account is told nothing."""
        return self._reader(recipient).may(Permission.READ_STANDARDS)

    def compose(self, recipient: Recipient) -> ComposedMail:
        """The digest of a recipient, with what the recipient may see. Writes nothing."""
        reader = self._reader(recipient)
        rights = rights_of(reader)
        selection = _Selection(
            rights,
            recipient.edition,
            self._window(reached_by(self.earlier(recipient)), rights),
            self._follows.get(key_of(recipient)),
        )
        settings, own = self.press.settings, self._own(reader, selection)
        if own:
            digest = with_entries(self._digest(selection), own, settings.digest_limit)
            made = compose(digest, language=recipient.language, settings=settings)
        else:
            key = (selection, recipient.language)
            if key not in self._mails:
                self._mails[key] = compose(self._digest(selection), language=recipient.language, settings=settings)
            made = self._mails[key]
        return replace(made, name=recipient.name, email=recipient.email)

    def _reader(self, recipient: Recipient) -> Viewer:
        key = key_of(recipient)
        if key not in self._readers:
            self._readers[key] = reader_for(self.session, recipient)
        return self._readers[key]

    def _own(self, reader: Viewer, selection: _Selection) -> list[DutyEntry]:
        """What nobody else with the same rights is told."""
        if selection.edition is not Edition.IP:
            return []
        today = self.at.astimezone(self.press.settings.zone).date()
        with seen_by(self.session, reader):
            return [duty_entry(each, today) for each in personal_duties(self.session, reader, self.press.rules, today)]

    def _window(self, reached: Reached | None, rights: Viewer) -> Window:
        if reached is not None:
            if (reached, None) not in self._windows:
                self._windows[reached, None] = window_since(self.session, reached, self.at)
            return self._windows[reached, None]
        # A first digest says from when on it tells, by the newest change: one that its reader may know of.
        if (None, rights) not in self._windows:
            with seen_by(self.session, rights):
                self._windows[None, rights] = window_since(self.session, None, self.at)
        return self._windows[None, rights]

    def _digest(self, selection: _Selection) -> Digest:
        if selection not in self._digests:
            settings = self.press.settings
            with seen_by(self.session, selection.rights):
                self._digests[selection] = select_digest(
                    self.session,
                    selection.edition,
                    selection.window,
                    rules=self.press.rules,
                    manifests=self.press.manifests,
                    zone=settings.zone,
                    limit=settings.digest_limit,
                    followed=selection.followed,
                )
        return self._digests[selection]


def follow_lists(session: Session, recipients: Collection[int]) -> dict[int, frozenset[int]]:
    """The work items that each recipient follows, by himself or with the account of the same address.

    Who follows none has no entry and is told of all.
    """
    found: dict[int, set[int]] = defaultdict(set)
    own = select(Follow.recipient_id, Follow.work_item_id).where(col(Follow.recipient_id).in_(recipients))
    account = (
        select(Recipient.id, Follow.work_item_id)
        .join(Account, col(Account.email) == func.lower(Recipient.email))
        .join(Follow, col(Follow.account_id) == Account.id)
        .where(col(Recipient.id).in_(recipients))
    )
    for recipient_id, item in (*session.exec(own), *session.exec(account)):
        if recipient_id is not None:
            found[recipient_id].add(item)
    return {recipient_id: frozenset(items) for recipient_id, items in found.items()}
