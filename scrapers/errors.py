"""Every way in which reading the outside world can fail.

    ScraperError
    ├── InvalidIdentifierError    a reference, stage code or number does not follow its grammar
    ├── SourceError               a run of a polled source failed
    │   ├── NotConfiguredError    the source needs credentials that the settings don't have: no failure
    │   ├── NothingToFollowError  nobody named anything that this source could ask for: no failure
    │   ├── FetchError            the network, the server or the replay folder gave no usable answer
    │   │   ├── RefusedError      robots.txt, a 401/403 or an anti-bot page: the publisher says no
    │   │   ├── MissingError      status 404 or 410: the publisher has no such page
    │   │   ├── QuotaError        what the publisher allows for this hour, day or week is used up
    │   │   ├── CutOffError       the connection failed or the answer was cut: another attempt may help
    │   │   └── TooLargeError     the answer passed its size or time limit
    │   ├── DriftError            the page or file no longer has the shape the source was written for
    │   └── ExpectationError      the run finished but missed its expectations: nothing may be believed
    └── UnreadableFileError       a file given by the user is of no known format, broken or unsafe

Each message is one line that says what was expected, what was found, where, and what to do.
"""


class ScraperError(Exception):
    """Root of the tree; `str(error)` is a single line fit for a person."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class InvalidIdentifierError(ScraperError, ValueError):
    """A reference, stage code or patent number does not follow its grammar."""


class SourceError(ScraperError):
    """A run of a polled source failed; nothing of it is stored as fact."""


class NotConfiguredError(SourceError):
    """A source needs credentials that the settings don't have; `register_url` is where to get them.

    Nothing was asked and nothing failed: a page shows the source as "not configured" with the link.
    """

    def __init__(self, message: str, register_url: str) -> None:
        super().__init__(message)
        self.register_url = register_url


class NothingToFollowError(SourceError):
    """Nobody named anything that the source could ask for, so nothing was asked and nothing failed."""


class FetchError(SourceError):
    """The network, the server or the replay folder gave no usable answer."""


class RefusedError(FetchError):
    """The publisher says no: robots.txt, a 401 or 403, an anti-bot page."""


class MissingError(FetchError):
    """The publisher answers that it has no such page: status 404 or 410."""


class QuotaError(FetchError):
    """What the publisher allows for this hour, day or week is used up, or the wait for it is too long for a run."""


class CutOffError(FetchError):
    """The connection failed or the answer was cut; another attempt may help."""


class TooLargeError(FetchError):
    """The answer passed its size, time or decompression limit."""


class DriftError(SourceError):
    """A page or file no longer has the shape that the source was written for.

    `selector` is the selector, element or field that no longer matches; `response` the answer in which it does not,
    where the source can tell (a `scrapers.fetching.Response`).
    """

    def __init__(self, message: str, *, selector: str = "", response: object = None) -> None:
        super().__init__(message)
        self.selector = selector
        self.response = response


class ExpectationError(SourceError):
    """The run finished but missed its expectations, so nothing of it may be believed."""


class UnreadableFileError(ScraperError):
    """A file is of no known format, is broken or is unsafe to read."""
