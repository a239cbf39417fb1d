"""Read the watched parts of pages of standards bodies.

Options: `pages`, the watches (`PageWatch`, or mappings of its fields); `texts`, what the store has of each, by address
and selector with a space between, so that the words that changed can be told.
"""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.context import Context
from scrapers.errors import DriftError, NothingToFollowError, SourceError
from scrapers.records import PageExcerpt, PageWatch
from scrapers.sources.standards_pages.excerpt import changed_words, hash_of, read_excerpt

PARSER_VERSION = "1"


def crawl(context: Context) -> None:
    """Emit an excerpt for each watch.

    Raises NothingToFollowError without watches, the first error where none could be read.
    """
    watches = tuple(PageWatch.model_validate(each) for each in context.options.get("pages", ()))
    if not watches:
        raise NothingToFollowError(f"{context.manifest.name}: no page is watched; name an address and a CSS selector")
    texts: Mapping[str, str] = context.options.get("texts", {})
    errors: list[SourceError] = []
    for watch in watches:
        try:
            _read(context, watch, texts.get(f"{watch.url} {watch.selector}"))
        except ValueError as error:
            context.warn(f"watch {watch.name!r}: {error}; correct the watch")
        except SourceError as error:
            errors.append(error)
            context.skip(f"watch {watch.name!r}: {error}")
    if errors and not context.records:
        raise type(errors[0])(f"none of {len(watches)} pages could be read. First: {errors[0]}")


def _read(context: Context, watch: PageWatch, before: str | None) -> None:
    response = context.fetch(watch.url)
    try:
        text = read_excerpt(response.content, watch.selector)
    except DriftError as error:
        raise DriftError(f"{response.url}: {error}; choose another selector if the page was rebuilt") from error
    changes = dict(zip(("added", "removed"), changed_words(before, text), strict=True)) if before is not None else {}
    context.emit(
        PageExcerpt(
            url=watch.url,
            selector=watch.selector,
            name=watch.name,
            work_item=watch.work_item,
            text=text,
            sha256=hash_of(text),
            **changes,
        ),
        snapshot=response,
    )
