"""Who commented where: a map over the clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, abort, render_template

from workbench import export
from workbench.comments import queries
from workbench.comments.queries import ClauseComments
from workbench.web.comments.base import blueprint, draft_of
from workbench.web.context import session

MOST_COLUMNS: Final = 12
ROW: Final = 22
COLUMN: Final = 46
_FROM: Final = 330
_DRAWN: Final = 150


@dataclass(frozen=True)
class HeatCell:
    """A square of the picture; `warmth` from 1 to 5 says the share of the largest count once more."""

    x: int
    y: int
    count: int
    member: str
    warmth: int


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/heat")
def heat(draft_id: int) -> str:
    """Who commented where."""
    draft, item = draft_of(draft_id)
    rows = queries.comment_heat(session(), draft_id)
    counts: dict[str, int] = {}
    for row in rows:
        for member, count in row.by_member.items():
            counts[member] = counts.get(member, 0) + count
    ours = set(queries.members_of(session(), draft_id))
    members = sorted(counts, key=lambda member: (member not in ours, -counts[member], member))
    drawn = rows if len(rows) <= _DRAWN else [row for row in rows if row.total][:_DRAWN]
    shown = members[:MOST_COLUMNS]
    return render_template(
        "web/comments/heat.html",
        draft=draft,
        item=item,
        rows=rows,
        drawn=drawn,
        cells=_cells(drawn, shown),
        members=members,
        shown=shown,
        ours=ours,
        counts=counts,
        row_height=ROW,
        column=COLUMN,
        cells_from=_FROM,
        height=ROW * (len(drawn) + 1) + 8,
        width=max(900, _FROM + COLUMN * (len(shown) + 1)),
        formats=tuple(export.FORMATS),
    )


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/heat.<format>")
def heat_export(draft_id: int, format: str) -> Response:  # noqa: A002
    """The rows of the heat as a file."""
    if format not in export.FORMATS:
        abort(404)
    draft, item = draft_of(draft_id)
    rows = queries.heat_rows(queries.comment_heat(session(), draft_id), draft, item)
    headers = {"Content-Disposition": f"attachment; filename=comments-heat.{format}"}
    return Response(b"".join(export.write(rows, format)), mimetype=export.FORMATS[format], headers=headers)


def _cells(rows: Sequence[ClauseComments], members: Sequence[str]) -> list[HeatCell]:
    most = max((count for row in rows for count in row.by_member.values()), default=0) or 1
    return [
        HeatCell(
            _FROM + COLUMN * at, ROW * (place + 1), row.by_member[member], member, -(-5 * row.by_member[member] // most)
        )
        for place, row in enumerate(rows)
        for at, member in enumerate(members)
        if member in row.by_member
    ]
