"""Refusals of a polled answer: set aside, and read again from the stored answer."""

from __future__ import annotations

from scrapers.context import Context
from scrapers.fetching import Response
from scrapers.patents import Refusal, read_patents


def set_aside_refusal(context: Context, response: Response, refusal: Refusal) -> None:
    """Set a refusal aside; its place is told within the answer, whose file has another name each time."""
    name = response.body.name if response.body is not None else ""
    place = refusal.place.removeprefix(name).lstrip(", ") or "whole answer"
    context.set_aside(place, refusal.reason, snapshot=response, excerpt=refusal.excerpt)


def reread_patents(context: Context, response: Response, format: str) -> None:  # noqa: A002
    """Emit the publications of a stored answer, a plain file, and set aside what still can't be read."""
    if response.body is None:
        return
    for each in read_patents(response.body, format):
        if isinstance(each, Refusal):
            set_aside_refusal(context, response, each)
        else:
            context.emit(each, snapshot=response)
