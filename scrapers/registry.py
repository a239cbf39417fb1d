"""Finds the sources: each folder of `scrapers/sources` with a `manifest.toml` and a `crawl.py` is one."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from scrapers.context import Context
from scrapers.errors import SourceError
from scrapers.fetching import Response
from scrapers.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class Source:
    """A source that can be run: `crawl(context)` reads what the publisher has and emits records.

    `parser_version` changes whenever the same page would be read into another record. `reread(context, response,
    place)`, which not every source has, reads a record anew that was set aside, from its stored answer.
    """

    name: str
    manifest: Manifest
    crawl: Callable[[Context], None]
    parser_version: str
    reread: Callable[[Context, Response, str], None] | None = None


def sources(package: str = "scrapers.sources") -> dict[str, Source]:
    """Every source by name, in alphabetical order. Raises SourceError where a folder is no valid source."""
    found = {}
    for folder in sorted(files(package).iterdir(), key=lambda each: each.name):
        manifest_file = folder.joinpath("manifest.toml")
        if not manifest_file.is_file():
            continue
        manifest = read_manifest(manifest_file)
        if manifest.name != folder.name:
            raise SourceError(
                f"{manifest_file}: name is {manifest.name!r}; expected the folder's name, {folder.name!r}"
            )
        module = importlib.import_module(f"{package}.{folder.name}.crawl")
        crawl, version = getattr(module, "crawl", None), getattr(module, "PARSER_VERSION", None)
        if not callable(crawl) or not isinstance(version, str):
            raise SourceError(f"{module.__name__} needs a function crawl(context) and a text PARSER_VERSION")
        found[manifest.name] = Source(manifest.name, manifest, crawl, version, getattr(module, "reread", None))
    return found
