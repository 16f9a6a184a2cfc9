"""Keep with a household the event that says who takes it in, until it has people again"""

import sqlalchemy as sa
from alembic import op

revision = "0038_heirs"
down_revision = "0037_award_denials"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("household", sa.Column("heir_event_id", _ID, nullable=True))
    # So far the last word counted, for as long as the household had nobody.
    op.execute(
        "UPDATE household SET heir_event_id = ("
        " SELECT decision.event_id FROM life_decision decision"
        " JOIN life_event event ON event.id = decision.event_id"
        " WHERE decision.household_id = household.id AND decision.confirmed"
        " AND event.kind IN ('merge', 'inheritance', 'village_move')"
        " ORDER BY decision.decided_at DESC, decision.event_id DESC LIMIT 1)"
        " WHERE status = 'ended'"
    )


def downgrade() -> None:
    op.drop_column("household", "heir_event_id")
