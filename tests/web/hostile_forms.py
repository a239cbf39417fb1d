"""Every form of the application: read off its pages, else off its templates, so that a new one is met by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from tests.web.hostile import FILE, File, Form
from workbench.resources import resource
from workbench.web.api.imports import IMPORTS

TYPED: Final = {"number": "1", "date": "2026-12-01", "datetime-local": "2026-12-01T09:00", "email": "who@example.org"}
"""What is in a field that the page leaves empty, by its type."""
_NAMED: Final = re.compile(r'\bname="(\w+)"')
_ENDPOINT: Final = re.compile(r"""url_for\(\s*["'](\w*\.\w+)["']""")


def forms_of(pages: Iterable[tuple[str, str]], app: Flask) -> list[Form]:
    """One form for each address and set of fields, from pages given as address and text."""
    adapter = app.url_map.bind("localhost")
    found: dict[tuple[str, str, frozenset[str]], Form] = {}
    for address, page in pages:
        for tag in BeautifulSoup(page, "lxml").find_all("form"):
            for form in _forms(tag, address, adapter):
                found.setdefault((form.endpoint, form.method, frozenset(form.names)), form)
    return list(found.values())


def unseen(app: Flask, seen: Iterable[Form]) -> Iterator[Form]:
    """What takes a POST and has no form on the pages: with the fields of the templates that lead there."""
    known, templates = {form.endpoint for form in seen if form.method == "POST"}, _fields_by_endpoint()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in known:
            continue
        blueprint, _, view = rule.endpoint.partition(".")
        keys = (rule.endpoint, f".{view}", blueprint)
        names = next((templates[each] for each in keys if templates.get(each)), set()) - {"csrf_token"}
        fields: dict[str, str | File] = dict.fromkeys(sorted(names), "1")
        if rule.endpoint.startswith("api."):
            sent = IMPORTS[rule.rule.rpartition("/")[2]]
            fields = dict.fromkeys((*sent.required, *sent.optional), "1") | {"file": FILE}
        yield Form(rule.endpoint, "POST", tuple(fields.items()))


def _forms(tag: Tag, address: str, adapter: MapAdapter) -> Iterator[Form]:
    method = str(tag.get("method", "get")).upper()
    fields: list[tuple[str, str | File]] = []
    choices: dict[str, tuple[str, ...]] = {}
    for each in tag.find_all(["input", "select", "textarea", "button"]):
        name = str(each.get("name", ""))
        if not name or name == "csrf_token":
            continue
        value, options = _filled(each)
        choices[name] = tuple(dict.fromkeys((*choices.get(name, ()), *options)))
        if value is not None:
            fields.append((name, value))
    choices = {name: options for name, options in choices.items() if len(options) > 1}
    targets = [str(tag.get("action") or address), *(str(each["formaction"]) for each in tag.select("[formaction]"))]
    for target in dict.fromkeys(map(urlsplit, targets)):
        try:
            endpoint, arguments = adapter.match(target.path, method=method)
        except (HTTPException, RequestRedirect):
            continue
        yield Form(endpoint, method, tuple(fields), choices, arguments, target.query)


def _filled(each: Tag) -> tuple[str | File | None, tuple[str, ...]]:
    """What a field holds, or none where it is not ticked; and what may be chosen."""
    if each.name == "select":
        options = tuple(str(option.get("value", option.get_text())) for option in each.find_all("option"))
        chosen = each.find("option", selected=True)
        return (str(chosen.get("value", "")) if chosen else next(iter(options), "")), options
    value, kind = str(each.get("value", "")), str(each.get("type", "text"))
    if each.name == "button" or kind == "radio":
        return value, (value,)
    if each.name == "textarea":
        return each.get_text() or "Words of ours.", ()
    if kind == "file":
        return FILE, ()
    if kind == "checkbox":
        return (value or "on" if each.has_attr("checked") else None), ("", value or "on")
    return value or TYPED.get(kind, "Words of ours"), ()


def _fields_by_endpoint() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in resource("templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for endpoint in _ENDPOINT.findall(text):
            found.setdefault(endpoint, set()).update(_NAMED.findall(text))
        found.setdefault(path.parent.name, set()).update(_NAMED.findall(text))
    return found
