"""Tell usable answers from refusals: error statuses and the pages that bot walls show instead of the content."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scrapers.errors import FetchError, MissingError, RefusedError

SAMPLE_BYTES = 64 * 1024

# What the walls themselves write. Scripts that a wall adds to ordinary pages are no sign and are not listed.
_WALLS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (
        "Cloudflare",
        re.compile(
            rb"<title>\s*(just a moment|attention required!|please wait\b[^<]*cloudflare)|cf-chl-|cf_chl_opt", re.I
        ),
    ),
    (
        "Akamai",
        re.compile(
            rb"<title>\s*access denied\s*</title>|errors\.edgesuite\.net|you don.t have permission to access", re.I
        ),
    ),
    ("Imperva", re.compile(rb"incapsula incident|_incapsula_resource|<title>\s*pardon our interruption", re.I)),
    ("DataDome", re.compile(rb"captcha-delivery\.com", re.I)),
    ("PerimeterX", re.compile(rb"\bpx-captcha\b", re.I)),
    (
        "a captcha",
        re.compile(
            rb"<title>[^<]*(captcha|robot check|are you a robot|human verification|security check)[^<]*</title>"
            rb"|(verify|confirm|prove) (that )?you are (a )?(human|not a robot)",
            re.I,
        ),
    ),
)


def bot_wall(headers: Mapping[str, str], sample: bytes) -> str | None:
    """Name the bot wall that wrote this page, or None for an ordinary one. `sample` is the start of the body."""
    if "challenge" in headers.get("cf-mitigated", "").lower():
        return "Cloudflare"
    start = sample[:SAMPLE_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        return None
    return next((name for name, pattern in _WALLS if pattern.search(start)), None)


def check_usable(url: str, status: int, headers: Mapping[str, str], sample: bytes) -> None:
    """Raise unless the answer is the content asked for.

    RefusedError for 401, 403 and anti-bot pages whatever their status; MissingError for 404 and 410; FetchError for any
    other status but 200.
    """
    wall = bot_wall(headers, sample)
    if wall is not None:
        raise RefusedError(
            f"{url}: expected the content, found an anti-bot page ({wall}, status {status}); nothing was read. "
            "Open the address in a browser, or ask the publisher about automatic access"
        )
    if status in (401, 403):
        raise RefusedError(
            f"{url}: the publisher refuses access (status {status}); nothing was read. "
            "Check the address and the contact in the User-Agent setting, or ask the publisher"
        )
    if status != 200:
        kind = MissingError if status in (404, 410) else FetchError
        raise kind(f"{url}: expected status 200, found {status}; nothing was read. Try again later")
