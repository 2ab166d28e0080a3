"""Insert rows with little work for the client, or many rows with one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Insert, Table, TextClause, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.db.base import Base

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it


def insert_of(model: type[Base]) -> Insert:
    """Return an insert that is executed with rows. Build it once: an insert of a class that is built for each row, with
    values, takes the client four times as long.
    """
    table = model.__table__
    assert isinstance(table, Table)
    return insert(table)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each with a value for every column of `model`.

    The rows are sent as one array per column. The usual insert has the database parse and plan a statement for every
    row, which takes longer than to write it.
    """
    if rows:
        table = model.__table__
        assert isinstance(table, Table)
        columns = {column.name: [row[column.name] for row in rows] for column in table.columns}
        for column in table.columns:
            if isinstance(column.type, ARRAY):
                columns[column.name] = [_literal(value) for value in columns[column.name]]
        session.execute(_statement(table), columns)


@lru_cache
def _statement(table: Table) -> TextClause:
    names = [f'"{column.name}"' for column in table.columns]
    types = [str(column.type.compile(_DIALECT)) for column in table.columns]
    # An array of arrays has only one length, so that inner arrays are sent as texts.
    sent = ["TEXT" if kind.endswith("[]") else kind for kind in types]
    arrays = ", ".join(f"CAST(:{column.name} AS {kind}[])" for column, kind in zip(table.columns, sent, strict=True))
    values = ", ".join(f"CAST(r.{name} AS {kind})" for name, kind in zip(names, types, strict=True))
    into, columns = f"INSERT INTO {table.name}", ", ".join(names)
    return text(f"{into} ({columns}) SELECT {values} FROM unnest({arrays}) AS r ({columns})")  # noqa: S608 - the model's own names


def _literal(numbers: Sequence[int] | None) -> str | None:
    return None if numbers is None else f"{{{','.join(map(str, numbers))}}}"
