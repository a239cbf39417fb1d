"""Build hook: compiles the message catalogues, so that wheels and editable installs carry them."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        for source in Path(self.root, "workbench", "translations").rglob("*.po"):
            with source.open("rb") as lines, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(lines, locale=source.parent.parent.name))
