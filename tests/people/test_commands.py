"""The commands of accounts, and what `serve` prints, refuses and believes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import col, select

from tests.people.conftest import add
from workbench.cli import main
from workbench.cli.serving import listen
from workbench.db import Store
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.web import create_app

Run = Callable[..., Result]


@pytest.fixture
def run(quick_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("WORKBENCH_HOME", str(quick_settings.home))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return invoke


def test_the_first_administrator_is_invited_from_the_command_line(run: Run) -> None:
    assert "local mode" in run("people", "list").stderr
    refused = run("people", "invite", "dana@example.org", "--role", "delegate")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "administrator" in refused.stderr
    link = run("people", "link").stdout.strip()
    assert link.startswith("http://127.0.0.1:8042/sign-in/local?token=")
    invited = run(
        "people", "invite", "Ada@example.org", "--role", "administrator", "--role", "ip_counsel", "--name", "Ada"
    )
    assert re.fullmatch(r"http://127\.0\.0\.1:8042/invitation/\S{43}\n", invited.stdout)
    (row,) = [json.loads(line) for line in run("people", "list", "--json").stdout.splitlines()]
    assert (row["email"], row["state"], row["roles"]) == ("ada@example.org", "invited", ["administrator", "ip_counsel"])
    assert run("people", "link").exit_code == 1
    assert run("people", "recover", "nobody@example.org").exit_code == 1
    assert "/invitation/" in run("people", "recover", "ada@example.org").stdout
    assert run("people", "invite", "x", "--role", "boss").exit_code == 2


@contextmanager
def served(home: Path) -> Iterator[str]:
    """What `workbench serve` printed up to where it is, while it runs."""
    command = shutil.which("workbench", path=str(Path(sys.executable).parent))
    assert command is not None
    process = subprocess.Popen(
        [command, "serve", "--port", "0"],
        env={**os.environ, "WORKBENCH_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("The workbench is at"):
            break
    try:
        yield printed
    finally:
        process.terminate()
        process.stdout.close()
        process.wait(20)


def test_serve_prints_a_link_that_lets_one_browser_in(quick_settings: Settings) -> None:
    with served(quick_settings.home) as printed:
        link = re.findall(r"http://\S+token=\S+", printed)[0]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(link.partition("/sign-in")[0], timeout=20)
        with refused.value as response:
            assert response.code == 401
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with browser.open(link, timeout=20) as page:
            assert "Local mode" in page.read().decode()
        with pytest.raises(urllib.error.HTTPError) as used:
            urllib.request.urlopen(link, timeout=20)
        used.value.close()


def test_serve_listens_elsewhere_only_once_there_are_accounts(run: Run) -> None:
    refused = run("serve", "--host", "0.0.0.0")
    assert refused.exit_code == 1
    assert "workbench people invite" in refused.stderr


@pytest.mark.parametrize(("trusted", "address"), [("127.0.0.1", "203.0.113.9"), (None, "127.0.0.1")])
def test_only_the_proxy_of_the_settings_says_where_a_request_comes_from(
    quick_settings: Settings, quick_store: Store, trusted: str | None, address: str
) -> None:
    add(quick_store, "ada@example.org", Role.ADMINISTRATOR, password=None)
    settings = quick_settings.model_copy(update={"trusted_proxy": trusted})
    server = listen(create_app(settings, quick_store), settings, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    door = f"http://127.0.0.1:{server.effective_port}/sign-in"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(door, timeout=20) as page:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.read().decode())[0]
    form = f"email=ada%40example.org&password=wrong&csrf_token={token}".encode()
    with pytest.raises(urllib.error.HTTPError) as wrong:
        browser.open(urllib.request.Request(door, form, {"X-Forwarded-For": "203.0.113.9"}), timeout=20)
    wrong.value.close()
    server.task_dispatcher.shutdown()  # else a thread may still wake a server that is gone
    server.close()
    thread.join(10)
    with quick_store.read(Viewer.system()) as session:
        last = session.exec(select(TrailEntry).order_by(col(TrailEntry.id).desc())).first()
    assert last is not None
    assert (last.action, last.address) == ("sign_in_failed", address)
