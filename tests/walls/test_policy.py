"""The gate keeps from each person what a policy written apart from it keeps: row by row, in every confidential table.

Whatever table is new is planted by itself; this fails with a sentence that says what is missing for it.
"""

from __future__ import annotations

from tests.walls.people import WALLS
from tests.walls.planted import BY_HAND, Planted, secret
from tests.walls.policy import policy_of
from workbench.people import gate


def test_every_confidential_table_holds_a_secret(planted: Planted) -> None:
    for model in gate.confidential_models():
        table = str(model.__tablename__)
        policy = policy_of(table)
        wanted = WALLS if policy.walled else (0,)
        rows = planted.rows.get(table, {})
        assert table in BY_HAND or all(rows.get(wall) for wall in wanted), (
            f"{table}: nothing is planted; see tests/walls/planted.py"
        )


def test_the_gate_keeps_what_the_policy_keeps(planted: Planted) -> None:
    """Row by row and person by person; one who is in a matter but on the other side of the tracks is not behind it."""
    wrong = set()
    for person, viewer in planted.viewers.items():
        assert viewer.matters == {planted.matters[wall] for wall in person.behind}, person
        for table, keys in planted.hidden_from(person).items():
            for wall, rows in planted.rows.get(table, {}).items():
                allowed = policy_of(table).is_seen(viewer, wall, planted.matters)
                if any((tuple(row.values()) not in keys) != allowed for row in rows):
                    wrong.add(f"{table}, matter {wall}: {person.name} {'does not see' if allowed else 'sees'} it")
    assert not wrong, "the gate and tests/walls/policy.py differ:\n" + "\n".join(sorted(wrong))


def test_a_secret_of_another_table_is_another_word() -> None:
    """No word is within another, or a leak of one would be taken for the other."""
    words = {policy_of(str(model.__tablename__)).word for model in gate.confidential_models()}
    assert not [(one, other) for one in words for other in words if one != other and one in other]
    assert secret(1) == "SECRET1"
