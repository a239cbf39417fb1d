"""The picture of a source's runs."""

from __future__ import annotations

import datetime as dt

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from workbench.history.models import Run, RunKind, RunState
from workbench.web.run_plot import HEIGHT, WIDTH, run_plot

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
RUNS = st.lists(
    st.builds(
        lambda state, records: Run(
            kind=RunKind.POLL, source="x", parser_version="1", state=state, started_at=NOW, clock=NOW, records=records
        ),
        st.sampled_from(list(RunState)),
        st.integers(0, 10**9),
    ),
    max_size=60,
)


@given(RUNS)
def test_every_run_that_ended_has_its_place_in_the_picture(newest_first: list[Run]) -> None:
    plot = run_plot(newest_first)
    ended = [run for run in reversed(newest_first) if run.state is not RunState.RUNNING]
    if plot is None:
        assert len(ended) < 2
        return
    assert [id(mark.run) for mark in plot.marks] == [id(run) for run in ended]
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT for mark in plot.marks)
    assert [mark.x for mark in plot.marks] == sorted({mark.x for mark in plot.marks})
    believed = [mark for mark in plot.marks if not mark.failed]
    assert plot.path.count("M") == bool(believed)
    by_records = sorted(believed, key=lambda mark: mark.run.records)
    assert [mark.y for mark in by_records] == sorted((mark.y for mark in believed), reverse=True)


def test_a_source_with_runs_shows_them_with_failures_marked(page: FlaskClient) -> None:
    markup = page.get("/sources/iso_pages").text
    picture = markup[markup.index('aria-label="Records of the last runs"') : markup.index("</figure>")]
    assert "✕" in picture
    assert "Failed" in picture
    assert picture.count('class="run"') == 1
