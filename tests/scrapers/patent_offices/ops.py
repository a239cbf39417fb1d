"""Plays the EPO's Open Patent Services (OPS guide 1.3.20): paths, token, rates, quotas, faults. All data invented."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.scrapers.patent_offices.server import Asked, FakeClock, Reply

KEY, SECRET = "ops-consumer-key-1", "ops-consumer-secret-1"
_REST = "/3.2/rest-services/"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><ops:world-patent-data xmlns="http://www.epo.org/exchange" '
    'xmlns:ops="http://ops.epo.org" xmlns:ftxt="http://www.epo.org/fulltext">'
)
_TAIL = "</ops:world-patent-data>"
Limits = dict[str, int]
IDLE: Limits = {"retrieval": 200, "search": 30, "inpadoc": 60, "images": 200, "other": 1000}
BUSY: Limits = {"retrieval": 100, "search": 10, "inpadoc": 15, "images": 100, "other": 1000}
OVERLOADED: Limits = {"retrieval": 50, "search": 5, "inpadoc": 10, "images": 50, "other": 1000}


@dataclass(frozen=True)
class Patent:
    """An invented publication; numbers with one family belong together."""

    country: str
    number: str
    kind: str
    date: dt.date
    applicant: str = "Sample Corp"
    cpc: str = "G06N3/08"
    title: str = "Sample gauge with a neural network"
    family: str = "90000001"
    claims: int = 2
    hidden: bool = False  # a record that is not available through OPS

    @property
    def name(self) -> str:
        return f"{self.country}.{self.number}.{self.kind}"


def fault(code: str, message: str) -> bytes:
    return f'<fault xmlns="http://ops.epo.org"><code>{code}</code><message>{message}</message></fault>'.encode()


def error(code: int, message: str, description: str = "") -> bytes:
    said = f"<code>{code}</code><message>{message}</message><description>{description}</description>"
    return f"<error>{said}</error>".encode()


class Ops:
    """The office. `state` gives the limits at a time; `over` are the requests that passed what had been announced."""

    def __init__(self, clock: FakeClock, patents: list[Patent]) -> None:
        self.base = ""
        self.log: list[Asked] = []
        self.clock = clock
        self.patents = patents
        self.state: Callable[[float], Limits] = lambda at: IDLE
        self.token_life = 1199
        self.weekly = 900_006
        self.weekly_limit = 4_000_000_000
        self.most_at_once = 100
        self.over: list[Asked] = []
        self.tokens: dict[str, float] = {}
        self.announced: list[tuple[float, Limits]] = []
        self.served: dict[str, list[float]] = {}

    def reply(self, asked: Asked) -> Reply:
        if asked.path == "/3.2/auth/accesstoken":
            return self._token(asked)
        service = self._service(asked.path)
        self._watch_the_rate(asked, service)
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(bearer, -1.0) <= asked.at:
            return self._with_headers(Reply(400, error(400, "invalid_access_token", "Access token has expired")), asked)
        if self.weekly >= self.weekly_limit:
            body = error(403, "This request has been rejected due to the violation of Fair Use policy")
            return Reply(403, body, {"X-Rejection-Reason": "RegisteredQuotaPerWeek"})
        if asked.path.startswith(_REST + "published-data/search"):
            reply = self._search(asked)
        elif asked.path.startswith(_REST + "family/publication/docdb/"):
            reply = self._family(asked)
        else:
            reply = self._retrieval(asked)
        self.weekly += len(reply.body)
        return self._with_headers(reply, asked)

    def _service(self, path: str) -> str:
        rest = path.removeprefix(_REST)
        if rest.startswith("published-data/search"):
            return "search"
        return "inpadoc" if rest.startswith(("family", "legal")) else "retrieval"

    def _watch_the_rate(self, asked: Asked, service: str) -> None:
        """Note a request that passes the worst limit announced within the sixty seconds before it."""
        recent = [at for at in self.served.setdefault(service, []) if asked.at - at < 60]
        limits = [limit[service] for at, limit in self.announced if asked.at - at <= 60]
        if not limits and self.announced:
            limits = [self.announced[-1][1][service]]
        if limits and len(recent) + 1 > min(limits):
            self.over.append(asked)
        self.served[service].append(asked.at)

    def _with_headers(self, reply: Reply, asked: Asked) -> Reply:
        limits = self.state(asked.at)
        self.announced.append((asked.at, limits))
        lights = []
        for service, limit in limits.items():
            used = sum(asked.at - at < 60 for at in self.served.get(service, ()))
            share = used / limit
            colour = "green" if share < 0.5 else "yellow" if share < 0.75 else "red" if share <= 1 else "black"
            lights.append(f"{service}={colour}:{limit}")
        return Reply(
            reply.status,
            reply.body,
            {
                "Content-Type": "application/xml",
                "X-IndividualQuotaPerHour-Used": str(self.weekly % 1000),
                "X-RegisteredQuotaPerWeek-Used": str(self.weekly),
                "X-Throttling-Control": f"idle ({', '.join(lights)})",
                **reply.headers,
            },
        )

    def _token(self, asked: Asked) -> Reply:
        basic = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return Reply(401, error(401, "invalid_client", f"unknown key in {asked.headers.get('authorization')}"))
        if asked.method != "POST" or asked.body != "grant_type=client_credentials":
            return Reply(400, error(400, "Required param : grant_type"))
        token = f"ops-access-token-{len(self.tokens)}"
        self.tokens[token] = asked.at + self.token_life
        body = f'{{"token_type": "Bearer", "access_token": "{token}", "expires_in": "{self.token_life}"}}'
        return Reply(200, body.encode(), {"Content-Type": "application/json"})

    def _search(self, asked: Asked) -> Reply:
        query = asked.query.get("q", "")
        days = re.search(r'pd within "(\d{8}) (\d{8})"', query)
        if days is None:
            return Reply(400, fault("CLIENT.CQL", "The query provided is invalid, no pd"))
        names = re.findall(r'pa="([^"]*)"', query)
        symbols = re.findall(r"cpc=/low ([A-Z0-9/]+)", query)
        words = re.findall(r'ta="([^"]*)"', query)
        first, _, last = asked.query["Range"].partition("-")
        if int(last) - int(first) >= self.most_at_once:
            return Reply(
                503, fault("SERVER.LimitedServerResources", "Please request bibliographic data in smaller chunks")
            )
        hits = [
            patent
            for patent in self.patents
            if days[1] <= f"{patent.date:%Y%m%d}" <= days[2]
            and (not names or patent.applicant in names)
            and (not symbols or any(patent.cpc.startswith(symbol) for symbol in symbols))
            and (not words or any(phrase in patent.title for phrase in words))
        ]
        if not hits:
            return Reply(404, fault("SERVER.EntityNotFound", "No results found"))
        documents = "".join(map(self._biblio, hits[int(first) - 1 : int(last)]))
        return Reply(
            200,
            (
                f'{_HEAD}<ops:biblio-search total-result-count="{min(len(hits), 10000)}"><ops:query syntax="CQL">x'
                f'</ops:query><ops:range begin="{first}" end="{last}"/><ops:search-result>'
                f"<exchange-documents>{documents}</exchange-documents></ops:search-result></ops:biblio-search>{_TAIL}"
            ).encode(),
        )

    def _retrieval(self, asked: Asked) -> Reply:
        match = re.fullmatch(_REST + r"published-data/publication/docdb/([^/]+)/(biblio|claims)", asked.path)
        if match is None:
            return Reply(404, fault("CLIENT.NotFound", "Resource not found"))
        numbers = match[1].split(",")
        known = {patent.name: patent for patent in self.patents}
        if any(number not in known for number in numbers):
            return Reply(404, fault("SERVER.EntityNotFound", "No results found"))
        if match[2] == "biblio":
            documents = "".join(self._biblio(known[number]) for number in numbers)
            return Reply(200, f"{_HEAD}<exchange-documents>{documents}</exchange-documents>{_TAIL}".encode())
        patent = known[numbers[0]]
        if not patent.claims:
            return Reply(404, fault("SERVER.EntityNotFound", "No results found"))
        claims = "".join(
            f"<claim-text>{number}. A gauge{' of claim 1' if number > 1 else ''} of {patent.name}.</claim-text>"
            for number in range(1, patent.claims + 1)
        )
        return Reply(
            200,
            (
                f'{_HEAD}<ftxt:fulltext-documents xmlns="http://www.epo.org/fulltext"><ftxt:fulltext-document '
                f'system="ops.epo.org"><bibliographic-data><publication-reference data-format="docdb"><document-id>'
                f"{self._parts(patent)}</document-id></publication-reference></bibliographic-data>"
                f'<claims lang="EN"><claim>{claims}</claim></claims></ftxt:fulltext-document>'
                f"</ftxt:fulltext-documents>{_TAIL}"
            ).encode(),
        )

    def _family(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix(_REST + "family/publication/docdb/").removesuffix("/legal")
        found = next((patent for patent in self.patents if patent.name == name), None)
        if found is None:
            return Reply(404, fault("SERVER.EntityNotFound", "No results found"))
        members = "".join(self._member(patent) for patent in self.patents if patent.family == found.family)
        return Reply(200, f'{_HEAD}<ops:patent-family legal="true">{members}</ops:patent-family>{_TAIL}'.encode())

    def _member(self, patent: Patent) -> str:
        return (
            f'<ops:family-member family-id="{patent.family}"><publication-reference>{self._dated(patent)}'
            f"</publication-reference><application-reference>{self._application(patent)}</application-reference>"
            f'<ops:legal code="PGFP" desc="ANNUAL FEE PAID" infl="+"><ops:pre line="00001">x</ops:pre>'
            f'<ops:L001EP desc="Country Code">{patent.country}</ops:L001EP>'
            f'<ops:L007EP desc="Gazette DATE">{patent.date}</ops:L007EP><ops:L008EP>PGFP</ops:L008EP>'
            f'<ops:L500EP><ops:L520EP desc="Year of fee payment">5</ops:L520EP></ops:L500EP></ops:legal>'
            "</ops:family-member>"
        )

    def _biblio(self, patent: Patent) -> str:
        where = f'system="ops.epo.org" country="{patent.country}" doc-number="{patent.number}" kind="{patent.kind}"'
        if patent.hidden:
            return f'<exchange-document status="invalid result" {where}/>'
        return (
            f'<exchange-document {where} family-id="{patent.family}"><bibliographic-data><publication-reference>'
            f"{self._dated(patent)}</publication-reference><application-reference>{self._application(patent)}"
            f'</application-reference><invention-title lang="en">{patent.title}</invention-title></bibliographic-data>'
            "</exchange-document>"
        )

    def _parts(self, patent: Patent) -> str:
        return f"<country>{patent.country}</country><doc-number>{patent.number}</doc-number><kind>{patent.kind}</kind>"

    def _dated(self, patent: Patent) -> str:
        date = f"<date>{patent.date:%Y%m%d}</date>"
        return f'<document-id document-id-type="docdb">{self._parts(patent)}{date}</document-id>'

    def _application(self, patent: Patent) -> str:
        number = f"21{int(patent.family) % 1000000:06}"
        parts = f"<country>{patent.country}</country><doc-number>{number}</doc-number><kind>A</kind>"
        return f'<document-id document-id-type="docdb">{parts}</document-id>'
