"""The tenant's rules of who must agree on values. Only approvers change them; each change is audited."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, select

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.principal import Permission, Principal
from app.db.bulk import insert_row
from app.db.session import Database
from app.review.models import ReviewPolicy, SchemaRow
from app.review.policies.errors import MOST_RULES, PolicyNotFoundError, TooManyPoliciesError
from app.review.policies.repository import count_affected
from app.review.schemas.definition import FieldPolicy
from app.review.schemas.repository import SchemaRepository


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A rule. It applies to all fields, or to those of a schema, or with a key; to quantities of at least `amount`; to
    proposals below `confidence`.
    """

    policy: FieldPolicy
    schema: str | None = None
    field_key: str | None = None
    amount: Decimal | None = None
    unit: str | None = None
    confidence: float | None = None
    sample_rate: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """The open fields that a rule applies to, their tasks, and the fields that it makes stricter, among those that the
    principal may see.
    """

    fields: int
    tasks: int
    stricter: int


class PolicyService:
    """Reads and changes the rules."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_policies(self, principal: Principal) -> list[ReviewPolicy]:
        """List the rules, oldest first."""
        with self._database.transaction(principal, snapshot=True) as session:
            return list(session.scalars(select(ReviewPolicy).order_by(ReviewPolicy.id).limit(MOST_RULES)))

    def list_titles(self, principal: Principal) -> dict[UUID, str]:
        """Return the titles of the schemas that rules are for."""
        with self._database.transaction(principal, snapshot=True) as session:
            used = select(ReviewPolicy.schema_id).limit(MOST_RULES)
            found = session.execute(select(SchemaRow.id, SchemaRow.title).where(SchemaRow.id.in_(used)))
            return {row.id: row.title for row in found}

    def preview(self, principal: Principal, new: NewPolicy) -> PolicyEffect:
        """Return the open fields that a rule would apply to. Raises PermissionRequiredError, SchemaNotFoundError."""
        principal.require(Permission.REVIEW_APPROVE)
        with self._database.transaction(principal, snapshot=True) as session:
            schemas = SchemaRepository(session)
            schemas.check_key(new.schema)
            row = None if new.schema is None else schemas.find_row(new.schema)
            if new.schema is not None and row is None:
                return PolicyEffect(0, 0, 0)
            counted = count_affected(
                session,
                policy=new.policy.value,
                schema_id=None if row is None else row.id,
                field_key=new.field_key,
                amount=new.amount,
                unit=new.unit,
                confidence=new.confidence,
            )
            return PolicyEffect(*counted)

    def add(self, principal: Principal, new: NewPolicy) -> ReviewPolicy:
        """Add a rule. Raises PermissionRequiredError, SchemaNotFoundError, TooManyPoliciesError."""
        principal.require(Permission.REVIEW_APPROVE)
        with self._database.transaction(principal) as session:
            if (session.scalar(select(func.count()).select_from(ReviewPolicy)) or 0) >= MOST_RULES:
                raise TooManyPoliciesError
            schema_id = None
            if new.schema is not None:
                schemas = SchemaRepository(session)
                row = schemas.find_row(new.schema)
                if row is None:
                    row = schemas.ensure_shipped(new.schema, principal, self._clock.now())
                schema_id = row.id
            values = {
                "id": new_id(),
                "tenant_id": principal.tenant_id,
                "schema_id": schema_id,
                "field_key": new.field_key,
                "amount": new.amount,
                "unit": new.unit,
                "confidence": new.confidence,
                "policy": new.policy.value,
                "sample_rate": new.sample_rate,
                "made_by": principal.user_id,
                "made_at": self._clock.now(),
            }
            insert_row(session, ReviewPolicy, values)
            detail = {"policy": new.policy.value, "schema_id": None if schema_id is None else str(schema_id)}
            record(
                session,
                principal,
                "review.policy.added",
                object_type="review-policy",
                object_id=values["id"],
                detail=detail,
            )
        return ReviewPolicy(**values)

    def delete(self, principal: Principal, policy_id: UUID) -> None:
        """Delete a rule. Fields that it made stricter stay so. Raises PermissionRequiredError, PolicyNotFoundError."""
        principal.require(Permission.REVIEW_APPROVE)
        with self._database.transaction(principal) as session:
            removed = session.execute(
                delete(ReviewPolicy).where(ReviewPolicy.id == policy_id).returning(ReviewPolicy.policy)
            ).scalar_one_or_none()
            if removed is None:
                raise PolicyNotFoundError
            record(
                session,
                principal,
                "review.policy.deleted",
                object_type="review-policy",
                object_id=policy_id,
                detail={"policy": removed},
            )
