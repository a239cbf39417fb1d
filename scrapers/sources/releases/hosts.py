"""From the address of a repository or package to what its host can be asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "codeberg", "pypi.org": "pypi"}
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository or package. `host` is the name its addresses have in the manifest; `owner` is empty for packages."""

    host: str
    owner: str
    name: str

    @property
    def address(self) -> str:
        """The one address by which it is known, whatever was written."""
        if self.host == "pypi":
            return f"https://pypi.org/project/{self.name}"
        domain = next(domain for domain, host in _HOSTS.items() if host == self.host)
        return f"https://{domain}/{self.owner}/{self.name}"

    def url(self, urls: Mapping[str, str], what: str = "") -> str | None:
        """The host's address for `what` (`about`, `feed`, or its releases); None where it has none."""
        template = urls.get(f"{self.host}_{what}" if what else self.host)
        if template is None:
            return None
        encoded = quote(f"{self.owner}/{self.name}", safe="")
        return template.format(owner=self.owner, name=self.name, encoded=encoded)


def read_repository(address: str) -> Repository:
    """Read `https://github.com/owner/name`, `https://pypi.org/project/name`, `git@gitlab.com:group/sub/name.git`, ….

    Raises ValueError where the address is of no host that can be asked.
    """
    text = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", address.strip())
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        domain = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        domain, parts = "", urlsplit("")
    host = _HOSTS.get(domain)
    path = [part for part in parts.path.split("/") if part]
    if host == "pypi" and len(path) >= 2 and path[0] == "project":
        name = re.sub(r"[-_.]+", "-", path[1]).lower()
        if _PART.fullmatch(name):
            return Repository(host, "", name)
    elif host is not None and host != "pypi":
        if host == "gitlab" and "-" in path:
            path = path[: path.index("-")]
        wanted = path if host == "gitlab" else path[:2]
        named = [*wanted[:-1], wanted[-1].removesuffix(".git")] if len(wanted) >= 2 else []
        if named and all(_PART.fullmatch(part) for part in named):
            return Repository(host, "/".join(named[:-1]), named[-1])
    known = ", ".join(_HOSTS)
    raise ValueError(f"{address!r} is no address of a repository or package at a host that can be asked ({known})")
