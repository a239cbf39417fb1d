"""What robots.txt allows (RFC 9309), read once a run for each host."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

from scrapers.errors import RefusedError

MAX_ROBOTS_BYTES = 512 * 1024  # RFC 9309, 2.5 asks for at least 500 KiB


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one host; `rules` is None where the host has none."""

    url: str
    rules: Protego | None

    @classmethod
    def read(cls, url: str, status: int, content: bytes) -> RobotsRules:
        """Read the answer to a request for robots.txt (RFC 9309, 2.3.1).

        A status 4xx means that the host has no rules. Raises RefusedError for any other status but 200.
        """
        if status == 200:
            return cls(url, Protego.parse(content.decode("utf-8", errors="replace")))
        if 400 <= status < 500 and status != 429:
            return cls(url, None)
        raise RefusedError(
            f"{url}: status {status}, so it is unknown what may be fetched; nothing was. Try again later"
        )

    def check(self, url: str, user_agent: str) -> None:
        """Raise RefusedError where the rules keep this robot from `url`."""
        if self.rules is not None and not self.rules.can_fetch(url, user_agent):
            raise RefusedError(f"{url}: {self.url} asks robots such as this one to stay away; nothing was fetched")

    def crawl_delay(self, user_agent: str) -> float:
        """Seconds the host wants between requests; 0 where it names none."""
        delay = self.rules.crawl_delay(user_agent) if self.rules is not None else None
        return float(delay or 0.0)
