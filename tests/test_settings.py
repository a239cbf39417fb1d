"""Settings come from one place each; secrets are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.settings import SettingsError, explain_settings, load_settings, mask_password, session_secret


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('timezone = "Europe/Zurich"\ndigest_limit = 5\n')
    monkeypatch.setenv("WORKBENCH_DIGEST_LIMIT", "7")
    settings = load_settings()
    assert (settings.timezone, settings.digest_limit, settings.smtp_port) == ("Europe/Zurich", 7, 587)
    origins = {setting.name: setting.origin for setting in explain_settings(settings)}
    assert origins["digest_limit"] == "WORKBENCH_DIGEST_LIMIT"
    assert origins["timezone"] == str(tmp_path / "settings.toml")
    assert origins["smtp_port"] == "default"


@pytest.mark.parametrize(
    ("name", "value"),
    [("TIMEZONE", "Tokyo"), ("BASE_URL", "workbench.example"), ("SMTP_PORT", "0"), ("COMMITTEES", "SC 42")],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"WORKBENCH_{name}", value)
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings()


def test_a_settings_file_that_is_missing_or_broken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("timezone = ")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings()
    (tmp_path / "settings.toml").write_text('colour = "red"')
    with pytest.raises(SettingsError, match="colour"):
        load_settings()
    monkeypatch.setenv("WORKBENCH_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_settings()


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("WORKBENCH_SECRET_KEY", "hunter2")
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", "postgresql+psycopg://me:hunter2@db.example/workbench")
    shown = " ".join(" ".join(setting) for setting in explain_settings(load_settings()))
    assert "hunter2" not in shown
    assert "me:********@db.example" in shown
    assert mask_password("sqlite:////tmp/x@y.db") == "sqlite:////tmp/x@y.db"


def test_the_key_that_signs_sessions_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    settings = load_settings()
    first = session_secret(settings)
    assert len(first) >= 43
    assert session_secret(settings) == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "address", ["https://example.org/workbench", "https://example.org/?a", "https://example.org/#a"]
)
def test_the_workbench_has_a_host_of_its_own(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Beside another application its cookies would be shared (ASVS 4.0.3, 3.4.5)."""
    monkeypatch.setenv("WORKBENCH_BASE_URL", address)
    with pytest.raises(SettingsError, match=r"base_url .*without a path"):
        load_settings()
    monkeypatch.setenv("WORKBENCH_BASE_URL", "https://example.org/")
    assert load_settings().base_url == "https://example.org"
