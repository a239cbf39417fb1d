"""What can be taken out of what is watched: releases of repositories, and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from workbench.export.base import Day, Kind, Moment, Row, Shape, cut, iso
from workbench.i18n import mark
from workbench.watched.queries import PAGE_FILTERS, RELEASE_FILTERS, select_pages, select_releases


class ReleaseRow(Shape):
    repository: str
    name: str
    tag: str | None
    date: Day | None
    title: str | None
    licence: str | None
    prerelease: bool | None
    url: str | None
    source: str
    first_seen: Moment
    last_seen: Moment


class PageRow(Shape):
    name: str
    url: str
    selector: str | None
    work_item: str | None
    text: str
    sha256: str
    changed_at: Moment
    first_seen: Moment
    last_seen: Moment


def _releases(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Releases of the repositories that are followed, newest first. Raises FilterError."""
    for each in select_releases(session, filters):
        yield {
            "repository": each.repository,
            "name": each.name,
            "tag": each.tag,
            "date": iso(each.date),
            "title": each.title,
            "licence": each.licence,
            "prerelease": each.prerelease,
            "url": each.url,
            "source": each.source,
            "first_seen": each.first_seen.isoformat(),
            "last_seen": each.last_seen.isoformat(),
        }


def _pages(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Watched pages as they were last read; what they said before is in the changes."""
    for each in select_pages(session, filters):
        yield {
            "name": each.name,
            "url": each.url,
            "selector": each.selector,
            "work_item": each.work_item,
            "text": each.text,
            "sha256": each.sha256,
            "changed_at": each.changed_at.isoformat(),
            "first_seen": each.first_seen.isoformat(),
            "last_seen": each.last_seen.isoformat(),
        }


KINDS = {
    "releases": Kind(
        cut(_releases),
        frozenset(RELEASE_FILTERS),
        ReleaseRow,
        ("repository", "name"),
        mark("Releases of the repositories that are followed, newest first."),
    ),
    "pages": Kind(
        cut(_pages),
        frozenset(PAGE_FILTERS),
        PageRow,
        ("name", "url"),
        mark("Watched pages as they were last read; what they said before is in the changes."),
    ),
}
