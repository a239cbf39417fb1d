"""What a source may do, and the checks of what it did."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scrapers.checks import check_run, count_records
from scrapers.context import MAX_WARNINGS, Context
from scrapers.errors import ExpectationError, FetchError, SourceError
from scrapers.fetching import Response
from scrapers.manifest import Expectations, Manifest
from scrapers.records import Committee, Record, WorkItem
from scrapers.registry import sources

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def manifest(**changes: object) -> Manifest:
    values: dict[str, object] = {
        "name": "sample",
        "title": "Sample",
        "publisher": "Nobody",
        "homepage": "https://www.example.org/",
        "urls": {"all": "https://www.example.org/all"},
        "allowed_hosts": ["www.example.org"],
        "licence": "none",
        "attribution": "none",
        "frequency": "daily",
        "complete": True,
        "stale_after_days": 3,
    }
    return Manifest.model_validate(values | changes)


class OnePage:
    """Answers every address with the same page, from `url` where it redirects."""

    def __init__(self, path: Path, url: str | None = None) -> None:
        self.path, self.url = path, url
        path.write_bytes(b"page")

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        return Response(url, self.url or url, 200, {}, self.path, NOW)

    def head(self, url: str) -> Response:
        return Response(url, url, 200, {}, None, NOW)


def item(number: int) -> WorkItem:
    return WorkItem(iso_id=number, reference=f"ISO {number}")


class TestContext:
    def test_records_carry_the_snapshot_they_were_read_from(self, tmp_path: Path) -> None:
        kept: list[bytes] = []

        def store(response: Response) -> str:
            kept.append(response.content)
            return f"snapshot {len(kept)}"

        context = Context(manifest(), OnePage(tmp_path / "page"), store_snapshot=store)
        first, second = (context.fetch("https://www.example.org/a") for _ in range(2))
        context.emit(item(2), snapshot=second)
        context.emit(item(1), snapshot=first)
        assert [(each.record, each.snapshot_id) for each in context.records] == [
            (item(2), "snapshot 2"),
            (item(1), "snapshot 1"),
        ]
        assert kept == [b"page", b"page"]

    @pytest.mark.parametrize(
        ("asked", "answered"),
        [
            ("https://other.example/", None),
            ("ftp://www.example.org/", None),
            ("https://www.example.org/", "https://other.example/"),
        ],
    )
    def test_only_hosts_of_the_manifest_are_asked(self, tmp_path: Path, asked: str, answered: str | None) -> None:
        context = Context(manifest(), OnePage(tmp_path / "page", answered), store_snapshot=lambda _: "1")
        with pytest.raises(FetchError):
            context.fetch(asked)

    def test_a_warning_is_one_line_and_a_skip_makes_the_run_incomplete(self, tmp_path: Path) -> None:
        context = Context(manifest(), OnePage(tmp_path / "page"), store_snapshot=lambda _: "1")
        context.warn("odd\n  but harmless")
        assert (context.warnings, context.incomplete) == (["odd but harmless"], False)
        context.skip("not read")
        assert (context.warnings[-1], context.incomplete) == ("not read", True)

    def test_warnings_end_somewhere(self, tmp_path: Path) -> None:
        context = Context(manifest(), OnePage(tmp_path / "page"), store_snapshot=lambda _: "1")
        for number in range(MAX_WARNINGS + 3):
            context.warn(f"warning {number}")
        assert len(context.warnings) == MAX_WARNINGS + 1
        assert context.warnings[-1] == "3 further warnings are not listed"


EIGHT_ITEMS: tuple[Record, ...] = (*map(item, range(1, 9)), Committee(iso_id=1, reference="ISO/TC 1"))


class TestChecks:
    def expecting(self, **expectations: object) -> Manifest:
        return manifest(expectations=Expectations.model_validate(expectations))

    def test_only_the_counted_type_is_counted(self) -> None:
        assert count_records(manifest(), EIGHT_ITEMS) == 8

    @pytest.mark.parametrize(("minimum", "enough"), [(8, True), (9, False)])
    def test_the_minimum(self, minimum: int, enough: bool) -> None:
        self.outcome(self.expecting(minimum=minimum), None, enough)

    @pytest.mark.parametrize(("previous", "enough"), [(None, True), (8, True), (10, True), (11, False), (4, True)])
    def test_the_drop(self, previous: int | None, enough: bool) -> None:
        self.outcome(self.expecting(maximum_drop_percent=20), previous, enough)

    def test_a_source_that_lists_only_some_is_not_compared(self) -> None:
        partial = manifest(complete=False, expectations={"maximum_drop_percent": 0})
        check_run(partial, EIGHT_ITEMS, 100)

    def test_no_records_at_all(self) -> None:
        with pytest.raises(ExpectationError, match="expected at least 1 WorkItem records, found 0"):
            check_run(manifest(), [], 0)

    def outcome(self, expected: Manifest, previous: int | None, enough: bool) -> None:
        if enough:
            check_run(expected, EIGHT_ITEMS, previous)
        else:
            with pytest.raises(ExpectationError, match="nothing was believed"):
                check_run(expected, EIGHT_ITEMS, previous)


class TestRegistry:
    def test_the_sources_are_found(self) -> None:
        found = sources()
        assert {"iso_open_data", "iso_pages"} <= set(found)
        assert all(source.manifest.name == name and source.parser_version for name, source in found.items())

    def make(self, root: Path, text: str, code: str = "PARSER_VERSION = '1'\ndef crawl(context): pass\n") -> str:
        package = f"sources_{root.name.replace('-', '_')}"
        folder = root / package / "sample"
        folder.mkdir(parents=True)
        (root / package / "__init__.py").touch()
        (folder / "__init__.py").touch()
        (folder / "crawl.py").write_text(code, encoding="utf-8")
        (folder / "manifest.toml").write_text(text, encoding="utf-8")
        (root / package / "no_source").mkdir()
        return package

    GOOD = (
        'name="sample"\ntitle="S"\npublisher="P"\nhomepage="https://a.example/"\nallowed_hosts=["a.example"]\nlicence="L"\n'
        'attribution="A"\nfrequency="daily"\ncomplete=false\nstale_after_days=1\n[urls]\nall="https://a.example/x"\n'
    )

    def test_a_new_folder_is_a_new_source(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(tmp_path)
        assert list(sources(self.make(tmp_path, self.GOOD))) == ["sample"]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("name = ", "no valid manifest"),
            (GOOD.replace('title="S"\n', ""), "title"),
            ("surprise = 1\n" + GOOD, "surprise"),
            (GOOD.replace("a.example/x", "b.example/x"), "a host that allowed_hosts does not name"),
            (GOOD.replace('name="sample"', 'name="other"'), "expected the folder's name"),
        ],
    )
    def test_a_bad_manifest_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
    ) -> None:
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(SourceError, match=reason) as caught:
            sources(self.make(tmp_path, text))
        assert "manifest.toml" in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_source_without_a_crawl_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(SourceError, match="needs a function crawl"):
            sources(self.make(tmp_path, self.GOOD, code="crawl = 1\n"))
