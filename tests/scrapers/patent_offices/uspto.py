"""Plays the USPTO's Open Data Portal: search, applications, full-text files and weekly files. All data invented."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from tests.scrapers.patent_offices.server import Asked, FakeClock, Reply

KEY = "uspto-api-key-0001"
_SEARCH = "/api/v1/patent/applications/search"
_FILES = "/api/v1/datasets/products/files/"
_META = "applicationMetaData."
PER_MINUTE = 60


@dataclass(frozen=True)
class Application:
    """An invented application with its publication and, where `granted`, its grant."""

    number: str
    published: dt.date
    granted: dt.date | None = None
    applicant: str = "Sample Corp"
    cpc: str = "G06N   3/08"
    title: str = "Sample gauge with a neural network"

    @property
    def publication(self) -> str:
        return f"{self.published.year}0{int(self.number) % 1000000:06}"

    @property
    def grant(self) -> str:
        return f"119{int(self.number) % 100000:05}"


def full_text(application: Application, *, grant: bool) -> str:
    """A full text with two claims."""
    root = "us-patent-grant" if grant else "us-patent-application"
    number, kind = (application.grant, "B2") if grant else (application.publication, "A1")
    part = "grant" if grant else "application"
    day = (application.granted if grant else None) or application.published
    main = application.cpc.replace(" ", "")[4:].split("/")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {root} SYSTEM "x.dtd" [ ]>\n<{root} country="US">'
        f"<us-bibliographic-data-{part}><publication-reference><document-id><country>US</country><doc-number>{number}"
        f"</doc-number><kind>{kind}</kind><date>{day:%Y%m%d}</date></document-id></publication-reference>"
        f"<classifications-cpc><main-cpc><classification-cpc><section>{application.cpc[0]}</section><class>"
        f"{application.cpc[1:3]}</class><subclass>{application.cpc[3]}</subclass><main-group>{main[0]}</main-group>"
        f"<subgroup>{main[1]}</subgroup></classification-cpc></main-cpc></classifications-cpc>"
        f"<invention-title>{application.title}</invention-title></us-bibliographic-data-{part}>"
        f'<claims><claim num="1"><claim-text>1. A gauge {number}.</claim-text></claim>'
        f'<claim num="2"><claim-text>2. The gauge of claim 1.</claim-text></claim></claims></{root}>\n'
    )


class Uspto:
    """The office. `over` are the requests beyond sixty in a minute, which it answers with 429."""

    def __init__(self, clock: FakeClock, applications: list[Application]) -> None:
        self.base = ""
        self.log: list[Asked] = []
        self.clock = clock
        self.applications = applications
        self.over: list[Asked] = []
        self.redirect_to: str | None = None
        self.weekly: dict[str, bytes] = {}
        self.released: dict[str, str] = {}
        self._times: list[float] = []

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/signed/"):
            return self._file(asked.path.removeprefix("/signed/"))
        self._times.append(asked.at)
        if sum(asked.at - at < 60 for at in self._times) > PER_MINUTE:
            self.over.append(asked)
            return Reply(429, b'{"message": "Too Many Requests"}', {"Retry-After": "60"})
        if "x-api-key" not in asked.headers:
            return Reply(401, b'{"message":"Unauthorized"}')
        if asked.headers["x-api-key"] != KEY:
            return Reply(403, json.dumps({"message": f"Forbidden {asked.headers['x-api-key']}"}).encode())
        if asked.path.startswith(_FILES):
            name = asked.path.removeprefix(_FILES)
            if self.redirect_to is not None:
                return Reply(302, b"", {"Location": f"{self.redirect_to}/signed/{name}?Signature=very-secret"})
            return self._file(name)
        if asked.path.startswith("/api/v1/datasets/products/"):
            return self._product(asked.path.rpartition("/")[2])
        if asked.path == _SEARCH:
            return self._search(asked.query)
        found = [each for each in self.applications if asked.path.endswith(f"/{each.number}")]
        return self._bag(found, 1) if found else _missing()

    def _search(self, query: dict[str, str]) -> Reply:
        text = query.get("q", "")
        hits = [each for each in self.applications if self._matches(each, text)]
        if not hits:
            return _missing()
        first = int(query["offset"])
        hits.sort(key=lambda each: each.published)
        return self._bag(hits[first : first + int(query["limit"])], len(hits))

    def _matches(self, application: Application, text: str) -> bool:
        number = re.search(_META + r"(?:patentNumber:(\d+)|earliestPublicationNumber:US(\d+))", text)
        if number:
            return (number[1] or number[2]) in {application.grant, application.publication}
        names = re.findall(r'applicantNameText:"([^"]*)"', text)
        symbols = re.findall(r'cpcClassificationBag:(?:"([^"]*)"|([A-Z0-9]+)\*)', text)
        spans = re.findall(r"\[(\S+) TO (\S+)\]", text)
        days = [str(day) for day in (application.published, application.granted) if day]
        return (
            (not names or application.applicant in names)
            and (not symbols or any(application.cpc.startswith(whole or start) for whole, start in symbols))
            and any(first <= day <= last for first, last in spans for day in days)
        )

    def _bag(self, applications: list[Application], count: int) -> Reply:
        body = {"count": count, "patentFileWrapperDataBag": [self._wrapper(each) for each in applications]}
        return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _wrapper(self, application: Application) -> dict[str, Any]:
        data: dict[str, Any] = {
            "inventionTitle": application.title,
            "filingDate": "2024-01-02",
            "applicationStatusCode": 150 if application.granted else 30,
            "applicationStatusDescriptionText": "Patented Case" if application.granted else "Docketed New Case",
            "applicationStatusDate": "2026-02-20",
            "applicationTypeCode": "UTL",
            "applicantBag": [{"applicantNameText": application.applicant}],
            "cpcClassificationBag": [application.cpc],
            "earliestPublicationNumber": f"US{application.publication}A1",
            "earliestPublicationDate": str(application.published),
        }
        files = f"{self.base}{_FILES}"
        wrapper = {
            "applicationNumberText": application.number,
            "applicationMetaData": data,
            "eventDataBag": [
                {
                    "eventCode": "PG-ISSUE",
                    "eventDate": str(application.published),
                    "eventDescriptionText": "PG-Pub Issue",
                }
            ],
            "pgpubDocumentMetaData": {
                "fileLocationURI": f"{files}APPXML-SPLT/2026/x/{application.number}_{application.publication}.xml"
            },
        }
        if application.granted:
            data |= {"patentNumber": application.grant, "grantDate": str(application.granted)}
            name = f"PTGRXML-SPLT/2026/x/{application.number}_{application.grant}.xml"
            wrapper["grantDocumentMetaData"] = {"fileLocationURI": f"{files}{name}"}
        return wrapper

    def _file(self, name: str) -> Reply:
        if name.endswith(".zip"):
            content = self.weekly.get(name)
            return Reply(200, content, {"Content-Type": "application/zip"}) if content else _missing()
        for each in self.applications:
            for grant, number in ((False, each.publication), (True, each.grant)):
                if name.endswith(f"{each.number}_{number}.xml"):
                    return Reply(200, full_text(each, grant=grant).encode(), {"Content-Type": "application/xml"})
        return _missing()

    def _product(self, identifier: str) -> Reply:
        files = [
            {
                "fileName": name.rpartition("/")[2],
                "fileDataFromDate": _day(name),
                "fileDataToDate": _day(name),
                "fileReleaseDate": self.released.get(name.rpartition("/")[2], f"{_day(name)} 00:02:57"),
                "fileSize": len(content),
                "fileTypeText": "Data",
                "fileDownloadURI": f"{self.base}{_FILES}{name}",
            }
            for name, content in self.weekly.items()
            if name.startswith(f"{identifier}/")
        ]
        if not files:
            return _missing()
        bag = {"productIdentifier": identifier, "productFileBag": {"count": len(files), "fileDataBag": files}}
        return Reply(
            200, json.dumps({"count": 1, "bulkDataProductBag": [bag]}).encode(), {"Content-Type": "application/json"}
        )

    def publish_week(self, product: str, name: str, applications: list[Application]) -> None:
        """Put a weekly file on the list, e.g. `ipg260210`."""
        grant = product == "PTGRXML"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}.xml", "".join(full_text(each, grant=grant) for each in applications))
        self.weekly[f"{product}/20{name[3:5]}/{name}.zip"] = packed.getvalue()


def _day(name: str) -> str:
    digits = re.sub(r"\D", "", name.rpartition("/")[2])[:6]
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:6]}"


def _missing() -> Reply:
    body = {"code": 404, "error": "Not Found", "errorDetails": "No matching records found, refine your search criteria"}
    return Reply(404, json.dumps(body).encode(), {"Content-Type": "application/json"})
