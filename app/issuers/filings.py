"""The filings of an issuer by fiscal year and kind, with the periodic reports that are missing between known ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.documents.metadata import DocumentType
from app.issuers.repository import IssuerDocument


class FilingKind(StrEnum):
    """A column of the overview. Its value is its heading."""

    ANNUAL = "Annual report"
    FIRST = "Q1"
    SECOND = "Q2"
    THIRD = "Q3"
    RELEASE = "Releases"
    CURRENT = "Current reports"
    OFFERING = "Offerings"
    AGREEMENT = "Agreements"
    OTHER = "Other"


_ANNUAL = {DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.FORM_40F, DocumentType.ANNUAL_REPORT}
_KINDS: Mapping[DocumentType, FilingKind] = {
    **dict.fromkeys(_ANNUAL, FilingKind.ANNUAL),
    DocumentType.FORM_8K: FilingKind.CURRENT,
    DocumentType.FORM_6K: FilingKind.CURRENT,
    DocumentType.EARNINGS_RELEASE: FilingKind.RELEASE,
    DocumentType.PROSPECTUS: FilingKind.OFFERING,
    DocumentType.OFFERING_MEMORANDUM: FilingKind.OFFERING,
    DocumentType.INDENTURE: FilingKind.AGREEMENT,
    DocumentType.CREDIT_AGREEMENT: FilingKind.AGREEMENT,
    DocumentType.CONTRACT: FilingKind.AGREEMENT,
}
_QUARTERS = {"Q1": FilingKind.FIRST, "Q2": FilingKind.SECOND, "Q3": FilingKind.THIRD}
_PERIODIC = (FilingKind.FIRST, FilingKind.SECOND, FilingKind.THIRD, FilingKind.ANNUAL)
"""The periodic reports of a year, in the order of their periods' ends."""
_MOST_YEARS = 40
"""Years without documents are shown between others, unless a misread year is far from them."""


@dataclass(frozen=True, slots=True)
class FilingYear:
    """The documents of one fiscal year (None: no year is known). `gaps` are periodic reports of which none is here,
    although earlier and later ones are.
    """

    year: int | None
    documents: Mapping[FilingKind, tuple[IssuerDocument, ...]]
    gaps: frozenset[FilingKind]


def kind_of(document: IssuerDocument) -> FilingKind:
    """Return the column of a document."""
    try:
        base = DocumentType(document.document_type or "").base
    except ValueError:
        return FilingKind.OTHER
    if base is DocumentType.FORM_10Q:
        return _QUARTERS.get(document.fiscal_period or "", FilingKind.OTHER)
    return _KINDS.get(base, FilingKind.OTHER)


def list_years(documents: Iterable[IssuerDocument]) -> tuple[FilingYear, ...]:
    """Return the years with documents, newest first, and the years between them; documents without a year come last."""
    found: dict[int | None, dict[FilingKind, list[IssuerDocument]]] = defaultdict(lambda: defaultdict(list))
    for document in documents:
        year = document.fiscal_year or (None if document.filed is None else document.filed.year)
        found[year][kind_of(document)].append(document)
    years = [year for year in found if year is not None]
    known = [_place(year, kind) for year in years for kind in _PERIODIC if found[year][kind]]
    is_long = bool(years) and max(years) - min(years) > _MOST_YEARS
    every = sorted(years) if is_long or not years else range(min(years), max(years) + 1)
    shown: list[int | None] = [*reversed(every)]
    return tuple(_year(year, found[year], known) for year in [*shown, *([None] if None in found else [])])


def _year(
    year: int | None, documents: Mapping[FilingKind, Sequence[IssuerDocument]], known: Sequence[int]
) -> FilingYear:
    gaps = (
        frozenset[FilingKind]()
        if year is None or not known
        else frozenset(
            kind for kind in _PERIODIC if not documents.get(kind) and min(known) < _place(year, kind) < max(known)
        )
    )
    return FilingYear(year, {kind: tuple(sorted(own, key=_order)) for kind, own in documents.items() if own}, gaps)


def _place(year: int, kind: FilingKind) -> int:
    return year * len(_PERIODIC) + _PERIODIC.index(kind)


def _order(document: IssuerDocument) -> tuple[str, str]:
    return ("" if document.filed is None else document.filed.isoformat(), str(document.id))
