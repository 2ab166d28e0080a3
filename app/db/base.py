"""The declarative base. All constraint names follow one rule, so that migrations can refer to them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, base
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's `xid8`, a transaction number that is never reused; SQLAlchemy has no type for it."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"

    def bind_processor(self, dialect: Dialect) -> Callable[[int | None], str | None]:  # noqa: ARG002 - SQLAlchemy's
        return lambda value: None if value is None else str(value)  # PostgreSQL casts only text to xid8

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], int | None]:  # noqa: ARG002 - same
        return lambda value: None if value is None else int(value)


base.ischema_names["xid8"] = TransactionId


class Base(DeclarativeBase):
    """Base of all tables. Times have a time zone. Only check constraints limit the length of text. The app creates the
    ids.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
    }
