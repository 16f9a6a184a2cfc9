"""A request's key is claimed and looked up in one call"""

from alembic import op

revision = "0027_request_claim"
down_revision = "0026_incentives"
branch_labels = None
depends_on = None

# The look-up is a statement of its own inside the function, so it sees what was committed until
# the claim was made: a twin that was at work a moment ago has stored its outcome by then.
_CLAIM = """
CREATE FUNCTION request_claim(
    asked_by varchar, under_key varchar,
    OUT claimed boolean, OUT request_digest bytea, OUT outcome text
) LANGUAGE plpgsql AS $$
BEGIN
    claimed := pg_try_advisory_xact_lock(hashtextextended(asked_by || ' ' || under_key, 0));
    IF claimed THEN
        SELECT stored.request_digest, stored.outcome
        INTO request_digest, outcome
        FROM request_outcome stored
        WHERE stored.caller = asked_by AND stored.key = under_key;
    END IF;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_CLAIM)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION request_claim(varchar, varchar)")
