"""Answer requests from a folder of recorded bodies; the network is never used.

`index.json` maps a relative path to `{url, http_status, content_type, recorded_at, headers?, location?}`. Where several
recordings share a URL, the newest one not after the as-of day answers. A key that names no file stands for an answer
without a body, such as a redirect.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from scrapers.addresses import redirect_target
from scrapers.errors import FetchError, TooLargeError
from scrapers.fetching import MAX_REDIRECTS, REDIRECT_STATUSES, Request, Response
from scrapers.refusals import SAMPLE_BYTES, check_usable

MAX_INDEX_BYTES = 16 * 1024 * 1024
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


class _Entry(BaseModel):
    """An entry of index.json; what else a recorder noted is ignored."""

    model_config = ConfigDict(extra="ignore")

    url: str
    recorded_at: str
    http_status: int | None = None
    content_type: str | None = None
    headers: dict[str, str] = {}
    location: str | None = None


@dataclass(frozen=True, slots=True)
class _Recording:
    url: str
    status: int
    headers: dict[str, str]
    body: Path | None
    recorded_at: dt.datetime


class ReplayFetcher:
    """Answers as the publisher did on the `as_of` day, the whole of it; without one, as last recorded.

    `now` is the clock of such a run: the as-of day at 00:00 UTC, or the time of the newest recording.
    Raises FetchError where the folder has no valid index.json.
    """

    def __init__(self, folder: Path, as_of: dt.date | None = None) -> None:
        recordings = _read_index(folder)
        if not recordings:
            raise FetchError(f"{folder / 'index.json'} lists no recordings; expected at least one")
        self.now = (
            dt.datetime.combine(as_of, dt.time(), dt.UTC)
            if as_of is not None
            else max(recording.recorded_at for recording in recordings)
        )
        self._folder = folder
        self._as_of = as_of
        self._slept = 0.0
        self._answers: dict[str, _Recording] = {}
        for recording in sorted(recordings, key=lambda each: each.recorded_at):
            if as_of is None or recording.recorded_at.date() <= as_of:
                self._answers[recording.url] = recording

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        """Get the recorded body. Raises as the network would: FetchError, RefusedError, TooLargeError."""
        del head_first  # a replay has no earlier body to compare with
        recording = self._follow(url)
        sample = b""
        if recording.body is not None:
            size = recording.body.stat().st_size
            if max_bytes is not None and size > max_bytes:
                raise TooLargeError(f"{url}: the recorded body has {size} bytes, at most {max_bytes} are read")
            with recording.body.open("rb") as file:
                sample = file.read(SAMPLE_BYTES)
        check_usable(recording.url, recording.status, recording.headers, sample)
        # The default for HEAD is left out here: it must not be kept as a validator of a body the publisher never dated.
        return self._response(url, recording, recording.body, recording.headers)

    def head(self, url: str) -> Response:
        """Get the recorded headers; `Last-Modified` is the time of recording where none was recorded."""
        recording = self._follow(url)
        check_usable(recording.url, recording.status, recording.headers, b"")
        recorded = {"last-modified": format_datetime(recording.recorded_at, usegmt=True)}
        return self._response(url, recording, None, recorded | recording.headers)

    def ask(self, request: Request) -> Response:
        """The recorded answer of the address, of whatever status; headers and form of the request play no part."""
        recording = self._follow(request.url)
        return self._response(request.url, recording, recording.body, recording.headers)

    def time(self) -> dt.datetime:
        """The clock of the run."""
        return self.now

    def monotonic(self) -> float:
        """Grows by what was slept."""
        return self._slept

    def sleep(self, seconds: float) -> None:
        """Wait for nothing: nobody is asked."""
        self._slept += seconds

    def _response(self, url: str, recording: _Recording, body: Path | None, headers: dict[str, str]) -> Response:
        return Response(url, recording.url, recording.status, headers, body, recording.recorded_at)

    def _follow(self, url: str) -> _Recording:
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            recording = self._answers.get(url)
            if recording is None:
                day = f" on or before {self._as_of}" if self._as_of else ""
                raise FetchError(f"{url}: not recorded in {self._folder}{day}, so the replay can't connect")
            if recording.status not in REDIRECT_STATUSES:
                return recording
            url = redirect_target(url, recording.headers.get("location", ""))
        raise FetchError(f"{asked}: more than {MAX_REDIRECTS} redirects, the last to {url}; nothing was read")


def _read_index(folder: Path) -> list[_Recording]:
    path = folder / "index.json"
    try:
        if path.stat().st_size > MAX_INDEX_BYTES:
            raise FetchError(f"{path} has more than {MAX_INDEX_BYTES} bytes; it can't be an index of recordings")
        entries = TypeAdapter(dict[str, _Entry]).validate_json(path.read_bytes())
    except OSError as error:
        raise FetchError(
            f"{path} can't be read ({error.strerror}); --replay expects a folder with index.json"
        ) from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise FetchError(f"{path} is no index of recordings: {error}") from error
    return [_recording(folder, name, entry) for name, entry in entries.items()]


def _recording(folder: Path, name: str, entry: _Entry) -> _Recording:
    where = f"{folder / 'index.json'}, entry {name!r}"
    match = _DATE.search(entry.recorded_at)
    try:
        recorded_at = dt.datetime.fromisoformat(entry.recorded_at)
    except ValueError:
        try:
            year, month, day = match.groups() if match is not None else ("", "", "")
            recorded_at = dt.datetime(int(year), int(month), int(day or 1), tzinfo=dt.UTC)
        except ValueError as error:
            raise FetchError(f"{where}: recorded_at {entry.recorded_at!r} names no date such as 2024-02-02") from error
    recorded_at = recorded_at.astimezone(dt.UTC) if recorded_at.tzinfo else recorded_at.replace(tzinfo=dt.UTC)

    body = (folder / name).resolve()
    if not body.is_relative_to(folder.resolve()):
        raise FetchError(f"{where}: the path leaves the folder; expected one inside it")
    headers = {key.lower(): value for key, value in entry.headers.items()}
    if entry.content_type:
        headers.setdefault("content-type", entry.content_type)
    if entry.location:
        headers.setdefault("location", entry.location)
    has_body = body.is_file()
    status = entry.http_status
    if status is None:
        if not has_body:
            raise FetchError(f"{where}: names neither a file nor an http_status; expected one of them")
        status = 200
    if status == 200 and not has_body:
        raise FetchError(f"{where}: the recorded file is missing")
    return _Recording(entry.url, status, headers, body if has_body else None, recorded_at)
