"""Tables of how sources and imports are set up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class SavedColumnMap(SQLModel, table=True):
    """A column map that somebody saved under a name; `content` is the map itself (`scrapers.column_maps`)."""

    __tablename__ = "column_map"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    content: dict[str, Any] = Field(sa_type=sa.JSON)
    saved_at: dt.datetime
    saved_by: str | None = None
