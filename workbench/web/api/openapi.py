"""The description of the interface (OpenAPI 3.1), made from the tables that answer its requests."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from workbench import __version__, export
from workbench.export.runs import RunRow
from workbench.web.api.asked import DEFAULT_LIMIT, HOLDS_SOMETHING, LONGEST_VALUE, MOST_ROWS, PLAIN
from workbench.web.api.imports import FILE, IMPORTS, MULTIPART, Import
from workbench.web.api.problems import PROBLEM
from workbench.web.permissions import EXPORTS

PREFIX: Final = "/api/v1"
_REF: Final = "#/components/schemas/{model}"


class Problem(BaseModel):
    """What is wrong, and what to do (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str


_PROBLEMS: Final = {
    400: "A value cannot be read; the detail names it.",
    401: "No good token was sent.",
    403: "The token, or its person, does not hold the permission, or one without which rows would be missing.",
    404: "There is no such work item.",
    410: "The list has changed before the place of the cursor.",
    413: "The file is larger than the limit.",
    415: "What was sent is no multipart/form-data.",
    429: "Too many requests, or too much sent in a day; Retry-After says how many seconds to wait.",
    503: "A file of rules cannot be used, or the malware scanner cannot be asked; nothing was kept.",
}


def document() -> dict[str, Any]:
    """The whole document, fit for JSON."""
    shapes: list[type[BaseModel]] = [*(kind.shape for kind in export.KINDS.values()), RunRow, Problem]
    _, defined = models_json_schema([(each, "serialization") for each in shapes], ref_template=_REF)
    paths: dict[str, Any] = {f"/{name}": {"get": _reading(name, kind)} for name, kind in export.KINDS.items()}
    paths |= {f"/imports/{name}": {"post": _importing(name, kind)} for name, kind in IMPORTS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Standards workbench",
            "version": __version__,
            "description": "Reads what can be exported and imports files, as far as the token and its person may.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": defined["$defs"],
        },
    }


def _reading(name: str, kind: export.Kind) -> dict[str, Any]:
    value = {"type": "string", "maxLength": LONGEST_VALUE, "pattern": PLAIN}
    needed = {"minLength": 1, "pattern": HOLDS_SOMETHING}
    parameters = [
        {
            "name": each,
            "in": "query",
            "required": each in kind.required,
            "schema": value | (needed if each in kind.required else {}),
        }
        for each in sorted(kind.filters)
    ]
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_LIMIT}
    parameters.append({"name": "limit", "in": "query", "schema": limit})
    cursor = "The value of 'next' of the page before, as it came."
    parameters.append({"name": "cursor", "in": "query", "description": cursor, "schema": {"type": "string"}})
    page = {
        "type": "object",
        "required": ["items", "next", "notices"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "items": _reference(kind.shape)},
            "next": {"type": ["string", "null"]},
            "notices": {"type": "array", "items": {"type": "string"}},
        },
    }
    answers = {
        "200": {
            "description": "A page of rows.",
            "headers": {"ETag": {"required": True, "schema": {"type": "string"}}},
            "content": {"application/json": {"schema": page}},
        },
        "304": {"description": "The rows are those of the ETag that was sent in If-None-Match."},
    }
    return {
        "operationId": f"list-{name}",
        "summary": kind.about,
        "description": f"Needs the permission {EXPORTS[name].value}.",
        "parameters": parameters,
        "responses": answers | _problems(400, 401, 403, 404, 410, 429, 503),
    }


def _importing(name: str, kind: Import) -> dict[str, Any]:
    text = {"type": "string", "maxLength": LONGEST_VALUE, "pattern": PLAIN}
    day = {"type": "string", "format": "date"}
    fields = {each: (day if each in kind.days else text) for each in (*kind.required, *kind.optional)}
    form = {
        "type": "object",
        "required": [FILE, *kind.required],
        "additionalProperties": False,
        "properties": {FILE: {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}}
        | fields,
    }
    run = {"application/json": {"schema": _reference(RunRow)}}
    answers = {
        "200": {"description": "The finished run.", "content": run},
        "422": {
            "description": "The run failed: nothing of the file was believed; or the malware scanner found something.",
            "content": run | {PROBLEM: {"schema": _reference(Problem)}},
        },
    }
    return {
        "operationId": f"import-{name}",
        "summary": kind.about,
        "description": f"Needs the permission {kind.need.value}.",
        "requestBody": {"required": True, "content": {MULTIPART: {"schema": form}}},
        "responses": answers | _problems(400, 401, 403, 413, 415, 429, 503),
    }


def _problems(*statuses: int) -> dict[str, Any]:
    content = {PROBLEM: {"schema": _reference(Problem)}}
    return {str(each): {"description": _PROBLEMS[each], "content": content} for each in statuses}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
