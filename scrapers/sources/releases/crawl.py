"""Ask the addresses that people list what was released there.

Option `repositories`: `Repository` records, or mappings of their fields. What an address gives is recognised by its
content. A page is read no further than to the feed that it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.addresses import host_of
from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, MissingError, NothingToFollowError, SourceError
from scrapers.fetching import Response
from scrapers.records import Release, Repository
from scrapers.sources.releases.readers import about_address, feed_address, read_licence, read_releases

PARSER_VERSION = "2"


@dataclass(frozen=True)
class _Read:
    releases: Sequence[Release]
    response: Response


def crawl(context: Context) -> None:
    """Emit the releases. Raises NothingToFollowError without repositories, the first error where none could be read."""
    listed = (Repository.model_validate(each) for each in context.options.get("repositories", ()))
    repositories = {each.url: each for each in listed}
    if not repositories:
        raise NothingToFollowError(f"{context.manifest.name}: no repository is listed; add its address to the settings")
    errors: list[SourceError] = []
    for repository in repositories.values():
        try:
            _emit(context, repository, _read(context, repository))
        except MissingError as error:
            context.warn(f"{repository.name}: {error}; it is not there, or private")
        except SourceError as error:
            errors.append(error)
            context.skip(f"{repository.name}: {error}", cause=error, place=repository.name)
    if errors and len(errors) == len(repositories):
        raise type(errors[0])(f"none of {len(repositories)} repositories could be read. First: {errors[0]}")


def _read(context: Context, repository: Repository) -> _Read:
    response = context.fetch(repository.url)
    feed = feed_address(response.url, response.content)
    if feed is not None:
        if host_of(feed) != host_of(response.url):
            raise DriftError(f"{response.url}: names a feed at another host ({host_of(feed)}); list the feed's address")
        response = context.fetch(feed)
    try:
        found = read_releases(repository.url, response.content)
    except DriftError as error:
        raise DriftError(f"{response.url}: {error}", selector="releases", response=response) from error
    about = about_address(response.url, response.content)
    if about is None or not found:
        return _Read(found, response)
    try:
        licence = read_licence(context.fetch(about).content)
    except FetchError as error:
        context.warn(f"{repository.name}: licence not read, {error}")
        return _Read(found, response)
    known = {} if licence is None else {"licence": licence}
    return _Read([release.model_copy(update=known) for release in found], response)


def _emit(context: Context, repository: Repository, read: _Read) -> None:
    tags: set[str] = set()
    for release in read.releases:
        if release.tag not in tags:
            tags.add(release.tag)
            context.emit(release.model_copy(update={"name": repository.name}), snapshot=read.response)
