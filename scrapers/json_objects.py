"""JSON answers of strangers: an object or nothing, its fields by path, never a crash. Pure."""

from __future__ import annotations

import json
from typing import Any


def read_object(content: bytes) -> dict[str, Any]:
    """The object that `content` is in JSON; empty where it is anything else."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def child(value: Any, *path: str) -> dict[str, Any]:
    """The object under a path of names; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def children(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects in a list under `name`; what is no object is left out."""
    listed = value.get(name) if isinstance(value, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def text(value: Any, name: str) -> str | None:
    """A string or number under `name` as text, folded; None where it is empty, absent or of another type."""
    found = value.get(name) if isinstance(value, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return " ".join(str(found).split()) or None


def texts(value: Any, name: str) -> tuple[str, ...]:
    """The strings of a list under `name`, folded, without empty ones and repetitions."""
    listed = value.get(name) if isinstance(value, dict) else None
    folded = (" ".join(each.split()) for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    return tuple(dict.fromkeys(each for each in folded if each))
