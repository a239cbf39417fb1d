"""ZIP archives of patent files, such as a weekly file of the USPTO or the documents that the JPO's interface gives.

Each member is recognised by its own content and read by its own reader; one bad member spoils none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipInfo

from scrapers.errors import UnreadableFileError
from scrapers.patents.archives import DEFAULT_LIMITS, Limits, members_of, unpacked
from scrapers.patents.fields import Refusal
from scrapers.patents.xml_stream import Outcome

NAME = "zip"
_DRAWINGS = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".pdf", ".cdx", ".mol", ".nb", ".dtd", ".ent")


def read(
    path: Path, read_member: Callable[[Path], Iterator[Outcome]], limits: Limits = DEFAULT_LIMITS
) -> Iterator[Outcome]:
    """What `read_member` makes of each member, places named by archive and member.

    A member that it refuses with UnreadableFileError gives a Refusal. Drawings and DTDs, which go with full texts and
    hold no publication, are left out. Raises UnreadableFileError where the archive may not be unpacked.
    """
    return _outcomes(path, members_of(path, limits), read_member, limits)


def _outcomes(
    path: Path, members: list[ZipInfo], read_member: Callable[[Path], Iterator[Outcome]], limits: Limits
) -> Iterator[Outcome]:
    texts = [member for member in members if not member.filename.lower().endswith(_DRAWINGS)]
    for member in texts:
        place = f"{path.name}/{member.filename}"
        try:
            with unpacked(path, member, limits) as content:
                for outcome in read_member(content):
                    yield _placed(outcome, content.name, place)
        except UnreadableFileError as error:
            reason = (
                str(error).removeprefix(f"{path.name}, member {member.filename!r}: ").removeprefix(f"{path.name}: ")
            )
            yield Refusal(place=place, reason=reason)
    if not texts:
        yield Refusal(place=path.name, reason="holds no patent file; nothing in it to import")


def _placed(outcome: Outcome, name: str, place: str) -> Outcome:
    if not isinstance(outcome, Refusal):
        return outcome
    rest = outcome.place.removeprefix(name)
    return Refusal(place=f"{place}{rest}", reason=outcome.reason, excerpt=outcome.excerpt)
