"""Runs of a source against an office, as the workbench makes them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapers.context import Context
from scrapers.errors import SourceError
from scrapers.fetching import Response
from scrapers.http import HttpFetcher
from scrapers.manifest import Manifest
from scrapers.records import Record
from scrapers.registry import sources
from tests.scrapers.patent_offices.server import FakeClock, Office

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
START = FakeClock().seconds


class Run:
    """One run: its context, the error that ended it if any, and the snapshots kept."""

    def __init__(self, context: Context, error: SourceError | None, snapshots: Mapping[str, bytes]) -> None:
        self.context, self.error, self.snapshots = context, error, snapshots

    @property
    def records(self) -> list[Record]:
        return [each.record for each in self.context.records]

    def keys(self) -> Counter[str]:
        """Every record with all that it says, counted; addresses of the server apart."""
        return Counter(f"{type(record).__name__} {_plain(record)}" for record in self.records)

    def said(self) -> str:
        """All that anybody may read of the run."""
        records = " ".join(map(_plain, self.records))
        snapshots = " ".join(self.snapshots)
        return " ".join([*self.context.warnings, str(self.error), repr(self.error), records, snapshots])


def _plain(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json", exclude_unset=True), sort_keys=True, ensure_ascii=False)


def run(name: str, office: Office, clock: FakeClock, **options: Any) -> Run:
    """Run a source against an office; an error of the source is kept, not raised. `allowances` replace those it has."""
    source = sources()[name]
    manifest = _moved(source.manifest, office, options.pop("allowances", {}))
    limits = replace(manifest.requests.limits(), read_timeout=1.0, total_timeout=options.pop("total_timeout", 5.0))
    kept: dict[str, bytes] = {}

    def keep(response: Response) -> str:
        key = f"{response.requested_url} {response.url} {len(kept)}"
        kept[key] = response.content
        return key

    with HttpFetcher(
        user_agent="workbench-test/1 (+mailto:test@example.org)",
        allowed_hosts=manifest.allowed_hosts,
        limits=limits,
        clock=lambda: NOW + dt.timedelta(seconds=clock.seconds - START),
        sleep=clock.sleep,
        monotonic=clock.monotonic,
        allow_loopback=True,
    ) as fetcher:
        context = Context(manifest, fetcher, store_snapshot=keep, options=options)
        error = None
        try:
            source.crawl(context)
        except SourceError as raised:
            error = raised
    return Run(context, error, kept)


def _moved(manifest: Manifest, office: Office, allowances: Mapping[str, int]) -> Manifest:
    """The manifest with the office in place of the publisher's hosts."""
    urls = {name: re.sub(r"^https://[^/]+", office.base, url) for name, url in manifest.urls.items()}
    changes = {"urls": urls, "allowed_hosts": ("127.0.0.1",), "allowances": {**manifest.allowances, **allowances}}
    return manifest.model_copy(update=changes)


def example(folder: str, name: str) -> Path:
    """A sample beside the tests."""
    return Path(__file__).parent / folder / name
