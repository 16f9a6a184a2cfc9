"""The posting functions look rows up by index from the first entry on"""

from alembic import op

revision = "0022_ledger_indexes"
down_revision = "0021_close_reasons"
branch_labels = None
depends_on = None

_FUNCTIONS = ("ledger_hold", "ledger_write")


def upgrade() -> None:
    """A plan that is made once while a table is small would read all of it, and go on doing so
    while it grows, until the table is next analyzed. The references that a written row is checked
    against are planned inside the function too.
    """
    if op.get_bind().dialect.name == "postgresql":
        for name in _FUNCTIONS:
            op.execute(f"ALTER FUNCTION {name} SET enable_seqscan = off")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in _FUNCTIONS:
            op.execute(f"ALTER FUNCTION {name} RESET enable_seqscan")
