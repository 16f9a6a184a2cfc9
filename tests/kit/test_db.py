"""Lists of ids as one parameter, on both databases."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, create_engine, insert, select

from app.kit.db import among

_THINGS = Table("thing", MetaData(), Column("id", BigInteger, primary_key=True))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_any_number_of_ids_is_one_parameter(database: str, request: pytest.FixtureRequest) -> None:
    """More than either database takes parameters."""
    url = "sqlite://" if database == "sqlite" else request.getfixturevalue("postgres_url")
    engine = create_engine(url)
    with engine.connect() as connection:
        _THINGS.create(connection)
        connection.execute(insert(_THINGS), [{"id": n} for n in (-3, 7, 2**62, 2**62 + 1)])

        def found(*ids: int) -> list[int]:
            query = select(_THINGS.c.id).where(among(_THINGS.c.id, ids)).order_by(_THINGS.c.id)
            return list(connection.scalars(query))

        assert found() == []
        assert found(7) == [7]
        assert found(2**62 + 1, -3, 8) == [-3, 2**62 + 1]
        assert found(*range(70_000), 2**62) == [7, 2**62]
    engine.dispose()
