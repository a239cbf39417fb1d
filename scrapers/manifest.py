"""What a source says about itself: `manifest.toml` in its folder."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scrapers.errors import SourceError
from scrapers.fetching import DEFAULT_MAX_BYTES, DEFAULT_TOTAL_TIMEOUT, Limits


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectations(_Part):
    """What a run must satisfy before anything of it is believed.

    `counts` names the record type that is counted, `minimum` the fewest of them, `maximum_drop_percent` how many
    fewer than in the last believed run are accepted.
    """

    counts: str = "WorkItem"
    minimum: Annotated[int, Field(ge=0)] = 1
    maximum_drop_percent: Annotated[int, Field(ge=0, le=100)] = 20


class Requests(_Part):
    """How politely the source is asked: seconds between requests, requests at once, bytes and seconds of a body.

    `obey_robots` may be false only where the source needs credentials; see `scrapers.fetching.Limits`.
    """

    interval_seconds: Annotated[float, Field(gt=0)] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=8)] = 1
    max_bytes: Annotated[int, Field(gt=0)] = DEFAULT_MAX_BYTES
    total_timeout_seconds: Annotated[float, Field(gt=0)] = DEFAULT_TOTAL_TIMEOUT
    obey_robots: bool = True

    def limits(self) -> Limits:
        """The same as limits of a fetcher."""
        return Limits(
            interval=self.interval_seconds,
            concurrency=self.concurrency,
            max_bytes=self.max_bytes,
            total_timeout=self.total_timeout_seconds,
            obey_robots=self.obey_robots,
        )


class Registration(_Part):
    """The credentials that a source needs, by the names the settings give them, and where one registers for them."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    register_url: str


class Manifest(_Part):
    """The manifest of a source.

    `urls` are named addresses or templates (`{id}`) of the source. `complete` is true where a run lists everything
    that the source has, so that an absence means "removed". `frequency` is how often the publisher updates, in words.
    `allowances` are numbers that the publisher announces, such as requests a minute: data, edited when they change.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    publisher: str
    homepage: str
    urls: dict[str, str]
    allowed_hosts: tuple[str, ...]
    licence: str
    attribution: str
    frequency: str
    complete: bool
    stale_after_days: Annotated[int, Field(gt=0)]
    expectations: Expectations = Expectations()
    requests: Requests = Requests()
    credentials: Registration | None = None
    allowances: dict[str, Annotated[int, Field(gt=0)]] = {}

    @model_validator(mode="after")
    def _robots_are_obeyed_without_registration(self) -> Manifest:
        if self.credentials is None and not self.requests.obey_robots:
            raise ValueError("requests.obey_robots is false, which only a source with credentials may say")
        return self

    @model_validator(mode="after")
    def _urls_are_allowed(self) -> Manifest:
        for name, url in self.urls.items():
            if urlsplit(url).hostname not in self.allowed_hosts:
                raise ValueError(f"urls.{name} is at a host that allowed_hosts does not name")
        return self


def read_manifest(file: Traversable) -> Manifest:
    """Read and check a manifest. Raises SourceError naming the file and what is wrong with it."""
    try:
        return Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise SourceError(f"{file} is no valid manifest: {error}") from error
