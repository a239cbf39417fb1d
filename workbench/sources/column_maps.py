"""Column maps saved under a name, and tables that somebody uploads to try a map on."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError
from sqlmodel import Session, col, select

from scrapers.errors import UnreadableFileError
from scrapers.patents import ColumnMap, load_map
from scrapers.patents.tables import OLE, ZIP, is_xlsx, looks_like_csv, rows_of
from workbench.db import Store
from workbench.settings import Settings
from workbench.sources.models import SavedColumnMap

MAX_UPLOAD: Final = 32 * 1024 * 1024
MAX_NAME: Final = 100
KEPT_FOR: Final = dt.timedelta(days=2)
"""So long an upload waits for being imported."""
_HEAD: Final = 64 * 1024
_PIECE: Final = 256 * 1024
_TOKEN_BYTES: Final = 16


def save_map(store: Store, column_map: ColumnMap, *, by: str | None, at: dt.datetime) -> SavedColumnMap:
    """Save a map under its name; a map that has the name already is replaced."""
    with store.write() as session:
        row = session.exec(select(SavedColumnMap).where(SavedColumnMap.name == column_map.name)).first()
        content = column_map.model_dump(mode="json")
        if row is None:
            row = SavedColumnMap(name=column_map.name, content=content, saved_at=at)
        row.content, row.saved_at, row.saved_by = content, at, by
        session.add(row)
        session.flush()
        return row


def saved_maps(session: Session) -> Sequence[SavedColumnMap]:
    """All saved maps, by name."""
    return session.exec(select(SavedColumnMap).order_by(col(SavedColumnMap.name))).all()


def map_named(session: Session, name: str) -> ColumnMap | None:
    """The saved map of a name; None where there is none. Raises UnreadableFileError where it is no map any more."""
    row = session.exec(select(SavedColumnMap).where(SavedColumnMap.name == name)).first()
    if row is None:
        return None
    try:
        return ColumnMap.model_validate(row.content)
    except ValidationError as error:
        raise UnreadableFileError(f"the saved column map {name!r} is no longer one; save it again") from error


def find_map(session: Session, name_or_file: str) -> ColumnMap:
    """The map in a file, else the saved one of that name. Raises UnreadableFileError where there is neither."""
    path = Path(name_or_file)
    if path.is_file():
        return load_map(path)
    found = map_named(session, name_or_file)
    if found is None:
        known = ", ".join(row.name for row in saved_maps(session)) or "none yet"
        raise UnreadableFileError(f"{name_or_file}: is neither a file nor a saved column map; saved are: {known}")
    return found


class Uploads:
    """Tables that wait for being imported: each in a folder of its own, named by a secret, under its own name."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.home / "uploads"

    def keep(self, stream: IO[bytes], name: str, now: dt.datetime) -> str:
        """Keep an upload; returns its token. Older ones that were never imported are thrown away.

        Raises UnreadableFileError, one line, where it is larger than MAX_UPLOAD or no table by its content.
        """
        self._forget_old(now)
        token = secrets.token_hex(_TOKEN_BYTES)
        folder = self.root / token
        folder.mkdir(parents=True)
        path = folder / plain_name(name)
        try:
            size = 0
            with path.open("wb") as file:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    if size > MAX_UPLOAD:
                        raise UnreadableFileError(
                            f"{path.name}: larger than the limit of {MAX_UPLOAD:,} bytes; "
                            "split it, or import it on the command line"
                        )
                    file.write(piece)
            _check_is_table(path)
        except UnreadableFileError:
            shutil.rmtree(folder)
            raise
        return token

    def path(self, token: str) -> Path | None:
        """The file of a token; None where there is none, or no longer."""
        if len(token) != 2 * _TOKEN_BYTES or not set(token) <= set("0123456789abcdef"):
            return None
        folder = self.root / token
        return next(folder.iterdir(), None) if folder.is_dir() else None

    def forget(self, token: str) -> None:
        """Throw an upload away."""
        path = self.path(token)
        if path is not None:
            shutil.rmtree(path.parent)

    def _forget_old(self, now: dt.datetime) -> None:
        limit = (now - KEPT_FOR).timestamp()
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if folder.stat().st_mtime < limit:
                shutil.rmtree(folder, ignore_errors=True)


def first_rows(path: Path, count: int) -> list[tuple[int, list[str]]]:
    """The first rows of a table with their numbers. Raises UnreadableFileError."""
    return list(itertools.islice(rows_of(path), count))


def _check_is_table(path: Path) -> None:
    """Judge by content, whatever the name and the type that came with it say."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(OLE) or (head.startswith(ZIP) and is_xlsx(path)):
        first_rows(path, 1)
        return
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")
    markup = text.lstrip()[:1] in ("<", "{", "%") or "\x00" in text or head.startswith(b"PK")
    if markup or not (looks_like_csv(text) or "\t" in text or "," in text or ";" in text):
        raise UnreadableFileError(f"{path.name}: is no table by its content; upload CSV, XLSX or XLS")
    first_rows(path, 1)


def plain_name(name: str) -> str:
    """The last part of a name without what a file system or a terminal could take for more than a name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(character for character in last if character.isprintable()).strip(". ")
    return plain[-MAX_NAME:] or "table"
