"""Pages of Google Patents as saved from a browser, read by their microdata (`itemprop`); scripts are never run.

A page that was translated keeps the original beside the translation; the original is what is read, in the language that
the page names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree, html

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber, Series
from scrapers.lines import whole
from scrapers.patents.claims import PrintedClaim, build_claims
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.markup import flat_text
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Claim, Priority, Publication
from scrapers.xml import MAX_NODES, nodes_in

NAME = "google-html"
MARK = b"patents.google.com/patent/"
MAX_BYTES = 32 * 1024 * 1024
_CLAIM_ID = re.compile(r".*?cl(?:m-?)?0*([0-9]{1,4})", re.IGNORECASE)


def read(path: Path) -> Iterator[Outcome]:
    """The publication of a page; see `scrapers.patents.read_patents`."""
    try:
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        data = whole(path, MAX_BYTES)
        if nodes_in(data) > MAX_NODES:
            raise UnreadableFileError(f"more than {MAX_NODES:,} tags and attributes; save the page again")
        data.decode("utf-8")
        root = html.document_fromstring(data, parser=parser)
        yield _publication(root)
    except (UnreadableFileError, InvalidIdentifierError) as error:
        yield Refusal(place=path.name, reason=str(error).removeprefix(f"{path.name}: "))
    except UnicodeDecodeError as error:
        yield Refusal(place=path.name, reason=f"not UTF-8 (byte {error.start}); save the page again")
    except etree.ParserError as error:
        yield Refusal(place=path.name, reason=f"no HTML page ({error}); save the page again")


def _publication(root: etree._Element) -> Publication:
    article = root.find(".//article")
    if article is None:
        raise UnreadableFileError("has no <article> with the data of a patent; save the page when it is fully loaded")
    etree.strip_elements(article, "script", "style", with_tail=False)
    _keep_originals(article)
    printed = _text(article, ".//dd[@itemprop='publicationNumber']") or _canonical(root)
    number = PatentNumber.parse(printed)
    language = _language(root)
    title = _text(article, "./span[@itemprop='title']")
    fields: dict[str, Any] = {
        "date": _day(article, ".//time[@itemprop='publicationDate']"),
        "application": _application(
            _text(article, "./dl//dd[@itemprop='applicationNumber']")
            or _text(article, ".//dd[@itemprop='applicationNumber']")
        ),
        "priorities": _priorities(article),
        "family_id": _family(article),
        "title": title,
        "title_language": language if title else None,
        "abstract": _text(article, ".//section[@itemprop='abstract']//*[@class='abstract']")
        or _text(article, ".//section[@itemprop='abstract']/*[@itemprop='content']"),
        "applicants": _names(article, "assigneeOriginal") or _names(article, "assigneeCurrent"),
        "inventors": _names(article, "inventor"),
        "cpc": _classifications(article, cpc=True),
        "ipc": _classifications(article, cpc=False),
        "claims": tuple(_claims(article, language)),
    }
    return publication(number, NAME, fields)


def _keep_originals(article: etree._Element) -> None:
    """Of a translated sentence (`notranslate`) leave the original (`google-src-text`)."""
    for original in article.findall(".//span[@class='google-src-text']"):
        sentence = original.getparent()
        if sentence is not None and sentence.get("class") == "notranslate":
            sentence.text = original.tail = None
            for child in list(sentence):
                if child is not original:
                    sentence.remove(child)


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return flat_text(found) if found is not None else ""


def _canonical(root: etree._Element) -> str:
    link = root.find(".//link[@rel='canonical']")
    found = re.search(r"/patent/([A-Z0-9]+)", (link.get("href") or "") if link is not None else "")
    return found[1] if found else ""


def _language(root: etree._Element) -> str | None:
    """The language of the text, which ends the page's canonical address; None where the address has none."""
    link = root.find(".//link[@rel='canonical']")
    found = re.search(r"/patent/[A-Z0-9]+/([a-z]{2})$", (link.get("href") or "") if link is not None else "")
    return found[1] if found else None


def _day(article: etree._Element, path: str) -> Any:
    found = article.find(path)
    return date_of((found.get("datetime") or flat_text(found)).replace("-", "")) if found is not None else None


def _application(printed: str) -> str | None:
    """`CN.201410201865.A` from `CN201410201865.4A`; a number of another form stays as printed."""
    if not printed:
        return None
    found = re.fullmatch(r"(.*[0-9X])([A-Z][0-9]?)", printed)
    bare, kind = (found[1], found[2]) if found else (printed, None)
    try:
        number = PatentNumber.parse(bare, Series.APPLICATION)
    except InvalidIdentifierError:
        return printed
    return f"{number}.{kind}" if kind and number.kind is None else str(number)


def _names(article: etree._Element, prop: str) -> tuple[str, ...]:
    return distinct_names(flat_text(each) for each in article.iterfind(f".//dd[@itemprop='{prop}']"))


def _priorities(article: etree._Element) -> tuple[Priority, ...]:
    """The applications whose priority is claimed; the table repeats one where it has several publications."""
    found: dict[str, Any] = {}
    for row in article.iterfind(".//tr[@itemprop='appsClaimingPriority']"):
        number = _text(row, ".//span[@itemprop='applicationNumber']")
        if number:
            found.setdefault(number, date_of(_text(row, "./td[@itemprop='filingDate']").replace("-", "")))
    return tuple(Priority(number=number, date=date) for number, date in found.items())


def _family(article: etree._Element) -> str | None:
    """The number of the DOCDB simple family, which the page prints as `ID=50980457`."""
    headings = (flat_text(each) for each in article.iterfind(".//section[@itemprop='family']/h2"))
    return next((found[1] for each in headings if (found := re.fullmatch(r"ID=([0-9]+)", each))), None)


def _classifications(article: etree._Element, *, cpc: bool) -> tuple[str, ...]:
    leaves = (
        item
        for item in article.iterfind(".//li[@itemprop='classifications']")
        if item.find("./meta[@itemprop='Leaf']") is not None
        and (item.find("./meta[@itemprop='IsCPC']") is not None) == cpc
    )
    return unique(symbol(_text(item, "./span[@itemprop='Code']")) for item in leaves)


def _claims(article: etree._Element, language: str | None) -> Iterator[Claim]:
    for block in article.iterfind(".//section[@itemprop='claims']//div[@class='claims']"):
        printed = []
        for position, claim in enumerate(block.iterfind(".//div[@num]"), start=1):
            own = claim.get("num") or ""
            references = tuple(
                int(found[1])
                for reference in claim.iter("claim-ref")
                if (found := _CLAIM_ID.match(reference.get("idref") or ""))
            )
            number = int(own) if re.fullmatch(r"[0-9]{1,4}", own) else position
            printed.append(PrintedClaim(number, flat_text(claim), references))
        yield from build_claims(printed, block.get("lang") or language)
