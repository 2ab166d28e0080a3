"""SQL of usage by month (migrations/sql/0031_usage.sql)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_LIST = text(
    "SELECT month, questions, answered, tokens_in, tokens_out, cost_usd, files, pages FROM list_usage(:months)"
)


def list_usage(session: Session, months: int) -> Sequence[Row[Any]]:
    """Return the months, newest first; no rows for other principals than administrators and engineers."""
    return session.execute(_LIST, {"months": months}).all()
