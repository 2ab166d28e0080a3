"""Builds the services of the access policy, of its reports and of its changes for the composition root of the API."""

from app.access.changes.removing import RemovalService
from app.access.changes.service import ImportService
from app.access.policy.service import PolicyService
from app.access.reports.explaining import ExplainService
from app.access.reports.watching import WatchService
from app.core.clock import Clock
from app.db.session import Database


def build_governance(*, database: Database, clock: Clock) -> list[object]:
    """Return the services."""
    return [
        PolicyService(database=database),
        ExplainService(database=database, clock=clock),
        WatchService(database=database),
        ImportService(database=database),
        RemovalService(database=database),
    ]
