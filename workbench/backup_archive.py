"""The file of a backup: a ZIP file whose `backup.json` lists every other member with its size and SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT: Final = 1
DATABASE: Final = "database.sqlite"
MANIFEST: Final = "backup.json"
MAX_MANIFEST_BYTES: Final = 256 * 1024 * 1024
_PIECE: Final = 1 << 20
_COMPRESSED: Final = (".gz", ".zip", ".onnx", ".safetensors")
_MEMBER: Final = re.compile(r"(database\.sqlite|tables/\w+\.copy|(snapshots|mails|models)(/[^/\\\x00-\x1f]+)+)\Z")


class BackupError(Exception):
    """A backup can't be made or brought back; `str(error)` says why and what to do."""


class Member(BaseModel):
    """A file of the archive; `size` in bytes, `sha256` in hexadecimal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What an archive holds. `tables` names the columns of each table where the database was PostgreSQL."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    version: str
    made_at: dt.datetime
    dialect: str
    revision: str
    tables: dict[str, list[str]]
    files: dict[str, Member]


class Archive:
    """Writes members and remembers their hashes."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: dict[str, Member] = {}

    def add(self, name: str, content: Iterable[bytes]) -> None:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if name.endswith(_COMPRESSED) else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._file.open(entry, "w", force_zip64=True) as member:
            for piece in content:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[name] = Member(size=size, sha256=digest.hexdigest())

    def add_folder(self, name: str, folder: Path) -> None:
        """Every file below a folder, but for those that are still being written."""
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.suffix == ".part":
                continue
            member = f"{name}/{path.relative_to(folder).as_posix()}"
            if not _MEMBER.match(member):
                raise BackupError(f"{path}: its name could not be brought back; rename or remove it")
            self.add(member, pieces(path))


def private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read; one left by an attempt before is thrown away."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def unpack(source: Path, folder: Path) -> Manifest:
    """Everything of the archive, checked, in this folder. Raises BackupError."""
    try:
        with zipfile.ZipFile(source) as packed:
            manifest = _manifest(source, packed)
            _check_members(source, packed, manifest)
            needed = sum(each.size for each in manifest.files.values())
            if needed > (free := shutil.disk_usage(folder).free):
                raise BackupError(f"{source}: unpacked it has {needed:,} bytes, {folder} has room for {free:,}")
            for name, member in manifest.files.items():
                _extract(source, packed, name, member, folder / name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BackupError(f"{source}: is no backup or was damaged ({error}); use another copy") from error
    return manifest


def _manifest(source: Path, packed: zipfile.ZipFile) -> Manifest:
    try:
        entry = packed.getinfo(MANIFEST)
        if entry.file_size > MAX_MANIFEST_BYTES:
            raise BackupError(f"{source}: its {MANIFEST} is larger than {MAX_MANIFEST_BYTES:,} bytes; it is no backup")
        manifest = Manifest.model_validate_json(packed.read(entry))
    except KeyError as error:
        raise BackupError(f"{source}: has no {MANIFEST}; it is no backup of the workbench") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BackupError(f"{source}: {MANIFEST}: {place}: {first['msg']}; it was changed or damaged") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{source}: format {manifest.format} is not known here; use version {manifest.version}")
    return manifest


def _check_members(source: Path, packed: zipfile.ZipFile, manifest: Manifest) -> None:
    names = [entry.filename for entry in packed.infolist()]
    if sorted(names) != sorted([*manifest.files, MANIFEST]):
        odd = sorted(set(names) ^ {*manifest.files, MANIFEST}) or ["a name given twice"]
        raise BackupError(f"{source}: its list and its content differ ({odd[0]!r}); it was changed or damaged")
    database = {DATABASE} if manifest.dialect == "sqlite" else {f"tables/{name}.copy" for name in manifest.tables}
    for name in manifest.files:
        parts = name.split("/")
        foreign = not name.startswith(("snapshots/", "mails/", "models/")) and name not in database
        if not _MEMBER.match(name) or foreign or {".", ".."} & set(parts):
            raise BackupError(f"{source}: {name!r} is no name a backup may hold; it was changed")
    if missing := sorted(database - manifest.files.keys()):
        raise BackupError(f"{source}: {missing[0]} is missing; it was changed or damaged")


def _extract(source: Path, packed: zipfile.ZipFile, name: str, member: Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with packed.open(name) as packed_file, target.open("wb") as file:
        while piece := packed_file.read(_PIECE):
            size += len(piece)
            if size > member.size:
                break
            digest.update(piece)
            file.write(piece)
    if size != member.size or digest.hexdigest() != member.sha256:
        raise BackupError(f"{source}: {name} is not what was written; the file was changed or damaged")
