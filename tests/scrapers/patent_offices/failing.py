"""What every source of an office promises when its office fails, whichever request that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.scrapers.patent_offices.runs import Run
from tests.scrapers.patent_offices.server import Fault


def failure_at_any_request(
    whole_run: Callable[[Any], Run],
    requests: int,
    once: Mapping[str, Fault],
    *,
    first: Mapping[str, Fault] | None = None,
    error: type[Exception] = Exception,
) -> type:
    """The tests, for the fixture `play` of a module; `whole_run` empties the office's log and runs it.

    `requests` is how many such a run sends, `once` what may befall any of them, `first` what stands for it at the
    first one, `error` how a run ends that cannot go on.
    """

    class TestFailureAtAnyRequest:
        def test_the_number_of_requests_is_known(self, play: Any) -> None:
            assert not whole_run(play).context.incomplete
            assert len(play.office.log) == requests

        @pytest.mark.parametrize("kind", list(once))
        @pytest.mark.parametrize("at", range(requests))
        def test_one_failure_loses_and_doubles_nothing(self, play: Any, at: int, kind: str) -> None:
            whole = whole_run(play).keys()
            play.server.faults[at] = (first or {}).get(kind, once[kind]) if at == 0 else once[kind]
            done = whole_run(play)
            assert done.error is None
            assert done.keys() == whole
            assert play.office.over == []

        @pytest.mark.parametrize("at", range(requests))
        def test_a_breakdown_keeps_what_was_read_and_says_so(self, play: Any, at: int) -> None:
            whole = whole_run(play).keys()
            play.server.broken_from = at
            broken = whole_run(play)
            assert isinstance(broken.error, error) or broken.context.incomplete
            assert not broken.keys() - whole, "nothing that is not so, nothing twice"
            play.server.broken_from = None
            assert whole_run(play).keys() == whole

    return TestFailureAtAnyRequest
