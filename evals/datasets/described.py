"""Loads documents with their true metadata: issuer, type, period, dates and parties.

There are four formats. Footnote's own is a folder with `metadata.jsonl` (a `Description` per line; unknown fields are
errors) and the files in `documents/`. FinanceBench's has `documents.jsonl` (company, type and year; the quarter and the
date of an 8-K stand in the file name) and `pdfs/`. A folder of filings in inline XBRL has its truth in their `dei` tags
(SEC EDGAR Filer Manual, volume II, chapter 6). A folder of credit agreements has `fields.jsonl` (Borrowers,
Administrative Agent, Agreement Date) and `documents/`.

A field that the data does not state is not judged.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import BaseModel, ConfigDict

from evals.datasets.files import DataMissingError, DatasetError, parse_cases, read_rows, require_file
from evals.datasets.ixbrl import is_inline_xbrl, parse_filing

METADATA, DOCUMENTS = "metadata.jsonl", "documents"
_FILINGS = (".html", ".htm", ".xhtml")
_FILED_WITHIN = timedelta(days=150)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NAMED_QUARTER = re.compile(r"_(\d{4})Q([1-4])_")
_FINANCEBENCH_TYPES = {"10k": "10-K", "10q": "10-Q", "8k": "8-K", "earnings": "earnings-release"}
_PRINTED_DATES = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%m/%d/%Y", "%Y-%m-%d")
_IX = "http://www.xbrl.org/2013/inlineXBRL"


class Party(BaseModel):
    """A party of an agreement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: str


class Description(BaseModel):
    """The true metadata of a document. A field that is not set is not judged; None means that the document has none.

    `issuer` lists the names that are right. `reported` is a date that is either the filing date or the period's end.
    `parties` lists every party of the roles that occur in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    issuer: tuple[str, ...] = ()
    document_type: str | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None
    period_end: date | None = None
    filing_date: date | None = None
    reported: date | None = None
    parties: tuple[Party, ...] = ()

    @property
    def id(self) -> str:
        return self.document


@dataclass(frozen=True, slots=True)
class Described:
    """A file and its truth. `tagged` is true if the file contains the tags that state the truth.

    If `label_only`, the issuer is a label that the publisher of the data chose, and may not occur in the document. The
    `cik` identifies the issuer of a tagged file: filings of one issuer may spell its name differently.
    """

    path: Path
    truth: Description
    tagged: bool = False
    label_only: bool = False
    cik: str | None = None


def load_described(data: Path) -> tuple[Described, ...]:
    """Load the documents of a folder in any of the formats, by name. Raises DataMissingError, DatasetError."""
    if (data / METADATA).is_file():
        found = _own_form(data)
    elif (data / "documents.jsonl").is_file():
        found = _financebench(data)
    elif (data / "fields.jsonl").is_file():
        found = _agreements(data)
    else:
        found = (_tagged(path) for path in _files(data) if path.suffix.lower() in _FILINGS and is_inline_xbrl(path))
    described = tuple(sorted(found, key=lambda each: each.path.name))
    if not described:
        raise DataMissingError(f"{data} contains no document with its metadata.")
    return described


def _own_form(data: Path) -> Iterator[Described]:
    folder = require_file(data, DOCUMENTS)
    for truth in parse_cases(data / METADATA, Description):
        yield Described(require_file(folder, truth.document), truth)


def _financebench(data: Path) -> Iterator[Described]:
    """Read FinanceBench's labels. A document that its list names without a type is left out."""
    folder = require_file(data, "pdfs")
    for where, row in read_rows(data / "documents.jsonl"):
        name = str(row.get("doc_name", "")) if isinstance(row, dict) else ""
        if not name:
            raise DatasetError(f"{where} has no doc_name.")
        path = folder / f"{name}.pdf"
        if path.is_file() and "doc_type" in row:
            yield Described(path, _labelled(name, row), label_only=True)


def _labelled(name: str, row: dict[str, Any]) -> Description:
    kind = str(row["doc_type"]).lower().partition("_")[0]
    stated: dict[str, Any] = {"document": name, "issuer": (str(row["company"]),)}
    if kind in _FINANCEBENCH_TYPES:
        stated["document_type"] = _FINANCEBENCH_TYPES[kind]
    if kind != "8k" and row.get("doc_period") is not None:
        stated["fiscal_year"] = int(row["doc_period"])
        quarter = _NAMED_QUARTER.search(f"{name}_")
        if kind == "10k":
            stated["fiscal_period"] = "FY"
        elif quarter:
            stated["fiscal_period"] = f"Q{quarter[2]}"
    dated = _ISO_DATE.search(name)
    if dated:
        stated["reported"] = date.fromisoformat(dated.group())
    return Description(**stated)


def _agreements(data: Path) -> Iterator[Described]:
    folder = require_file(data, DOCUMENTS)
    fields: dict[str, dict[str, Any]] = defaultdict(dict)
    for where, row in read_rows(data / "fields.jsonl"):
        if not isinstance(row, dict) or "document" not in row or "field" not in row:
            raise DatasetError(f"{where} has no document or no field.")
        fields[str(row["document"])][str(row["field"])] = row.get("value")
    for name, values in fields.items():
        borrowers, agent = values.get("Borrowers"), values.get("Administrative Agent")
        path = folder / name
        if not borrowers or not path.is_file():
            continue
        parties = [Party(name=each, role="borrower") for each in borrowers]
        if agent:
            parties.append(Party(name=agent, role="administrative-agent"))
        stated: dict[str, Any] = {"document": name, "issuer": tuple(borrowers), "parties": tuple(parties)}
        if values.get("Agreement Date"):
            stated["filing_date"] = date.fromisoformat(values["Agreement Date"])
        yield Described(path, Description(document_type="credit-agreement", **stated))


def _tagged(path: Path) -> Described:
    """Read the `dei` tags of a filing. The filing date is in the file's name, unless that is the period's end."""
    tags = _read_dei(parse_filing(path.read_bytes(), path.name))
    stated: dict[str, Any] = {"document": path.name, "issuer": tuple(filter(None, (tags.get("EntityRegistrantName"),)))}
    form = tags.get("DocumentType")
    if form:
        is_amended = tags.get("AmendmentFlag", "").lower() == "true" and not form.endswith("/A")
        stated["document_type"] = f"{form}/A" if is_amended else form
    if tags.get("DocumentFiscalYearFocus", "").isdigit():
        stated["fiscal_year"] = int(tags["DocumentFiscalYearFocus"])
    if tags.get("DocumentFiscalPeriodFocus"):
        stated["fiscal_period"] = tags["DocumentFiscalPeriodFocus"]
    end = parse_printed_date(tags.get("DocumentPeriodEndDate", ""))
    if end:
        stated["period_end"] = end
        dated = _ISO_DATE.search(path.stem)
        filed = date.fromisoformat(dated.group()) if dated else end
        if end < filed <= end + _FILED_WITHIN:
            stated["filing_date"] = filed
    return Described(path, Description(**stated), tagged=True, cik=tags.get("EntityCentralIndexKey"))


def _read_dei(root: etree._Element) -> dict[str, str]:
    """Return the first value of each `dei` tag. The first registrant of a filing is its issuer."""
    values: dict[str, str] = {}
    for element in root.iter(f"{{{_IX}}}nonNumeric"):
        name = element.get("name", "")
        if name.startswith("dei:"):
            text = " ".join("".join(_texts(element)).split())
            values.setdefault(name.removeprefix("dei:"), text)
    return values


def _texts(element: etree._Element) -> Iterator[str]:
    for part in element.itertext():
        yield str(part)


def parse_printed_date(text: str) -> date | None:
    """Parse a date as it is printed on a cover: "December 31, 2024", "2024-12-31"; None for anything else."""
    plain = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace(" ,", ",").split())
    for form in _PRINTED_DATES:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007  a date has no time zone
        except ValueError:
            continue
    return None


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())
