"""The documentation is true: commands, options, settings and targets it names exist, and each is named."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import workbench.cli
from workbench.cli import main
from workbench.cli.lazy import LazyGroup
from workbench.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _commands(group: click.Group, path: str = "workbench") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{path} {name}"
        if isinstance(group, LazyGroup):
            assert group.parts[name].help == command.get_short_help_str(1000), f"{path} {name}"
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command
    assert set(group.list_commands(context)) == set(group.commands)


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    """Every command that help lists; each is there, and told of as it tells of itself; there is no other."""
    for module in pkgutil.iter_modules(workbench.cli.__path__):
        importlib.import_module(f"workbench.cli.{module.name}")
    return dict(_commands(main))


def test_readme_lists_every_command_and_no_other(commands: dict[str, click.Command]) -> None:
    listed = set(re.findall(r"^\| `(workbench [a-z ]+)` \|", README, re.MULTILINE))
    assert listed == set(commands)


def test_every_command_and_every_option_has_help(commands: dict[str, click.Command]) -> None:
    for path, command in commands.items():
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.opts}"


@pytest.mark.slow
def test_the_commands_of_the_readme_run_as_they_stand(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "workbench").symlink_to(Path(sys.executable).with_name("workbench"))
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "workbench").symlink_to(ROOT / "workbench")
    environment = {**os.environ, "WORKBENCH_HOME": str(tmp_path / "home"), "PATH": f"{binaries}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", block], cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert (checkout / "matches.csv").stat().st_size > 1000
    assert "ISO/IEC DIS 99001" in done.stdout


def test_readme_lists_every_setting_once_with_its_default() -> None:
    rows = re.findall(r"^\| `WORKBENCH_([A-Z_]+)` \| (.+?) \|", README, re.MULTILINE)
    assert sorted(name.lower() for name, _ in rows) == sorted(Settings.model_fields)
    for name, shown in rows:
        default = Settings.model_fields[name.lower()].default
        if isinstance(default, str | int | float) and not isinstance(default, bool):
            assert shown.strip("`") == (f"{default:g}" if isinstance(default, float) else str(default)), name


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_targets_and_files_that_the_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?<![\w`])make ([a-z]+)", README + CONTRIBUTING)) - {"demo"} | {"demo"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for image in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / image).is_file(), image
    for name in re.findall(r"`((?:workbench|scrapers|migrations|tests|templates)/[\w./]+)`", CONTRIBUTING):
        assert (ROOT / name).exists(), name


def test_version_and_changelog_agree() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_pinned_requirements_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
        for pin in re.findall(r"^[a-z0-9_.\[\]-]+==[^\n]+(?:\n    --hash=[^\n]+)*", text, re.MULTILINE):
            assert "--hash=sha256:" in pin, pin.splitlines()[0]
