"""SQL of the preview of a rule."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_STRICTNESS = ("one", "sample", "two", "blind")
_AFFECTED = text("""
    SELECT count(*), count(DISTINCT f.task_id), count(*) FILTER (WHERE array_position(:order, f.policy) < :strictness)
    FROM fields f
    JOIN review_tasks t ON t.id = f.task_id AND t.state = 'open'
    LEFT JOIN field_revisions r ON r.field_id = f.id AND r.number = f.at
    WHERE f.removed_at IS NULL AND (f.differs OR f.status NOT IN ('approved', 'absent', 'rejected'))
      AND (CAST(:schema AS uuid) IS NULL OR t.schema_id = :schema)
      AND (CAST(:key AS text) IS NULL OR f.key = :key)
      AND (CAST(:confidence AS float8) IS NULL OR f.confidence < :confidence)
      AND (CAST(:amount AS numeric) IS NULL OR r.value ->> 'kind' = 'quantity'
          AND abs(CAST(r.value ->> 'number' AS numeric)) >= :amount
          AND (CAST(:unit AS text) IS NULL OR r.value ->> 'unit' IS NULL OR lower(r.value ->> 'unit') = lower(:unit)
              OR r.value ->> 'unit' = '$' AND lower(:unit) LIKE '%d'))
""")


def count_affected(
    session: Session,
    *,
    policy: str,
    schema_id: UUID | None,
    field_key: str | None,
    amount: Decimal | None,
    unit: str | None,
    confidence: float | None,
) -> tuple[int, int, int]:
    """Return the open fields that a rule applies to, their tasks, and the fields that it makes stricter, as far as the
    session's principal may see them.
    """
    values = {
        "order": list(_STRICTNESS),
        "strictness": _STRICTNESS.index(policy) + 1,
        "schema": schema_id,
        "key": field_key,
        "amount": amount,
        "unit": unit,
        "confidence": confidence,
    }
    fields, tasks, stricter = session.execute(_AFFECTED, values).one()
    return fields, tasks, stricter
