"""Ten thousand hostile requests to every form and upload of the application, drawn by hypothesis.

None is an error of ours, none is answered with its script, and none that is refused changes anything. The forms are
read off the pages. HOSTILE_REQUESTS=… sends more than continuous integration does.
"""

from __future__ import annotations

import gc
import itertools
import math
import os
from collections import Counter
from collections.abc import Iterator
from typing import Final

import flask.templating
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.routing import Rule

from tests.catalogues import compile_catalogues
from tests.web.hostile import Form, Sent, requests
from tests.web.hostile_forms import forms_of, unseen
from tests.web.hostile_place import Place, hostile_place

REQUESTS: Final = int(os.environ.get("HOSTILE_REQUESTS", "10000"))
AFRESH: Final = 40
"""After so many requests the store is put back to what was planted."""
RENDERED: Final = 20
"""One answer in so many is made into a page; the others would take most of the time, and escaping has its own test."""
HEAVY: Final = frozenset({"plans", "cases", "assessments", "portfolio"})
"""Their answers take ten times as long as the others', and reading is no form: both are asked for less often."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    compile_catalogues()
    with hostile_place(tmp_path_factory.mktemp("hostile") / "home") as made:
        yield made


@pytest.mark.slow
# A body that is cut off leaves the file of its part to the collector.
@pytest.mark.filterwarnings("ignore:Unclosed file .*SpooledTemporaryFile:ResourceWarning")
def test_no_hostile_request_is_an_error_or_changes_what_it_should_not(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = forms_of(place.pages(), place.local)
    forms = [*seen, *unseen(place.local, seen)]
    rules = {
        (method, rule.endpoint): rule for rule in place.local.url_map.iter_rules() for method in rule.methods or ()
    }
    assert {form.endpoint for form in forms if form.method == "POST"} == {end for way, end in rules if way == "POST"}
    asked, render = itertools.count(), flask.templating._render
    monkeypatch.setattr(flask.templating, "_render", lambda *page: "" if next(asked) % RENDERED else render(*page))
    weights = [_weight(form) for form in forms]
    wrong: dict[str, str] = {}
    sent = Counter[tuple[str, str]]()
    for form, weight in zip(forms, weights, strict=True):
        times = math.ceil(REQUESTS * weight / sum(weights))
        way = form.method, form.endpoint
        sent[way] += _send(place, form, rules[way], times, wrong)
    gc.collect()
    assert not wrong, "\n".join(wrong.values())
    assert sent.total() >= REQUESTS
    assert min(sent.values()) >= REQUESTS // 5000


def _weight(form: Form) -> float:
    """More requests where more can be said."""
    less = 0.06 if form.endpoint.partition(".")[0] in HEAVY or form.method == "GET" else 1
    return (1 + math.sqrt(len(form.names)) + 3 * form.uploads) * less


def _send(place: Place, form: Form, rule: Rule, times: int, wrong: dict[str, str]) -> int:
    """Send a form so many times; how often it was sent."""
    sent, client = 0, place.client(form.endpoint)

    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(form, place.arguments(form, rule)))
    def send(each: Sent) -> None:
        nonlocal sent, client
        sent += 1
        if sent % AFRESH == 0:
            client = place.client(form.endpoint)
        found = place.send(client, form, each)
        if found is not None:
            # Told afterwards, so that one fault hides no other.
            wrong.setdefault(f"{form.endpoint}: {found}"[:150], f"{form.method} {form.endpoint}: {found}\n{each}")

    send()
    return sent
