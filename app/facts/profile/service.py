"""Reads the profile of an issuer, and of two for a comparison, under the principal's permissions. Reads are audited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.facts.approved import LoadApproved, load_none, with_approved
from app.facts.errors import TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.formulas.registry import list_sought, standard_vocabulary
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel, StatementKind, StoredFact
from app.facts.profile.maturities import Instrument, MaturitySchedule, find_schedule, list_instruments
from app.facts.profile.measures import KEY_MEASURES, MeasureSeries, common_years, list_series, without_empty_years
from app.facts.repository import FactRepository
from app.issuers.names import Issuer
from app.issuers.reading import get_issuer

_STATEMENTS = (StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW, StatementKind.DEBT)


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """An issuer's key measures over the same years, oldest first, and its debt by maturity.

    `is_partial` states that the issuer has more facts than one request reads: only those of the measures' items were
    read, and the debt was left out.
    """

    issuer: Issuer
    series: tuple[MeasureSeries, ...]
    schedule: MaturitySchedule | None
    instruments: tuple[Instrument, ...]
    is_partial: bool = False

    @property
    def years(self) -> tuple[FiscalLabel, ...]:
        """The fiscal years of the measures, oldest first."""
        return self.series[0].years


class ProfileService:
    """Reads profiles. Documents that the principal may not see count as absent."""

    def __init__(self, *, database: Database, approved: LoadApproved = load_none) -> None:
        """`approved` reads what editors approved."""
        self._database = database
        self._approved = approved

    def get_profile(
        self, principal: Principal, issuer: str, *, years: int = 8, last_year: int | None = None
    ) -> IssuerProfile:
        """Return the profile of an issuer, by its ID, a name, or an identifier: up to `years` fiscal years, of which
        `last_year` is the newest.

        Raises IssuerNotFoundError, IssuerAmbiguousError, FactEncodingError.
        """
        (profile,) = self.list_profiles(principal, [issuer], years=years, last_year=last_year)
        return profile

    def list_profiles(
        self, principal: Principal, issuers: Sequence[str], *, years: int = 8, last_year: int | None = None
    ) -> list[IssuerProfile]:
        """Return the profiles of several issuers as of one moment, over the same fiscal years: the newest ones that any
        of them has. Raises the errors of `get_profile`.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            loaded = [self._load(session, get_issuer(session, issuer)) for issuer in issuers]
            read = sorted({str(stored.source.document_id) for _, facts, _ in loaded for stored in facts})
            detail = {"documents": read, "count": sum(len(facts) for _, facts, _ in loaded)}
            action = "facts.profile.read"
            record(session, principal, action, object_type="tenant", object_id=principal.tenant_id, detail=detail)
        ledgers = [Ledger(facts) for _, facts, _ in loaded]
        shown = common_years(ledgers, years, last_year)
        every = without_empty_years([list_series(ledger, shown) for ledger in ledgers])
        return [
            IssuerProfile(
                issuer, series, find_schedule(ledger.facts), list_instruments(ledger.facts), is_partial=is_partial
            )
            for (issuer, _, is_partial), ledger, series in zip(loaded, ledgers, every, strict=True)
        ]

    def _load(self, session: Session, issuer: Issuer) -> tuple[Issuer, list[StoredFact], bool]:
        """Return the facts of the statements and of debt; if they are too many, those of the measures' items."""
        repository, wanted = FactRepository(session), FactFilter(issuer_ids=tuple(issuer.ids))
        is_partial = False
        try:
            facts = repository.load_any(wanted, statements=_STATEMENTS)
        except TooManyFactsError:
            names, is_partial = _needed_names(), True
            try:
                facts = repository.load_any(wanted, items=names, concepts=names)
            except TooManyFactsError:
                facts = []
        approved = self._approved(session, {stored.source.document_id for stored in facts})
        return issuer, with_approved(facts, approved, items=_needed_names()), is_partial


def _needed_names() -> list[str]:
    vocabulary = standard_vocabulary()
    sought = [each for measure in KEY_MEASURES for each in list_sought(measure.expression, vocabulary)]
    return list(dict.fromkeys(name for each in sought for name in (*each.names, *each.concepts)))
