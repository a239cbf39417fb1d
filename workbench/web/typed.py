"""What somebody typed into a form stays in it where a page says that it could not be kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

if TYPE_CHECKING:
    from bs4 import Tag

_REFUSED: Final = frozenset({400, 409, 413, 422})
# What is asked for anew each time; a hidden field says what a form is about, and a file cannot be put back.
_NEVER: Final = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})


def install(app: Flask) -> None:
    app.after_request(_put_back)


def shown_apart() -> None:
    """Leave the forms of this answer as they are: its page shows what was typed beside what is kept."""
    g.typed_is_shown_apart = True


def _put_back(response: Response) -> Response:
    """Fill the form that was sent with what was in it, where the answer is a page that has the form."""
    if (
        request.method == "POST"
        and response.status_code in _REFUSED
        and response.mimetype == "text/html"
        and not response.direct_passthrough
        and not g.get("typed_is_shown_apart")
        and (given := _given())
    ):
        response.set_data(refilled(response.get_data(as_text=True), request.path, given))
    return response


def _given() -> dict[str, list[str]]:
    try:
        return request.form.to_dict(flat=False)
    except RequestEntityTooLarge:
        return {}  # its answer says so; what was sent was never read


def refilled(page: str, address: str, given: dict[str, list[str]]) -> str:
    """A page of HTML with the form at `address` as it was sent: `given` are the values of each of its fields, in order.

    Of several forms at one address it is the one whose hidden fields say what was sent. Without one the page is as it
    was. What encloses the form is opened.
    """
    if f'action="{address}' not in page:
        return page
    from bs4 import BeautifulSoup

    # This parser leaves the page as it was written.
    whole = BeautifulSoup(page, "html.parser")
    form = _form(whole, address, given)
    if form is None:
        return page
    left = {name: list(values) for name, values in given.items()}
    for field in form.find_all(("input", "textarea", "select")):
        name, kind = str(field.get("name", "")), str(field.get("type", "text"))
        if field.name == "input" and (kind in _NEVER or field.get("autocomplete") == "one-time-code"):
            # Its value goes before that of a later field of the same name.
            del left.get(name, [])[:1]
        elif kind in ("checkbox", "radio"):
            _mark(field, "checked", str(field.get("value", "on")) in given.get(name, ()))
        elif values := left.get(name):
            _fill(field, values.pop(0))
    for around in form.find_parents("details"):
        around["open"] = ""
    for inside in form.find_all("details"):
        names = {str(field.get("name", "")) for field in inside.find_all(("input", "textarea", "select"))}
        if any(text.strip() for name in names for text in given.get(name, ())):
            inside["open"] = ""
    return str(whole)


def _form(whole: Tag, address: str, given: dict[str, list[str]]) -> Tag | None:
    found = None
    best = (0, 0)
    for form in whole.find_all("form", method="post"):
        if str(form.get("action", "")).partition("?")[0].partition("#")[0] != address:
            continue
        said = list(_hidden(form))
        alike = sum(value in given.get(name, ()) for name, value in said)
        rank = (alike - len(said), alike)
        if found is None or rank > best:
            found, best = form, rank
    return found


def _hidden(form: Tag) -> Iterator[tuple[str, str]]:
    for field in form.find_all("input", type="hidden"):
        name = str(field.get("name", ""))
        if name and name != "csrf_token":
            yield name, str(field.get("value", ""))


def _fill(field: Tag, text: str) -> None:
    if field.name == "textarea":
        # A reader of HTML drops the first line end of a field.
        field.string = f"\n{text}"
    elif field.name == "select":
        for option in field.find_all("option"):
            _mark(option, "selected", str(option.get("value", option.get_text())) == text)
    else:
        field["value"] = text


def _mark(tag: Tag, name: str, on: bool) -> None:
    if on:
        tag[name] = ""
    elif name in tag.attrs:
        del tag[name]
