"""Project pages: hostile pages, when a run gives up, and every recorded page."""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, RefusedError, SourceError
from scrapers.fetching import Response
from scrapers.identifiers import StandardRef
from scrapers.records import Precision, WorkItem
from scrapers.registry import sources
from scrapers.replay import ReplayFetcher
from scrapers.sources.iso_pages.page import read_page

SOURCE = sources()["iso_pages"]
GOOD = (
    '<html lang="en"><span id="indexReference" data-index="{id} - ISO/CD 99001 - Sample"></span>'
    '<div itemprop="productID">{id}</div><ul class="stages"><li><ul><li class="active">'
    '<span class="stage-code">30.20</span><span class="stage-date">2026-01-05</span></li></ul></li></ul></html>'
)


class Pages:
    """Answers with a good page, or with the error given for a project; `asked` lists the addresses."""

    def __init__(self, folder: Path, errors: dict[int, Exception]) -> None:
        self.folder, self.errors = folder, errors
        self.asked: list[str] = []

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        self.asked.append(url)
        match = re.search(r"(\d+)\.html$", url)
        assert match is not None
        if (error := self.errors.get(int(match[1]))) is not None:
            raise error
        path = self.folder / match[1]
        path.write_text(GOOD.format(id=match[1]), encoding="utf-8")
        return Response(url, url, 200, {}, path, dt.datetime(2026, 1, 6, tzinfo=dt.UTC))

    def head(self, url: str) -> Response:
        raise NotImplementedError


def run(fetcher: Pages | ReplayFetcher, *ids: int) -> Context:
    context = Context(SOURCE.manifest, fetcher, store_snapshot=lambda _: "snapshot", options={"ids": ids})
    SOURCE.crawl(context)
    return context


def only(context: Context) -> WorkItem:
    (emitted,) = context.records
    assert isinstance(emitted.record, WorkItem)
    return emitted.record


class TestRun:
    def test_a_refused_page_is_a_warning_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        context = run(Pages(tmp_path, {2: RefusedError("no"), 3: RefusedError("no")}), 1, 2, 3, 4)
        assert len(context.records) == 2
        assert [warning for warning in context.warnings if "project" in warning] == ["project 2: no", "project 3: no"]

    def test_three_refusals_in_a_row_end_the_run(self, tmp_path: Path) -> None:
        fetcher = Pages(tmp_path, {number: RefusedError("wall") for number in range(2, 9)})
        with pytest.raises(RefusedError, match=r"3 pages in a row were refused.*wall"):
            run(fetcher, *range(1, 9))
        assert len(fetcher.asked) == 4

    def test_a_run_without_any_page_fails_with_the_first_reason(self, tmp_path: Path) -> None:
        with pytest.raises(FetchError, match=r"none of 2 pages could be read\. First: gone"):
            run(Pages(tmp_path, {1: FetchError("gone"), 2: FetchError("later")}), 1, 2)

    def test_a_page_asked_for_twice_is_fetched_once(self, tmp_path: Path) -> None:
        fetcher = Pages(tmp_path, {})
        run(fetcher, 5, 5)
        assert fetcher.asked == ["https://www.iso.org/standard/5.html"]

    def test_the_content_address_is_tried_where_the_usual_one_fails(self, tmp_path: Path) -> None:
        fetcher = Pages(tmp_path, {82875: FetchError("gone")})
        with pytest.raises(FetchError):
            run(fetcher, 82875)
        assert fetcher.asked[1] == "https://www.iso.org/contents/data/standard/08/28/82875.html"

    def test_a_publisher_that_refuses_is_not_asked_again_elsewhere(self, tmp_path: Path) -> None:
        fetcher = Pages(tmp_path, {1: RefusedError("no")})
        with pytest.raises(RefusedError):
            run(fetcher, 1)
        assert len(fetcher.asked) == 1

    def test_nothing_to_ask_for_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no work items to ask for"):
            run(Pages(tmp_path, {}))


class TestHostilePages:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (('productID">7', 'productID">8'), "expected project 7, found the page of project 8"),
            (('productID">7', 'productID">'), "without a project number"),
            (("data-index", "data-other"), "without a project number"),
            (("7 - ISO", "8 - ISO"), "expected project 7"),
            (("2026-01-05", ""), "dated stages, found none"),
            (('class="active"', ""), "expected one current stage in the life cycle, found 0"),
            (("30.20", "30.21"), "dated stages, found none"),
            (('class="stages"', 'class="other"'), "dated stages, found none"),
        ],
    )
    def test_a_page_that_is_not_what_it_should_be_is_refused(self, change: tuple[str, str], reason: str) -> None:
        page = GOOD.format(id=7)
        assert change[0] in page
        with pytest.raises(DriftError, match=re.escape(reason)):
            read_page(page.replace(*change).encode(), 7, [])

    @given(st.binary() | st.text().map(str.encode))
    def test_any_bytes_are_refused(self, body: bytes) -> None:
        with pytest.raises(DriftError):
            read_page(body, 7, [])

    @given(st.integers(0, len(GOOD)), st.text(alphabet='<>/"= -ulidvspan0123456789', max_size=30))
    def test_a_damaged_page_is_read_or_refused(self, at: int, damage: str) -> None:
        page = GOOD[:at] + damage.replace("{", "") + GOOD[at:]
        try:
            item = read_page(page.replace("{id}", "7").encode(), 7, [])
        except DriftError:
            return
        assert item.iso_id == 7

    def test_deep_nesting_does_no_harm(self) -> None:
        with pytest.raises(DriftError):
            read_page(b"<div>" * 20_000, 7, [])


# Project: file, stage now, its date, number of dated stages, replaced, replaced by; read off the pages by eye.
FACTS = [
    ("23281.browser-saved.en.html", "90.93", "2021-06-07", 27, (3926,), ()),
    ("23281.browser-saved.fr.html", "90.93", "2021-06-07", 27, (3926,), ()),
    ("26020.ru@2020-01-21.html", "95.99", "2014-03-19", 25, (), (53798,)),
    ("26020@2019-07-16.html", "95.99", "2014-03-19", 25, (), (53798,)),
    ("26020@2024-02-02.html", "95.99", "2014-03-19", 25, (), (53798,)),
    ("27001@2023-05-18.html", "60.60", "2022-10-25", 7, None, ()),
    ("27001@2024-02-02.html", "60.60", "2022-10-25", 7, (54534, 66805, 69378), ()),
    ("50516@2019-08-13.html", "90.60", "2014-12-17", 13, (38789, 40687, 38790, 40688, 38791, 40690, 38792, 40691), ()),
    (
        "50516@2024-02-02.html",
        "90.92",
        "2023-02-14",
        17,
        (38789, 40687, 38790, 40688, 38791, 40690, 38792, 40691),
        (86539,),
    ),
    ("68350@2020-10-30.html", "90.92", "2020-07-02", 8, (54012, 60001, 61986), (81416,)),
    ("74197.fr@2024-02-02.html", "60.60", "2021-05-31", 20, (), ()),
    ("74197@2020-11-02.html", "40.60", "2020-04-10", 14, (), ()),
    ("77374@2019-09-03.html", "20.00", "2018-11-27", 2, (), ()),
    ("77374@2024-02-02.html", "20.98", "2019-10-23", 3, (), ()),
    ("78568@2019-09-03.html", "10.99", "2019-05-03", 1, (), ()),
    ("78888@2022-04-08.html", "60.60", "2022-03-21", 11, (), ()),
    ("82727@2023-02-02.html", "20.99", "2021-02-02", 2, (), ()),
]


@pytest.mark.shared
class TestRecordedPages:
    @pytest.fixture
    def folder(self, shared: Path) -> Path:
        return shared / "recorded" / "iso"

    def project(self, name: str) -> int:
        """The project of a file; 27001 is a vanity address."""
        number = int(re.split(r"[.@]", name)[0])
        return {27001: 82875}.get(number, number)

    def test_every_page_is_read_whole(self, folder: Path) -> None:
        index = json.loads((folder / "index.json").read_text("utf-8"))
        files = sorted((folder / "standard").glob("*.html"))
        assert len(files) == 35
        for file in files:
            notes: list[str] = []
            item = read_page(file.read_bytes(), self.project(file.name), notes)
            assert notes == [], file.name
            entry = index[f"standard/{file.name}"]
            assert str(item.stage) == entry.get("active_stage", "90.93"), file.name
            assert item.stage == item.stage_history[-1].stage
            assert all(event.precision is Precision.DAY for event in item.stage_history)
            assert str(StandardRef.parse(item.reference)) == item.reference
            assert item.committee is not None
            assert item.edition is not None
            assert item.reference.partition(":")[0] in entry.get("page_title", item.reference)

    @pytest.mark.parametrize(("name", "stage", "date", "count", "replaces", "replaced_by"), FACTS)
    def test_the_facts_of_a_page(
        self,
        folder: Path,
        name: str,
        stage: str,
        date: str,
        count: int,
        replaces: tuple[int, ...] | None,
        replaced_by: tuple[int, ...],
    ) -> None:
        item = read_page((folder / "standard" / name).read_bytes(), self.project(name), [])
        assert (str(item.stage), item.stage_history[-1].date.isoformat(), len(item.stage_history)) == (
            stage,
            date,
            count,
        )
        assert (item.replaces if "replaces" in item.model_fields_set else None) == replaces
        assert item.replaced_by == replaced_by

    def test_titles_follow_the_language_of_the_page(self, folder: Path) -> None:
        english, french, russian = (
            read_page((folder / "standard" / name).read_bytes(), self.project(name), [])
            for name in ("74197@2024-02-02.html", "74197.fr@2024-02-02.html", "26020.ru@2020-01-21.html")
        )
        assert (english.title_en or "").startswith("Graphic technology \u2014")
        assert (french.title_fr or "").endswith("encre offset")
        assert "title_en" not in french.model_fields_set
        assert russian.title_en is None

    def test_a_planned_publication_is_no_publication_date(self, folder: Path) -> None:
        dates = [
            read_page((folder / "standard" / f"78888@{day}.html").read_bytes(), 78888, []).publication_date
            for day in ("2021-12-14", "2022-01-27", "2022-04-08")
        ]
        assert dates == [None, None, "2022-03"]

    def test_five_days_rebuild_the_way_of_a_project(self, folder: Path) -> None:
        days = ("2020-11-02", "2021-02-11", "2021-03-18", "2021-04-29", "2021-07-28")
        seen = [only(run(ReplayFetcher(folder, dt.date.fromisoformat(day)), 74197)) for day in days]
        assert [str(item.stage) for item in seen] == ["40.60", "50.00", "50.20", "60.00", "60.60"]
        dated = {(str(event.stage), event.date.isoformat()) for item in seen for event in item.stage_history}
        assert dated >= {
            ("40.60", "2020-04-10"),
            ("50.00", "2021-02-08"),
            ("50.20", "2021-03-02"),
            ("60.00", "2021-04-28"),
            ("60.60", "2021-05-31"),
        }
        for earlier, later in pairwise(seen):
            assert set(later.stage_history) > set(earlier.stage_history)

    def test_a_vanity_address_is_found_through_the_content_address(self, folder: Path) -> None:
        assert only(run(ReplayFetcher(folder), 82875)).reference == "ISO/IEC 27001:2022"
