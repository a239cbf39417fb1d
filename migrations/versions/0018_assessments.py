"""Triage, claim charts, reviews and statuses"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEPT = "what was written of an assessment is never changed or deleted; a later row replaces it"
_SELF = "who wrote a version of the chart cannot review it; another reader is needed"
_NO_AUTHOR = "an author's finding is that of somebody who wrote a version of the chart"
_PATH = "an assessment does not change its status in this way; see the table of transitions"
_APPEND_ONLY = ("assessment_pin", "chart_version", "finding", "assessment_event")
_OUTCOMES = "('likely_essential', 'option_essential', 'not_essential', 'undetermined')"
_DECLARED = "('declared', 'confirmed_external', 'superseded', 'withdrawn_from_text', 'expired')"
_WROTE = (
    "EXISTS (SELECT 1 FROM chart_version v WHERE v.assessment_id = NEW.assessment_id "
    "AND v.by_account = NEW.by_account AND (v.id <= NEW.version_id OR v.at <= NEW.at))"
)
_READINGS = "(SELECT count(*) FROM finding f WHERE f.assessment_id = NEW.id AND f.round = NEW.round)"
_FORBIDDEN = (
    "NEW.status <> OLD.status AND NOT ("
    f"(NEW.status IN {_OUTCOMES} AND OLD.status = 'in_review' AND {_READINGS} >= 2) "
    f"OR (NEW.status IN {_DECLARED} AND (OLD.status IN {_DECLARED} "
    "OR OLD.status IN ('likely_essential', 'option_essential', 'undetermined'))) "
    f"OR (NEW.status = 'charting' AND OLD.status NOT IN {_DECLARED}) "
    "OR (NEW.status = 'in_review' AND OLD.status = 'charting'))"
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _status() -> sa.Enum:
    return _one_of(
        "status",
        "candidate",
        "charting",
        "in_review",
        "likely_essential",
        "option_essential",
        "not_essential",
        "undetermined",
        "declared",
        "confirmed_external",
        "superseded",
        "withdrawn_from_text",
        "expired",
    )


def _foreign_keys(table: str, **targets: str) -> Iterable[sa.ForeignKeyConstraint]:
    for column, target in targets.items():
        yield sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication", AutoString(), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("family", AutoString(), nullable=True),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("status", _status(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("on_hold_secrecy", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("commercial", sa.Boolean(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("concluded_at", UTCDateTime(), nullable=True),
        *_foreign_keys("assessment", work_item_id="work_item", matter_id="matter"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_publication_claim", ["publication", "claim", "language"], unique=False)
        for column in ("family", "work_item_id", "matter_id", "status"):
            batch_op.create_index(batch_op.f(f"ix_assessment_{column}"), [column], unique=False)
    op.create_table(
        "assessment_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("clause_order", sa.Integer(), nullable=False),
        sa.Column("clause_hash", AutoString(length=64), nullable=False),
        sa.Column("claim_text", AutoString(), nullable=False),
        sa.Column("claim_hash", AutoString(length=64), nullable=False),
        sa.Column(
            "legal_status",
            _one_of("legalstatus", "pending", "granted", "lapsed", "expired", "withdrawn", "revoked", "unknown"),
            nullable=False,
        ),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        *_foreign_keys(
            "assessment_pin",
            assessment_id="assessment",
            draft_id="draft",
            by_account="account",
            replaces="assessment_pin",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_pin")),
        sa.UniqueConstraint("replaces", name=op.f("uq_assessment_pin_replaces")),
    )
    with op.batch_alter_table("assessment_pin", schema=None) as batch_op:
        batch_op.create_index("ix_assessment_pin_draft_id_clause_order", ["draft_id", "clause_order"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_pin_assessment_id"), ["assessment_id"], unique=False)
    op.create_table(
        "chart_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("pin_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        *_foreign_keys("chart_version", assessment_id="assessment", pin_id="assessment_pin", by_account="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_version")),
        sa.UniqueConstraint("assessment_id", "number", name=op.f("uq_chart_version_assessment_id_number")),
    )
    with op.batch_alter_table("chart_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chart_version_pin_id"), ["pin_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reader", _one_of("reader", "author", "reviewer"), nullable=False),
        sa.Column("outcome", _status(), nullable=False),
        sa.Column("commercial", sa.Boolean(), nullable=True),
        sa.Column("reasons", AutoString(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        *_foreign_keys("finding", assessment_id="assessment", version_id="chart_version", by_account="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "assessment_id", "round", "by_account", name=op.f("uq_finding_assessment_id_round_by_account")
        ),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_version_id"), ["version_id"], unique=False)
    op.create_table(
        "assessment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("status", _status(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("on_hold_secrecy", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        *_foreign_keys("assessment_event", assessment_id="assessment", by_account="account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_event")),
    )
    with op.batch_alter_table("assessment_event", schema=None) as batch_op:
        for column in ("assessment_id", "at"):
            batch_op.create_index(batch_op.f(f"ix_assessment_event_{column}"), [column], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    for table in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            _sqlite_trigger(f"{table}_no_{action.lower()}", f"{action} ON {table}", "1", _KEPT)
    _sqlite_trigger("finding_no_self_review", "INSERT ON finding", f"NEW.reader = 'reviewer' AND {_WROTE}", _SELF)
    _sqlite_trigger("finding_of_author", "INSERT ON finding", f"NEW.reader = 'author' AND NOT {_WROTE}", _NO_AUTHOR)
    _sqlite_trigger("assessment_path", "UPDATE ON assessment", _FORBIDDEN, _PATH)


def _sqlite_trigger(name: str, when: str, condition: str, refusal: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{refusal.replace(chr(39), chr(39) * 2)}'); END"
    )


def _postgresql_triggers() -> None:
    _postgresql_function("refuse_change_of_assessment", f"RAISE EXCEPTION '{_quoted(_KEPT)}';")
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_assessment()"
        )
    _postgresql_function(
        "refuse_self_review",
        f"IF NEW.reader = 'reviewer' AND {_WROTE} THEN RAISE EXCEPTION '{_quoted(_SELF)}'; END IF; "
        f"IF NEW.reader = 'author' AND NOT {_WROTE} THEN RAISE EXCEPTION '{_quoted(_NO_AUTHOR)}'; END IF; "
        "RETURN NEW;",
    )
    op.execute(
        "CREATE TRIGGER finding_no_self_review BEFORE INSERT ON finding "
        "FOR EACH ROW EXECUTE FUNCTION refuse_self_review()"
    )
    _postgresql_function(
        "refuse_path_of_assessment",
        f"IF {_FORBIDDEN} THEN RAISE EXCEPTION '{_quoted(_PATH)}'; END IF; RETURN NEW;",
    )
    op.execute(
        "CREATE TRIGGER assessment_path BEFORE UPDATE ON assessment "
        "FOR EACH ROW EXECUTE FUNCTION refuse_path_of_assessment()"
    )


def _postgresql_function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def downgrade() -> None:
    for table in ("assessment_event", "finding", "chart_version", "assessment_pin", "assessment"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for name in ("refuse_path_of_assessment", "refuse_self_review", "refuse_change_of_assessment"):
            op.execute(f"DROP FUNCTION {name}()")
    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.drop_column("own")
