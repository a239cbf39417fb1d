"""Every way in which reading the outside world can fail.

    ScraperError
    ├── InvalidIdentifierError    a reference, stage code or number does not follow its grammar
    ├── SourceError               a run of a polled source failed
    │   ├── FetchError            the network, the server or the replay folder gave no usable answer
    │   │   ├── RefusedError      robots.txt, a 401/403 or an anti-bot page: the publisher says no
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


class FetchError(SourceError):
    """The network, the server or the replay folder gave no usable answer."""


class RefusedError(FetchError):
    """The publisher says no: robots.txt, a 401 or 403, an anti-bot page."""


class TooLargeError(FetchError):
    """The answer passed its size, time or decompression limit."""


class DriftError(SourceError):
    """A page or file no longer has the shape that the source was written for."""


class ExpectationError(SourceError):
    """The run finished but missed its expectations, so nothing of it may be believed."""


class UnreadableFileError(ScraperError):
    """A file is of no known format, is broken or is unsafe to read."""
