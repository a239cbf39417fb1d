"""Plays the European publication server. All data invented."""

from __future__ import annotations

import re

from tests.scrapers.patent_offices.server import Asked, Reply


def document(number: str, kind: str, claims: int = 2) -> bytes:
    """A full text of the EPO's, in English, French and German where it is a patent."""
    languages = ("en", "fr", "de") if kind.startswith("B") else ("en",)
    sets = "".join(
        f'<claims id="c-{language}" lang="{language}">'
        + "".join(
            f'<claim id="{language}-{place:04}" num="{place:04}"><claim-text>{place}. A gauge'
            f"{' of claim 1' if place > 1 else ''}.</claim-text></claim>"
            for place in range(1, claims + 1)
        )
        + "</claims>"
        for language in languages
        if claims
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ep-patent-document lang="en" country="EP" doc-number="{number}" '
        f'kind="{kind}" date-publ="20260204"><SDOBI lang="en"><B500><B540><B541>en</B541>'
        f"<B542>SAMPLE GAUGE</B542></B540></B500></SDOBI>{sets}</ep-patent-document>"
    ).encode()


class PublicationServer:
    """The office; `documents` by number and kind."""

    def __init__(self) -> None:
        self.base = ""
        self.log: list[Asked] = []
        self.documents: dict[tuple[str, str], bytes] = {}
        self.left = 5_000_000_000

    def publish(self, number: str, kind: str, claims: int = 2) -> None:
        self.documents[number, kind] = document(number, kind, claims)

    def reply(self, asked: Asked) -> Reply:
        match = re.fullmatch(r"/publication-server/rest/v1\.2/patents/EP(\d{7})NW([AB]\d)/document\.xml", asked.path)
        content = self.documents.get((match[1], match[2])) if match else None
        if content is None:
            return Reply(404, b"<html><body>Not found</body></html>", {"Content-Type": "text/html"})
        headers = {"Content-Type": "text/xml", "ETag": f'"{hash(content)}"', "X-QuotaPerWeek-Remaining": str(self.left)}
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(304, b"", headers)
        return Reply(200, content, headers)
