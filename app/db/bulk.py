"""Insert rows with little work for the client, or many rows with one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, JSON, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.keyed import write_keyed

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it


def insert_row(session: Session, model: type[Base], row: Mapping[str, Any]) -> None:
    """Insert a row with a value for each of some columns."""
    statement, as_json = _statement_of_row(model, tuple(row))
    encoded = {name: Jsonb(row[name]) for name in as_json if row[name] is not None}
    write_keyed(session, statement, {**row, **encoded})


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
        write_keyed(session, _statement(table), columns)


@lru_cache
def _statement_of_row(model: type[Base], names: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the statement, and the columns that have JSON."""
    table = model.__table__
    assert isinstance(table, Table)
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(f"%({name})s" for name in names)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({values})"  # noqa: S608 - the model's own names
    return statement, [name for name in names if isinstance(table.columns[name].type, JSON)]


@lru_cache
def _statement(table: Table) -> str:
    names = [f'"{column.name}"' for column in table.columns]
    types = [str(column.type.compile(_DIALECT)) for column in table.columns]
    # An array of arrays has only one length, so that inner arrays are sent as texts.
    sent = ["TEXT" if kind.endswith("[]") else kind for kind in types]
    arrays = ", ".join(f"%({column.name})s::{kind}[]" for column, kind in zip(table.columns, sent, strict=True))
    values = ", ".join(f"CAST(r.{name} AS {kind})" for name, kind in zip(names, types, strict=True))
    into, columns = f"INSERT INTO {table.name}", ", ".join(names)
    return f"{into} ({columns}) SELECT {values} FROM unnest({arrays}) AS r ({columns})"  # noqa: S608 - the model's own names


def _literal(numbers: Sequence[int] | None) -> str | None:
    return None if numbers is None else f"{{{','.join(map(str, numbers))}}}"
