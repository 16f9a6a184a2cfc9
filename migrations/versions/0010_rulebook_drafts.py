"""Uploaded rule books; awards counted by rule and group"""

import sqlalchemy as sa
from alembic import op

revision = "0010_rulebook_drafts"
down_revision = "0009_notices"
branch_labels = None
depends_on = None


_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# A version, once saved, is what was adopted; nothing about it is ever changed.
_UNCHANGEABLE = ("rule_version", "rule")


def _guard() -> None:
    for table in _UNCHANGEABLE:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_unchangeable BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is unchangeable'); END"
            )


def _unguard() -> None:
    for table in _UNCHANGEABLE:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_unchangeable ON {table}")
            continue
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}")


def upgrade() -> None:
    op.create_table(
        "rule_draft",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("village_id", _ID, nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
            name=op.f("fk_rule_draft_rule_version_id_rule_version"),
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["village.id"], name=op.f("fk_rule_draft_village_id_village")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_draft")),
    )
    op.drop_index("ix_award_cap", table_name="award")
    for name in ("rule_code", "cap_group"):
        op.add_column(
            "award", sa.Column(name, sa.String(length=20), nullable=False, server_default="")
        )
    op.execute(
        "UPDATE award SET"
        " rule_code = (SELECT code FROM rule WHERE rule.id = award.rule_id),"
        " cap_group = (SELECT cap_group FROM rule WHERE rule.id = award.rule_id)"
    )
    op.add_column("award", sa.Column("return_entry_id", _ID, nullable=True))
    for name in ("cap_points_max", "cap_counted", "cap_owner_id", "cap_scope", "cap_window"):
        op.drop_column("award", name)
    op.create_index("ix_award_member_id", "award", ["member_id"])
    _guard()


def downgrade() -> None:
    _unguard()
    op.drop_index("ix_award_member_id", table_name="award")
    for name in ("return_entry_id", "cap_group", "rule_code"):
        op.drop_column("award", name)
    # The counters of awards made meanwhile cannot be told; they count under no cap.
    for name, length in (("cap_counted", 40), ("cap_scope", 10), ("cap_window", 60)):
        op.add_column(
            "award", sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        )
    op.add_column("award", sa.Column("cap_owner_id", _ID, nullable=False, server_default="0"))
    op.add_column("award", sa.Column("cap_points_max", sa.Integer(), nullable=True))
    op.create_index("ix_award_cap", "award", ["cap_owner_id", "cap_counted", "cap_window"])
    op.drop_table("rule_draft")
