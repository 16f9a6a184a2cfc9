"""Links between party members and households"""

import sqlalchemy as sa
from alembic import op

revision = "0019_party_links"
down_revision = "0018_ledger_plans"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_on IS NULL")


def upgrade() -> None:
    op.create_table(
        "party_link",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("household_id", _ID, nullable=False),
        sa.Column("proposed_by", sa.String(length=12), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_actor_id", _ID, nullable=False),
        sa.Column("agreed_actor_id", _ID, nullable=True),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_actor_id", _ID, nullable=True),
        sa.CheckConstraint(
            "proposed_by IN ('party_member', 'household', 'office')",
            name=op.f("ck_party_link_proposed_by_known"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_party_link_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_party_link_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_party_link_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_link")),
    )
    op.create_index("ix_party_link_household_id", "party_link", ["household_id"])
    op.create_index("ix_party_link_village_id", "party_link", ["village_id"])
    op.create_index(
        "uq_party_link_open",
        "party_link",
        ["member_id", "household_id"],
        unique=True,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_table("party_link")
