"""Read the project page of each work item that the run is asked for."""

from __future__ import annotations

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, NothingToFollowError, RefusedError, SourceError, TooLargeError
from scrapers.fetching import Response
from scrapers.sources.iso_pages.page import read_page

PARSER_VERSION = "2"

_PLACE = "project "
MAX_REFUSALS = 3  # in a row: then the publisher wants no more requests


def crawl(context: Context) -> None:
    """Emit the work item of each page. Option `ids`: ISO's project numbers.

    A page that can't be read is a warning with the reason. Raises RefusedError where the publisher refuses three pages
    in a row, and the first error where no page at all could be read.
    """
    ids = tuple(dict.fromkeys(context.options.get("ids", ())))
    if not ids:
        raise NothingToFollowError(
            f"{context.manifest.name}: no work items to ask for; poll iso_open_data first or name their ids"
        )
    errors: list[SourceError] = []
    refusals = 0
    for iso_id in ids:
        try:
            _read(context, iso_id)
        except SourceError as error:
            errors.append(error)
            refusals = refusals + 1 if isinstance(error, RefusedError) else 0
            if refusals == MAX_REFUSALS:
                raise RefusedError(
                    f"{refusals} pages in a row were refused, so no more were asked for. Last: {error}"
                ) from error
            context.skip(f"project {iso_id}: {error}", cause=error, place=f"{_PLACE}{iso_id}")
        else:
            refusals = 0
    if len(errors) == len(ids):
        raise type(errors[0])(f"none of {len(ids)} pages could be read. First: {errors[0]}") from errors[0]


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the work item of a page that was set aside as `place`, from its snapshot."""
    _emit(context, int(place.removeprefix(_PLACE)), response)


def _read(context: Context, iso_id: int) -> None:
    _emit(context, iso_id, _fetch(context, iso_id))


def _emit(context: Context, iso_id: int, response: Response) -> None:
    notes: list[str] = []
    try:
        item = read_page(response.content, iso_id, notes)
    except DriftError as error:
        raise DriftError(
            f"{response.url}: {error}; the page was refused", selector=error.selector, response=response
        ) from error
    for note in notes:
        context.warn(f"{response.url}: {note}")
    context.emit(item, snapshot=response)


def _fetch(context: Context, iso_id: int) -> Response:
    """The page at its usual address, else at its content address, which leads to vanity addresses too."""
    urls = context.manifest.urls
    try:
        return context.fetch(urls["page"].format(id=iso_id))
    except (RefusedError, TooLargeError):
        raise
    except FetchError as error:
        padded = f"{iso_id:06d}"
        folder = f"{padded[:2]}/{padded[2:4]}"
        try:
            return context.fetch(urls["content"].format(id=iso_id, id_folder=folder))
        except FetchError:
            raise error from None
