"""Coverage: every draft version with its counts, and the matrix of clauses and families of one."""

from __future__ import annotations

from flask import render_template

from workbench.mapping.queries import draft_mappings
from workbench.web.context import session
from workbench.web.portfolio.parts import blueprint


@blueprint.get("/")
def index() -> str:
    """The draft versions, each with how far it is covered."""
    return render_template("web/portfolio/index.html", drafts=draft_mappings(session()))
