"""Read one project page of iso.org, by structure and stage codes, whatever its language. Pure.

Layouts read: 2019 to 2020 (`li.active` in a bar of stages, relations in a list of steps), 2021 to 2023 and the pages
with an editorial text (steps of `li.time-step`), 2024 on, and pages saved by a browser.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from bs4 import BeautifulSoup, Tag

from scrapers.errors import DriftError, InvalidIdentifierError
from scrapers.identifiers import StageCode, StandardRef
from scrapers.records import Precision, StageEvent, WorkItem
from scrapers.text import fold, parse_page

_INDEX = re.compile(r"(\d{1,7}) - (.+?) -(?: (.*))?$", re.DOTALL)
_PROJECT_LINK = re.compile(r"/standard/(?:\d\d/\d\d/)?(\d{1,7})\.html$")
_PUBLISHED = StageCode("60", "60")
_RELEASE = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)


def read_page(html: bytes, iso_id: int, notes: list[str]) -> WorkItem:
    """Read the page of project `iso_id`; what is odd and spoils nothing is added to `notes`.

    Raises DriftError with the reason where it is no project page, is another project's or has no dated life cycle.
    """
    soup = parse_page(html)
    reference, title = _identity(soup, iso_id)
    history, stage = _life_cycle(soup, notes)
    values: dict[str, Any] = {
        "iso_id": iso_id,
        "reference": reference,
        "stage": stage,
        "stage_history": history,
        "url": f"https://www.iso.org/standard/{iso_id}.html",
    }
    language = str(soup.html.get("lang", "")) if soup.html is not None else ""
    if language[:2] in ("en", "fr") and title:  # other languages repeat the English title
        values[f"title_{language[:2]}"] = title
    values |= _details(soup, stage, notes)
    own: StandardRef | None = None
    try:
        own = StandardRef.parse(reference)
        values["amends"] = str(own.base) if own.base is not None else None
    except InvalidIdentifierError as error:
        notes.append(str(error))
    values |= _relations(soup, own, notes)
    return WorkItem.model_validate(values)


def _identity(soup: BeautifulSoup, iso_id: int) -> tuple[str, str]:
    """Reference and title, from the index entry of the page: `NUMBER - REFERENCE - TITLE`."""
    entries = [_INDEX.match(fold(str(tag.get("data-index", "")))) for tag in soup.select("[id^=indexReference]")]
    found = {int(entry[1]): (entry[2], (entry[3] or "").replace(" -- ", " \u2014 ")) for entry in entries if entry}
    product = soup.select_one("[itemprop=productID]")
    number = fold(product.get_text()) if product is not None else ""
    if not found or not number.isdigit():
        heading = soup.title or soup.h1
        shown = fold(heading.get_text())[:80] if heading is not None else "no title"
        raise DriftError(
            f"expected a project page, found a page without a project number ({shown!r})",
            selector="[id^=indexReference] [itemprop=productID]",
        )
    if int(number) != iso_id or iso_id not in found:
        raise DriftError(
            f"expected project {iso_id}, found the page of project {number}", selector="[itemprop=productID]"
        )
    return found[iso_id]


def _life_cycle(soup: BeautifulSoup, notes: list[str]) -> tuple[tuple[StageEvent, ...], StageCode]:
    """Dated stages, oldest first, and the current one."""
    history: list[StageEvent] = []
    current: list[StageCode] = []
    for item in soup.select("ul.stages > li li"):
        code, day = item.select_one(".stage-code"), item.select_one(".stage-date")
        if code is None:
            continue
        shown = fold(code.get_text())
        try:
            stage = StageCode.parse(shown)
        except InvalidIdentifierError as error:
            notes.append(f"{error}; the stage was skipped")
            continue
        if "active" in item.get_attribute_list("class"):
            current.append(stage)
        date = fold(day.get_text()) if day is not None else ""
        if not date:
            continue
        try:
            event = StageEvent(stage=stage, date=dt.date.fromisoformat(date), precision=Precision.DAY)
        except ValueError:
            notes.append(f"stage {shown} has the date {date!r}; expected YYYY-MM-DD, it was skipped")
            continue
        if event not in history:
            history.append(event)
    if not history:
        raise DriftError(
            "expected a life cycle with dated stages, found none",
            selector="ul.stages li li .stage-code .stage-date",
        )
    if len(current) != 1:
        raise DriftError(
            f"expected one current stage in the life cycle, found {len(current)}", selector="ul.stages li li.active"
        )
    return tuple(sorted(history, key=lambda event: event.date)), current[0]


def _details(soup: BeautifulSoup, stage: StageCode, notes: list[str]) -> dict[str, Any]:
    """Publication date, edition, pages, committee and ICS, as far as the page names them."""
    values: dict[str, Any] = {"publication_date": None}
    release = soup.select_one("[itemprop=releaseDate]")
    # Before stage 60.60 the page shows a planned month, which moves; that is no publication date.
    if release is not None and stage >= _PUBLISHED:
        date = fold(release.get_text())
        if _RELEASE.fullmatch(date):
            values["publication_date"] = date
        else:
            notes.append(f"publication date {date!r} is not of the form YYYY-MM; it was skipped")
            del values["publication_date"]
    details = soup.select_one("ul.refine")
    if details is None:
        notes.append("no list of general information; edition, committee and ICS were not read")
        return values
    committee = details.select_one('a[href*="/committee/"]')
    if committee is not None:
        values["committee"] = fold(committee.get_text())
    ics = tuple(fold(link.get_text()) for link in details.select('a[href*="/ics/"]'))
    if ics:
        values["ics"] = ics
    rows = [row for row in details.find_all("li", recursive=False) if not row.select('a[href*="/"]')]
    if len(rows) >= 2:  # status and date; edition and pages: two cells each, empty where there is nothing to say
        outer = rows[1].select_one("div.row") or rows[1]
        for name, cell in zip(("edition", "pages"), outer.find_all("div", recursive=False), strict=False):
            number = re.search(r":\s*([0-9]{1,6})\b", cell.get_text())
            if number is not None:
                values[name] = int(number[1])
    return values


def _relations(soup: BeautifulSoup, own: StandardRef | None, notes: list[str]) -> dict[str, Any]:
    """Projects before and after this one; a side with an item that names no project stays unset."""
    steps = soup.select_one("ul.steps")
    groups = steps.find_all("li", recursive=False) if steps is not None else []
    here = next((at for at, group in enumerate(groups) if _is_current(group)), None)
    if here is None:
        return {}
    found: dict[str, Any] = {}
    for name, side in (("replaces", groups[:here]), ("replaced_by", groups[here + 1 :])):
        steps_of = [_items(group) for group in side]
        items = [item for group in steps_of for item in group]
        if not all(steps_of):
            notes.append(f"{name}: a step of the life cycle without a document; it is left as it was")
        elif all(number is not None for number, _ in items):
            kept = [number for number, text in items if name == "replaces" or not _is_supplement(text, own)]
            found[name] = tuple(kept)
    return found


def _is_current(group: Tag) -> bool:
    return "active" in group.get_attribute_list("class") or group.select_one(".step.active") is not None


def _items(group: Tag) -> list[tuple[int | None, str]]:
    """Project number, where the link has one, and reference of each document in a group of steps."""
    items = []
    for item in group.select(".step-item") or group.select("a"):
        link = item if item.name == "a" else item.select_one("a")
        match = _PROJECT_LINK.search(str(link.get("href", ""))) if link is not None else None
        name = item if item.name == "a" else item.select_one("h5") or item
        items.append((int(match[1]) if match else None, fold(name.get_text())))
    return items


def _is_supplement(reference: str, own: StandardRef | None) -> bool:
    """Whether the reference is an amendment or corrigendum of `own`: old layouts list those among the steps."""
    try:
        base = StandardRef.parse(reference).base
    except InvalidIdentifierError:
        return False
    return base is not None and own is not None and base.undated == own.undated
