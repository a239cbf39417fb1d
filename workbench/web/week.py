"""This week: what is due, what changed, what is new, what is coming up."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("week", __name__)


@blueprint.get("/")
def index() -> str:
    return render_template("web/week.html")
