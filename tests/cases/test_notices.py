"""What published documents say of patents; the sentences are our own, with the words that the rules look for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cases.notices import NOTICE_RULES, NoticeRules, NoticeRulesError, Said, notice
from workbench.rule_files import read_rules

WARNING = "There is a possibility that some of the elements here are the subject of patent rights."
CLAIM = "It is claimed that compliance with it needs a patent"


@pytest.mark.parametrize(
    ("foreword", "introduction", "said"),
    [
        ("On that day the publisher had not\nreceived notice of any.", "", Said.NO),
        ("On that day the publisher had received notice of some.", "", Said.YES),
        (WARNING, "", Said.NO),
        ("", f"{CLAIM}, licensed on reasonable and non-discriminatory terms.", Said.YES),
        (WARNING, f"{CLAIM}; licences are offered.", Said.YES),
        ("", f"{CLAIM}.", Said.UNKNOWN),
        ("Recipients are invited to notify patents.", "", Said.UNKNOWN),
        ("", "", Said.UNKNOWN),
    ],
)
def test_a_document_says_yes_no_or_nothing(foreword: str, introduction: str, said: Said) -> None:
    found = notice(foreword, introduction)
    assert found.said is said
    assert bool(found.words) == (said is not Said.UNKNOWN) == bool(found.source)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_answered(foreword: str, introduction: str) -> None:
    assert notice(foreword, introduction).said in Said


def test_a_rule_that_is_no_expression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(NOTICE_RULES.read_text(encoding="utf-8").replace("(had|has|have) not", "(had"), encoding="utf-8")
    with pytest.raises(NoticeRulesError, match="no regular expression"):
        read_rules(path, NoticeRules, "notice rules", NoticeRulesError)
