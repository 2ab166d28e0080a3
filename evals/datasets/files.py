"""The files of a folder of data, read strictly: unknown fields and doubled ids are errors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from app.core.errors import InvalidInputError

CaseT = TypeVar("CaseT", bound=BaseModel)


class DataMissingError(InvalidInputError):
    code = "eval-data-missing"
    title = "The data folder lacks a file that this suite reads."


class DatasetError(InvalidInputError):
    code = "eval-data-invalid"
    title = "The data is not what this suite reads."


def require_file(folder: Path, name: str) -> Path:
    """The file or folder of that name in the data folder. Raises DataMissingError."""
    path = folder / name
    if not path.exists():
        raise DataMissingError(f"{folder} has no {name}: this suite reads it.")
    return path


def read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """The rows of a JSONL or YAML file, each with the words for where it stands. Raises DatasetError."""
    if path.suffix == ".yaml":
        try:
            rows = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            raise DatasetError(f"{path.name} is no YAML: {error}") from error
        if not isinstance(rows, list):
            raise DatasetError(f"{path.name} is no list of cases.")
        yield from ((f"Case {number} of {path.name}", row) for number, row in enumerate(rows, 1))
        return
    # JSON may hold other separators of lines (U+2028) as they are: only a line feed ends a row.
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.strip():
            try:
                yield f"Line {number} of {path.name}", json.loads(line)
            except ValueError as error:
                raise DatasetError(f"Line {number} of {path.name} is no JSON.") from error


def parse_cases(path: Path, model: type[CaseT]) -> Iterator[CaseT]:
    """The cases in a file of our form. Raises DatasetError for an unknown field, a wrong value, a doubled id."""
    seen: set[str] = set()
    for where, row in read_rows(path):
        try:
            case = model.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise DatasetError(f"{where}: {place}: {first['msg']}.") from error
        case_id = str(getattr(case, "id", where))
        if case_id in seen:
            raise DatasetError(f"{where}: the id {case_id} is another case's.")
        seen.add(case_id)
        yield case
