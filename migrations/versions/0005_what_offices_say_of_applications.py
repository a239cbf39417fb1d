"""What offices say of applications: extended families, legal events, status, citations, claims as filed"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _provenance(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f(f"fk_{table}_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def upgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("measures", sa.JSON(), nullable=False, server_default="{}"))
    _index("publication", "application", "doc_number")
    op.create_table(
        "extended_family_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked", AutoString(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("application", AutoString(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("simple_family_id", AutoString(), nullable=True),
        *_provenance("extended_family_member"),
        sa.UniqueConstraint("asked", "number", name=op.f("uq_extended_family_member_asked_number")),
    )
    _index("extended_family_member", "asked", "number")
    op.create_table(
        "legal_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.Column("application", AutoString(), nullable=False),
        sa.Column("application_key", AutoString(), nullable=False),
        sa.Column("number", AutoString(), nullable=True),
        sa.Column("office", AutoString(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("description", AutoString(), nullable=True),
        sa.Column("text", AutoString(), nullable=True),
        sa.Column("effect", AutoString(), nullable=True),
        *_provenance("legal_event"),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_legal_event_fingerprint")),
    )
    _index("legal_event", "application_key", "number")
    op.create_table(
        "application_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", AutoString(), nullable=False),
        sa.Column("application_key", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=True),
        sa.Column("status_code", AutoString(), nullable=True),
        sa.Column("status_date", sa.Date(), nullable=True),
        sa.Column("title", AutoString(), nullable=True),
        sa.Column("filing_date", sa.Date(), nullable=True),
        sa.Column("publications", sa.JSON(), nullable=False),
        sa.Column("grant_number", AutoString(), nullable=True),
        sa.Column("grant_date", sa.Date(), nullable=True),
        sa.Column("decision_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("next_fee_date", sa.Date(), nullable=True),
        sa.Column("fees_paid_to_year", sa.Integer(), nullable=True),
        sa.Column("claims_count", sa.Integer(), nullable=True),
        sa.Column("applicants", sa.JSON(), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        *_provenance("application_status"),
        sa.UniqueConstraint("application_key", name=op.f("uq_application_status_application_key")),
    )
    op.create_table(
        "cited_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.Column("application", AutoString(), nullable=False),
        sa.Column("application_key", AutoString(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("document", AutoString(), nullable=False),
        sa.Column("is_patent", sa.Boolean(), nullable=False),
        *_provenance("cited_document"),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_cited_document_fingerprint")),
    )
    _index("cited_document", "application_key")
    op.create_table(
        "filed_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application", AutoString(), nullable=False),
        sa.Column("application_key", AutoString(), nullable=False),
        sa.Column("document_code", AutoString(), nullable=False),
        sa.Column("document_number", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        *_provenance("filed_claims"),
        sa.UniqueConstraint(
            "application_key",
            "document_number",
            "part",
            name=op.f("uq_filed_claims_application_key_document_number_part"),
        ),
    )
    _index("filed_claims", "application_key")
