"""Ask code hosts and package indexes what was released of the repositories that a plan names.

Option `repositories`: their addresses. Where a host refuses its interface (limits for strangers, robots.txt), its feed
is read: it has the latest releases only and no licence.
"""

from __future__ import annotations

from collections.abc import Sequence

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, MissingError, NothingToFollowError, SourceError
from scrapers.fetching import Response
from scrapers.records import Release
from scrapers.sources.releases.hosts import Repository, read_repository
from scrapers.sources.releases.readers import read_feed, read_licence, read_releases

PARSER_VERSION = "1"


def crawl(context: Context) -> None:
    """Emit the releases. Raises NothingToFollowError without repositories, the first error where none could be read."""
    addresses: Sequence[str] = tuple(context.options.get("repositories", ()))
    if not addresses:
        raise NothingToFollowError(f"{context.manifest.name}: no plan names a repository; add its address to one")
    repositories: dict[str, Repository] = {}
    for address in addresses:
        try:
            repository = read_repository(address)
        except ValueError as error:
            context.warn(str(error))
        else:
            repositories[repository.address] = repository
    errors: list[SourceError] = []
    for repository in repositories.values():
        try:
            _read(context, repository)
        except MissingError:
            context.warn(f"{repository.address}: the host has no such repository, or keeps it private")
        except SourceError as error:
            errors.append(error)
            context.skip(f"{repository.address}: {error}")
    if errors and len(errors) == len(repositories):
        raise type(errors[0])(f"none of {len(repositories)} repositories could be read. First: {errors[0]}")


def _read(context: Context, repository: Repository) -> None:
    urls = context.manifest.urls
    try:
        response = context.fetch(repository.url(urls) or "")
        found = read_releases(repository.host, repository.address, response.content)
        licence = _licence(context, repository) if found else None
    except (MissingError, DriftError):
        raise
    except FetchError as error:
        feed = repository.url(urls, "feed")
        if feed is None:
            raise
        response = context.fetch(feed)
        found, licence = read_feed(repository.address, response.content), None
        context.warn(f"{repository.address}: read from its feed, without licence, since {error}")
    _emit(context, found, licence, response)


def _licence(context: Context, repository: Repository) -> str | None:
    about = repository.url(context.manifest.urls, "about")
    if about is None:
        return None
    try:
        return read_licence(repository.host, context.fetch(about).content)
    except FetchError as error:
        context.warn(f"{repository.address}: licence not read, {error}")
        return None


def _emit(context: Context, found: Sequence[Release], licence: str | None, response: Response) -> None:
    seen: set[str] = set()
    for release in found:
        if release.tag not in seen:
            seen.add(release.tag)
            known = {} if licence is None else {"licence": licence}
            context.emit(release.model_copy(update=known), snapshot=response)
