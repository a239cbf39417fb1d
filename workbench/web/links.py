"""Where a thing has its page. A place whose pages are not installed gives no link."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from workbench.history.models import Entity


def page_of(kind: str, key: str, change: int | None = None) -> str | None:
    """The address of a found or changed thing, by its kind and key; None where it has no page.

    `change` is the key of the change that speaks of it, for keys that stood for another thing once.
    """
    first, _, rest = key.partition("/")
    match kind:
        case "work_item" if key.isdecimal():
            return _address("standards.item", iso_id=int(key))
        case "committee" if key.isdecimal():
            return _address("committees.item", iso_id=int(key))
        case Entity.DRAFT if first.isdecimal():
            return _address("standards.item", iso_id=int(first), _anchor="drafts")
        case Entity.BALLOT if first.isdecimal() and rest.rpartition("/")[2].isdecimal():
            kind, _, iteration = rest.partition("/")
            return _address("ballots.ballot", iso_id=int(first), kind=kind, iteration=int(iteration))
        case "clause" if first.isdecimal() and rest.isdecimal():
            return _address("drafts.clause", draft_id=int(first), order=int(rest))
        case "publication":
            return _address("patents.publication", number=key)
        case Entity.DECLARATION:
            return _address("declarations.keyed", key=key)
        case Entity.PAGE if key.isdecimal():
            return _address("pages.page", page_id=int(key))
        case Entity.DOCUMENT if key.isdecimal():
            return _address("documents.document", document_id=int(key))
        case Entity.DOCUMENT:
            return _address("documents.keyed", key=key, change=change)
        case Entity.RELEASE:
            return _address("releases.index", repository=key.rpartition(" ")[0])
    return None


def _address(endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def outside(url: str | None) -> str | None:
    """An address of the web fit for a link; anything else, such as `javascript:`, is none."""
    return url if url and url.startswith(("https://", "http://")) else None
