"""What full texts tagged with INID codes (WIPO ST.9, as ST.32 and the European DTDs print them) have alike."""

from __future__ import annotations

from lxml import etree

from scrapers.patents.fields import date_of
from scrapers.records import Priority
from scrapers.xml import local_name, text_of


def priorities(root: etree._Element) -> tuple[Priority, ...]:
    """The tags of all priorities follow each other under one B300; each B310 (number) opens the next priority."""
    groups: list[dict[str, str]] = []
    for item in root.iterfind("SDOBI/B300/*"):
        if local_name(item) == "B310":
            groups.append({})
        if groups:
            groups[-1].setdefault(local_name(item), text_of(item))
    return tuple(
        Priority(number=f"{group.get('B330', '')} {group['B310']}".strip(), date=date_of(group.get("B320")))
        for group in groups
        if group["B310"]
    )
