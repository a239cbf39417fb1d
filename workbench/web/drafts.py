"""Drafts: the list of versions, the reader, and one clause with what the engine found for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, render_template, url_for
from werkzeug.wrappers import Response

from workbench.i18n import mark
from workbench.mapping.queries import count_matches_of_clause, matches_of_clause
from workbench.people.permissions import Permission
from workbench.standards import draft_queries
from workbench.standards.attachments import Attached, attached_to
from workbench.standards.carry_over import CarriedState
from workbench.standards.cross_references import Targets, citations
from workbench.standards.draft_queries import Heading
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import HistoryStep, history_of, stored_kind_counts, version_before
from workbench.standards.lineage_reasons import Fact
from workbench.standards.models import Clause, Draft, Provision, WorkItem
from workbench.standards.provisions import ProvisionKind
from workbench.web.context import session, viewer
from workbench.web.lineage import reason
from workbench.web.listing import argument, page_number
from workbench.web.progress import progress_of
from workbench.web.reading import BlockGroup, clause_anchors, provision_anchor, reading_blocks

CLAUSES_PER_PAGE: Final = 200
_OPEN_TREE: Final = 80
_SHOWN_MATCHES: Final = 25
_ATTACHED: Final = {
    "match": mark("Matches"),
    "decision": mark("Decisions"),
    "assessment": mark("Assessments"),
    "comment": mark("Comments"),
}

blueprint = Blueprint("drafts", __name__, url_prefix="/standards/drafts")


@blueprint.get("/")
def index() -> str:
    lines = draft_queries.draft_lines(session())
    progress = progress_of(lines, stored_kind_counts(session()))
    return render_template(
        "web/drafts/index.html",
        lines=lines,
        kinds=ProvisionKind,
        progress=progress,
        before={key: line for each in progress for key, line in each.before.items()},
        became=LinkKind,
    )


@blueprint.get("/<int:draft_id>")
def draft(draft_id: int) -> str:
    """The text of a draft; `only` leaves the clauses that hold a provision of one kind, `page` cuts a long one."""
    row, item = _draft(draft_id)
    tree = draft_queries.headings(session(), draft_id)
    only = _kind(argument("only"))
    entries = tree
    if only is not None:
        holding = set(draft_queries.orders_with(session(), draft_id, only))
        entries = [entry for entry in tree if entry.order in holding]
    pages = draft_queries.reading_pages(entries, CLAUSES_PER_PAGE) or [[]]
    page = min(page_number(argument("page")), len(pages))
    shown = {entry.order for entry in pages[page - 1]}
    clauses: list[Clause] = []
    if shown:
        between = draft_queries.clauses_between(session(), draft_id, min(shown), max(shown))
        clauses = [clause for clause in between if clause.order in shown]
    provisions = draft_queries.provisions_of(session(), clauses)
    targets = draft_queries.cited_targets(session(), draft_id)
    anchors = clause_anchors(tree)
    places = {entry.order: number for number, part in enumerate(pages, start=1) for entry in part}
    return render_template(
        "web/drafts/reader.html",
        draft=row,
        item=item,
        versions=draft_queries.versions(session(), item),
        before=version_before(session(), row),
        snapshot=draft_queries.snapshot_of(session(), row),
        counts=draft_queries.provision_counts(session(), draft_id),
        kinds=ProvisionKind,
        only=only,
        page=page,
        pages=[part[0] for part in pages if part],
        found=len(entries),
        sections=[(clause, _groups(clause, provisions.get(clause.id or 0, ()), targets)) for clause in clauses],
        tree=tree,
        children=_children(tree),
        open_tree=len(tree) <= _OPEN_TREE,
        unfolded=_unfolded(tree, shown),
        addresses={order: _reader_address(draft_id, only, number, anchors[order]) for order, number in places.items()},
        anchors=anchors,
        provision_anchor=provision_anchor,
    )


@blueprint.get("/<int:draft_id>/clauses/<int:order>")
def clause(draft_id: int, order: int) -> str | Response:
    """One clause: its text, its provisions with the rule that found each, its best matches, its neighbours."""
    draft, item = _draft(draft_id)
    row = draft_queries.clause_at(session(), draft_id, order)
    if row is None:
        abort(404)
    tree = {entry.order: entry for entry in draft_queries.headings(session(), draft_id)}
    provisions = draft_queries.provisions_of(session(), [row]).get(row.id or 0, [])
    attached = attached_to(session(), draft, order)
    reads_matches = viewer().may(Permission.READ_MATCHES)
    return render_template(
        "web/drafts/clause.html",
        draft=draft,
        item=item,
        clause=row,
        ancestors=_ancestors(tree, order),
        subclauses=[entry for entry in tree.values() if entry.parent == order],
        previous=tree.get(order - 1),
        next=tree.get(order + 1),
        groups=_groups(row, provisions, draft_queries.cited_targets(session(), draft_id)),
        provisions=provisions,
        provision_anchor=provision_anchor,
        reader_address=_address_in_reader(draft, tree, row),
        reads_matches=reads_matches,
        matches=matches_of_clause(session(), row, _SHOWN_MATCHES) if reads_matches else [],
        match_total=count_matches_of_clause(session(), row) if reads_matches else 0,
        history=_history(draft, order),
        attached=_attached(attached),
        attached_total=len(attached),
        reason=reason,
    )


def _groups(clause: Clause, provisions: Iterable[Provision], targets: Targets) -> list[BlockGroup]:
    return reading_blocks(clause, provisions, cited=citations(clause.text, clause.blocks, targets))


def _draft(draft_id: int) -> tuple[Draft, WorkItem]:
    found = draft_queries.find_draft(session(), draft_id)
    if found is None:
        abort(404)
    return found


def _history(draft: Draft, order: int) -> list[tuple[HistoryStep, list[Heading]]]:
    """The clause through all versions, with its headings there; nothing where there is only this version."""
    steps = history_of(session(), draft, order)
    if len(steps) < 2:
        return []
    found = []
    for step in steps:
        tree = {entry.order: entry for entry in draft_queries.headings(session(), step.draft.id or 0)}
        found.append((step, [tree[key] for key in step.orders]))
    return found


@dataclass(frozen=True)
class AttachedRow:
    """Things of one kind, made on one draft, that stand alike on a clause; `name` is a message of the catalogues."""

    name: str
    made_on: Draft
    state: CarriedState
    facts: tuple[Fact, ...]
    count: int


def _attached(found: Iterable[Attached]) -> list[AttachedRow]:
    alike: dict[tuple[str, int, CarriedState, tuple[Fact, ...]], list[Attached]] = {}
    for each in found:
        key = each.kind, each.made_on.id or 0, each.carried.state, each.carried.facts
        alike.setdefault(key, []).append(each)
    return [
        AttachedRow(_ATTACHED.get(kind, kind), rows[0].made_on, state, facts, len(rows))
        for (kind, _, state, facts), rows in alike.items()
    ]


def _kind(text: str) -> ProvisionKind | None:
    return ProvisionKind(text) if text in set(ProvisionKind) else None


def _children(tree: list[Heading]) -> dict[int | None, list[Heading]]:
    children: dict[int | None, list[Heading]] = {}
    for entry in tree:
        children.setdefault(entry.parent, []).append(entry)
    return children


def _unfolded(tree: list[Heading], shown: set[int]) -> set[int]:
    """In a long tree, the clauses of level 1 of which something is shown."""
    top, found = None, set()
    for entry in tree:
        if entry.level == 1:
            top = entry.order
        if entry.order in shown and top is not None and len(shown) < len(tree):
            found.add(top)
    return found


def _ancestors(tree: dict[int, Heading], order: int) -> list[Heading]:
    """The clauses above one, the topmost first."""
    found: list[Heading] = []
    parent = tree[order].parent
    while parent is not None:
        found.insert(0, tree[parent])
        parent = tree[parent].parent
    return found


def _reader_address(draft_id: int, only: ProvisionKind | None, page: int, anchor: str) -> str:
    return url_for("drafts.draft", draft_id=draft_id, only=only, page=page if page > 1 else None, _anchor=anchor)


def _address_in_reader(draft: Draft, tree: dict[int, Heading], row: Clause) -> str:
    entries = list(tree.values())
    pages = draft_queries.reading_pages(entries, CLAUSES_PER_PAGE)
    page = next(number for number, part in enumerate(pages, start=1) if row.order in {each.order for each in part})
    return _reader_address(draft.id or 0, None, page, clause_anchors(entries)[row.order])
