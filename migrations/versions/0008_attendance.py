"""Sign-ups, attendance and corrections"""

import sqlalchemy as sa
from alembic import op

revision = "0008_attendance"
down_revision = "0007_activities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("waits_for", sa.String(length=10), nullable=True),
        sa.Column("source", sa.String(length=15), nullable=False),
        sa.Column("staff_entry", sa.Boolean(), nullable=False),
        sa.Column("phone_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "checked_in_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "checked_out_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("minutes_rule", sa.String(length=15), nullable=True),
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'unconfirmed') = (waits_for IS NOT NULL)",
            name=op.f("ck_attendance_waits_for"),
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'present', 'left', 'absent', 'excused')",
            name=op.f("ck_attendance_state"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_attendance_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_attendance_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_attendance_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["activity_session.id"],
            name=op.f("fk_attendance_session_id_activity_session"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_attendance_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("award_id", name=op.f("uq_attendance_award_id")),
        sa.UniqueConstraint(
            "session_id", "member_id", name=op.f("uq_attendance_session_id_member_id")
        ),
    )
    op.create_index(op.f("ix_attendance_member_id"), "attendance", ["member_id"], unique=False)
    op.create_index(op.f("ix_attendance_village_id"), "attendance", ["village_id"], unique=False)
    op.create_table(
        "signup",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("moved_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancelled_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("hold_state", sa.String(length=10), nullable=False),
        sa.Column(
            "hold_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "settling_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "refund_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint("place IN ('confirmed', 'waiting')", name=op.f("ck_signup_place")),
        sa.ForeignKeyConstraint(
            ["hold_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_signup_hold_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_signup_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_signup_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["refund_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_signup_refund_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["activity_session.id"],
            name=op.f("fk_signup_session_id_activity_session"),
        ),
        sa.ForeignKeyConstraint(
            ["settling_entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_signup_settling_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_signup_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signup")),
        sa.UniqueConstraint("hold_entry_id", name=op.f("uq_signup_hold_entry_id")),
        sa.UniqueConstraint("refund_entry_id", name=op.f("uq_signup_refund_entry_id")),
        sa.UniqueConstraint("settling_entry_id", name=op.f("uq_signup_settling_entry_id")),
    )
    op.create_index(op.f("ix_signup_household_id"), "signup", ["household_id"], unique=False)
    op.create_index(op.f("ix_signup_member_id"), "signup", ["member_id"], unique=False)
    op.create_index(op.f("ix_signup_village_id"), "signup", ["village_id"], unique=False)
    op.create_index(
        "uq_signup_session_id_member_id",
        "signup",
        ["session_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "attendance_correction",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "attendance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state_before", sa.String(length=12), nullable=False),
        sa.Column("state_after", sa.String(length=12), nullable=False),
        sa.Column("minutes_before", sa.Integer(), nullable=True),
        sa.Column("minutes_after", sa.Integer(), nullable=True),
        sa.Column(
            "award_id_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "award_id_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "corrected_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["attendance_id"],
            ["attendance.id"],
            name=op.f("fk_attendance_correction_attendance_id_attendance"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id_after"],
            ["award.id"],
            name=op.f("fk_attendance_correction_award_id_after_award"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id_before"],
            ["award.id"],
            name=op.f("fk_attendance_correction_award_id_before_award"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
    )
    op.create_index(
        op.f("ix_attendance_correction_attendance_id"),
        "attendance_correction",
        ["attendance_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_attendance_correction_attendance_id"), table_name="attendance_correction"
    )
    op.drop_table("attendance_correction")
    op.drop_index(
        "uq_signup_session_id_member_id",
        table_name="signup",
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.drop_index(op.f("ix_signup_village_id"), table_name="signup")
    op.drop_index(op.f("ix_signup_member_id"), table_name="signup")
    op.drop_index(op.f("ix_signup_household_id"), table_name="signup")
    op.drop_table("signup")
    op.drop_index(op.f("ix_attendance_village_id"), table_name="attendance")
    op.drop_index(op.f("ix_attendance_member_id"), table_name="attendance")
    op.drop_table("attendance")
