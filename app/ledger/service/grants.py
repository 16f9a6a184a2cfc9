"""What the application's database role may do; the triggers hold for everybody else."""

from sqlalchemy import Connection, TextClause, inspect, text

# Balances and periods change, but are never deleted.
_UPDATED = ("ledger_balance", "ledger_period")


def grant_statements(connection: Connection, role: str) -> list[TextClause]:
    """GRANT statements for a PostgreSQL role: the books are append-only for it."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    statements = []
    for table in inspect(connection).get_table_names():
        rights = "SELECT, INSERT, UPDATE, DELETE"
        if table == "alembic_version":
            rights = "SELECT"
        elif table in _UPDATED:
            rights = "SELECT, INSERT, UPDATE"
        elif table.startswith("ledger_"):
            rights = "SELECT, INSERT"
        statements.append(text(f"REVOKE ALL ON {table} FROM {quoted}"))
        statements.append(text(f"GRANT {rights} ON {table} TO {quoted}"))
    return statements
