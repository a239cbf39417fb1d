"""What a source says about itself: `manifest.toml` in its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scrapers.addresses import host_of
from scrapers.errors import SourceError
from scrapers.fetching import DEFAULT_MAX_BYTES, DEFAULT_TOTAL_TIMEOUT, Limits


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectations(_Part):
    """What a run must satisfy before anything of it is believed.

    `counts` names the record type that is counted, `minimum` the fewest of them, `maximum_drop_percent` how many
    fewer than in the last believed run are accepted. `required` are fields (`Publication.kind`) that most records of
    the type must hold.
    """

    counts: str = "WorkItem"
    minimum: Annotated[int, Field(ge=0)] = 1
    maximum_drop_percent: Annotated[int, Field(ge=0, le=100)] = 20
    required: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]*\.[a-z_]+$")], ...] = ()


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
    `addresses_from` names the option in which people list addresses of their own, whose hosts may be asked too.
    `overlap_days` is how many days before the end of its last reading a watch is read again, for what came in late.
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
    addresses_from: str | None = None
    overlap_days: Annotated[int, Field(ge=0)] = 14

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

    def hosts(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The hosts that a run with these options may ask: those named here, and those of people's own addresses."""
        listed = options.get(self.addresses_from, ()) if self.addresses_from else ()
        return (*self.allowed_hosts, *(host_of(_address(each)) for each in listed))


def _address(each: Any) -> str:
    """The address of a record with a `url`, or of a mapping with `url` or `address`."""
    return str(each.get("url") or each.get("address")) if isinstance(each, Mapping) else str(each.url)


def read_manifest(file: Traversable) -> Manifest:
    """Read and check a manifest. Raises SourceError naming the file and what is wrong with it."""
    try:
        return Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise SourceError(f"{file} is no valid manifest: {error}") from error
