"""Facts of a plan that follow from its assets and events; what a person typed goes before them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from workbench.planning.licences import OPPOSED, Licence, Tension, UnknownLicenceError, against_option
from workbench.planning.models import AssetTrack, Openness, PlanAsset, PlannedEvent
from workbench.planning.plans import Fact
from workbench.planning.several import members
from workbench.planning.vocabulary import layers

_MADE_IN: Final = {"made_in_japan": "JP", "made_in_us": "US", "made_in_cn": "CN"}


def derived_facts(
    assets: Sequence[PlanAsset],
    events: Iterable[PlannedEvent],
    licences: Mapping[str, Licence],
    typed: Mapping[str, Fact],
) -> dict[str, Fact]:
    """What assets and the licence of the release say; what they do not settle is left out and stays unknown."""
    found: dict[str, Fact] = {"closed_layers": frozenset(_closed(assets))}
    found |= _places(assets)
    released = [asset for asset in assets if asset.releases]
    if released:
        found["files_tagged"] = all(asset.layer is not None for asset in released)
        found["release_layers"] = frozenset(asset.layer for asset in released if asset.layer is not None)
    closed_weights = [asset for asset in assets if asset.layer == "weights" and openness(asset) is Openness.CLOSED]
    if any(asset.layer == "weights" for asset in assets):
        found["closed_weights"] = bool(closed_weights)
    trained = [asset.training_ops for asset in closed_weights]
    known = [each for each in trained if each is not None]
    if known and len(known) == len(trained):
        found["training_ops"] = max(known)
    if any(asset.track is not None for asset in assets):
        found |= _tracks(assets)
    return found | _licence(events, licences, typed)


def openness(asset: PlanAsset) -> Openness | None:
    """What becomes of an asset: as it says itself, else as its layer has it."""
    return asset.openness or layers().get(asset.layer or "")


def _closed(assets: Sequence[PlanAsset]) -> set[str]:
    """Layers that are closed by default and opened by no asset, and those that an asset closes."""
    said = {asset.layer: asset.openness for asset in assets if asset.layer and asset.openness}
    return {layer for layer, default in (layers() | said).items() if default is Openness.CLOSED}


def _places(assets: Sequence[PlanAsset]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for fact, country in _MADE_IN.items():
        if any(country in asset.made_in for asset in assets):
            found[fact] = True
        elif assets and all(asset.made_in for asset in assets):
            found[fact] = False
    return found


def _tracks(assets: Sequence[PlanAsset]) -> dict[str, Fact]:
    """What lies on both sides: a repository or family of assets on two tracks, unless each of them is cleared."""
    sides: dict[str, set[AssetTrack]] = {}
    for asset in assets:
        for shared in (*asset.repositories, *asset.families):
            if asset.track is not None:
                sides.setdefault(shared, set()).add(asset.track)
    spanning = {name for name, tracks in sides.items() if {AssetTrack.US_WEST, AssetTrack.CHINA} <= tracks}
    return {"spanning_tracks": frozenset(spanning), "cleared_tracks": frozenset()}


def _licence(
    events: Iterable[PlannedEvent], licences: Mapping[str, Licence], typed: Mapping[str, Fact]
) -> dict[str, Fact]:
    """How the licences of the releases go with the option: the worst; not known while one of the others is not."""
    option = typed.get("option")
    planned = [event for event in events if event.name in members([event.name], "OSS") and not event.never]
    if not planned or isinstance(option, bool) or option not in (1, 2, 3):
        return {}
    found: list[Tension | None] = []
    for event in planned:
        try:
            found.append(against_option(event.licence, int(option), licences) if event.licence else None)
        except UnknownLicenceError:
            found.append(None)
    known = [each for each in found if each is not None]
    if not known or (None in found and not OPPOSED & set(known)):
        return {}
    return {"licence_against_option": max(known, key=list(Tension).index).value}
