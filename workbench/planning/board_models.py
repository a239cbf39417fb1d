"""Tables of the constraint board: what people say of an asset under a regime, and of a track. Append-only."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlmodel import Field, SQLModel

from workbench.db import checked
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import needs
from workbench.people.viewer import Track
from workbench.planning.models import of_open_plan, plan_held

_READERS = needs(Permission.READ_PLANS)


class Standing(StrEnum):
    """What people say of an asset under a regime, on the evidence named; never the workbench."""

    OPEN = "open"
    ANSWERED = "answered"
    BARRED = "barred"
    NOT_CONCERNED = "not_concerned"


class Aspect(StrEnum):
    """The rows of the matrix of two tracks."""

    REGIME = "regime"
    HARDWARE = "hardware"
    MODEL_AND_DATA = "model_and_data"
    IP_DEFENCE = "ip_defence"
    PARTNERS = "partners"


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class BoardEntry(SQLModel, table=True):
    """What one person said of an asset under a regime of `board.toml`; of each pair the newest counts."""

    __tablename__ = "board_entry"

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    asset_id: int = Field(index=True, description="Of plan_asset; the words stay when the asset is taken out.")
    regime: str
    standing: Standing = Field(sa_type=checked(Standing))
    evidence: str
    as_of: dt.date = Field(description="The day on which the evidence was looked at.")
    by_account: int | None = None
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class TrackCell(SQLModel, table=True):
    """What a plan does on one track in one respect; of each pair the newest counts."""

    __tablename__ = "track_cell"

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    aspect: Aspect = Field(sa_type=checked(Aspect))
    track: Track = Field(sa_type=checked(Track))
    words: str
    by_account: int | None = None
    by: str
    at: dt.datetime
