"""Calendars, preferences of mails, alerts, bounces, meetings"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def upgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_on", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("alerts_on", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(
            sa.Column(
                "quiet", _choice("quietweeks", "monthly", "always", "never"), nullable=False, server_default="monthly"
            )
        )
        batch_op.add_column(sa.Column("alerts_off_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("alerts_off_told_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("suspended_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("suspended_reason", AutoString(), nullable=True))
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", _choice("mailkind", "digest", "alert"), nullable=False, server_default="digest")
        )
        batch_op.add_column(sa.Column("unsubscribe", AutoString(), nullable=True))
        batch_op.alter_column("week", existing_type=AutoString(length=8), type_=AutoString(length=16))
        batch_op.drop_constraint("uq_mail_recipient_id_edition_week", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_mail_recipient_id_edition_kind_week"), ["recipient_id", "edition", "kind", "week"]
        )
    op.create_table(
        "mailing_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", AutoString(length=64), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("mailkind", "digest", "alert"), nullable=False),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"], name=op.f("fk_mailing_token_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_token")),
        sa.UniqueConstraint("recipient_id", "kind", name=op.f("uq_mailing_token_recipient_id_kind")),
        sa.UniqueConstraint("token", name=op.f("uq_mailing_token_token")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("token", AutoString(length=64), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"], name=op.f("fk_alert_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("recipient_id", "key", name=op.f("uq_alert_recipient_id_key")),
        sa.UniqueConstraint("token", name=op.f("uq_alert_token")),
    )
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("status", AutoString(length=16), nullable=False),
        sa.Column("diagnostic", AutoString(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"], name=op.f("fk_bounce_recipient_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_bounce_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bounce_fingerprint")),
    )
    _index("bounce", "recipient_id")
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("kind", _choice("feedkind", "calendar", "changes"), nullable=False),
        sa.Column("digest", AutoString(length=64), nullable=False),
        sa.Column("language", AutoString(length=8), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("meetings", sa.Boolean(), nullable=False),
        sa.Column("iso_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feed_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_feed_digest")),
    )
    _index("feed", "account_id")
    op.create_table(
        "published_event",
        sa.Column("uid", AutoString(length=255), nullable=False),
        sa.Column("iso_id", sa.Integer(), nullable=True),
        sa.Column("kind", AutoString(length=32), nullable=False),
        sa.Column("level", AutoString(length=16), nullable=False),
        sa.Column("reference", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("modified_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_published_event")),
    )
    _index("published_event", "starts_on")
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", AutoString(length=255), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("committee", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_uid")),
    )
    _index("meeting", "starts_on")


def downgrade() -> None:
    for table in ("meeting", "published_event", "feed", "bounce", "alert", "mailing_token"):
        op.drop_table(table)
    # Alerts have no place in the older outbox: one mail a week is all it knows.
    op.execute(sa.text("DELETE FROM mail WHERE kind = 'alert'"))
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_constraint("uq_mail_recipient_id_edition_kind_week", type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_mail_recipient_id_edition_week"), ["recipient_id", "edition", "week"]
        )
        batch_op.drop_constraint(batch_op.f("ck_mail_mailkind"), type_="check")
        batch_op.alter_column("week", existing_type=AutoString(length=16), type_=AutoString(length=8))
        batch_op.drop_column("unsubscribe")
        batch_op.drop_column("kind")
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_recipient_quietweeks"), type_="check")
        for column in (
            "suspended_reason",
            "suspended_at",
            "alerts_off_told_at",
            "alerts_off_at",
            "quiet",
            "alerts_on",
            "digest_on",
        ):
            batch_op.drop_column(column)
