"""Credits from claims can be denied as those from inspections are"""

import sqlalchemy as sa
from alembic import op

revision = "0037_award_denials"
down_revision = "0036_supplements"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = (
    "denied_at, denied_by, decision, answer, decided_at, decided_by, reversal_entry_id, statement"
)


def _columns(name: str) -> list[sa.Column | sa.Constraint]:
    """What a denial is made of, whatever it is about."""
    return [
        sa.Column("statement", sa.String(length=200), nullable=False),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("denied_by", _ID, nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("reversal_entry_id", _ID, nullable=True),
        sa.CheckConstraint(
            "decision IN ('upheld', 'rejected')", name=op.f(f"ck_{name}_decision_known")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f(f"ck_{name}_decided_whole")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_entry_id"],
            ["ledger_entry.id"],
            name=op.f(f"fk_{name}_reversal_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f(f"fk_{name}_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    ]


def upgrade() -> None:
    op.create_table(
        "award_denial",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("award_id", _ID, nullable=False),
        *_columns("award_denial"),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_denial_award_id_award")
        ),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_denial_award_id")),
    )
    op.create_index(op.f("ix_award_denial_village_id"), "award_denial", ["village_id"])
    op.execute(
        f"INSERT INTO award_denial (id, village_id, award_id, {_KEPT})"  # noqa: S608 - names
        f" SELECT denial.id, village_id, mark.award_id, {_KEPT} FROM inspection_denial denial"
        " JOIN inspection_mark mark ON mark.id = mark_id WHERE mark.award_id IS NOT NULL"
    )
    op.drop_index(op.f("ix_inspection_denial_village_id"), table_name="inspection_denial")
    op.drop_table("inspection_denial")


def downgrade() -> None:
    op.create_table(
        "inspection_denial",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("mark_id", _ID, nullable=False),
        *_columns("inspection_denial"),
        sa.ForeignKeyConstraint(
            ["mark_id"],
            ["inspection_mark.id"],
            name=op.f("fk_inspection_denial_mark_id_inspection_mark"),
        ),
        sa.UniqueConstraint("mark_id", name=op.f("uq_inspection_denial_mark_id")),
    )
    op.create_index(op.f("ix_inspection_denial_village_id"), "inspection_denial", ["village_id"])
    op.execute(
        f"INSERT INTO inspection_denial (id, village_id, mark_id, {_KEPT})"  # noqa: S608 - names
        f" SELECT denial.id, village_id, mark.id, {_KEPT} FROM award_denial denial"
        " JOIN inspection_mark mark ON mark.award_id = denial.award_id"
    )
    op.drop_index(op.f("ix_award_denial_village_id"), table_name="award_denial")
    op.drop_table("award_denial")
