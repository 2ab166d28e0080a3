"""Usage of a tenant by month: questions, tokens and cost of the model, files and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.answers.usage_repository import list_usage
from app.core.principal import Permission, Principal
from app.db.session import Database

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class MonthOfUsage:
    """What is stored of a month (UTC). `answered` is the number of questions that were not declined."""

    month: date
    questions: int
    answered: int
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal
    files: int
    pages: int

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


class UsageService:
    """Counts what the whole tenant used. The counts reveal no user's question and no document."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_months(self, principal: Principal, *, months: int) -> Sequence[MonthOfUsage]:
        """Return the newest months, newest first; at most `MOST_MONTHS`. Raises PermissionRequiredError."""
        principal.require(Permission.OPERATIONS_READ)
        with self._database.transaction(principal) as session:
            rows = list_usage(session, min(months, MOST_MONTHS))
        return [MonthOfUsage(**row._mapping) for row in rows]
