"""Words for values of the digest and its mails."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "digest_edition": {"delegate": mark("Standards delegate"), "ip": mark("IP team")},
    "weekday": {
        "monday": mark("Monday"),
        "tuesday": mark("Tuesday"),
        "wednesday": mark("Wednesday"),
        "thursday": mark("Thursday"),
        "friday": mark("Friday"),
    },
    "mail": {
        "pending": mark("Waiting"),
        "claimed": mark("Being sent"),
        "sent": mark("Handed over"),
        "failed": mark("Failed"),
    },
    "mail_language": {"en": mark("English"), "ja": mark("Japanese"), "both": mark("Japanese and English")},
}
