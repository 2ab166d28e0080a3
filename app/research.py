"""Builds the services of issuers, of the ledger and of earlier questions for the composition root of the API."""

from app.answers.past.service import PastService
from app.core.clock import Clock
from app.db.session import Database
from app.facts.formulas.service import FormulaService
from app.facts.profile.service import ProfileService
from app.facts.service import FactService
from app.issuers.service import IssuerService
from app.issuers.watching.service import IssuerWatchService
from app.review.fields.figures import load_approved_figures


def build_research(*, database: Database, clock: Clock) -> list[object]:
    """Return the services."""
    return [
        IssuerService(database=database, clock=clock),
        IssuerWatchService(database=database, clock=clock),
        FactService(database=database, approved=load_approved_figures),
        FormulaService(database=database, approved=load_approved_figures),
        ProfileService(database=database, approved=load_approved_figures),
        PastService(database=database),
    ]
