"""The written digest: both parts agree, languages, escaping, and whole mails as snapshots."""

from __future__ import annotations

import datetime as dt
import logging
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from scrapers.records import Precision
from tests.digest.conftest import FRIDAY, HOSTILE, MANIFESTS, MONDAY, add_change, add_item, add_recipient
from workbench.ballots.rulebook import load_rulebook
from workbench.db import Store, key_of
from workbench.digest.compose import ComposedMail
from workbench.digest.composer import Composer, Press
from workbench.digest.layout import one_line, wrap
from workbench.digest.message import build_message
from workbench.digest.models import Edition, Language, Mail, Recipient
from workbench.digest.outbox import compose_due
from workbench.digest.sections import SectionKind
from workbench.digest.wording import Words
from workbench.history.models import ChangeKind
from workbench.settings import Settings

SNAPSHOTS = Path(__file__).with_name("snapshots")
RULES = load_rulebook(Settings())
SITE = "https://workbench.example.com"


def composed(
    store: Store,
    language: Language = Language.EN,
    edition: Edition = Edition.DELEGATE,
    *,
    limit: int = 10,
    at: dt.datetime = MONDAY,
) -> ComposedMail:
    add_recipient(store, language=language, edition=edition)
    settings = Settings(base_url=SITE, digest_limit=limit)
    with store.read() as session:
        recipient = session.exec(select(Recipient)).one()
        return Composer(session, Press(settings, RULES, MANIFESTS), at, [key_of(recipient)]).compose(recipient)


def words_of(text: str) -> str:
    """The text without white space, heading rules and addresses."""
    return "".join(re.sub(r"^(-+|=+)$|https?://\S+", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("edition", Edition)
def test_text_and_html_say_the_same(week: Store, language: Language, edition: Edition) -> None:
    mail = composed(week, language, edition, limit=1)
    page = BeautifulSoup(mail.html, "lxml")
    body = page.body
    assert body is not None
    assert words_of(mail.text).replace("/", "") == words_of(body.get_text()).replace("/", "")
    links = [str(link["href"]) for link in body.find_all("a")]
    assert re.findall(r"https?://\S+", mail.text) == links
    assert all(link.startswith(f"{SITE}/") for link in links)
    dates = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+年[0-9]+月[0-9]+日\([月火水木金土日]\)"
    assert re.findall(dates, mail.text) == re.findall(dates, body.get_text())


def test_every_estimated_date_is_called_so_in_every_language(week: Store) -> None:
    mail = composed(week, Language.BOTH)
    for part in (mail.text, mail.html):
        flat = " ".join(part.split())
        for day in ("2026-11-27", "2026-11-06", "2026-10-30"):
            assert f"{day} (estimated)" in flat
            assert not re.search(rf"{day}(?! \(estimated\))", flat.partition("Overdue")[2].partition("Stage moves")[0])
    assert "2026-10-02 (estimated)" in mail.subject


def test_the_subject_begins_with_what_is_to_be_done(week: Store) -> None:
    assert composed(week).subject.startswith("ACTION overdue since 2026-10-02 (estimated): 2 ballots – ")


def test_the_subject_of_an_overdue_ballot_does_not_ask_for_a_day_that_is_past(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "40.20", [("40.20", "2026-08-10", Precision.DAY)])
        add_item(session, 2, "B", "40.20", [("40.20", "2026-08-12", Precision.DAY)])
    assert composed(store).subject.startswith("ACTION overdue since 2026-10-02 (estimated): 2 ballots – ")


def test_without_deadlines_the_subject_counts_the_news(store: Store) -> None:
    with store.write() as session:
        add_item(session, 1, "A", "20.00")
        add_change(session, "1", kind=ChangeKind.NEW)
    assert composed(store).subject == "Standards digest 2026-W47: 1 new work item"


def test_a_digest_without_news_says_so_and_names_each_source(store: Store) -> None:
    mail = composed(store)
    assert mail.subject == "Standards digest 2026-W47: no change"
    assert "Nothing changed, and nothing is due in the next 14 days." in mail.text
    assert mail.text.count("never polled") == 3


def test_what_the_limit_leaves_out_is_counted_and_linked(store: Store) -> None:
    with store.write() as session:
        for number in range(1, 6):
            add_item(session, number, f"R{number}", "20.00")
            add_change(session, str(number), kind=ChangeKind.NEW)
    mail = composed(store, limit=2)
    assert f"and 3 more\n  {SITE}/changes" in mail.text
    assert "R3" not in mail.text


def test_hostile_titles_are_only_text(store: Store) -> None:
    with store.write() as session:
        add_item(
            session, 1, f"ISO {HOSTILE}", "40.20", [("40.20", "2026-09-04", Precision.DAY)], title=HOSTILE + "x" * 400
        )
        add_change(session, "1", "stage", HOSTILE, HOSTILE)
    mail = composed(store)
    assert len(mail.subject.splitlines()) == 1
    page = BeautifulSoup(mail.html, "lxml")
    assert page.find("script") is None
    assert one_line(HOSTILE) in " ".join(page.get_text().split())
    assert one_line(HOSTILE) in " ".join(mail.text.split())
    assert "x" * 300 not in mail.text
    assert not re.search(r"^Bcc:", mail.text, flags=re.MULTILINE)


def test_html_loads_nothing_and_follows_the_readers_colours(week: Store) -> None:
    page = BeautifulSoup(composed(week, Language.BOTH).html, "lxml")
    assert not page.find_all(["script", "img", "link", "iframe", "style", "form"])
    assert not page.find_all(src=True)
    assert "url(" not in str(page)
    assert page.find("meta", {"name": "color-scheme", "content": "light dark"})
    assert {str(each["lang"]) for each in page.find_all(lang=True)} == {"ja", "en"}
    assert all(table.get("role") == "presentation" for table in page.find_all("table"))


def test_a_number_with_odd_characters_still_gives_one_link(store: Store) -> None:
    with store.write() as session:
        add_change(session, "1 2\n<x>", "pages", 1, 2)
    mail = composed(store)
    assert f"{SITE}/standards/items/1%202%0A%3Cx%3E" in mail.text


def test_both_means_japanese_then_english_in_each_item(week: Store) -> None:
    text = composed(week, Language.BOTH).text
    japanese = Words("ja", Settings().zone)
    places = [
        text.index(japanese.heading(SectionKind.OVERDUE)),
        text.index("Overdue\n"),
        text.index("2026年10月2日(金)"),
        text.index("DIS ballot: company deadline 2026-10-02 (estimated)"),
    ]
    assert places == sorted(places)


def test_a_text_missing_from_the_catalogue_is_given_in_english_and_logged(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    words = Words("ja", Settings().zone, tmp_path)
    with caplog.at_level(logging.WARNING):
        assert words.gettext("All changes") == "All changes"
        assert words.more(2) == "and 2 more"
    assert "no ja translation of 'All changes'" in caplog.text


def test_the_japanese_catalogue_lacks_nothing_that_a_digest_says(week: Store, caplog: pytest.LogCaptureFixture) -> None:
    composed(week, Language.JA)
    assert "translation" not in caplog.text


@pytest.mark.parametrize(("language", "expected"), [("en", "2026-12-04"), ("ja", "2026年12月4日(金)")])
def test_dates_are_written_as_readers_expect(language: str, expected: str) -> None:
    words = Words(language, Settings().zone)
    assert words.date(dt.date(2026, 12, 4)) == expected
    assert words.moment(dt.datetime(2026, 12, 3, 23, 5, tzinfo=dt.UTC)) == f"{expected} 08:05 JST"


@pytest.mark.parametrize(
    ("language", "edition"),
    [(Language.EN, Edition.DELEGATE), (Language.JA, Edition.IP), (Language.BOTH, Edition.DELEGATE)],
)
def test_whole_mails_are_as_reviewed(
    week: Store, language: Language, edition: Edition, request: pytest.FixtureRequest
) -> None:
    """To renew them after a change of wording: delete the folder, run the tests, and read what was written."""
    name = "山田 太郎" if language is Language.JA else "A. Delegate"
    recipient = add_recipient(week, name, language, edition, "reader@example.com")
    settings = Settings(base_url=SITE, mail_from="標準化ワークベンチ <digest@workbench.example.com>")
    compose_due(
        week,
        lambda: FRIDAY,
        at=MONDAY,
        recipients=[recipient],
        press=Press(settings, RULES, MANIFESTS),
    )
    with week.read() as session:
        row = session.exec(select(Mail)).one()
    row.message_id = "<snapshot@workbench.example.com>"
    message = build_message(row)
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    whole = f"{headers}\n\n{text}\n{'=' * 76}\n{html}"
    whole = re.sub(r"/mail/unsubscribe/[\w-]+", "/mail/unsubscribe/TOKEN", whole)
    path = SNAPSHOTS / f"{edition}-{language}.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(whole, encoding="utf-8")
        pytest.fail(f"{path.name} was written now; read it, then run the test again")
    assert whole == path.read_text(encoding="utf-8")


def test_wrapping_is_what_the_text_part_uses(week: Store) -> None:
    text = composed(week, Language.JA).text
    assert all(wrap(line.strip(), "  ") for line in text.splitlines())
    assert all(len(line.encode()) <= 998 for line in text.splitlines())
