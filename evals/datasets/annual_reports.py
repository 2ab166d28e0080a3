"""The annual reports of a folder of documents with their types.

The folder is FinanceBench's: `documents.jsonl` has `doc_name` and `doc_type` ("10k …"), and `pdfs/` has the files.
"""

from pathlib import Path

from evals.datasets.files import DataMissingError, read_rows, require_file

_ANNUAL = "10k"


def list_annual_reports(data: Path) -> tuple[Path, ...]:
    """Return the files of the annual reports, by name. Raises DataMissingError, DatasetError."""
    rows = [row for _, row in read_rows(require_file(data, "documents.jsonl")) if isinstance(row, dict)]
    names = sorted(str(row.get("doc_name")) for row in rows if str(row.get("doc_type")).startswith(_ANNUAL))
    found = tuple(path for name in names if (path := data / "pdfs" / f"{name}.pdf").is_file())
    if not found:
        raise DataMissingError(f"{data} contains no annual report with its type in documents.jsonl.")
    return found
