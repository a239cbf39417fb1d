"""What some columns of a table hold where pages need it; every other column is filled by its type and name."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.cases.filled import OPTION_3, VALUES
from tests.walls.people import TRACKS
from tests.walls.policy import APPLICATION
from tests.web.seed import NOW
from workbench.assessments.charts import ChartRow, stored
from workbench.assessments.models import Reader
from workbench.assessments.statuses import Status
from workbench.cases.models import CaseTaskKind, CaseTaskState, DocumentKind
from workbench.cases.rechecks import wording_key
from workbench.cases.statuses import CaseAct, CaseStatus
from workbench.digest.models import Edition, MailState
from workbench.history.models import ChangeKind, Entity, RunKind, RunState
from workbench.history.snapshots import SnapshotFolder
from workbench.mapping.decisions_models import Verdict
from workbench.mapping.learning import FEATURES
from workbench.patents.applications import application_key
from workbench.people.permissions import Permission
from workbench.people.viewer import Track
from workbench.people.walls_models import OverrideKind
from workbench.settings import Settings

HASH: Final = "0" * 64
FIRST: Final = object()
"""Stands for the key of the first row of the same table at the same place."""
Given = list[dict[str, Any]]


@dataclass
class Place:
    """Where a row is planted: the word it holds, and the keys of what it hangs on, by table."""

    settings: Settings
    wall: int
    word: str
    matter: int | None
    stranger: int | None
    links: dict[str, Any]

    @property
    def number(self) -> str:
        return f"XX.{9000 + self.wall}.A1"

    @property
    def application(self) -> str:
        return f"XX.{770000 + self.wall}"

    @property
    def unpublished(self) -> str:
        return f"XX.{APPLICATION.word_of(self.wall)}"


def _publications(place: Place) -> Given:
    # Outside the walls also another one of the same family.
    numbers = [(place.number, str(9000 + place.wall)), *([] if place.wall else [("XX.8999.A1", "8999")])]
    return [
        {
            "number": number,
            "raw_number": number,
            "doc_number": doc_number,
            "application": place.application,
            "title_language": "en",
            "date": NOW.date(),
            "abstract": f"{place.word} abstract",
        }
        for number, doc_number in numbers
    ]


def _runs(place: Place) -> Given:
    common = {
        "state": RunState.FAILED,
        "finished_at": NOW,
        "records": 7,
        "warnings": [f"{place.word} warning"],
        "error": f"{place.word} error",
        "matter_id": place.matter,
    }
    imported = {**common, "kind": RunKind.IMPORT, "source": f"file:{place.word}.xml"}
    if place.wall:
        return [imported]
    patents, matches = Permission.READ_PATENTS, Permission.READ_MATCHES
    earlier = {**common, "kind": RunKind.POLL, "source": "epo_ops", "permission": patents, "state": RunState.OK}
    running = {"stage": 1.0, "done": 1.0, "total": 2.0}
    mapping = {**common, "kind": RunKind.MAP, "permission": matches, "state": RunState.RUNNING, "measures": running}
    polled = {**common, "kind": RunKind.POLL, "source": "epo_ops", "permission": patents}
    mapped = {**common, "kind": RunKind.MAP, "source": "map:ISO/IEC DIS 90501/DIS 1", "permission": matches}
    return [mapped, earlier, polled, {**imported, "permission": patents}, {**mapping, "source": f"map:{place.word}"}]


def _snapshots(place: Place) -> Given:
    found = []
    for number in range(2):
        sha256, size = SnapshotFolder(place.settings.home).add([f"{place.word} body {number}".encode()])
        found.append(
            {
                "sha256": sha256,
                "size": size,
                "believed": True,
                "url": f"https://example.org/{place.word}/{number}",
                "permission": None if place.wall else Permission.READ_PATENTS,
                "matter_id": place.matter,
            }
        )
    return found


def _changes(place: Place) -> Given:
    return [
        {
            "at": NOW - dt.timedelta(hours=1),
            "entity": Entity.PUBLICATION,
            "key": place.number,
            "kind": ChangeKind.NEW,
            "field": f"{place.word} field",
            "old": None,
            "new": place.word,
            "source": f"file:{place.word}.xml",
        }
    ]


def _decisions(place: Place) -> Given:
    verdict = {"verdict": Verdict.PLAUSIBLE, "note": f"{place.word} note", "by": place.word}
    return [{"publication": place.number, "claim": 1, "claim_hash": HASH, "clause_hash": HASH, **verdict}]


def _of_office(place: Place) -> Given:
    """Of the application of the publication, and of one that only its number tells of."""
    seen = {"snapshot_id": place.links["snapshot_of_office"]}
    return [
        {
            "application": key,
            "application_key": application_key(key),
            "number": place.number,
            "office": "EP",
            **dict.fromkeys(("next_fee_date", "filing_date"), NOW.date()),
            **seen,
        }
        for key in (place.application, place.unpublished)
    ]


def _matters(place: Place) -> Given:
    held = {"held_since": NOW, "hold_reason": f"{place.word} reason"}
    return [{"name": f"{place.word} matter", "track": TRACKS[place.wall], **held}] if place.wall else []


def _overrides(place: Place) -> Given:
    asked = {"account_id": place.stranger, "requested_by": place.stranger, "reason": f"{place.word} reason"}
    if not place.wall:
        return [{"kind": OverrideKind.TRACK_CLEARANCE, "track": Track.CHINA, **asked}]
    return [{"kind": OverrideKind.HOLD_RELEASE, "matter_id": place.matter, **asked}]


def _learned(place: Place) -> Given:
    zero = [0.0 for _ in FEATURES]
    return [{"means": zero, "scales": [1.0 for _ in FEATURES], "weights": zero, "gain_low": -1.0, "base_ndcg": 0.5}]


def _chart(place: Place) -> Given:
    text = "A method comprising recording an evaluation."
    row = ChartRow(element=text, start=0, end=len(text), note=f"{place.word} chart", met=True)
    return [{"number": 1, "rows": stored([row])}]


def _case_form(place: Place) -> Given:
    holder = f"{place.word} holder"
    return [
        {"revision": 1, "option": "3", "entries": {**VALUES, **OPTION_3, "holder_name": holder, "sig_holder": holder}}
    ]


def _case_document(place: Place) -> Given:
    sha256, size = SnapshotFolder(place.settings.home).add([f"{place.word} receipt".encode()])
    return [{"kind": DocumentKind.RECEIPT, "sha256": sha256, "size": size, "organisation": "ISO"}]


def _case_task(place: Place) -> Given:
    facts = {"patent": f"{place.word} number", "to": [place.word]}
    done = {"state": CaseTaskState.DONE, "settled_at": NOW}
    return [
        {"kind": CaseTaskKind.TRANSFER, "key": f"transfer:{place.word}", "facts": facts},
        {"kind": CaseTaskKind.WORDING, "key": wording_key(place.links["draft"]), "facts": facts, **done},
    ]


def _rule(place: Place) -> Given:
    content = {
        **dict.fromkeys(("en", "ja"), f"{place.word} rule"),
        "id": f"OWN-{place.word}",
        "jurisdiction": "all",
        "severity": "info",
        "holds": "OSS <= NP",
        "source": place.word,
        "confidence": "unverified",
    }
    return [{"key": f"OWN-{place.word}", "version": 1, "content": content}]


GIVEN: Final[Mapping[str, Callable[[Place], Given]]] = {
    "account": lambda place: [
        {
            "email": f"stranger{place.wall}@example.org",
            "roles": ["reader"],
            **dict.fromkeys(("password_hash", "totp_key", "openid_issuer", "openid_subject")),
        }
    ],
    "alert": lambda place: [{"acknowledged_at": None}],
    "application_status": _of_office,
    "assessment": lambda place: [
        # The findings are of the first round: those of one that is under way are not shown to the other reader.
        {"claim": 1, "status": Status.IN_REVIEW, "round": 2}
        if place.wall == 2
        else {"claim": 1, "status": Status.CHARTING, "round": 1}
    ],
    "assessment_pin": lambda place: [{}, {"replaces": FIRST}],
    "assessment_event": lambda place: [{"what": "made"}],
    "bounce": lambda place: [{"status": "5.1.1"}],
    "case_document": _case_document,
    "case_form": _case_form,
    "case_patent": lambda place: [{"position": 1, "status": "granted", "published": True}],
    "case_step": lambda place: [
        {"act": CaseAct.OPEN, "status": CaseStatus.SENT if place.wall == 2 else CaseStatus.DRAFT, "revision": 1}
    ],
    "case_task": _case_task,
    "change": _changes,
    "chart_version": _chart,
    "cited_document": lambda place: [{**each, "kind": "A", "is_patent": True} for each in _of_office(place)],
    "claim": lambda place: [{"number": 1, "independent": True, "text": f"A method of {place.word}."}],
    "clause": lambda place: [{"order": 1, "number": "7", "normative": True}],
    "comment_event": lambda place: [{"changes": {}}],
    "decision": _decisions,
    "declaration_case": lambda place: [
        {"form": "common 2015-06-26", "status": CaseStatus.SENT if place.wall == 2 else CaseStatus.DRAFT}
    ],
    "draft_pass": lambda place: [
        {"covered": zlib.compress(b"\xff"), "clauses": b"", "claims": 1, "publications": 1, "matches": 1}
    ],
    "extended_family_member": lambda place: [{"asked": place.number, "number": place.number}],
    "finding": lambda place: [{"reader": Reader.REVIEWER, "outcome": Status.NOT_ESSENTIAL, "round": 1}],
    "filed_claims": lambda place: [
        {**each, "document_code": "C", "document_number": place.word, "part": str(number)}
        for number, each in enumerate(_of_office(place))
    ],
    "follow": lambda place: [{"recipient_id": None}],
    "learned_ranking": _learned,
    "legal_event": _of_office,
    "mail": lambda place: [
        {"edition": Edition.IP, "week": f"2026-W4{place.wall}", "state": MailState.SENT, "sent_at": NOW, "error": None}
    ],
    "matter": _matters,
    "matter_application": lambda place: [
        {"application_key": application_key(key)} for key in (place.application, place.unpublished)
    ],
    "override": _overrides,
    "plan": lambda place: [{"offices": ["EP"], "template": None}],
    "plan_asset": lambda place: [{"layer": "schemas", "made_in": [], "families": [], "repositories": []}],
    "plan_change": lambda place: [{"what": "fact", "new": {"value": place.word}}],
    "plan_event": lambda place: [
        {
            "name": "OSS",
            "day": NOW.date(),
            "label": place.word,
            **dict.fromkeys(("licence", "repository", "application")),
        }
    ],
    "plan_fact": lambda place: [{"name": "made_in_us", "value": False}],
    "plan_override": lambda place: [{"rule": "NOV-01", "rule_version": "1"}],
    "portfolio": lambda place: [{"name": f"{place.word} portfolio", "own": True}],
    "publication": _publications,
    "published_event": lambda place: [{"kind": "ballot_closes", "level": "company", "iso_id": 90501}],
    "rule_version": _rule,
    "quarantined_record": lambda place: [{"source": f"file:{place.word}.xml", "place": place.word}],
    "recipient": lambda place: [
        {"edition": Edition.IP, "email": f"stranger{place.wall}@example.com", "alerts_on": False}
    ],
    "run": _runs,
    # The clause of order 1 comes first for the publication.
    "searched_publication": lambda place: [{"claims": 1, "foremost": (1).to_bytes(4, "little")}],
    "search_entry": lambda place: [{"kind": "publication", "key": place.number}],
    "snapshot": _snapshots,
    "work_item": lambda place: [{"iso_id": 90502, "url": f"https://example.org/{place.word}"}],
}
"""What some columns of a table hold, one entry a row; every other column is filled by its type and name."""
