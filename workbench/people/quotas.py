"""How much one person may upload in a day: files and bytes, as the settings say (ASVS 4.0.3, 12.1.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.people.models import UploadDay
from workbench.settings import Settings

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """A quota would be passed: what it is, what was uploaded today, and how long until the next day begins."""

    files: int
    size: int
    most_files: int
    most_size: int
    wait: dt.timedelta


def take(
    session: Session, settings: Settings, account_id: int, files: int, size: int, now: dt.datetime
) -> Spent | None:
    """Count an upload of so many files and bytes, or say that it would be too much; then nothing is counted."""
    here = now.astimezone(settings.zone)
    day = here.date()
    session.execute(sa.delete(UploadDay).where(col(UploadDay.account_id) == account_id, col(UploadDay.day) < day))
    row = session.get(UploadDay, (account_id, day)) or UploadDay(account_id=account_id, day=day, files=0, size=0)
    most = settings.upload_daily_files, settings.upload_daily_megabytes * MEGABYTE
    if row.files + files > most[0] or row.size + size > most[1]:
        tomorrow = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), settings.zone)
        return Spent(row.files, row.size, *most, tomorrow.astimezone(dt.UTC) - now)
    row.files += files
    row.size += size
    session.add(row)
    return None
