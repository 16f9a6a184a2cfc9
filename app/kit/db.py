"""The declarative base and the column types that behave alike on SQLite and PostgreSQL."""

import functools
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, class_mapper, scoped_session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from .statements import Prepared

# On SQLite an INTEGER primary key is the row id itself, and INTEGER holds 64 bits.
Id = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; a naive one is a programming error and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the project; constraints get stable names for migrations and errors."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - declared by SQLAlchemy


Row = TypeVar("Row", bound=Base)


def table_of(model: type[Base]) -> Table:
    """A model's table, for statements that pass its objects by: those take half the time."""
    return cast("Table", model.__table__)


def insert_row(session: scoped_session[Any], model: type[Row], **columns: Any) -> Row:
    """Insert a row at once and give it as an object; columns not named are empty.

    It takes a tenth of the time of adding the object and flushing. The object is there to be read:
    it is not in the session, which knows of no change to it.
    """
    table = table_of(model)
    _insertion(table, tuple(columns)).run(session, columns)
    row = class_mapper(model).class_manager.new_instance()
    row.__dict__.update(dict.fromkeys(table.c.keys()), **columns)
    return row


class _IdList(TypeDecorator[Collection[int]]):
    """A list of ids in one text, as each database takes lists apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str:
        ids = ",".join(map(str, value or ()))
        return f"{{{ids}}}" if dialect.name == "postgresql" else f"[{ids}]"


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _among(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = (compiler.process(clause, **kw) for clause in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"{column} = ANY (CAST({ids} AS BIGINT[]))"
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled parts


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Collection[int]) -> _Among:
    """Whether a column has one of the ids, however many: they are one parameter.

    `in_` makes a parameter of each, which is fine for a few and takes longer than the query for
    thousands.
    """
    return _Among(column, bindparam(None, ids, type_=_IdList(), unique=True))


def among_given(column: ColumnElement[Any], name: str) -> _Among:
    """The same for ids that a prepared statement is given under this name."""
    return _Among(column, bindparam(name, type_=_IdList()))


@functools.cache
def _insertion(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns=columns)
