"""Claims with their review, notices to mend, declared kin"""

import sqlalchemy as sa
from alembic import op

revision = "0025_claims"
down_revision = "0024_ledger_post"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_APPEND_ONLY = ("claim_event", "claim_photo", "claim_draw")


def _guard() -> None:
    """What was decided, shown and drawn stays as it was; see 0003 for the function."""
    for table in _APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def upgrade() -> None:
    op.create_table(
        "claim_policy",
        sa.Column("village_id", _ID, autoincrement=False, nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", _ID, nullable=False),
        sa.CheckConstraint("drawn = 0 OR drawn >= quorum", name=op.f("ck_claim_policy_drawn")),
        sa.CheckConstraint("quorum > 0", name=op.f("ck_claim_policy_quorum")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_claim_policy_village_id_village")
        ),
        sa.PrimaryKeyConstraint("village_id", name=op.f("pk_claim_policy")),
    )
    op.create_table(
        "kinship",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("other_household_id", _ID, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", _ID, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", _ID, nullable=True),
        sa.CheckConstraint(
            "household_id < other_household_id", name=op.f("ck_kinship_pair_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_kinship_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["other_household_id"],
            ["household.id"],
            name=op.f("fk_kinship_other_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_kinship_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinship")),
    )
    op.create_index("ix_kinship_village_id", "kinship", ["village_id"], unique=False)
    op.create_index(
        "uq_kinship_open",
        "kinship",
        ["household_id", "other_household_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "mend_notice",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("rule_code", sa.String(length=20), nullable=False),
        sa.Column("rule_id", _ID, nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("statement", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", _ID, nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mended_by", _ID, nullable=True),
        sa.CheckConstraint("due_on > issued_on", name=op.f("ck_mend_notice_time_to_mend")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_mend_notice_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_mend_notice_member_id_member")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_mend_notice_rule_id_rule")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_mend_notice_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mend_notice")),
    )
    op.create_index(
        op.f("ix_mend_notice_household_id"), "mend_notice", ["household_id"], unique=False
    )
    op.create_index(op.f("ix_mend_notice_village_id"), "mend_notice", ["village_id"], unique=False)
    op.create_table(
        "staff_tie",
        sa.Column("account_id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("household_id", _ID, nullable=True),
        sa.Column("grid_id", _ID, nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_staff_tie_account_id_account")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_staff_tie_grid_id_grid")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_staff_tie_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_staff_tie_village_id_village")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_tie")),
    )
    op.create_index(op.f("ix_staff_tie_village_id"), "staff_tie", ["village_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("rule_code", sa.String(length=20), nullable=False),
        sa.Column("rule_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=True),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("statement", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("award_id", _ID, nullable=True),
        sa.Column("mend_notice_id", _ID, nullable=True),
        sa.Column("cap_used_before", sa.Integer(), nullable=True),
        sa.Column("entry_id", _ID, nullable=True),
        sa.Column("reversal_entry_id", _ID, nullable=True),
        sa.CheckConstraint(
            "(kind = 'deduction') = (mend_notice_id IS NOT NULL)", name=op.f("ck_claim_noticed")
        ),
        sa.CheckConstraint("kind IN ('award', 'deduction')", name=op.f("ck_claim_kind_known")),
        sa.CheckConstraint(
            "state IN ('in_review', 'asked_back', 'approved', 'refused', 'withdrawn',"
            " 'appealed', 'overturned', 'confirmed')",
            name=op.f("ck_claim_state_known"),
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_claim_award_id_award")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_claim_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_claim_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_claim_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["mend_notice_id"], ["mend_notice.id"], name=op.f("fk_claim_mend_notice_id_mend_notice")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_claim_reversal_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_claim_rule_id_rule")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_claim_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("award_id", name=op.f("uq_claim_award_id")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_claim_entry_id")),
        sa.UniqueConstraint("mend_notice_id", name=op.f("uq_claim_mend_notice_id")),
        sa.UniqueConstraint("reversal_entry_id", name=op.f("uq_claim_reversal_entry_id")),
    )
    op.create_index("ix_claim_household_id", "claim", ["household_id"], unique=False)
    op.create_index("ix_claim_village_id_state", "claim", ["village_id", "state"], unique=False)
    op.create_table(
        "claim_draw",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("claim_id", _ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_draw_claim_id_claim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_draw")),
        sa.UniqueConstraint(
            "claim_id",
            "round",
            "step",
            "number",
            name=op.f("uq_claim_draw_claim_id_round_step_number"),
        ),
    )
    op.create_table(
        "claim_event",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("claim_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("review_step", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_event_claim_id_claim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_event")),
    )
    op.create_index("ix_claim_event_claim_id", "claim_event", ["claim_id"], unique=False)
    op.create_table(
        "claim_photo",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("claim_id", _ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_photo_claim_id_claim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_photo")),
    )
    op.create_index(op.f("ix_claim_photo_claim_id"), "claim_photo", ["claim_id"], unique=False)
    _guard()


def downgrade() -> None:
    op.drop_index(op.f("ix_claim_photo_claim_id"), table_name="claim_photo")
    op.drop_table("claim_photo")
    op.drop_index("ix_claim_event_claim_id", table_name="claim_event")
    op.drop_table("claim_event")
    op.drop_table("claim_draw")
    op.drop_index("ix_claim_village_id_state", table_name="claim")
    op.drop_index("ix_claim_household_id", table_name="claim")
    op.drop_table("claim")
    op.drop_index(op.f("ix_staff_tie_village_id"), table_name="staff_tie")
    op.drop_table("staff_tie")
    op.drop_index(op.f("ix_mend_notice_village_id"), table_name="mend_notice")
    op.drop_index(op.f("ix_mend_notice_household_id"), table_name="mend_notice")
    op.drop_table("mend_notice")
    op.drop_index(
        "uq_kinship_open",
        table_name="kinship",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_kinship_village_id", table_name="kinship")
    op.drop_table("kinship")
    op.drop_table("claim_policy")
