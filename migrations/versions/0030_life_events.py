"""Life events of households, and the points that follow"""

import sqlalchemy as sa
from alembic import op

revision = "0030_life_events"
down_revision = "0029_expiry"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_APPEND_ONLY = ("life_event", "life_event_member", "life_decision", "life_transfer")


def _guard() -> None:
    """What happened and was decided stays as it was; see 0003 for the function."""
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
        "life_event",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=True),
        sa.Column("new_head_id", _ID, nullable=True),
        sa.Column("grid_id", _ID, nullable=True),
        sa.Column("to_household_id", _ID, nullable=True),
        sa.Column("to_village_id", _ID, nullable=True),
        sa.Column("passbook_no", sa.String(length=20), nullable=False),
        sa.Column("points", _ID, nullable=False),
        sa.Column("child_name", sa.String(length=40), nullable=False),
        sa.Column("child_gender", sa.String(length=6), nullable=True),
        sa.Column("child_birth_month", sa.String(length=7), nullable=True),
        sa.Column("child_relation", sa.String(length=20), nullable=False),
        sa.Column("entered_by", _ID, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_life_event_points_not_negative")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_life_event_grid_id_grid")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_life_event_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_life_event_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["new_head_id"], ["member.id"], name=op.f("fk_life_event_new_head_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["to_household_id"],
            ["household.id"],
            name=op.f("fk_life_event_to_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["to_village_id"], ["village.id"], name=op.f("fk_life_event_to_village_id_village")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_life_event_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
    )
    op.create_index(
        op.f("ix_life_event_household_id"), "life_event", ["household_id"], unique=False
    )
    op.create_index("ix_life_event_to_village_id", "life_event", ["to_village_id"], unique=False)
    op.create_index("ix_life_event_village_id", "life_event", ["village_id", "id"], unique=False)
    op.create_table(
        "life_decision",
        sa.Column("event_id", _ID, autoincrement=False, nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("to_household_id", _ID, nullable=True),
        sa.Column("decided_by", _ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["life_event.id"], name=op.f("fk_life_decision_event_id_life_event")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_life_decision_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["to_household_id"],
            ["household.id"],
            name=op.f("fk_life_decision_to_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_life_decision")),
    )
    op.create_index(
        op.f("ix_life_decision_household_id"), "life_decision", ["household_id"], unique=False
    )
    op.create_table(
        "life_event_member",
        sa.Column("event_id", _ID, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["life_event.id"], name=op.f("fk_life_event_member_event_id_life_event")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_life_event_member_member_id_member")
        ),
        sa.PrimaryKeyConstraint("event_id", "place", name=op.f("pk_life_event_member")),
    )
    op.create_table(
        "life_transfer",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("from_household_id", _ID, nullable=True),
        sa.Column("to_household_id", _ID, nullable=True),
        sa.Column("amount", _ID, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_life_transfer_amount_positive")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_life_transfer_entry_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["life_event.id"], name=op.f("fk_life_transfer_event_id_life_event")
        ),
        sa.ForeignKeyConstraint(
            ["from_household_id"],
            ["household.id"],
            name=op.f("fk_life_transfer_from_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["to_household_id"],
            ["household.id"],
            name=op.f("fk_life_transfer_to_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_life_transfer_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_transfer")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_life_transfer_entry_id")),
    )
    op.create_index(op.f("ix_life_transfer_event_id"), "life_transfer", ["event_id"], unique=False)
    op.create_index(
        "ix_life_transfer_village_id", "life_transfer", ["village_id", "entry_id"], unique=False
    )
    _guard()


def downgrade() -> None:
    op.drop_index("ix_life_transfer_village_id", table_name="life_transfer")
    op.drop_index(op.f("ix_life_transfer_event_id"), table_name="life_transfer")
    op.drop_table("life_transfer")
    op.drop_table("life_event_member")
    op.drop_index(op.f("ix_life_decision_household_id"), table_name="life_decision")
    op.drop_table("life_decision")
    op.drop_index("ix_life_event_village_id", table_name="life_event")
    op.drop_index("ix_life_event_to_village_id", table_name="life_event")
    op.drop_index(op.f("ix_life_event_household_id"), table_name="life_event")
    op.drop_table("life_event")
