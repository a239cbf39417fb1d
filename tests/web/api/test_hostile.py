"""Ten thousand hostile inputs to every form and upload: none makes the workbench fail."""

from __future__ import annotations

import io
import itertools
import random
import re
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.api.conftest import Interface, PlantedWorld, make_token
from workbench.people.viewer import Viewer
from workbench.resources import resource
from workbench.web import create_app

INPUTS: Final = 10_000
HOSTILE: Final = (
    "", " ", "\x00", "a\x00b", "\ud7ff\uffff", "\u202e", "%00", "%", "_", "'", '"', "\\", "' OR 1=1 --", "{{ 7 * 7 }}",
    "<script>alert(1)</script>", "javascript:alert(1)", "../../etc/passwd", "//evil.example", "\r\nSet-Cookie: a=b",
    "0", "-1", "1", "99999999999999999999", "1e309", "NaN", "٣", "1.5", "0x10", "2026-02-30", "2026-11-25",
    "0000-00-00", "9999-12-31", "+999999-01-01", "true", "null", "[]", "{}", "=1+1", "評価",
    "\N{COMBINING ACUTE ACCENT}" * 50, "x" * 300, "9" * 5000,
    "a@b", "a@example.org", "reader", "read_standards", "en", "ISO/IEC DIS 90001", "90001",
)  # fmt: skip
FILES: Final = (
    b"", b"\x00", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7 broken", b"<a", b"\xff\xfe<",
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', b"{" * 2000, b"a,b\n1",
    b'"' * 999, b"number\n=1+1\n", "公報番号\n特許\n".encode("shift_jis"), b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
    b"\x7fELF",
)  # fmt: skip
NAMED: Final = re.compile(r'\bname="([a-z_]+)"')


def _rules(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"})
        if rule.endpoint != "static"
    ]


def _address(app: Flask, rule: Rule, chance: random.Random) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        match type(converter).__name__:
            case "IntegerConverter":
                values[name] = chance.choice((0, 1, 2, 90001, 2**31 - 1))
            case "AnyConverter":
                values[name] = chance.choice(sorted(converter.items))  # type: ignore[attr-defined]
            case _:
                values[name] = chance.choice(HOSTILE[8:24])
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


@pytest.mark.slow
def test_no_input_makes_the_workbench_fail(world: PlantedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(world.store.settings, world.store, open_local=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.logger.disabled = True
    chance = random.Random(20261125)
    # Pages are looked at elsewhere; here they would take most of the time.
    monkeypatch.setattr("flask.templating._render", lambda *given: "")
    markup = "".join(each.read_text(encoding="utf-8") for each in resource("templates").rglob("*.html"))
    fields = sorted(set(NAMED.findall(markup)))
    rules, client = _rules(app), app.test_client()
    program = Interface(client, make_token(world.store, Viewer.local()))
    failed, counted = [], 0
    for rule, method in itertools.islice(itertools.cycle(rules), INPUTS):
        address = _address(app, rule, chance)
        data: dict[str, Any] = {name: chance.choice(HOSTILE) for name in chance.sample(fields, chance.randint(0, 9))}
        headers = program.headers if rule.endpoint.startswith("api.") else {}
        if method == "GET":
            answer = client.get(address, query_string=data, headers=headers)
        else:
            if chance.random() < 0.5:
                name = chance.choice(("file", "table", "form"))
                data[name] = (io.BytesIO(chance.choice(FILES)), chance.choice(HOSTILE))
            answer = client.open(address, method=method, data=data, headers=headers, content_type="multipart/form-data")
        counted += 1
        if answer.status_code >= 500:
            failed.append((method, address, data))
        answer.close()
    assert counted == INPUTS
    assert not failed, "\n".join(map(str, failed[:10]))
