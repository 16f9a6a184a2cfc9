"""Statements of the busiest requests: compiled once, run by the driver alone.

What SQLAlchemy does around each run of a statement takes two or three times as long as the run.
Such a statement is written like any other; its text and the conversions of its types are kept.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import scoped_session
from sqlalchemy.types import TypeEngine

_Conversion = Callable[[Any], Any]
Columns = TypeVarTuple("Columns")


class Prepared:
    """A statement that runs often; `columns` are those that an INSERT names.

    Its text must be the same at every run, so ids in a list are given through `among_given`. It
    flushes nothing of the session that it runs in. Rows are tuples with the names of the columns.
    Failures are raised as SQLAlchemy raises them.
    """

    def __init__(
        self, statement: Select[Any] | Insert | Update, *, columns: Sequence[str] = ()
    ) -> None:
        self._statement = statement
        self._columns = tuple(columns)
        self._forms: dict[str, _Form] = {}

    def rows(self, session: scoped_session[Any], **values: Any) -> list[Any]:
        """Run it and fetch all rows."""
        connection = session.connection()
        form = self._form(connection.dialect)
        driver: Any = connection.connection.driver_connection
        try:
            found = driver.execute(form.text, form.parameters(values)).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, form.text, error) from error
        return [form.row(row) for row in found]

    def first(self, session: scoped_session[Any], **values: Any) -> Any:
        """Run it and give its first row, None without one."""
        found = self.rows(session, **values)
        return found[0] if found else None

    def run(self, session: scoped_session[Any], *each: Mapping[str, Any]) -> None:
        """Run it for each of the values, where no rows come of it."""
        connection = session.connection()
        form = self._form(connection.dialect)
        driver: Any = connection.connection.driver_connection
        parameters = [form.parameters(values) for values in each]
        try:
            if len(parameters) == 1:
                driver.execute(form.text, parameters[0])
            else:
                driver.cursor().executemany(form.text, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, form.text, error) from error

    def _form(self, dialect: Dialect) -> "_Form":
        form = self._forms.get(dialect.name)
        if form is None:
            form = _compile(self._statement, self._columns, dialect)
            self._forms[dialect.name] = form
        return form


def driver_rows(session: scoped_session[Any], query: Select[*Columns]) -> list[tuple[*Columns]]:
    """A query's rows as the driver gives them: numbers and words, days and instants not on SQLite.

    For thousands of rows, each of which session and result would take in hand once more.
    """
    connection = session.connection()
    result = connection.execute(query)
    try:
        rows = cast("Any", result.cursor).fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, str(query), error) from error
    result.close()
    return cast("list[tuple[*Columns]]", rows)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement in the words of one database.

    `order` are the names of the parameters by place, None where the driver takes them by name;
    `fixed` are those that the statement brings along.
    """

    text: str
    order: Sequence[str] | None
    fixed: Mapping[str, Any]
    conversions: Sequence[tuple[str, _Conversion]]
    row_type: Callable[..., Any]
    row_conversions: Sequence[tuple[int, _Conversion]]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        values = {**self.fixed, **given}
        for name, convert in self.conversions:
            values[name] = convert(values[name])
        return values if self.order is None else [values[name] for name in self.order]

    def row(self, found: Sequence[Any]) -> Any:
        if not self.row_conversions:
            return self.row_type(*found)
        values = list(found)
        for place, convert in self.row_conversions:
            values[place] = convert(values[place])
        return self.row_type(*values)


def _compile(statement: Any, columns: Sequence[str], dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    parameters = {name: bound for bound, name in compiled.bind_names.items()}
    out = list(statement.exported_columns)
    return _Form(
        text=compiled.string,
        order=compiled.positiontup if compiled.positional else None,
        fixed={name: bound.value for name, bound in parameters.items() if not bound.required},
        conversions=[
            (name, convert)
            for name, bound in parameters.items()
            if (convert := _impl(bound.type, dialect).bind_processor(dialect)) is not None
        ],
        row_type=namedtuple("Row", [column.key for column in out]),
        row_conversions=[
            (place, convert)
            for place, column in enumerate(out)
            if (convert := _impl(column.type, dialect).result_processor(dialect, None)) is not None
        ],
    )


def _impl(of: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return of.dialect_impl(dialect)


def _told(connection: Connection, text: str, error: Exception) -> DBAPIError:
    """The failure as SQLAlchemy tells it; a broken connection is not used again, nor are those
    that idle beside it.
    """
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    broken = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
    told: Any = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        connection_invalidated=broken,
        dialect=dialect,
    )
    if broken:
        connection.invalidate(error)
        connection.engine.dispose()
    failure: DBAPIError = told
    return failure
