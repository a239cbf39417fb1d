"""What one person may upload in a day."""

from __future__ import annotations

import datetime as dt

from tests.people.conftest import NOW, add
from workbench.db import Store
from workbench.people import quotas
from workbench.people.permissions import Role

MORNING = NOW.replace(hour=0)  # nine o'clock in Tokyo


def test_files_and_bytes_are_counted_by_person_until_the_next_day(store: Store) -> None:
    admin = add(store, "admin@example.org", Role.ADMINISTRATOR)
    dana = add(store, "dana@example.org", Role.DELEGATE)
    settings = store.settings.model_copy(update={"upload_daily_files": 3, "upload_daily_megabytes": 1})

    def take(who: int, files: int, size: int, now: dt.datetime = MORNING) -> quotas.Spent | None:
        with store.write() as session:
            return quotas.take(session, settings, who, files, size, now)

    assert take(dana, 2, 900_000) is None
    refused = take(dana, 1, 100_001)
    assert refused == quotas.Spent(2, 900_000, 3, 1_000_000, dt.timedelta(hours=15))
    assert take(dana, 1, 100_000) is None, "what was refused was not counted"
    assert take(dana, 1, 0) is not None
    assert take(admin, 1, 1_000_000) is None, "each person has a quota"
    assert take(dana, 3, 0, MORNING + dt.timedelta(hours=15)) is None, "midnight in the zone of the settings"
