"""Ballots as announced, positions, votes of members, rosters, follow lists, tracks"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_REFUSAL = "positions are never changed or deleted; a later one replaces them"


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee", AutoString(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("committee", "dated", name=op.f("uq_roster_committee_dated")),
    )
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(account_id IS NULL) <> (recipient_id IS NULL)", name=op.f("ck_follow_one_follower")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_follow_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_follow_recipient_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_follow_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("account_id", "work_item_id", name=op.f("uq_follow_account_id_work_item_id")),
        sa.UniqueConstraint("recipient_id", "work_item_id", name=op.f("uq_follow_recipient_id_work_item_id")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "item_track",
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("track", AutoString(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_item_track_work_item_id")),
        sa.PrimaryKeyConstraint("work_item_id", name=op.f("pk_item_track")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "NP",
                "CIB",
                "CD",
                "DIS",
                "FDIS",
                "DTS",
                "DTR",
                "DPAS",
                "SR",
                "WDRL",
                name="ballotkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("national_close", sa.Date(), nullable=True),
        sa.Column("company_close", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "closed", "cancelled", name="ballotstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "result",
            sa.Enum(
                "approved",
                "not_approved",
                "confirm",
                "revise",
                "withdraw",
                name="ballotresult",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("roster", AutoString(), nullable=True),
        sa.Column("countries", sa.Integer(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_ballot_snapshot_id")),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_ballot_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("work_item_id", "kind", "iteration", name=op.f("uq_ballot_work_item_id_kind_iteration")),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_closes_on"), ["closes_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_ballot_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "waiting_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "resolved",
                "dismissed",
                name="waitingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_waiting_ballot_snapshot_id")),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_waiting_ballot_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_ballot")),
        sa.UniqueConstraint("key", name=op.f("uq_waiting_ballot_key")),
    )
    with op.batch_alter_table("waiting_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_ballot_state"), ["state"], unique=False)

    op.create_table(
        "member_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("member", AutoString(), nullable=False),
        sa.Column("p_member", sa.Boolean(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "yes",
                "no",
                "abstain",
                "confirm",
                "revise",
                "withdraw",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.Boolean(), nullable=True),
        sa.Column("names_expert", sa.Boolean(), nullable=False),
        sa.Column("comment", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_member_vote_ballot_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_member_vote_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_vote")),
        sa.UniqueConstraint("ballot_id", "member", name=op.f("uq_member_vote_ballot_id_member")),
    )
    with op.batch_alter_table("member_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_vote_ballot_id"), ["ballot_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("company", "national", name="positionlevel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum(
                "yes",
                "no",
                "abstain",
                "confirm",
                "revise",
                "withdraw",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reasons", AutoString(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_position_ballot_id")),
        sa.ForeignKeyConstraint(["replaces"], ["position.id"], name=op.f("fk_position_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("replaces", name=op.f("uq_position_replaces")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_ballot_id"), ["ballot_id"], unique=False)
        batch_op.create_index(
            "uq_position_first",
            ["ballot_id", "level"],
            unique=True,
            sqlite_where=sa.text("replaces IS NULL"),
            postgresql_where=sa.text("replaces IS NULL"),
        )
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER position_no_{action.lower()} BEFORE {action} ON position "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_position() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            'CREATE TRIGGER position_no_change BEFORE UPDATE OR DELETE ON "position" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_position()"
        )


def downgrade() -> None:
    for table in ("position", "member_vote", "waiting_ballot", "ballot", "item_track", "follow", "roster"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_position()")
