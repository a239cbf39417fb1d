"""Composes a digest: one document, from which subject, text and HTML are made, so that they always agree."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workbench.digest.layout import clip, one_line, rule, wrap
from workbench.digest.models import Edition, Language
from workbench.digest.select import About, BallotEntry, Digest, Section
from workbench.digest.window import Window
from workbench.digest.wording import Words
from workbench.resources import resource
from workbench.settings import Settings

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
    coverage: Chapter
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


def compose(digest: Digest, *, name: str, email: str, language: Language, settings: Settings) -> ComposedMail:
    """Write out a digest for a recipient, in the language or languages of their choice."""
    week = iso_week(digest.window.end, settings)
    words = [Words(code, settings.zone) for code in _LANGUAGES[language]]
    document = _document(digest, week, words, settings.base_url)
    return ComposedMail(
        name=name,
        email=email,
        language=language,
        edition=digest.edition,
        week=week,
        window=digest.window,
        subject=clip(one_line(_render("digest-subject.txt", document))),
        text=_render("digest-text.txt", document),
        html=_render("digest-html.html", document),
        quiet=digest.quiet,
    )


def _render(template: str, document: Document) -> str:
    environment = Environment(
        loader=FileSystemLoader(resource("templates") / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(wrap=wrap, rule=rule)
    return environment.get_template(template).render(document=document)


def _document(digest: Digest, week: str, words: Sequence[Words], base_url: str) -> Document:
    def say(phrase: Callable[[Words], str]) -> Phrases:
        return tuple(Phrase(each.language, one_line(phrase(each))) for each in words)

    def chapter(section: Section) -> Chapter:
        return Chapter(
            heading=say(lambda each: each.heading(section.kind)),
            paragraphs=tuple(
                paragraph(entry.about, [(each.language, each.details(entry)) for each in words])
                for entry in section.entries
            ),
            more=say(lambda each: each.more(section.more)) if section.more else (),
            more_link=f"{base_url}/changes",
        )

    def paragraph(about: About, details: Iterable[tuple[str, Iterable[str]]]) -> Paragraph:
        title = clip(one_line(about.title or ""))
        return Paragraph(
            name=clip(one_line(about.name)),
            title=Phrase(about.title_language, title) if title else None,
            link=base_url + quote(about.path, safe="/.:,-"),
            details=tuple(Phrase(language, one_line(line)) for language, lines in details for line in lines),
        )

    sources = About("", None, "/sources")
    estimates = any(isinstance(entry, BallotEntry) for section in digest.sections for entry in section.entries)
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
                paragraph(
                    dataclasses.replace(sources, name=source.title),
                    [(each.language, [each.coverage(source)]) for each in words],
                )
                for source in digest.coverage
            ),
            more=(),
            more_link=f"{base_url}/sources",
        ),
        notes=(
            *(say(lambda each: each.estimates_note()) if estimates else ()),
            *(Phrase("en", one_line(text)) for text in attributions),
        ),
        links=(
            Link(say(lambda each: each.digest_link()), f"{base_url}/digest"),
            Link(say(lambda each: each.changes_link()), f"{base_url}/changes"),
        ),
    )
