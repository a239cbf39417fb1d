"""Releases from what hosts answer, recognised by content, whoever the host is. Pure.

Known are Atom (RFC 4287) and RSS 2.0; the list of releases that the interfaces of GitHub (REST 2022-11-28), GitLab (v4)
and Forgejo (v1) give; and the JSON of package indexes: versions with their files ("releases"), or with times ("time").
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml import etree

from scrapers.errors import DriftError, UnreadableFileError
from scrapers.json_objects import child, children, read_object, text
from scrapers.records import Release
from scrapers.text import parse_page
from scrapers.xml import local_name, parse_xml, text_of

_NO_LICENCE = {"NOASSERTION", "OTHER", "UNKNOWN"}
_LONGEST_LICENCE = 100  # some packages put the whole text in the field
_LONGEST_TAG = 300
_FEEDS = ("application/atom+xml", "application/rss+xml")
_NO_VERSIONS = {"created", "modified"}


def read_releases(repository: str, content: bytes) -> list[Release]:
    """The published releases in an answer, drafts left out. Raises DriftError where it is of no form that is known."""
    start = content.lstrip()[:1]
    if start == b"<":
        return _feed(repository, content)
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DriftError("expected releases as a feed or JSON, found neither") from error
    if isinstance(answer, list):
        return [found for each in answer if isinstance(each, dict) and (found := _listed(repository, each))]
    if isinstance(answer, dict) and isinstance(answer.get("releases"), dict):
        return list(_with_files(repository, answer))
    if isinstance(answer, dict) and isinstance(answer.get("time"), dict):
        return list(_with_times(repository, answer))
    raise DriftError("expected releases in JSON, found none of the forms that are known")


def feed_address(url: str, content: bytes) -> str | None:
    """The feed that a page names (`rel="alternate"`), of releases or tags before others; None where it is no page."""
    head = content[:2000].lower()
    if b"<html" not in head and b"<!doctype html" not in head:
        return None
    links = parse_page(content).find_all("link", rel="alternate", href=True)
    found = [urljoin(url, str(link["href"])) for link in links if str(link.get("type", "")).lower() in _FEEDS]
    if not found:
        raise DriftError(f"{url}: is a page that names no feed; list the address of a feed of its releases")
    return min(found, key=lambda address: not any(word in address for word in ("release", "tag")))


def about_address(url: str, content: bytes) -> str | None:
    """Where a code host tells the licence of a repository: the address of its list of releases without `/releases`."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if content.lstrip()[:1] != b"[" or not path.endswith("/releases"):
        return None
    return urlunsplit((parts.scheme, parts.netloc, path.removesuffix("/releases"), "license=true", ""))


def read_licence(content: bytes) -> str | None:
    """The licence in what a code host or package index says; None where it names none."""
    answer = read_object(content)
    info, licence, named = child(answer, "info"), child(answer, "license"), answer.get("licenses")
    found = (
        text(info, "license_expression")
        or text(info, "license")
        or text(licence, "spdx_id")
        or text(licence, "key")
        or text(answer, "license")
    )
    if found is None and isinstance(named, list):
        found = " OR ".join(each for each in named if isinstance(each, str))
    if not found or found.upper() in _NO_LICENCE or len(found) > _LONGEST_LICENCE:
        return None
    return found


def _listed(repository: str, entry: dict[str, Any]) -> Release | None:
    """An entry of a code host's list."""
    tag = text(entry, "tag_name")
    if tag is None or len(tag) > _LONGEST_TAG or entry.get("draft") is True or entry.get("upcoming_release") is True:
        return None
    return Release(
        repository=repository,
        tag=tag,
        date=_day(text(entry, "published_at") or text(entry, "released_at")),
        title=text(entry, "name"),
        url=text(entry, "html_url") or text(child(entry, "_links"), "self"),
        prerelease=entry.get("prerelease") is True,
    )


def _with_files(repository: str, answer: dict[str, Any]) -> Iterator[Release]:
    """Versions of a package with their files; one whose files were all taken back is none."""
    licence = read_licence(json.dumps({"info": child(answer, "info")}).encode())
    known = {} if licence is None else {"licence": licence}
    versions = child(answer, "releases")
    for version in versions:
        files = [file for file in children(versions, version) if file.get("yanked") is not True]
        days = [day for file in files if (day := _day(text(file, "upload_time_iso_8601"))) is not None]
        if days and 0 < len(version) <= _LONGEST_TAG:
            yield Release(repository=repository, tag=version, date=min(days), **known)


def _with_times(repository: str, answer: dict[str, Any]) -> Iterator[Release]:
    """Versions of a package with the times they were put there."""
    licence = read_licence(json.dumps({"license": answer.get("license")}).encode())
    known = {} if licence is None else {"licence": licence}
    times = child(answer, "time")
    for version in times:
        day = _day(text(times, version))
        if version not in _NO_VERSIONS and day is not None and 0 < len(version) <= _LONGEST_TAG:
            yield Release(repository=repository, tag=version, date=day, **known)


def _feed(repository: str, content: bytes) -> list[Release]:
    try:
        root = parse_xml(content, what="the feed")
    except UnreadableFileError as error:
        raise DriftError(str(error)) from error
    if local_name(root) == "feed":
        found = [_item(repository, entry, _href(entry), "updated") for entry in root.iterfind("{*}entry")]
    elif local_name(root) == "rss":
        found = [_item(repository, item, _said(item, "link"), "pubDate") for item in root.iterfind("channel/item")]
    else:
        raise DriftError(f"expected an Atom or RSS feed, found <{local_name(root)}>")
    return [release for release in found if release is not None]


def _item(repository: str, item: etree._Element, url: str | None, when: str) -> Release | None:
    """An entry of a feed; None where neither link nor title gives a tag."""
    title, told = _said(item, "title"), _said(item, when)
    tag = (_tag(url) if url else None) or title
    if not tag or len(tag) > _LONGEST_TAG:
        return None
    return Release(repository=repository, tag=tag, date=_day(told) or _rss_day(told), title=title, url=url)


def _href(entry: etree._Element) -> str | None:
    link = entry.find("{*}link")
    return None if link is None else link.get("href")


def _tag(url: str) -> str | None:
    """The tag at the end of `…/releases/tag/v1`, `…/-/tags/v1` or `…/project/name/1.0/`."""
    for before in ("/releases/tag/", "/-/tags/", "/-/releases/"):
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
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def _rss_day(value: str | None) -> dt.date | None:
    try:
        return parsedate_to_datetime(value or "").astimezone(dt.UTC).date()
    except (ValueError, OverflowError):
        return None
