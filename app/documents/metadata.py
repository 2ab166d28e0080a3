"""Metadata read from a document: issuer, type, period, dates, currency and scale, each with its source."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.quantities.unit_mentions import Scale

_AMENDED, _TRANSITION = "/A", "T"


class DocumentType(StrEnum):
    """The type of a document. SEC forms have their amendments as types of their own (Exchange Act Rule 12b-15), and so
    have the 10-K and 10-Q for a transition period ("T", Rule 13a-10).
    """

    FORM_10K = "10-K"
    FORM_10Q = "10-Q"
    FORM_8K = "8-K"
    FORM_20F = "20-F"
    FORM_10K_A = "10-K/A"
    FORM_10Q_A = "10-Q/A"
    FORM_8K_A = "8-K/A"
    FORM_20F_A = "20-F/A"
    FORM_10KT = "10-KT"
    FORM_10QT = "10-QT"
    FORM_40F = "40-F"
    FORM_40F_A = "40-F/A"
    FORM_6K = "6-K"
    FORM_6K_A = "6-K/A"
    EARNINGS_RELEASE = "earnings-release"
    ANNUAL_REPORT = "annual-report"
    PROSPECTUS = "prospectus"
    OFFERING_MEMORANDUM = "offering-memorandum"
    CREDIT_AGREEMENT = "credit-agreement"
    INDENTURE = "indenture"
    CONTRACT = "contract"
    OTHER = "other"

    @property
    def is_amendment(self) -> bool:
        return self.value.endswith(_AMENDED)

    @property
    def base(self) -> "DocumentType":
        """The form that an amendment amends, and the 10-K or 10-Q of a transition report; any other type itself."""
        return DocumentType(self.value.removesuffix(_AMENDED).removesuffix(_TRANSITION))

    def amended(self) -> "DocumentType":
        """Return the type of this form's amendment; the type itself if it has none."""
        value = f"{self.value}{_AMENDED}"
        return DocumentType(value) if value in DocumentType._value2member_map_ else self


class FiscalPeriod(StrEnum):
    FY = "FY"
    Q1 = "Q1"
    Q2 = "Q2"
    Q3 = "Q3"
    Q4 = "Q4"


class Origin(StrEnum):
    """The origin of a field: a page's text, a tag in the file, other fields, or the file name."""

    TEXT = "text"
    TAG = "tag"
    DERIVED = "derived"
    FILENAME = "filename"


@dataclass(frozen=True, slots=True)
class FieldSource:
    """The source of a field. For `Origin.TEXT`, `quote` is the text of page `page` (from 1) from `start` to `end`.

    `confidence` (0 to 1) is a rank, not a probability.
    """

    origin: Origin
    confidence: float
    quote: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None


class NameKind(StrEnum):
    """The place that gives a name or an identifier of an issuer.

    The full names: `TAG` (`dei:EntityRegistrantName`), `COVER` (above "(Exact name of registrant …)", or the title page
    of an offering or agreement), `SIGNATURE` (the signature block), `AUDITOR` (the addressee of an auditor's report),
    `EXCHANGE` (beside "(NYSE: …)"), `HEADLINE` (of a release), `DEFINED` (before a defined term: Example Group plc
    ("Example")), `RUNNING` (a line repeated on many pages), `PARTY` (of an agreement), `TEXT` (anywhere else).

    Other names: `SHORT` (a defined term for the issuer), `FORMER` (a name it had before), `CO_REGISTRANT` (the name of
    another registrant on the same cover: not a name of the issuer). Identifiers: `TICKER`, `CIK`, `LEI`.
    """

    TAG = "tag"
    COVER = "cover"
    SIGNATURE = "signature"
    AUDITOR = "auditor"
    EXCHANGE = "exchange"
    HEADLINE = "headline"
    DEFINED = "defined"
    RUNNING = "running"
    PARTY = "party"
    TEXT = "text"
    SHORT = "short"
    FORMER = "former"
    CO_REGISTRANT = "co-registrant"
    TICKER = "ticker"
    CIK = "cik"
    LEI = "lei"


@dataclass(frozen=True, slots=True)
class NameReading:
    """A name or identifier that was read in a document, at `start` to `end` of the text of page `page` (from 1).

    A tag of the file has no place: `page`, `start` and `end` are None. `confidence` (0 to 1) is that the document's
    issuer has this name or identifier; for a co-registrant, that the document is its report as well.
    """

    name: str
    kind: NameKind
    page: int | None
    start: int | None
    end: int | None
    confidence: float


class PartyRole(StrEnum):
    """The role of a party of an agreement or offering."""

    BORROWER = "borrower"
    ISSUER = "issuer"
    CO_BORROWER = "co-borrower"
    CO_ISSUER = "co-issuer"
    PARENT = "parent"
    GUARANTOR = "guarantor"
    ADMINISTRATIVE_AGENT = "administrative-agent"
    COLLATERAL_AGENT = "collateral-agent"
    ARRANGER = "arranger"
    SYNDICATION_AGENT = "syndication-agent"
    LENDER = "lender"
    ISSUING_BANK = "issuing-bank"
    TRUSTEE = "trustee"
    UNDERWRITER = "underwriter"


@dataclass(frozen=True, slots=True)
class Party:
    """A party of an agreement or offering with its role, and the place that states both.

    `quote` is the text of page `page` (from 1) from `start` to `end`.
    """

    name: str
    role: PartyRole
    quote: str
    page: int
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """A document's metadata. A field that the document does not state is None. `sources` maps field names to sources.

    `fiscal_year` is the document's own label ("fiscal 2022"). For a 52/53-week year that ends in January, the label is
    usually one less than the year of `period_end`. `currency` is an ISO 4217 code. `names` are the names that were read
    in the document, those of the issuer first; a name has one reading a kind. `parties` are those of an agreement or
    offering.
    """

    title: str
    issuer: str | None = None
    issuer_aliases: tuple[str, ...] = ()
    document_type: DocumentType = DocumentType.OTHER
    fiscal_year: int | None = None
    fiscal_period: FiscalPeriod | None = None
    period_end: date | None = None
    filing_date: date | None = None
    currency: str | None = None
    scale: Scale | None = None
    sources: dict[str, FieldSource] = field(default_factory=dict)
    names: tuple[NameReading, ...] = ()
    parties: tuple[Party, ...] = ()

    def period_label(self) -> str:
        """Return "FY2022" or "Q2 FY2023", else the period end, else the filing date, else ""."""
        if self.fiscal_year is not None:
            quarter = self.fiscal_period
            label = f"FY{self.fiscal_year}"
            return label if quarter in (None, FiscalPeriod.FY) else f"{quarter} {label}"
        day = self.period_end or self.filing_date
        return day.isoformat() if day else ""
