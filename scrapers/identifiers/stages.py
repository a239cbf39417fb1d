"""The harmonized stage codes of ISO. Pure: parse, check, format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from scrapers.errors import InvalidIdentifierError

# ISO/IEC Directives Part 1, Consolidated ISO Supplement, Annex SD: the cells of the matrix that exist.
STAGE_MATRIX: dict[str, tuple[str, ...]] = {
    "00": ("00", "20", "60", "98", "99"),
    "10": ("00", "20", "60", "92", "98", "99"),
    "20": ("00", "20", "60", "92", "98", "99"),
    "30": ("00", "20", "60", "92", "98", "99"),
    "40": ("00", "20", "60", "92", "93", "98", "99"),
    "50": ("00", "20", "60", "92", "98", "99"),
    "60": ("00", "60"),
    "90": ("20", "60", "92", "93", "99"),
    "95": ("20", "60", "92", "99"),
}
STAGE_GROUPS: dict[str, str] = {
    "00": "preliminary",
    "10": "proposal",
    "20": "preparatory",
    "30": "committee",
    "40": "enquiry",
    "50": "approval",
    "60": "publication",
    "90": "review",
    "95": "withdrawal",
}


@dataclass(frozen=True, slots=True, order=True)
class StageCode:
    """A harmonized stage code of ISO, `stage.substage`, e.g. 40.20 (Directives Part 1, Annex SD)."""

    stage: str
    substage: str

    def __post_init__(self) -> None:
        if self.substage not in STAGE_MATRIX.get(self.stage, ()):
            raise InvalidIdentifierError(
                f"stage code {self.stage}.{self.substage} is no cell of the stage matrix; "
                "expected one such as 40.20, see ISO/IEC Directives Part 1, Annex SD"
            )

    @classmethod
    def parse(cls, value: str | int) -> StageCode:
        """Read `"40.20"`, `"4020"` or ISO Open Data's integer (`20` means 00.20).

        Raises InvalidIdentifierError where the value is no stage code.
        """
        text = f"{value:04d}" if isinstance(value, int) else value.strip()
        match = re.fullmatch(r"([0-9]{2})\.?([0-9]{2})", text, re.ASCII)
        if match is None:
            raise InvalidIdentifierError(f"stage code {value!r} is not of the form NN.NN, e.g. 40.20")
        return cls(match[1], match[2])

    @property
    def group(self) -> str:
        """Name of the stage: proposal, preparatory, committee, enquiry, ..."""
        return STAGE_GROUPS[self.stage]

    def __str__(self) -> str:
        return f"{self.stage}.{self.substage}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def validate(value: Any) -> StageCode:
            return value if isinstance(value, cls) else cls.parse(value)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )
