"""Which claims a release would license for free, to whom, and which split keeps the paid ones. Evidence, no verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.planning.licences import OPPOSED, Licence, Tension, UnknownLicenceError, against_option
from workbench.planning.models import PlanAsset
from workbench.planning.stored import Prepared


@dataclass(frozen=True, slots=True)
class LicensedFamily:
    """A family that the plan links to a part of the release, and how licence and option go together for it.

    `free`: the licence grants its claims in words, as far as they read on what is released.
    """

    asset: PlanAsset
    family: str
    tension: Tension
    free: bool


@dataclass(frozen=True, slots=True)
class LicenceCheck:
    """A release under a licence beside a declaration under an option.

    `row` is None where the table has no such licence; then nothing is said of any family. `keep_out` are the parts
    whose families the option would charge for and the licence gives away; `goes_out` are the other parts.
    """

    spdx: str
    option: int
    row: Licence | None
    families: Sequence[LicensedFamily]
    goes_out: Sequence[PlanAsset]
    keep_out: Sequence[PlanAsset]
    unlinked: Sequence[PlanAsset]

    @property
    def opposed(self) -> bool:
        return any(each.tension in OPPOSED for each in self.families)

    @property
    def split_helps(self) -> bool:
        """Whether something is left to release once the opposed parts stay outside it."""
        return self.opposed and bool(self.goes_out)


def releases_of(prepared: Prepared) -> list[str]:
    """The releases of a plan that hold something, by the names of their events."""
    return sorted({name for asset in prepared.assets for name in asset.releases})


def release_licence(prepared: Prepared, release: str) -> str | None:
    """The licence that a release of the plan names."""
    placed = prepared.events.get(release)
    return placed.row.licence if placed is not None and placed.row is not None else None


def declared_option(prepared: Prepared) -> int | None:
    """The option that the plan's facts name."""
    option = prepared.plan.facts.get("option")
    return option if isinstance(option, int) and not isinstance(option, bool) and option in (1, 2, 3) else None


def check_licence(
    prepared: Prepared, release: str, spdx: str, option: int, licences: Mapping[str, Licence]
) -> LicenceCheck:
    """What the licence means for each family linked to a part of a release. `option` is 1, 2 or 3.

    Parts without a linked family are named apart: that nobody linked one does not say that no claim reads on them.
    """
    released = [asset for asset in prepared.assets if release in asset.releases]
    try:
        tension = against_option(spdx, option, licences)
    except UnknownLicenceError:
        return LicenceCheck(spdx, option, None, (), released, (), [each for each in released if not each.families])
    row = licences[spdx]
    families = [
        LicensedFamily(asset, family, tension, row.grant == "yes") for asset in released for family in asset.families
    ]
    opposed = tension in OPPOSED
    keep_out = [asset for asset in released if opposed and asset.families]
    return LicenceCheck(
        spdx,
        option,
        row,
        families,
        [asset for asset in released if asset not in keep_out],
        keep_out,
        [asset for asset in released if not asset.families],
    )
