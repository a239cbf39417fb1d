"""The sample's IP team looks after patents that no text needs: one is kept, of another an annuity day is typed."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlmodel import select

from workbench.db import Store
from workbench.people import accounts
from workbench.portfolio.choices import choose, type_annuity
from workbench.portfolio.models import Choice, PatentChoice

KEPT: Final = "US.99900003.B2"
REASON: Final = "SAMPLE: the same records are kept in a product of ours; see the list of products."
TYPED: Final = "EP.9990001.B1"
READ_IN: Final = "SAMPLE: letter of the annuity service"


def plant_choices(store: Store, at: dt.datetime) -> str:
    """A choice for one dormant patent and a near annuity of another, once; returns what was done, in words."""
    with store.write() as session:
        if session.exec(select(PatentChoice.id)).first() is not None:
            return "there already"
        account = accounts.by_email(session, "sample.analyst.b@example.org")
        if account is None:
            return "left out: the sample IP team is not there"
        viewer = accounts.viewer_of(account, None)
        choose(session, viewer, KEPT, Choice.KEEP, REASON, at, matter_id=None, seen=None)
        due = at.date() + dt.timedelta(days=45)
        type_annuity(session, viewer, TYPED, due, READ_IN, at, matter_id=None, seen=None)
        return "one kept, an annuity of another typed"
