"""The interface for programs, /api/v1: reads what can be exported, imports files, and describes itself."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, jsonify

from workbench.web.api import door
from workbench.web.api.imports import IMPORTS, import_file
from workbench.web.api.openapi import PREFIX, document
from workbench.web.api.problems import ProblemError, problem
from workbench.web.api.rows import rows

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
blueprint.after_request(door.leave)
blueprint.add_url_rule("/<table>", view_func=rows, methods=["GET"])
for _name in IMPORTS:
    blueprint.add_url_rule(f"/imports/{_name}", f"import_{_name}", partial(import_file, _name), methods=["POST"])


@blueprint.get("/openapi.json")
def describe() -> Response:
    """The description of the interface, OpenAPI 3.1."""
    return jsonify(document())


@blueprint.errorhandler(ProblemError)
def _refuse(error: ProblemError) -> Response:
    return problem(error.status, error.detail)
