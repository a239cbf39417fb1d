"""A file of rules that somebody broke: every page and interface says which, where and what to do, and nothing worse."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.api.conftest import make_token
from tests.web.seed import NOW
from workbench.ballots.limits import LIMITS
from workbench.ballots.obligations import OBLIGATIONS
from workbench.cases.gates import GATE_RULES
from workbench.cases.templates import FORMS
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.portfolio.annuities import ANNUITY_RULES
from workbench.settings import Settings
from workbench.standards.ballots import BALLOT_RULES
from workbench.standards.deadlines import DEADLINE_RULES
from workbench.standards.tallies import TALLY_RULES
from workbench.web.app import create_app

SHIPPED = {
    "annuity_rules": ANNUITY_RULES,
    "ballot_rules": BALLOT_RULES,
    "deadline_rules": DEADLINE_RULES,
    "form_templates": sorted(FORMS.glob("*.yaml"))[0],
    "gate_rules": GATE_RULES,
    "limit_rules": LIMITS,
    "obligation_rules": OBLIGATIONS,
    "tally_rules": TALLY_RULES,
}
PAGES = ("/standards/", "/ballots/", "/cases/", "/portfolio/dormant")
TABLES = ("ballots", "declaration-cases", "dormant-patents")
BROKEN = (b"rule = [1\n<b>100 % broken", b"day: 2026-13-45\n", b"\xff")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("50%s <i>")
    for name, file in SHIPPED.items():
        (folder / name).mkdir()
        shutil.copy(file, folder / name)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    named = {name: folder / name / file.name for name, file in SHIPPED.items()}
    named["form_templates"] = folder / "form_templates"
    store = Store(Settings(home=folder).model_copy(update=named))
    store.migrate()
    client = create_app(store.settings, store, open_local=True, clock=lambda: NOW).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_token(store, Viewer.local())}"
    yield client
    store.close()


def test_every_setting_of_rules_is_looked_at() -> None:
    named = {name for name in Settings.model_fields if name.endswith("_rules")}
    assert named | {"form_templates"} == set(SHIPPED)


@pytest.mark.parametrize(("number", "name"), list(enumerate(SHIPPED)))
def test_a_broken_file_of_rules_is_named_with_its_place(
    number: int, name: str, client: FlaskClient, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder / name / SHIPPED[name].name
    whole = file.read_bytes()
    file.write_bytes(BROKEN[number % len(BROKEN)])
    try:
        pages = {answer.status_code: answer.text for answer in map(client.get, PAGES)}
        answers = [client.get(f"/api/v1/{table}") for table in TABLES]
    finally:
        file.write_bytes(whole)
    assert set(pages) == {200, 503}
    assert f"/50%s &lt;i&gt;0/{name}/{file.name}: " in pages[503]
    assert {answer.status_code for answer in answers} == ({200} if name == "form_templates" else {200, 503})
    for answer in answers:
        if answer.status_code == 503:
            assert answer.mimetype == "application/problem+json"
            detail = json.loads(answer.data)["detail"]
            assert f"{file}: " in detail
            assert "\n" not in detail
    assert caplog.messages
    assert all(str(file) in line for line in caplog.messages)
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
