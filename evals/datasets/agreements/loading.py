"""Loads made agreements: a folder with `made-fields.jsonl` and `documents/` (see `making`)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.review.schemas.definition import FieldSpec, shipped_schema
from app.review.value_codec import decode_value
from app.review.values import Value
from evals.datasets.agreements.making import DOCUMENTS, FIELDS
from evals.datasets.files import DatasetError, parse_cases, require_file


class MadeField(BaseModel):
    """The true value of a field of a made document, as `app.review.value_codec` encodes it; None for an absent one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    schema_key: str
    layout: str
    field: str
    value: dict[str, Any] | None

    @property
    def id(self) -> str:
        return f"{self.document} | {self.field}"

    def spec(self) -> FieldSpec:
        """Return the field of the shipped schema. Raises DatasetError."""
        spec = shipped_schema(self.schema_key).find_field(self.field)
        if spec is None:
            raise DatasetError(f"The schema {self.schema_key} has no field {self.field}.")
        return spec

    def truth(self) -> Value | None:
        return None if self.value is None else decode_value(self.spec().kind, self.value)


def is_made(folder: Path) -> bool:
    return (folder / FIELDS).is_file()


def load_made(folder: Path) -> Sequence[MadeField]:
    """Load the true fields of a folder. Raises DataMissingError, DatasetError."""
    fields = list(parse_cases(require_file(folder, FIELDS), MadeField))
    documents = require_file(folder, DOCUMENTS)
    missing = sorted({each.document for each in fields if not (documents / each.document).is_file()})
    if missing:
        raise DatasetError(f"{DOCUMENTS} has no file {missing[0]}.")
    return fields
