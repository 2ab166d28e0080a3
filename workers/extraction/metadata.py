"""Extracts a document's metadata from the document itself.

The sources are, from the most to the least trusted, inline-XBRL `dei` tags (SEC EDGAR Filer Manual, volume II, chapter
6), the standard phrases of cover pages, the headline of a release, and the text. The file name is used only for fields
that none of these sources states.
"""

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from app.documents.content.parsed import BlockKind, ParsedDocument, ParsedPage
from app.documents.issuers import issuer_aliases
from app.documents.metadata import (
    DocumentMetadata,
    DocumentType,
    FieldSource,
    FiscalPeriod,
    NameKind,
    NameReading,
    Origin,
)
from app.quantities.dates import YEAR
from workers.extraction.amounts import find_currency, find_scale, find_units_lines
from workers.extraction.contracts import contract_type, find_contract
from workers.extraction.document_type import find_attached_release, find_document_type, find_headline
from workers.extraction.filing_date import find_filing_date, find_release_date, is_soon_after
from workers.extraction.names.choosing import find_names
from workers.extraction.parties import find_parties, list_candidates
from workers.extraction.periods import (
    find_fiscal_period,
    find_fiscal_year,
    find_period_end,
    find_release_end,
    find_release_period,
    find_release_year,
)
from workers.extraction.reading import Reading

METADATA_VERSION = "4"

_GAP = re.compile(r"\s{300}")
_MAX_PAGE = 40_000  # characters; pages of filings have under 10,000

_NAME_FORMS = (
    (DocumentType.FORM_10K, r"10[-_ ]?k"),
    (DocumentType.FORM_10Q, r"10[-_ ]?q"),
    (DocumentType.FORM_8K, r"8[-_ ]?k"),
    (DocumentType.FORM_20F, r"20[-_ ]?f"),
    (DocumentType.EARNINGS_RELEASE, r"earnings|results"),
    (DocumentType.PROSPECTUS, r"424b\d|prospectus"),
    (DocumentType.OFFERING_MEMORANDUM, r"offering[-_ ](?:memorandum|circular)"),
    (DocumentType.CREDIT_AGREEMENT, r"(?:credit|loan)[-_ ]agreement"),
    (DocumentType.INDENTURE, r"indenture"),
    (DocumentType.ANNUAL_REPORT, r"annual[-_ ]?report"),
)


def read_metadata(parsed: ParsedDocument, filename: str) -> DocumentMetadata:
    """Return the document's fields with their sources. An unknown field is None; an unknown type is `OTHER`."""
    pages, properties = tuple(map(_readable, parsed.pages)), parsed.properties
    kind_read = find_document_type(pages, properties)
    contract = find_contract(parsed) if kind_read is None else None
    kind_read = kind_read or (contract_type(contract) if contract else _type_from_name(filename))
    # An amendment reads like the form that it amends.
    kind = kind_read.value.base if kind_read else DocumentType.OTHER
    parties = find_parties(pages, kind)
    names = find_names(pages, properties, kind, list_candidates(pages, parties))
    issuer = names.issuer
    released = find_release_date(pages) if kind is DocumentType.EARNINGS_RELEASE else None
    period_end = find_period_end(pages, properties, kind, released.value if released else None)
    if released and period_end and not is_soon_after(released.value, period_end.value):
        period_end = None
    fiscal_period = find_fiscal_period(pages, properties, kind)
    fiscal_year = find_fiscal_year(
        pages, properties, kind=kind, period_end=period_end, fiscal_period=fiscal_period
    ) or _year_from_name(filename, kind)
    if kind in (DocumentType.FORM_8K, DocumentType.FORM_6K) and fiscal_year is None:
        fiscal_period, fiscal_year, attached_end = _attached_period(pages)
        period_end = period_end or attached_end
    filing_date = released or find_filing_date(pages, kind, period_end)
    units_lines = list(find_units_lines(pages))
    currency, scale = find_currency(pages, units_lines, kind), find_scale(units_lines)
    readings = {
        "issuer": issuer,
        "document_type": kind_read,
        "fiscal_year": fiscal_year,
        "fiscal_period": fiscal_period,
        "period_end": period_end,
        "filing_date": filing_date,
        "currency": currency,
        "scale": scale,
    }
    metadata = DocumentMetadata(
        title="",
        issuer=issuer.value if issuer else None,
        issuer_aliases=_aliases(issuer.value, names.readings) if issuer else (),
        document_type=kind_read.value if kind_read else kind,
        fiscal_year=fiscal_year.value if fiscal_year else None,
        fiscal_period=fiscal_period.value if fiscal_period else None,
        period_end=period_end.value if period_end else None,
        filing_date=filing_date.value if filing_date else None,
        currency=currency.value if currency else None,
        scale=scale.value if scale else None,
        sources={name: reading.source for name, reading in readings.items() if reading},
        names=names.readings,
        parties=parties,
    )
    if contract is not None:
        return replace(metadata, title=" ".join(filter(None, (metadata.issuer, _in_title_case(contract.value)))))
    return _titled(metadata, parsed, pages, filename)


def _attached_period(
    pages: Sequence[ParsedPage],
) -> tuple[Reading[FiscalPeriod] | None, Reading[int] | None, Reading[date] | None]:
    """Return quarter, fiscal year and period end of the earnings release that is an exhibit of a current report."""
    release = find_attached_release(pages)
    if release is None:
        return None, None, None
    attached = pages[release.page.number - 1 :]
    day = find_release_date(attached)
    period = find_release_period(attached, release)
    end = find_release_end(attached, day.value if day else None)
    return period, find_release_year(attached, release, end, period), end


def _readable(page: ParsedPage) -> ParsedPage:
    """Return the page, truncated at a length or run of white space for which the patterns would take too long."""
    gap = _GAP.search(page.text, 0, _MAX_PAGE)
    end = gap.start() if gap else _MAX_PAGE
    return page if len(page.text) <= end else replace(page, text=page.text[:end])


def _in_title_case(name: str) -> str:
    """Return a name in capitals with small letters; any other name as it is."""
    return string.capwords(name) if name.isupper() else name


def _aliases(issuer: str, names: Sequence[NameReading]) -> tuple[str, ...]:
    return issuer_aliases(
        issuer,
        tickers=tuple(name.name for name in names if name.kind in (NameKind.TICKER, NameKind.CIK)),
        short_names=tuple(name.name for name in names if name.kind is NameKind.SHORT),
    )


def _type_from_name(filename: str) -> Reading[DocumentType] | None:
    stem = PurePath(filename).stem
    for kind, pattern in _NAME_FORMS:
        found = re.search(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", stem, re.I)
        if found:
            return Reading(kind, FieldSource(Origin.FILENAME, 0.3, found.group()))
    return None


def _year_from_name(filename: str, kind: DocumentType) -> Reading[int] | None:
    found = re.search(rf"(?<!\d){YEAR}(?!\d)", PurePath(filename).stem)
    periodic = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE, DocumentType.ANNUAL_REPORT)
    if found is None or kind not in periodic:
        return None
    return Reading(int(found.group()), FieldSource(Origin.FILENAME, 0.3, found.group()))


def _titled(
    metadata: DocumentMetadata, parsed: ParsedDocument, pages: Sequence[ParsedPage], filename: str
) -> DocumentMetadata:
    """Add a title: issuer, type and period if known, else a headline, a heading, or the file's own title or name."""
    if metadata.issuer and metadata.document_type is not DocumentType.OTHER:
        kind = metadata.document_type.value
        named = kind if kind[0].isdigit() else kind.replace("-", " ")
        words = (metadata.issuer, named, metadata.period_label())
        return replace(metadata, title=" ".join(word for word in words if word))
    release = find_headline(pages[:1])
    if release:
        return replace(metadata, title=re.sub(r"\s+", " ", release.text()).strip())
    for page in pages[:2]:
        for block in page.blocks:
            text = re.sub(r"\s+", " ", page.text[block.start : block.end]).strip()
            if block.kind is BlockKind.HEADING and 3 < len(text) < 160:
                return replace(metadata, title=text)
    stated = parsed.properties.get("title", "").strip()
    return replace(metadata, title=stated or PurePath(filename).stem or "Untitled")
