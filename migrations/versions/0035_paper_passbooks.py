"""What was printed into paper passbooks"""

import sqlalchemy as sa
from alembic import op

revision = "0035_paper_passbooks"
down_revision = "0034_rechecks"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passbook_print",
        sa.Column("household_id", _ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("printed_by", _ID, nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_passbook_print_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_passbook_print_village_id_village")
        ),
        sa.PrimaryKeyConstraint("household_id", "number", name=op.f("pk_passbook_print")),
    )
    op.create_table(
        "passbook_row",
        sa.Column("household_id", _ID, autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("print_number", sa.Integer(), nullable=False),
        sa.Column("transfer_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id", "print_number"],
            ["passbook_print.household_id", "passbook_print.number"],
            name="fk_passbook_row_print",
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["ledger_transfer.id"],
            name=op.f("fk_passbook_row_transfer_id_ledger_transfer"),
        ),
        sa.PrimaryKeyConstraint("household_id", "row", name=op.f("pk_passbook_row")),
        sa.UniqueConstraint(
            "household_id", "transfer_id", name=op.f("uq_passbook_row_household_id_transfer_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("passbook_row")
    op.drop_table("passbook_print")
