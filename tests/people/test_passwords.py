"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from workbench.people.passwords import Weakness, hash_password, is_right, needs_rehash, weakness


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("eleven char", Weakness.SHORT),
        ("x" * 129, Weakness.LONG),
        ("password1234", Weakness.COMMON),
        ("P a s s w o r d - 1 2 3 4", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("abcabcabcabcab", Weakness.COMMON),
        ("qwertyuiopqw", Weakness.COMMON),
        ("109876543210", Weakness.COMMON),
        ("!!!!!!!!!!!!!!", Weakness.COMMON),
        ("dana.example2026", Weakness.OWN_NAME),
        ("Standards Workbench 1", Weakness.OWN_NAME),
        ("green ladders never sleep", None),
        ("パスワードは長いほうがよいと思う", None),
        ("only twelve!", None),
        (" leading and trailing ", None),
    ],
)
def test_length_common_ones_and_own_names_are_all_that_counts(password: str, expected: Weakness | None) -> None:
    assert weakness(password, own=("Dana Example", "dana.example@example.org")) == expected


@given(st.text(min_size=12, max_size=128))
def test_every_text_has_an_answer(password: str) -> None:
    assert weakness(password) in (None, *Weakness)


@pytest.mark.usefixtures("real_hashes")
def test_a_password_is_known_again_in_any_form_of_its_characters_and_no_other_is() -> None:
    kept = hash_password("Zwölf lange Jahre")
    assert kept.startswith("$argon2id$")
    assert is_right("Zwo\u0308lf lange Jahre", kept)
    assert not is_right("Zwolf lange Jahre", kept)
    assert not is_right("Zwölf lange Jahre", None)
    assert not needs_rehash(kept)
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
