"""Releases from the answers of hosts: JSON of GitHub, GitLab, Forgejo and PyPI, and Atom or RSS feeds. Pure.

GitHub REST API 2022-11-28 and GitLab REST API v4 ("Releases"), Forgejo API v1, PyPI JSON API, RFC 4287, RSS 2.0.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from scrapers.errors import DriftError, UnreadableFileError
from scrapers.json_objects import child, children, read_object, text
from scrapers.records import Release
from scrapers.xml import local_name, parse_xml, text_of

_NO_LICENCE = {"NOASSERTION", "OTHER", "UNKNOWN"}
_LONGEST_LICENCE = 100  # some packages put the whole text in the field


def read_releases(host: str, repository: str, content: bytes) -> list[Release]:
    """The published releases in an answer of a host, drafts left out. Raises DriftError where it is no such answer."""
    if host == "pypi":
        return list(_pypi(repository, content))
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DriftError("expected a JSON list of releases, found no JSON") from error
    if not isinstance(answer, list):
        raise DriftError("expected a JSON list of releases, found something else")
    return [found for each in answer if isinstance(each, dict) and (found := _listed(repository, each)) is not None]


def _listed(repository: str, entry: dict[str, Any]) -> Release | None:
    """An entry of GitHub's, Forgejo's or GitLab's list."""
    tag = text(entry, "tag_name")
    if tag is None or entry.get("draft") is True or entry.get("upcoming_release") is True:
        return None
    return Release(
        repository=repository,
        tag=tag,
        date=_day(text(entry, "published_at") or text(entry, "released_at")),
        title=text(entry, "name"),
        url=text(entry, "html_url") or text(child(entry, "_links"), "self"),
        prerelease=entry.get("prerelease") is True,
    )


def _pypi(repository: str, content: bytes) -> Iterator[Release]:
    answer = read_object(content)
    versions = answer.get("releases")
    if not isinstance(versions, dict):
        raise DriftError("expected a JSON object with releases, found none")
    licence = read_licence("pypi", content)
    for version in versions:
        files = [file for file in children(versions, version) if file.get("yanked") is not True]
        days = [day for file in files if (day := _day(text(file, "upload_time_iso_8601"))) is not None]
        if days:
            url = f"{repository}/{version}"
            yield Release(repository=repository, tag=version, date=min(days), licence=licence, url=url)


def read_licence(host: str, content: bytes) -> str | None:
    """The licence in what a host says about a repository; None where it names none."""
    answer = read_object(content)
    match host:
        case "pypi":
            info = child(answer, "info")
            found = text(info, "license_expression") or text(info, "license")
        case "codeberg":
            named = answer.get("licenses")
            found = " OR ".join(each for each in named if isinstance(each, str)) if isinstance(named, list) else None
        case _:
            licence = child(answer, "license")
            found = text(licence, "spdx_id") or text(licence, "key")
    if not found or found.upper() in _NO_LICENCE or len(found) > _LONGEST_LICENCE:
        return None
    return found


def read_feed(repository: str, content: bytes) -> list[Release]:
    """Releases from an Atom or RSS feed. Raises DriftError where it is neither."""
    try:
        root = parse_xml(content, what="the feed")
    except UnreadableFileError as error:
        raise DriftError(str(error)) from error
    if local_name(root) == "feed":
        listed = (_entry(repository, entry) for entry in root.iterfind("{*}entry"))
        return [release for release in listed if release is not None]
    if local_name(root) == "rss":
        found = []
        for item in root.iterfind("channel/item"):
            url, title = _said(item, "link"), _said(item, "title")
            tag = _tag(url or "") or title
            if tag:
                found.append(
                    Release(repository=repository, tag=tag, date=_rss_day(_said(item, "pubDate")), title=title, url=url)
                )
        return found
    raise DriftError(f"expected an Atom or RSS feed, found <{local_name(root)}>")


def _entry(repository: str, entry: etree._Element) -> Release | None:
    """An entry of an Atom feed; None where its link names no tag."""
    link = entry.find("{*}link")
    url = link.get("href") if link is not None else None
    tag = _tag(url) if url else None
    if tag is None:
        return None
    return Release(
        repository=repository, tag=tag, date=_day(_said(entry, "updated")), title=_said(entry, "title"), url=url
    )


def _tag(url: str) -> str | None:
    """The tag at the end of `…/releases/tag/v1`, `…/-/tags/v1` or `…/project/name/1.0/`."""
    for before in ("/releases/tag/", "/-/tags/"):
        if before in url:
            return url.partition(before)[2].strip("/") or None
    if "/project/" in url:
        parts = url.partition("/project/")[2].strip("/").split("/")
        return parts[1] if len(parts) == 2 else None
    return None


def _said(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{{*}}{name}")
    return (text_of(found) or None) if found is not None else None


def _day(value: str | None) -> dt.date | None:
    try:
        moment = dt.datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date()


def _rss_day(value: str | None) -> dt.date | None:
    try:
        return parsedate_to_datetime(value or "").astimezone(dt.UTC).date()
    except (ValueError, OverflowError):
        return None
