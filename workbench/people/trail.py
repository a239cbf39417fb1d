"""The audit trail: who saw, changed, exported or sent what, when and from where; append-only and hash-chained.

Each entry holds the SHA-256 of its content and of the hash before it, so that an entry that was changed, taken out or
put in breaks the chain at its place. Triggers in the database refuse to change entries; the chain finds out who went
around them. The chain cannot tell a trail that was rewritten from some entry to its end by somebody who can compute
hashes: write the newest hash, which `workbench doctor` prints, down elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction, TrailEntry, TrailHead

START: Final = "0" * 64
_MAX_TEXT: Final = 1000
_VERIFIED_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Verification:
    """What the check of the chain found. `broken_at` is the number of the first entry that is wrong or missing."""

    entries: int
    head: str
    broken_at: int | None = None
    reason: str | None = None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def record(
    session: Session,
    viewer: Viewer,
    action: TrailAction,
    entity: str,
    key: object,
    details: Mapping[str, Any] | None = None,
    *,
    matter_id: int | None = None,
    at: dt.datetime | None = None,
) -> TrailEntry:
    """Write an entry in the transaction of what it tells of; the session is one of `Store.write()`.

    `details` are facts as JSON, never contents: no claim text, no score, no secret. An entry of a matter is shown to
    its members only.
    """
    head = session.get(TrailHead, 1)
    if head is None:
        head = TrailHead(entries=0, hash=START)
    entry = TrailEntry(
        id=head.entries + 1,
        at=(at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC),
        account_id=viewer.account_id,
        name=_plain(viewer.name),
        roles=sorted(viewer.roles),
        address=None if viewer.address is None else _plain(viewer.address),
        action=action.value,
        entity=_plain(entity),
        key=_plain(str(key)),
        matter_id=matter_id,
        details=_plain(dict(details or {})),
        previous=head.hash,
        hash="",
    )
    entry.hash = entry_hash(entry)
    head.entries, head.hash = entry.id, entry.hash
    session.add(entry)
    session.add(head)
    session.flush()
    return entry


def entry_hash(entry: TrailEntry) -> str:
    """The SHA-256 of an entry's content and of the hash before it, in hexadecimal."""
    content = entry.model_dump(exclude={"hash"}) | {"at": entry.at.astimezone(dt.UTC).isoformat()}
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def verify(session: Session) -> Verification:
    """Follow the chain from its first entry and say where it breaks. Needs a viewer who sees every entry."""
    last, previous = 0, START
    while True:
        page = select(TrailEntry).where(col(TrailEntry.id) > last).order_by(col(TrailEntry.id)).limit(_VERIFIED_AT_ONCE)
        entries = session.exec(page).all()
        if not entries:
            break
        for entry in entries:
            reason = None
            if entry.id != last + 1:
                reason = "it is missing"
            elif entry.previous != previous:
                reason = "it does not follow the entry before it"
            elif entry.hash != entry_hash(entry):
                reason = "its content is not what was written"
            if reason is not None:
                return Verification(last, previous, last + 1, reason)
            last, previous = entry.id, entry.hash
            session.expunge(entry)
    head = session.get(TrailHead, 1)
    told = (0, START) if head is None else (head.entries, head.hash)
    if told[0] > last:
        return Verification(last, previous, last + 1, "it is missing")
    if told != (last, previous):
        return Verification(last, previous, last, "it is not the one the trail ended with")
    return Verification(last, previous)


def _plain(value: Any) -> Any:
    """The value with every text fit for both databases: no NUL, no half characters, no endless length."""
    if isinstance(value, str):
        text = value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        return text.encode("utf-8", "replace").decode()[:_MAX_TEXT]
    if isinstance(value, dict):
        return {_plain(str(name)): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return _plain(str(value))
