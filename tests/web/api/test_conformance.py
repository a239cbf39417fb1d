"""The interface keeps what its description says, whatever it is sent: every address, with and without rights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api.conftest import Interface, PlantedWorld
from tests.web.planted import WALLS
from workbench import export
from workbench.people.permissions import Role
from workbench.web.api.imports import IMPORTS
from workbench.web.api.openapi import PREFIX, document

CHECKS: Final = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES: Final = 12
ADDRESSES: Final = [("GET", f"/{name}") for name in export.KINDS] + [("POST", f"/imports/{name}") for name in IMPORTS]
ASKING: Final[dict[str, Callable[[PlantedWorld], Interface]]] = {
    "counsel": lambda world: world.of(Role.IP_COUNSEL, *WALLS),
    "reader": lambda world: world.of(Role.READER),
    "nobody": lambda world: Interface(world.app.test_client(), "none"),
}


def test_the_description_has_every_address(world: PlantedWorld) -> None:
    """Whatever address the interface answers is described, and so asked below."""
    described = {(method.upper(), path) for path, item in document()["paths"].items() for method in item}
    assert described == set(ADDRESSES)
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    answered = {(method, rule.rule.removeprefix(PREFIX)) for rule in rules for method in rule.methods or ()}
    plain = {each for each in answered if each[0] not in ("HEAD", "OPTIONS")}
    assert plain - described == {("GET", "/<table>"), ("GET", "/openapi.json")}


@pytest.mark.parametrize("asking", list(ASKING))
def test_every_address_keeps_the_description(world: PlantedWorld, asking: str) -> None:
    program = ASKING[asking](world)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    for method, path in ADDRESSES:
        assert _check(program, schema[path][method], EXAMPLES if asking == "counsel" else 3), path


def _check(program: Interface, operation: Any, examples: int) -> int:
    """Ask as the description says and as it forbids; how often."""
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    asked = 0

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)))
    def check(case: Any) -> None:
        nonlocal asked
        answer = case.call(headers=program.headers)
        case.validate_response(answer, checks=CHECKS)
        asked += 1

    check()
    return asked
