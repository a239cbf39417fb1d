"""Read the watched parts of pages of standards bodies.

Option `pages`: the watches, `PageWatch` records or mappings of their fields.
"""

from __future__ import annotations

from scrapers.context import Context
from scrapers.errors import DriftError, NothingToFollowError, SourceError
from scrapers.records import PageExcerpt, PageWatch
from scrapers.sources.standards_pages.excerpt import hash_of, read_excerpt

PARSER_VERSION = "2"


def crawl(context: Context) -> None:
    """Emit an excerpt for each watch.

    Raises NothingToFollowError without watches, the first error where none could be read.
    """
    watches = tuple(PageWatch.model_validate(each) for each in context.options.get("pages", ()))
    if not watches:
        raise NothingToFollowError(f"{context.manifest.name}: no page is watched; list an address and a CSS selector")
    errors: list[SourceError] = []
    for watch in watches:
        try:
            _read(context, watch)
        except ValueError as error:
            context.warn(f"watch {watch.name!r}: {error}; correct the watch")
        except SourceError as error:
            errors.append(error)
            context.skip(f"watch {watch.name!r}: {error}", cause=error, place=watch.name)
    if errors and not context.records:
        raise type(errors[0])(f"none of {len(watches)} pages could be read. First: {errors[0]}")


def _read(context: Context, watch: PageWatch) -> None:
    response = context.fetch(watch.url)
    try:
        text = read_excerpt(response.content, watch.selector)
    except DriftError as error:
        raise DriftError(
            f"{response.url}: {error}; choose another selector if the page was rebuilt",
            selector=watch.selector,
            response=response,
        ) from error
    context.emit(
        PageExcerpt(
            url=watch.url,
            selector=watch.selector,
            name=watch.name,
            work_item=watch.work_item,
            text=text,
            sha256=hash_of(text),
        ),
        snapshot=response,
    )
