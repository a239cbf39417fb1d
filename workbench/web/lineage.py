"""Versions of a draft against each other: texts compared word by word, and the map of what became of each clause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workbench.standards import draft_queries, lineage_queries
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import CorrectionError, Link, LinkKind
from workbench.standards.lineage_reasons import Fact
from workbench.standards.lineage_runs import MOST_REMARK, correct_link
from workbench.standards.models import Draft, WorkItem
from workbench.standards.word_diff import DiffKind, DiffPiece, word_diff
from workbench.web.context import now, session, workbench
from workbench.web.lineage_map import draw_map
from workbench.web.listing import Listing, argument, page_number
from workbench.web.text import gettext, language

VIEWS: Final = ("inline", "beside")
CHANGED: Final = "changed"
COMPARED_PER_PAGE: Final = 100
LINKS_PER_PAGE: Final = 200

blueprint = Blueprint("lineage", __name__, url_prefix="/standards/drafts")


@dataclass(frozen=True)
class Versions:
    """Two versions of one work item in one language, their clauses by place, and the links between them."""

    item: WorkItem
    old: Draft
    new: Draft
    line: Sequence[Draft]
    ours: Mapping[int, ClauseNode]
    theirs: Mapping[int, ClauseNode]
    links: Sequence[Link]


@dataclass(frozen=True)
class Compared:
    """A link with the clauses on both sides and the pieces of their titles and texts; `changed`: any piece differs."""

    link: Link
    old: Sequence[ClauseNode]
    new: Sequence[ClauseNode]
    title: Sequence[DiffPiece]
    text: Sequence[DiffPiece]

    @property
    def changed(self) -> bool:
        return any(piece.kind is not DiffKind.SAME for piece in (*self.title, *self.text))


@blueprint.get("/<int(max=2147483647):new_id>/compare/<int(max=2147483647):old_id>")
def compare(new_id: int, old_id: int) -> str:
    """Both texts clause by clause; `view` is inline or beside, `only` leaves what changed or the links of one kind."""
    found = _versions(new_id, old_id)
    view = argument("view") if argument("view") in VIEWS else VIEWS[0]
    only = _only(argument("only"))
    links = _chosen(found.links, only)
    listing = _listing("lineage.compare", found, links, only, COMPARED_PER_PAGE, view=view)
    return render_template(
        "web/lineage/compare.html",
        found=found,
        view=view,
        views=VIEWS,
        only=only,
        counts=lineage_queries.kind_counts(found.links),
        listing=listing,
        entries=[_compared(link, found) for link in _page(links, listing)],
        reason=reason,
    )


@blueprint.get("/<int(max=2147483647):new_id>/lineage/<int(max=2147483647):old_id>")
def lineage(new_id: int, old_id: int) -> str:
    """What became of each clause, drawn and in a table; `clause` is the place of the clause in the form below."""
    return _lineage_page(_versions(new_id, old_id), _place(argument("clause")))


@blueprint.post("/<int(max=2147483647):new_id>/lineage/<int(max=2147483647):old_id>")
def correct(new_id: int, old_id: int) -> Response | tuple[str, int]:
    """Keep what a person says a clause came from: `came_from` and `and_from` are places, or `new`, or `machine`."""
    found = _versions(new_id, old_id)
    clause = _place(request.form.get("clause", ""))
    said = request.form.get("came_from", "")
    further = request.form.get("and_from", "")
    places = [] if said in ("new", "machine") else [_place(text) for text in (said, further) if text]
    known = [place for place in places if place is not None]
    if clause is None or len(known) < len(places) or not (bool(known) ^ (said in ("new", "machine") and not further)):
        return _lineage_page(found, clause, gettext("Choose a clause and what it came from.")), 400
    came_from = None if said == "machine" else known
    try:
        correct_link(
            workbench().store, old_id, new_id, clause, came_from, request.form.get("remark", "")[:MOST_REMARK], now=now
        )
    except CorrectionError:
        message = gettext("One of the drafts has no such clause; choose one from the lists.")
        return _lineage_page(found, None, message), 400
    return redirect(url_for("lineage.lineage", new_id=new_id, old_id=old_id, clause=clause, _anchor="correct"), 303)


def _lineage_page(found: Versions, clause: int | None, refusal: str | None = None) -> str:
    only = _only(argument("only"))
    links = _chosen(found.links, only)
    listing = _listing("lineage.lineage", found, links, only, LINKS_PER_PAGE)
    return render_template(
        "web/lineage/map.html",
        found=found,
        only=only,
        counts=lineage_queries.kind_counts(found.links),
        listing=listing,
        rows=_page(links, listing),
        picture=draw_map(list(found.ours.values()), list(found.theirs.values()), found.links),
        export={"work_item": str(found.item.iso_id), "from": found.old.label, "to": found.new.label},
        corrections=lineage_queries.corrections_of(session(), found.old.id or 0, found.new.id or 0),
        chosen=clause if clause in found.theirs else None,
        refusal=refusal,
        most_remark=MOST_REMARK,
        reason=reason,
    )


def reason(facts: Sequence[Fact]) -> str:
    """Why the machine or a person thinks so, in the reader's language."""
    return ("；" if language() == "ja" else "; ").join(_told(fact) for fact in facts)


def _told(fact: Fact) -> str:
    values = {
        name: ("、" if language() == "ja" else ", ").join(value) if isinstance(value, tuple) else value
        for name, value in fact.values
    }
    return gettext(fact.message, **values)


def _versions(new_id: int, old_id: int) -> Versions:
    """Both versions; 404 where one is not there or they are not versions of one text."""
    new, old = (draft_queries.find_draft(session(), key) for key in (new_id, old_id))
    if new is None or old is None or new_id == old_id:
        abort(404)
    if old[0].work_item_id != new[0].work_item_id or old[0].language != new[0].language:
        abort(404)
    return Versions(
        item=new[1],
        old=old[0],
        new=new[0],
        line=lineage_queries.line_of_versions(session(), new[0]),
        ours={node.key: node for node in lineage_queries.clause_nodes_of(session(), old_id)},
        theirs={node.key: node for node in lineage_queries.clause_nodes_of(session(), new_id)},
        links=lineage_queries.links_of(session(), old_id, new_id),
    )


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _only(text: str) -> str | None:
    return text if text == CHANGED or text in set(LinkKind) else None


def _chosen(links: Sequence[Link], only: str | None) -> list[Link]:
    if only == CHANGED:
        return [link for link in links if link.kind is not LinkKind.UNCHANGED]
    return [link for link in links if only is None or link.kind == only]


def _listing(
    endpoint: str, found: Versions, links: Sequence[Link], only: str | None, size: int, **extra: str
) -> Listing:
    pages = max(1, -(-len(links) // size))
    return Listing(
        endpoint=endpoint,
        path={"new_id": found.new.id, "old_id": found.old.id},
        filters={"only": only, **extra},
        sort="",
        default_sort="",
        page=min(page_number(argument("page")), pages),
        total=len(links),
        per_page=size,
    )


def _page(links: Sequence[Link], listing: Listing) -> Sequence[Link]:
    return links[(listing.page - 1) * listing.per_page :][: listing.per_page]


def _compared(link: Link, found: Versions) -> Compared:
    old, new = [found.ours[key] for key in link.old], [found.theirs[key] for key in link.new]
    titles = (_joined([node.title or "" for node in nodes]) for nodes in (old, new))
    texts = (_joined([node.text for node in nodes]) for nodes in (old, new))
    return Compared(link, old, new, word_diff(*titles), word_diff(*texts))


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(filter(None, texts))
