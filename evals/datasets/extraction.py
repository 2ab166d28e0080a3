"""Labels of fields: which fields a document has, with what value, and in which words.

A folder has `fields.jsonl` and the files in `documents/`. A line is a `Label`. `value` is as its field has it: a text,
a date, yes or no, a list of names, or a list of parts (amounts, percentages, levels). A field that is there without a
value (`present` and null) is not judged. The names of the fields decide which schema reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.datasets.files import DatasetError, parse_cases, require_file

LABELS, DOCUMENTS = "fields.jsonl", "documents"


class Label(BaseModel):
    """One field of a document, as an expert reads it. `given` is a date with the blanks that the document leaves.

    Experts' notes under other names are not judged.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    document: str
    field: str
    value: Any = None
    clauses: tuple[str, ...] = ()
    present: bool
    quote: str = ""
    given: str | None = None

    @property
    def id(self) -> str:
        return f"{self.document} | {self.field}"


@dataclass(frozen=True, slots=True)
class SchemaLabels:
    """Which schema reads a folder's fields: its key, and the keys of the fields by the labels' names."""

    schema: str
    marks: frozenset[str]
    keys: dict[str, str]

    def key_of(self, name: str) -> str:
        return self.keys.get(name, name.lower().replace(" ", "_").replace("/", "_").replace("-", "_"))


SCHEMAS = (
    SchemaLabels(
        "credit-agreement",
        frozenset({"Borrowers", "Administrative Agent", "Facilities"}),
        {
            "Change Of Control Event Of Default": "change_of_control_default",
            "EBITDA Definition": "ebitda_add_backs",
            "Swingline": "swingline_sublimit",
        },
    ),
    SchemaLabels(
        "contract",
        frozenset({"Parties", "Governing Law"}),
        {
            "Notice Period To Terminate Renewal": "notice_to_terminate_renewal",
            "Cap On Liability": "liability_cap",
            "Revenue/Profit Sharing": "revenue_sharing",
        },
    ),
)
"""The schemas whose labels are known; the first one of which the labels have a mark."""


def load_labels(folder: Path) -> tuple[SchemaLabels, Sequence[Label]]:
    """Load a folder's labels and the schema that reads them. Raises DataMissingError, DatasetError."""
    labels = list(parse_cases(require_file(folder, LABELS), Label))
    documents = require_file(folder, DOCUMENTS)
    missing = sorted({label.document for label in labels if not (documents / label.document).is_file()})
    if missing:
        raise DatasetError(f"{DOCUMENTS} has no file {missing[0]}.")
    names = {label.field for label in labels}
    for schema in SCHEMAS:
        if names & schema.marks:
            return schema, labels
    raise DatasetError(f"The fields of {LABELS} belong to no schema that this suite knows.")
