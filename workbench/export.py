"""What can be taken out of the workbench: rows in the shapes that others rely on, as JSON Lines, CSV or XLSX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlmodel import Session, col, select

from scrapers.records import Precision
from workbench import export_registers
from workbench.db import key_of
from workbench.history.queries import CHANGE_FILTERS, FilterError, select_changes
from workbench.mapping.decisions_queries import DECISION_FILTERS, select_decisions
from workbench.mapping.evidence_reader import EvidenceReader, evidence_rows
from workbench.mapping.queries import MATCH_FILTERS, select_matches
from workbench.patents.models import Claim, Family
from workbench.patents.queries import PUBLICATION_FILTERS, select_publications
from workbench.people.trail_queries import TRAIL_FILTERS, TrailFilterError, as_row, select_entries
from workbench.standards.drafts import find_work_item
from workbench.standards.lineage import lineage_rows
from workbench.standards.lineage_queries import clause_nodes_of, links_of
from workbench.standards.models import Clause, Draft, Provision, Relation, RelationKind, StageEvent, WorkItem
from workbench.standards.queries import WORK_ITEM_FILTERS, select_work_items
from workbench.standards.status import status_of

Row = dict[str, Any]
FORMATS = {
    "jsonl": "application/jsonl; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet would run these as a formula; the apostrophe makes them text (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MAX_CELL = 32_767
_WEIGHT_DIGITS = 6


class UnknownExportError(Exception):
    """There is no such kind, format or filter; `str(error)` lists those there are."""


def rows(session: Session, kind: str, filters: Mapping[str, str] | None = None) -> Iterator[Row]:
    """The rows of a kind, filtered as the pages filter. Raises UnknownExportError, UnknownWorkItemError."""
    if kind not in KINDS:
        raise UnknownExportError(f"nothing called {kind!r} can be exported; there are: {', '.join(KINDS)}")
    produce, known = KINDS[kind]
    given = {name: value for name, value in (filters or {}).items() if value}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise UnknownExportError(
            f"{kind} cannot be filtered by {unknown[0]!r}; it can by: {', '.join(sorted(known)) or 'nothing'}"
        )
    return produce(session, given)


def notices(session: Session, kind: str, filters: Mapping[str, str] | None = None) -> list[str]:
    """What must go along with the rows: copyright lines and markings of the drafts whose text they hold."""
    if kind != "clauses":
        return []
    given = {name: value for name, value in (filters or {}).items() if value}
    lines = (line for draft, _ in _drafts(session, given) for line in (draft.confidentiality, draft.copyright))
    return list(dict.fromkeys(filter(None, lines)))


def write(rows: Iterable[Row], format: str, notices: Sequence[str] = ()) -> Iterator[bytes]:  # noqa: A002
    """The rows as a file of `format`, in pieces. Lists become text joined by `; ` in CSV and XLSX, the rest JSON.

    `notices` stand on a first sheet of their own, in the format that has sheets.
    """
    match format:
        case "jsonl":
            for row in rows:
                yield json.dumps(row, ensure_ascii=False).encode() + b"\n"
        case "csv":
            yield from _csv(rows)
        case "xlsx":
            yield _xlsx(rows, notices)
        case _:
            raise UnknownExportError(f"no format {format!r}; there are: {', '.join(FORMATS)}")


def _cell(value: Any) -> str | int | float | bool | None:
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        value = "; ".join(str(each) for each in value)
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        value = "".join(character for character in value if character >= " " or character in "\t\n\r")
        if value.startswith(_FORMULA_STARTS):
            value = f"'{value}"
    return value  # type: ignore[no-any-return]


def _csv(rows: Iterable[Row]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    # The mark at the start makes spreadsheets read UTF-8, and with it Japanese, rightly.
    buffer.write("\ufeff")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row.keys())
        writer.writerow(_cell(value) for value in row.values())
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx(rows: Iterable[Row], notices: Sequence[str]) -> bytes:
    book = Workbook(write_only=True)
    if notices:
        first = book.create_sheet("notice")
        for notice in notices:
            first.append([_xlsx_cell(first, notice)])
    sheet = book.create_sheet("export")
    for number, row in enumerate(rows):
        if number == 0:
            sheet.append(list(row))
        sheet.append([_xlsx_cell(sheet, value) for value in row.values()])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    plain = _cell(value)
    if isinstance(plain, str) and len(plain) > _MAX_CELL:
        plain = f"{plain[: _MAX_CELL - 1]}…"
    cell = WriteOnlyCell(sheet, plain)
    if isinstance(plain, str):
        cell.data_type = "s"
    return cell


def _work_items(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    events: dict[int, list[StageEvent]] = {}
    for event in session.exec(select(StageEvent).order_by(col(StageEvent.date), col(StageEvent.stage))):
        events.setdefault(event.work_item_id, []).append(event)
    relations: dict[tuple[int, RelationKind], list[int]] = {}
    for relation in session.exec(select(Relation).order_by(col(Relation.to_iso_id))):
        relations.setdefault((relation.from_iso_id, relation.kind), []).append(relation.to_iso_id)
    for item in select_work_items(session, filters):
        history = events.get(item.id or 0, [])
        dates = [each.date for each in history if each.stage == item.stage and each.precision is Precision.DAY]
        yield {
            "iso_id": item.iso_id,
            "reference": item.reference,
            "title_en": item.title_en,
            "title_fr": item.title_fr,
            "committee": item.committee,
            "deliverable_type": item.deliverable_type,
            "supplement_type": item.supplement_type,
            "stage": item.stage,
            "stage_date": dates[-1].isoformat() if dates else None,
            "stage_history": [
                {"stage": each.stage, "date": each.date.isoformat(), "precision": each.precision.value}
                for each in history
            ],
            "edition": item.edition,
            "publication_date": item.publication_date,
            "ics": item.ics,
            "replaces": relations.get((item.iso_id, RelationKind.REPLACES), []),
            "replaced_by": relations.get((item.iso_id, RelationKind.REPLACED_BY), []),
            "amends": item.amends,
            "status": status_of(item.stage),
            "url": item.url,
            "first_seen": item.first_seen.isoformat(),
            "last_seen": item.last_seen.isoformat(),
        }


def _changes(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for change, snapshot in select_changes(session, filters):
        yield {
            "at": change.at.isoformat(),
            "entity": change.entity.value,
            "key": change.key,
            "kind": change.kind.value,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "source": change.source,
            "snapshot": None if snapshot is None else {"url": snapshot.url, "sha256": snapshot.sha256},
        }


def _drafts(session: Session, filters: Mapping[str, str]) -> list[tuple[Draft, WorkItem]]:
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).order_by(col(Draft.id))
    if "work_item" in filters:
        statement = statement.where(Draft.work_item_id == find_work_item(session, filters["work_item"]).id)
    if "label" in filters:
        statement = statement.where(Draft.label == filters["label"])
    return list(session.exec(statement))


def _clauses(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for draft, item in _drafts(session, filters):
        clauses = session.exec(select(Clause).where(Clause.draft_id == draft.id).order_by(col(Clause.order))).all()
        names = {clause.id: clause.number or clause.title for clause in clauses}
        provisions: dict[int, list[Provision]] = {}
        found = select(Provision).join(Clause, col(Clause.id) == Provision.clause_id).where(Clause.draft_id == draft.id)
        for provision in session.exec(found.order_by(col(Provision.index))):
            provisions.setdefault(provision.clause_id, []).append(provision)
        for clause in clauses:
            yield {
                "work_item": item.reference,
                "draft": draft.label,
                "number": clause.number,
                "title": clause.title,
                "level": clause.level,
                "parent": names.get(clause.parent_id),
                "order": clause.order,
                "kind": clause.kind.value,
                "normative": clause.normative,
                "text": clause.text,
                "provisions": [
                    {
                        "index": each.index,
                        "kind": each.kind.value,
                        "text": each.text,
                        "start": each.start,
                        "end": each.end,
                        "binds": each.binds.value,
                        "flag": each.flag,
                        "doubt": each.doubt,
                    }
                    for each in provisions.get(clause.id or 0, [])
                ],
                "copyright": draft.copyright,
                "confidentiality": draft.confidentiality,
            }


def _lineage(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    missing = [name for name in ("work_item", "from", "to") if name not in filters]
    if missing:
        raise UnknownExportError(
            f"lineage is between two drafts of a work item; {missing[0].replace('_', ' ')!r} is missing: give "
            "--work-item REF --from LABEL --to LABEL"
        )
    item = find_work_item(session, filters["work_item"])
    drafts = {draft.label: draft for draft in session.exec(select(Draft).where(Draft.work_item_id == item.id))}
    for name in ("from", "to"):
        if filters[name] not in drafts:
            raise UnknownExportError(
                f"{item.reference} has no draft {filters[name]!r}; there are: {', '.join(sorted(drafts)) or 'none yet'}"
            )
    old, new = key_of(drafts[filters["from"]]), key_of(drafts[filters["to"]])
    links = links_of(session, old, new)
    yield from lineage_rows(links, clause_nodes_of(session, old), clause_nodes_of(session, new))


def _publications(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    families = {family.id: family.family_id for family in session.exec(select(Family))}
    for row in select_publications(session, filters):
        claims = session.exec(
            select(Claim).where(Claim.publication_id == row.id).order_by(col(Claim.language), col(Claim.number))
        )
        yield {
            "number": row.number,
            "raw_number": row.raw_number,
            "country": row.country,
            "doc_number": row.doc_number,
            "kind": row.kind,
            "date": None if row.date is None else row.date.isoformat(),
            "application": row.application,
            "priorities": [" ".join(filter(None, (each["number"], each.get("date")))) for each in row.priorities],
            "family_id": families.get(row.family_ref),
            "title": row.title,
            "title_language": row.title_language,
            "abstract": row.abstract,
            "applicants": row.applicants,
            "inventors": row.inventors,
            "ipc": row.ipc,
            "cpc": row.cpc,
            "claims": [
                {
                    "number": claim.number,
                    "text": claim.text,
                    "independent": claim.independent,
                    "depends_on": claim.depends_on,
                    "language": claim.language,
                }
                for claim in claims
            ],
            "source_format": row.source_format,
        }


def _matches(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Matches with their evidence in words; what an encoder finds near in meaning is on the page of a match only."""
    rows = select_matches(session, filters, sort="draft")
    reader = EvidenceReader()
    for row, evidence in zip(rows, evidence_rows(session, rows, reader), strict=True):
        name = row.clause.number or row.clause.title
        yield {
            "publication": row.publication.number,
            "claim": row.claim.number,
            "work_item": row.item.reference,
            "draft": row.draft.label,
            "clause": name,
            "clause_title": row.clause.title,
            "rank": row.match.rank,
            "score": row.match.score,
            "signals": {
                name: value
                for name in ("words", "characters", "meaning")
                if (value := getattr(row.match, name)) is not None
            },
            "terms": [
                [each.term, round(each.weight, _WEIGHT_DIGITS)]
                for each in reader.shared(session, row.claim, row.clause)
            ],
            "elements": [
                {
                    "index": each.element.index,
                    "text": each.element.text,
                    "clause": name,
                    "provision": each.provision_text,
                    "score": round(each.score, _WEIGHT_DIGITS),
                    "terms": [term.term for term in each.terms],
                    "coverage": round(each.coverage, _WEIGHT_DIGITS),
                    "support": each.support.value,
                }
                for each in evidence
            ],
        }


def _decisions(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for decision, draft, item, clause in select_decisions(session, filters):
        yield {
            "id": decision.id,
            "publication": decision.publication,
            "claim": decision.claim,
            "language": decision.language,
            "claim_hash": decision.claim_hash,
            "work_item": item.reference,
            "iso_id": item.iso_id,
            "draft": draft.label,
            "clause": clause.number or clause.title,
            "clause_order": decision.clause_order,
            "clause_hash": decision.clause_hash,
            "verdict": decision.verdict.value,
            "note": decision.note,
            "by": decision.by,
            "at": decision.at.isoformat(),
            "replaces": decision.replaces,
        }


def _trail(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    try:
        yield from map(as_row, select_entries(session, filters, descending=False))
    except TrailFilterError as error:
        raise FilterError(str(error)) from error


KINDS: dict[str, tuple[Callable[[Session, Mapping[str, str]], Iterator[Row]], frozenset[str]]] = {
    "work-items": (_work_items, frozenset(WORK_ITEM_FILTERS)),
    "changes": (_changes, frozenset(CHANGE_FILTERS)),
    "clauses": (_clauses, frozenset({"work_item", "label"})),
    "lineage": (_lineage, frozenset({"work_item", "from", "to"})),
    "publications": (_publications, frozenset(PUBLICATION_FILTERS)),
    "matches": (_matches, frozenset(MATCH_FILTERS)),
    **export_registers.KINDS,
    "decisions": (_decisions, frozenset(DECISION_FILTERS)),
    "trail": (_trail, frozenset(TRAIL_FILTERS)),
}
