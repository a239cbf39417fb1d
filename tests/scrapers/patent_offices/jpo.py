"""Plays the JPO's patent information API (handbook 1.4): token, ten a minute, daily caps. All data invented."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.scrapers.patent_offices.server import Asked, FakeClock, Reply

USER, PASSWORD, TOKEN_PATH = "jpo-user-0001", "jpo-password-0001", "hidden/token"
CREDENTIALS = {"username": USER, "password": PASSWORD, "token_path": TOKEN_PATH}
_BASE = "/api/patent/v1/"
PER_MINUTE = 10
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Filing:
    """An invented application."""

    number: str
    granted: bool = False
    amended: bool = False
    cited: tuple[str, ...] = ()


def result(code: str, left: int | None = None, message: str = "", **data: Any) -> bytes:
    remain = "" if left is None else str(left)
    answer = {"statusCode": code, "errorMessage": message, "remainAccessCount": remain, "data": data}
    return json.dumps({"result": answer}, ensure_ascii=False).encode()


def amendment(number: str) -> str:
    """An amendment of the claims as the JPO has it, in Shift_JIS."""
    return (
        '<?xml version="1.0" encoding="Shift_JIS"?>\n<!DOCTYPE jp:pat-amnd PUBLIC "-//SAMPLE//EN" "pat-amnd.dtd" []>\n'
        '<jp:pat-amnd lang="ja" xmlns:jp="http://www.jpo.go.jp"><jp:amendment-a523 jp:kind-of-law="patent">'
        '<jp:amendment-article><jp:amendment-group jp:serial-number="1">'
        '<jp:contents-of-amendment jp:kind-of-document="claims"><claims><claim num="1"><claim-text>\n　<u>見本の計器'
        f'（{number}）。</u><br />\n</claim-text></claim><claim num="2"><claim-text>針が赤い請求項１に記載の計器。'
        "</claim-text></claim></claims></jp:contents-of-amendment></jp:amendment-group></jp:amendment-article>"
        "</jp:amendment-a523></jp:pat-amnd>"
    )


class Jpo:
    """The office. `over` are the requests beyond ten in a minute, `caps` the accesses a day by API."""

    def __init__(self, clock: FakeClock, filings: list[Filing]) -> None:
        self.base = ""
        self.log: list[Asked] = []
        self.clock = clock
        self.filings = filings
        self.over: list[Asked] = []
        self.token_life = 3600
        self.tokens: dict[str, float] = {}
        self.caps = {
            "app_progress": 400,
            "registration_info": 200,
            "cite_doc_info": 50,
            "app_doc_cont_opinion_amendment": 100,
        }
        self.used: dict[str, int] = {}
        self._times: list[float] = []

    def reply(self, asked: Asked) -> Reply:
        self._times.append(asked.at)
        if sum(asked.at - at < 60 for at in self._times) > PER_MINUTE:
            self.over.append(asked)
            return Reply(429, result("303", message="アクセスが集中しています。"), JSON)
        if asked.path == f"/{TOKEN_PATH}":
            return self._token(asked)
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(bearer, -1.0) <= asked.at:
            return Reply(401, result("210", message="無効なトークンです。"), JSON)
        api, _, number = asked.path.removeprefix(_BASE).partition("/")
        if api not in self.caps:
            return Reply(404, b"")
        left = self.caps[api] - self.used.get(api, 0) - 1
        if left < 0:
            return Reply(200, result("203", message="1日のアクセス上限を超過したため閲覧を制限します。"), JSON)
        self.used[api] = self.used.get(api, 0) + 1
        filing = next((each for each in self.filings if each.number == number), None)
        if filing is None:
            return Reply(200, result("107", left, "該当するデータがありません。"), JSON)
        if api == "app_doc_cont_opinion_amendment":
            return self._archive(filing, left)
        return Reply(200, result("100", left, **getattr(self, f"_{api}")(filing)), JSON)

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[-1] for name, values in parse_qs(asked.body).items()}
        if asked.method != "POST" or form != {"grant_type": "password", "username": USER, "password": PASSWORD}:
            return Reply(401, json.dumps({"error": "invalid_grant", "seen": form}).encode(), JSON)
        token = f"jpo-access-token-{len(self.tokens)}"
        self.tokens[token] = asked.at + self.token_life
        return Reply(200, json.dumps({"access_token": token, "expires_in": self.token_life}).encode(), JSON)

    def _app_progress(self, filing: Filing) -> dict[str, Any]:
        papers = [("A63", "特許願", "20240115"), ("A131", "拒絶理由通知書", "20250210")]
        if filing.amended:
            papers.append(("A523", "手続補正書", "20250420"))
        return {
            "applicationNumber": filing.number,
            "inventionTitle": "見本の計器",
            "applicantAttorney": [
                {"name": "見本株式会社", "applicantAttorneyClass": "1"},
                {"name": "見本　太郎", "applicantAttorneyClass": "2"},
            ],
            "filingDate": "20240115",
            "publicationNumber": "506999999",
            "ADPublicationNumber": f"2025{filing.number[4:]}",
            "publicationDate": "20250730",
            "registrationNumber": "7999001" if filing.granted else "",
            "registrationDate": "20250901" if filing.granted else "",
            "erasureIdentifier": "00",
            "expireDate": "20440115" if filing.granted else "",
            "disappearanceDate": "",
            "bibliographyInformation": [
                {
                    "numberType": "01",
                    "number": filing.number,
                    "documentList": [
                        {
                            "legalDate": day,
                            "availabilityFlag": "1",
                            "documentCode": code,
                            "documentDescription": name,
                            "documentNumber": f"52{position:09}",
                        }
                        for position, (code, name, day) in enumerate(papers)
                    ],
                }
            ],
        }

    def _registration_info(self, filing: Filing) -> dict[str, Any]:
        return {
            "applicationNumber": filing.number,
            "registrationNumber": "7999001",
            "decisionDate": "20250804",
            "rightPersonInformation": [{"rightPersonName": "見本株式会社"}],
            "numberOfClaims": "002",
            "nextPensionPaymentDate": "20280901",
            "lastPaymentYearly": "03",
            "erasureIdentifier": "00",
        }

    def _cite_doc_info(self, filing: Filing) -> dict[str, Any]:
        cited = [
            {"draftDate": "20250204", "citationType": "31", "citationOrder": str(place), "documentNumber": document}
            for place, document in enumerate(filing.cited, start=1)
        ]
        return {"applicationNumber": filing.number, "patentDoc": cited, "nonPatentDoc": []}

    def _archive(self, filing: Filing, left: int) -> Reply:
        if not filing.amended:
            return Reply(200, result("108", left, "該当する書類実体がありません。"), JSON)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("A53_52000000001/JPOXMLDOC01-jpbibl.xml", '<?xml version="1.0"?><pat-rspns/>')
            text = amendment(filing.number).encode("shift_jis")
            archive.writestr("A523_52000000002/JPOXMLDOC01-jpbibl.xml", text)
        return Reply(200, packed.getvalue(), {"Content-Type": "application/zip"})
