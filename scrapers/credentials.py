"""Credentials of a source: asked for by its manifest, given by the settings, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scrapers.errors import NotConfiguredError
from scrapers.manifest import Manifest

_SHORTEST = 4  # shorter values would blot out ordinary words
_UNFIT = re.compile(r"[^\x21-\x7e]")
_MASK = "•••"


class Credentials:
    """The values of one run; `str` and `repr` name them without their values. `hide` takes them out of any text."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._secrets = {value for value in values.values() if len(value) >= _SHORTEST}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __repr__(self) -> str:
        return f"Credentials({', '.join(sorted(self._values))})"

    def add(self, secret: str) -> str:
        """Hide `secret` too, such as a token made from the credentials; gives it back."""
        if len(secret) >= _SHORTEST:
            self._secrets.add(secret)
        return secret

    def hide(self, text: str) -> str:
        """The text with a mask in place of every secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _MASK)
        return text


def read_credentials(manifest: Manifest, given: Mapping[str, Any]) -> Credentials:
    """The credentials that the manifest names, from those `given`, trimmed.

    Raises NotConfiguredError, without any value, where one is absent, empty or holds what no header may hold.
    """
    wanted = manifest.credentials
    if wanted is None:
        return Credentials({})
    values = {name: str(given.get(name) or "").strip() for name in wanted.names}
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise NotConfiguredError(
            f"{manifest.name} is not configured: {', '.join(missing)} missing. Register at {wanted.register_url}, then "
            "set what you were given",
            wanted.register_url,
        )
    unfit = [name for name, value in values.items() if _UNFIT.search(value)]
    if unfit:
        raise NotConfiguredError(
            f"{manifest.name} is not configured: {', '.join(unfit)} holds a space, a line break or a letter outside "
            "ASCII; copy it again from the publisher's page",
            wanted.register_url,
        )
    return Credentials(values)
