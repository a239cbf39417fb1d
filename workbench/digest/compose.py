"""Composes a digest: one document, from which subject, text and HTML are made, so that they always agree."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from workbench.digest.entries import AlertEntry, BallotEntry, Digest, DutyEntry, Entry, Section
from workbench.digest.layout import clip, one_line, wrap
from workbench.digest.models import Edition, Language, Recipient
from workbench.digest.sections import About
from workbench.digest.templates import mail_templates
from workbench.digest.window import Window
from workbench.digest.wording import Words
from workbench.settings import Settings

_templates = functools.cache(mail_templates)
_LANGUAGES: dict[Language, tuple[str, ...]] = {
    Language.EN: ("en",),
    Language.JA: ("ja",),
    Language.BOTH: ("ja", "en"),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text and the language it is in; None where that is not known."""

    language: str | None
    text: str


Phrases = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A name with its title, its address and what is said of it, in each language of the mail in turn."""

    name: str
    title: Phrase | None
    link: str
    details: Phrases


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as shown."""

    heading: Phrases
    paragraphs: tuple[Paragraph, ...]
    more: Phrases
    more_link: str


@dataclass(frozen=True, slots=True)
class Link:
    label: Phrases
    address: str


@dataclass(frozen=True, slots=True)
class Document:
    """All that the templates show."""

    language: str
    subject: Phrases
    heading: Phrases
    period: Phrases
    empty: Phrases
    chapters: tuple[Chapter, ...]
    coverage: Chapter | None
    notes: Phrases
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A digest fit to be shown or sent. `quiet`: there is nothing in it that anyone must read."""

    name: str
    email: str
    language: Language
    edition: Edition
    week: str
    window: Window
    subject: str
    text: str
    html: str
    quiet: bool


def iso_week(at: dt.datetime, settings: Settings) -> str:
    """The ISO week of a moment in the zone of the settings, e.g. `2026-W47`."""
    year, week, _ = at.astimezone(settings.zone).isocalendar()
    return f"{year}-W{week:02d}"


def compose(digest: Digest, *, language: Language, settings: Settings) -> ComposedMail:
    """Write out a digest in a language, or in two; to whom it goes is filled in for each recipient."""
    week = iso_week(digest.window.end, settings)
    words = [Words(code, settings.zone) for code in _LANGUAGES[language]]
    document = _document(digest, week, words, settings.base_url)
    return ComposedMail(
        name="",
        email="",
        language=language,
        edition=digest.edition,
        week=week,
        window=digest.window,
        subject=clip(one_line(_render("digest-subject.txt", document))),
        text=_render("digest-text.txt", document),
        html=_render("digest-html.html", document),
        quiet=digest.quiet,
    )


def compose_alert(
    entries: Sequence[AlertEntry], *, recipient: Recipient, now: dt.datetime, settings: Settings
) -> ComposedMail:
    """An alert: what is due within days, with the address at which each is acknowledged."""
    words = [Words(code, settings.zone) for code in _LANGUAGES[recipient.language]]
    today = now.astimezone(settings.zone).date()
    document = _alert_document(entries, words, settings)
    return ComposedMail(
        name=recipient.name,
        email=recipient.email,
        language=recipient.language,
        edition=recipient.edition,
        week=today.isoformat(),
        window=Window(now, now, 0, 0),
        subject=clip(one_line(_render("digest-subject.txt", document))),
        text=_render("digest-text.txt", document),
        html=_render("digest-html.html", document),
        quiet=False,
    )


def _alert_document(entries: Sequence[AlertEntry], words: Sequence[Words], settings: Settings) -> Document:
    say = functools.partial(_say, words)
    return Document(
        language=words[0].language,
        subject=say(lambda each: each.alert_subject(entries)),
        heading=say(lambda each: each.alert_title()),
        period=say(lambda each: each.alert_explanation()),
        empty=(),
        chapters=(
            Chapter(
                heading=say(lambda each: each.alert_heading()),
                paragraphs=tuple(_paragraph(each.about, each.entry, words, settings.base_url) for each in entries),
                more=(),
                more_link=f"{settings.base_url}/",
            ),
        ),
        coverage=None,
        notes=_notes([each.entry for each in entries], words),
        links=tuple(_acknowledge(entry, words) for entry in entries),
    )


def _acknowledge(entry: AlertEntry, words: Sequence[Words]) -> Link:
    return Link(_say(words, lambda each: each.acknowledge_link(entry)), entry.acknowledge)


def with_unsubscribe(made: ComposedMail, address: str, settings: Settings) -> ComposedMail:
    """The mail with the visible address that ends the subscription, at the end of both parts."""
    words = [Words(code, settings.zone) for code in _LANGUAGES[made.language]]
    says = [each.unsubscribe_link() for each in words]
    text = "\n".join([*(wrap(each) for each in says), f"  {address}", ""])
    anchor = f'<a href="{address}">{" / ".join(says)}</a>'
    link = f'<div style="max-width: 680px; margin: 0 auto; font-size: 13px">{anchor}</div>\n</body>'
    return dataclasses.replace(made, text=f"{made.text}\n{text}", html=made.html.replace("</body>", link))


def _say(words: Sequence[Words], phrase: Callable[[Words], str]) -> Phrases:
    return tuple(Phrase(each.language, one_line(phrase(each))) for each in words)


def _notes(entries: Sequence[Entry], words: Sequence[Words]) -> Phrases:
    """What dates that are marked as estimated rest on."""
    of_ballots = any(isinstance(each, BallotEntry) and each.view.deadlines is not None for each in entries)
    of_duties = any(isinstance(each, DutyEntry) and each.duty.estimated for each in entries)
    return (
        *(_say(words, lambda each: each.estimates_note()) if of_ballots else ()),
        *(_say(words, lambda each: each.duties_note()) if of_duties else ()),
    )


def _paragraph(about: About, entry: Entry, words: Sequence[Words], base_url: str) -> Paragraph:
    return _written(about, [(each.language, each.details(entry)) for each in words], base_url)


def _written(about: About, details: Iterable[tuple[str, Iterable[str]]], base_url: str) -> Paragraph:
    title = clip(one_line(about.title or ""))
    return Paragraph(
        name=clip(one_line(about.name)),
        title=Phrase(about.title_language, title) if title else None,
        link=base_url + quote(about.path, safe="/.:,-"),
        details=tuple(Phrase(language, one_line(line)) for language, lines in details for line in lines),
    )


def _render(template: str, document: Document) -> str:
    return _templates().get_template(template).render(document=document)


def _document(digest: Digest, week: str, words: Sequence[Words], base_url: str) -> Document:
    say = functools.partial(_say, words)

    def chapter(section: Section) -> Chapter:
        return Chapter(
            heading=say(lambda each: each.heading(section.kind)),
            paragraphs=tuple(_paragraph(entry.about, entry, words, base_url) for entry in section.entries),
            more=say(lambda each: each.more(section.more)) if section.more else (),
            more_link=f"{base_url}/changes",
        )

    sources = About("", None, "/sources")
    attributions = sorted({source.attribution for source in digest.coverage if source.attribution})
    return Document(
        language=words[0].language,
        subject=say(lambda each: each.subject(digest, week)),
        heading=say(lambda each: each.title(digest.edition, week)),
        period=say(lambda each: each.period(digest.window)),
        empty=() if digest.sections else say(lambda each: each.nothing()),
        chapters=tuple(chapter(section) for section in digest.sections),
        coverage=Chapter(
            heading=say(lambda each: each.coverage_heading()),
            paragraphs=tuple(
                _written(
                    dataclasses.replace(sources, name=source.title),
                    [(each.language, [each.coverage(source)]) for each in words],
                    base_url,
                )
                for source in digest.coverage
            ),
            more=(),
            more_link=f"{base_url}/sources",
        ),
        notes=(
            *_notes([entry for section in digest.sections for entry in section.entries], words),
            *(Phrase("en", one_line(text)) for text in attributions),
        ),
        links=(
            Link(say(lambda each: each.digest_link()), f"{base_url}/digest"),
            Link(say(lambda each: each.changes_link()), f"{base_url}/changes"),
        ),
    )
