"""`python -m tests.pages [SOURCE…]`: write the expectations of the recorded-style pages anew."""

from __future__ import annotations

import json
import sys

from tests.pages import cases


def main(names: list[str]) -> None:
    """Write the expectations of the sources named, or of all; what changed is to be reviewed again."""
    to_review = 0
    for case in cases():
        if names and case.source not in names:
            continue
        before = case.expected()
        found = case.run()
        unchanged = {key: value for key, value in before.items() if key != "reviewed"} == found
        reviewed = unchanged and bool(before.get("reviewed"))
        to_review += not reviewed
        text = json.dumps({"reviewed": reviewed} | found, ensure_ascii=False, indent=1)
        case.expected_file.write_text(text + "\n", encoding="utf-8")
        if not reviewed:
            sys.stderr.write(f"to review: {case.expected_file.relative_to(case.expected_file.parents[3])}\n")
    sys.stderr.write(f'{to_review} expectations to review: look at each, then set "reviewed" to true\n')


if __name__ == "__main__":
    main(sys.argv[1:])
