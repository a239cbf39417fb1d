"""Normal names of holders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.declarations.names import normal_name


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("Sample Gauge Co., Ltd.", "sample gauge"),
        ("SAMPLE GAUGE CORPORATION", "sample gauge"),
        ("Sample Gauge K.K.", "sample gauge"),
        ("Sample & Co. KG", "sample"),
        ("Muster GmbH & Co. KG", "muster"),
        ("Société Exemple S.A.", "societe exemple"),
        ("株式会社サンプル計測", "サンプル計測"),
        ("サンプル計測株式会社", "サンプル計測"),
        ("（株）サンプルが", "サンプルが"),
        ("ガウス株式会社", "ガウス"),
        ("Co., Ltd.", ""),
        ("", ""),
    ],
)
def test_legal_forms_case_and_punctuation_are_left_out(name: str, normal: str) -> None:
    assert normal_name(name) == normal


@given(st.text(max_size=40))
def test_it_takes_any_text_and_changes_its_own_result_no_more(name: str) -> None:
    once = normal_name(name)
    assert normal_name(once) in (once, normal_name(normal_name(once)))
    assert once == " ".join(once.split())
