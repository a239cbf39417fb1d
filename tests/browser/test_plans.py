"""The journey of a plan: a template, a block and why, the solver's dates, two scenarios, the picture, the mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from sqlmodel import select
from waitress import create_server

from tests.browser.serving import running
from workbench.db import Store, key_of
from workbench.digest.models import Edition, Language, Recipient
from workbench.digest.verbs import preview
from workbench.people.matters import add_member, make_matter, with_walls
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.planning.models import StoredPlan
from workbench.settings import Settings
from workbench.web import context, create_app

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)


@dataclass
class Team:
    store: Store
    address: str


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A store with one counsel in one matter, served to her."""
    settings = Settings(home=tmp_path_factory.mktemp("plans"))
    store = Store(settings, Viewer.system())
    store.migrate()
    system = Viewer.system()
    with store.write() as session:
        account = Account(
            name="Cho", email="cho@example.org", language="en", roles=[Role.IP_COUNSEL.value], created_at=NOW
        )
        session.add(account)
        session.flush()
        matter = make_matter(session, system, "Sample harness", None, NOW)
        add_member(session, system, key_of(matter), key_of(account), NOW)
        counsel = Viewer(key_of(account), "Cho", frozenset({Role.IP_COUNSEL}), email=account.email)
        session.add(Recipient(name="Cho", email=account.email, language=Language.EN, edition=Edition.IP))
    counsel = with_walls(store, counsel)
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    app.before_request_funcs[None].insert(1, lambda: context.set_viewer(counsel))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server) as address:
        yield Team(store, address)
    store.close()


@pytest.fixture
def desk(browser: Browser, team: Team) -> Iterator[Page]:
    opened = browser.new_context(
        base_url=team.address, locale="en-GB", viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    page = opened.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: _refuse(dialog, errors))
    yield page
    opened.close()
    assert errors == []


def _refuse(dialog: Dialog, errors: list[str]) -> None:
    errors.append(dialog.message)
    dialog.dismiss()


def test_a_plan_from_template_to_digest(desk: Page, team: Team) -> None:
    desk.goto("/plans/")
    desk.get_by_label("Name", exact=True).fill("Sample harness 1.0")
    desk.get_by_label("Template", exact=True).select_option(label="Open source first, then the standard")
    desk.get_by_label("Start, from which the template counts").fill("2026-12-01")
    desk.get_by_role("button", name="Make the plan").click()
    expect(desk.locator("h1")).to_have_text("Sample harness 1.0")

    # The release goes out before the filing: a block, and it says why.
    _set_day(desk, "FF_JP", "2026-12-20")
    _set_day(desk, "OSS", "2026-12-10")
    finding = desk.locator("#rule-NOV-01")
    expect(finding).to_contain_text("File before anything becomes public")
    expect(finding.locator(".finding-mark").first).to_have_text("Block")
    finding.get_by_text("Why").first.click()
    expect(finding).to_contain_text("FF <= PUBLIC")
    expect(desk.locator("#event-OSS")).to_contain_text("NOV-01")

    # Copy the plan as it is, and let the solver repair it: a second scenario, and both side by side.
    desk.get_by_label("Name of a new scenario").fill("As it was")
    desk.get_by_role("button", name="Copy these dates").click()
    expect(desk.locator("#scenarios")).to_contain_text("As it was")
    desk.get_by_role("link", name="Find dates").click()
    desk.get_by_label("Aim").select_option(label="Earliest open-source release")
    desk.get_by_label("Days by which a single day may move to either side").fill("60")
    desk.get_by_role("button", name="Find dates").click()
    expect(desk.locator("#found")).to_contain_text("est.")
    desk.get_by_label("Name of the scenario").fill("Repaired")
    desk.get_by_role("button", name="Keep as a scenario").click()
    desk.get_by_role("link", name="Compare scenarios").click()
    for choice in desk.locator("input[name=s]").all():
        choice.check()
    desk.get_by_role("button", name="Compare").click()
    expect(desk.locator("#differing")).to_contain_text("NOV-01")

    # The picture: an event dragged says what would change, and the files come out.
    with team.store.read() as session:
        plan = session.exec(select(StoredPlan)).one()
    desk.goto(f"/plans/{plan.id}/timeline")
    _drag(desk, "OSS", pixels=200)
    expect(desk.get_by_role("status")).to_contain_text("Nothing is kept yet")
    expect(desk.get_by_role("status")).to_contain_text("NOV-01")
    for form in ("SVG", "PDF"):
        with desk.expect_download() as download:
            desk.get_by_role("link", name=form, exact=True).click()
        assert download.value.suggested_filename == f"plan-{plan.id}-timeline.{form.lower()}"

    # She reads of it in her next digest.
    (mail,) = preview(team.store, team.store.settings, None, NOW + dt.timedelta(days=7))
    assert "Sample harness 1.0" in mail.text
    assert "planned: Open-source release" in mail.text


def _set_day(desk: Page, event: str, day: str) -> None:
    row = desk.locator(f"#event-{event}")
    row.get_by_text("Change", exact=True).click()
    row.locator("input[name=day]").fill(day)
    row.locator("input[name=until]").fill("")
    row.get_by_role("button", name="Keep the event").click()
    expect(desk.locator(f"#event-{event}")).to_contain_text(day)


def _drag(desk: Page, event: str, pixels: int) -> None:
    box = desk.locator(f'g[data-event="{event}"] .shape').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x + pixels, y, steps=5)
    desk.mouse.up()
