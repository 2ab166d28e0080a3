"""Write an export as Parquet: a row per field, with typed columns."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Final

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from app.review.exports.rows import ExportRow
from app.review.values import DateValue, QuantityValue, YesNoValue

_PRECISION: Final = 38
_SCALE: Final = 10
_WHOLE: Final = Decimal(10) ** (_PRECISION - _SCALE)
_TEXT: Final[DataType] = DataType.utf8()

_COLUMNS: Final[Sequence[tuple[str, DataType, Callable[[ExportRow, str], object]]]] = (
    ("document_id", _TEXT, lambda row, _: str(row.document.id)),
    ("document", _TEXT, lambda row, _: row.document.title),
    ("issuer", _TEXT, lambda row, _: row.document.issuer),
    ("document_type", _TEXT, lambda row, _: row.document.document_type),
    ("schema", _TEXT, lambda row, _: row.document.schema_key),
    ("field_id", _TEXT, lambda row, _: str(row.field_id)),
    ("key", _TEXT, lambda row, _: row.key),
    ("title", _TEXT, lambda row, _: row.title),
    ("kind", _TEXT, lambda row, _: row.kind),
    ("answer", _TEXT, lambda row, _: row.answer),
    ("value", _TEXT, lambda row, _: row.shown or None),
    ("number", DataType.decimal128(_PRECISION, _SCALE), lambda row, _: _number(row)),
    ("unit", _TEXT, lambda row, _: row.value.unit if isinstance(row.value, QuantityValue) else None),
    ("date", DataType.date32(), lambda row, _: row.value.day.isoformat() if isinstance(row.value, DateValue) else None),
    ("yes", DataType.bool(), lambda row, _: row.value.yes if isinstance(row.value, YesNoValue) else None),
    ("standing", _TEXT, lambda row, _: row.standing.value),
    ("status", _TEXT, lambda row, _: row.status),
    ("confidence", DataType.float64(), lambda row, _: row.confidence),
    ("page", DataType.int32(), lambda row, _: row.page),
    ("quote", _TEXT, lambda row, _: row.quote or None),
    ("source", _TEXT, lambda row, base: row.link(base)),
    ("decided_by", _TEXT, lambda row, _: ", ".join(row.decided_by) or None),
    ("decided_at", DataType.timestamp("us", tz="UTC"), lambda row, _: _moment(row)),
    ("revision", DataType.int32(), lambda row, _: row.revision),
)
_BUILT: Final = (DataType.bool(), DataType.float64(), DataType.int32())


def write_parquet_file(rows: Sequence[ExportRow], base: str) -> bytes:
    """Return a Parquet file. `number` has 38 digits, 10 of them after the point; a number that does not fit exactly is
    null there, and whole in `value`. `base` is the public address of Footnote.
    """
    columns = [_column([of(row, base) for row in rows], kind) for _, kind, of in _COLUMNS]
    out = io.BytesIO()
    write_parquet(Table.from_arrays(columns, names=[name for name, _, _ in _COLUMNS]), out)
    return out.getvalue()


def _column(values: list[object], kind: DataType) -> Array:
    """Return a column. The library builds numbers and texts; it casts texts to decimals, days and moments."""
    return Array(values, kind) if kind in _BUILT else Array(values, _TEXT).cast(kind)


def _number(row: ExportRow) -> str | None:
    if not isinstance(row.value, QuantityValue):
        return None
    number = row.value.number
    is_exact = abs(number) < _WHOLE and number == round(number, _SCALE)
    return f"{number:f}" if is_exact else None


def _moment(row: ExportRow) -> str | None:
    return None if row.decided_at is None else row.decided_at.astimezone(UTC).replace(tzinfo=None).isoformat()
