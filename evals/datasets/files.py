"""Reads the files of a data folder strictly: unknown fields and duplicate ids are errors."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from app.core.errors import InvalidInputError

CaseT = TypeVar("CaseT", bound=BaseModel)


class DataMissingError(InvalidInputError):
    code = "eval-data-missing"
    title = "The data folder lacks a file that this suite needs: add it, or name another folder."


class DatasetError(InvalidInputError):
    code = "eval-data-invalid"
    title = "The data is not in a format that this suite reads: correct it as the message says."


def rewrite(folder: Path, write: Callable[[Path], Path]) -> Path:
    """Write a folder of data. Documents of earlier versions of the data are removed."""
    shutil.rmtree(folder, ignore_errors=True)
    return write(folder)


def require_file(folder: Path, name: str) -> Path:
    """Return the path of a file or folder in the data folder. Raises DataMissingError."""
    path = folder / name
    if not path.exists():
        raise DataMissingError(f"{folder} has no {name}: this suite needs it.")
    return path


def read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a JSONL or YAML file, each with a description of its position. Raises DatasetError."""
    if path.suffix == ".yaml":
        try:
            rows = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            raise DatasetError(f"{path.name} is not valid YAML: {error}") from error
        if not isinstance(rows, list):
            raise DatasetError(f"{path.name} is not a list of cases.")
        yield from ((f"Case {number} of {path.name}", row) for number, row in enumerate(rows, 1))
        return
    # JSON strings may contain other line separators (U+2028), so only a line feed ends a row.
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.strip():
            try:
                yield f"Line {number} of {path.name}", json.loads(line)
            except ValueError as error:
                raise DatasetError(f"Line {number} of {path.name} is not valid JSON.") from error


def parse_cases(path: Path, model: type[CaseT]) -> Iterator[CaseT]:
    """Parse the cases of a file. Raises DatasetError for an unknown field, an invalid value or a duplicate id."""
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
            raise DatasetError(f"{where}: the id {case_id} is already used by another case.")
        seen.add(case_id)
        yield case
