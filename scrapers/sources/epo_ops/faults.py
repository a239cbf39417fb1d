"""What OPS means by an answer that is not what was asked for (OPS guide 1.3.20, sections 2.2.3 and 2.3.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from scrapers.errors import UnreadableFileError
from scrapers.xml import local_name, parse_xml, text_of

_LONGEST = 300


class Meaning(Enum):
    """What to do about a fault."""

    TOKEN = auto()  # get another token and ask again
    CREDENTIALS = auto()  # the account is not let in
    NOT_FOUND = auto()  # there is none
    QUERY = auto()  # it can't be asked so
    TOO_MUCH = auto()  # ask for less at once
    ROBOT = auto()  # wait, then ask again
    SUSPENDED = auto()  # wait as long as told, then ask again
    QUOTA = auto()  # what is allowed for the hour or week is used up
    TRANSIENT = auto()  # may pass


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that is not what was asked for; `text` is what OPS says of it, in one line."""

    meaning: Meaning
    text: str


def read_fault(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """Tell what an answer with another status than 200 means."""
    said = _said(body)
    text = f"status {status}" + (f", {said}" if said else "")
    reason = headers.get("x-rejection-reason", "").strip()
    if reason:
        return Fault(Meaning.QUOTA, f"{text}, X-Rejection-Reason {reason[:_LONGEST]}")
    return Fault(_meaning(status, headers, said), text)


def _meaning(status: int, headers: Mapping[str, str], said: str) -> Meaning:
    match status:
        case 400 | 401 if "access_token" in said:
            return Meaning.TOKEN
        case 401:
            # A token that the gateway doesn't know at all; it says no more than "Unauthorized".
            return Meaning.TOKEN if "client" not in said.lower() else Meaning.CREDENTIALS
        case 400 if "invalid_client" in said or "Client identifier" in said:
            return Meaning.CREDENTIALS
        case 403 if "RobotDetected" in said or "robot" in said.lower():
            return Meaning.ROBOT
        case 403 if "black" in headers.get("x-throttling-control", "") or "retry-after" in headers:
            return Meaning.SUSPENDED
        case 403 if re.search(r"fair\s*use", said, re.IGNORECASE):
            return Meaning.QUOTA
        case 403:
            return Meaning.CREDENTIALS
        case 404:
            return Meaning.NOT_FOUND
        case 408 | 413 if "AmbiguousRequest" not in said:
            return Meaning.TOO_MUCH
        case 429:
            return Meaning.SUSPENDED
        case 503 if "LimitedServerResources" in said or "smaller chunks" in said:
            return Meaning.TOO_MUCH
        case _ if status >= 500:
            return Meaning.TRANSIENT
        case _:
            return Meaning.QUERY


def _said(body: bytes) -> str:
    """Code, message and description of a fault, or an empty string where the body is none."""
    try:
        root = parse_xml(body, what="the answer")
    except UnreadableFileError:
        return ""
    parts = [text_of(child) for child in root.iter("{*}code", "{*}message", "{*}description")]
    if local_name(root) not in {"fault", "error"} and not parts:
        return ""
    return " ".join(" ".join(part for part in parts if part).split())[:_LONGEST]
