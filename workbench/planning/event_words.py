"""What events are called for people, in pages, mails and calendars alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.i18n import mark

_WORDS: Final[dict[str, str]] = {
    "FF": mark("First filing"),
    "FF_JP": mark("First filing in Japan"),
    "FF_US": mark("First filing in the United States"),
    "FF_KR": mark("Filing in Korea"),
    "FF2": mark("Filing of new matter"),
    "PCT": mark("International application"),
    "PCT_ABROAD": mark("International application abroad"),
    "FOREIGN": mark("Earliest filing abroad"),
    "US_FILED": mark("Actual filing in the United States"),
    "EP_FILED": mark("Actual filing in Europe"),
    "NP": mark("New work item proposal"),
    "WD": mark("Working draft"),
    "CONTRIB": mark("Contribution to the committee"),
    "CD": mark("Committee draft"),
    "DIS": mark("Enquiry draft"),
    "FDIS": mark("Final draft"),
    "IS": mark("Publication of the standard"),
    "NP_CLOSE": mark("Close of the proposal ballot"),
    "CD_CLOSE": mark("Close of the committee draft ballot"),
    "DIS_CLOSE": mark("Close of the enquiry vote"),
    "FDIS_CLOSE": mark("Close of the final vote"),
    "DECL": mark("Patent declaration"),
    "PATENT_SCREEN": mark("Patent screen"),
    "LICENCE": mark("Licence given"),
    "OSS": mark("Open-source release"),
    "SPEC": mark("Specification published"),
    "EU_RELEASE": mark("Release in the EU"),
    "WEIGHTS": mark("Weights published"),
    "PAPER": mark("Paper published"),
    "DEMO": mark("Public demonstration"),
    "LEAK": mark("Disclosure by abuse or at a recognised exhibition"),
    "CN_MEETING": mark("Recognised meeting or exhibition in China"),
    "CN_LAUNCH": mark("Launch in China"),
    "CN_FILING": mark("Algorithm filing in China"),
    "CN_ASSESSMENT": mark("Security assessment in China"),
    "CN_REVIEW": mark("Confidentiality review in China"),
    "SEC_NOTICE": mark("Referral for security review in Japan"),
    "SEC_ASK": mark("Notice of possible designation in Japan"),
    "SEC_CLEAR": mark("Security review over"),
    "DESIG": mark("Designation in Japan"),
    "DESIG_END": mark("End of the designation"),
    "DESIG_LAST": mark("Last designation or renewal"),
    "DESIG_REVIEW": mark("Review of the designation"),
    "WITHDRAWAL": mark("Withdrawal of the application"),
    "ART30_PROOF": mark("Proof under Article 30 in Japan"),
    "EAR_NOTICE": mark("Notice under US export rules"),
    "IPC_TABLE_FROM": mark("Table of technical fields in force from"),
    "IPC_TABLE_TO": mark("Table of technical fields in force until"),
    "INV": mark("Invention"),
}


def event_word(name: str, translate: Callable[[str], str]) -> str:
    """The words for an event; a further release is called after the first, one that nobody knows by its name."""
    word = _WORDS.get(name)
    if word is not None:
        return translate(word)
    first, _, rest = name.partition("_")
    return f"{translate(_WORDS['OSS'])} {rest}" if first == "OSS" and rest else name
