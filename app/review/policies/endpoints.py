"""Rules of who must agree on values, at `/v1/review/policies`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.review.policies.errors import PolicyNotFoundError, TooManyPoliciesError
from app.review.policies.schemas import PoliciesOut, PolicyEffectOut, PolicyIn, PolicyOut
from app.review.policies.service import PolicyService
from app.review.schemas.errors import SchemaNotFoundError

router = api_router(prefix="/v1/review/policies", tag="review")

Policies = Annotated[PolicyService, Depends(service(PolicyService))]


@router.get(
    "",
    summary="List the tenant's rules of who must agree on values",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def list_review_policies(principal: CurrentPrincipal, policies: Policies) -> PoliciesOut:
    titles = policies.list_titles(principal)
    return PoliciesOut(items=[PolicyOut.of(row, titles) for row in policies.list_policies(principal)])


@router.post(
    "/preview",
    summary="Preview which open fields a rule would apply to",
    openapi_extra=needs(Permission.REVIEW_APPROVE) | problems(SchemaNotFoundError),
)
def preview_review_policy(principal: CurrentPrincipal, policies: Policies, body: PolicyIn) -> PolicyEffectOut:
    effect = policies.preview(principal, body.rule())
    return PolicyEffectOut(fields=effect.fields, tasks=effect.tasks, stricter=effect.stricter)


@router.post(
    "",
    status_code=201,
    summary="Add a rule of who must agree on values",
    openapi_extra=needs(Permission.REVIEW_APPROVE) | problems(SchemaNotFoundError, TooManyPoliciesError),
)
def add_review_policy(principal: CurrentPrincipal, policies: Policies, body: PolicyIn) -> PolicyOut:
    return PolicyOut.of(policies.add(principal, body.rule()), policies.list_titles(principal))


@router.delete(
    "/{policy_id}",
    status_code=204,
    summary="Delete a rule",
    description="Fields that it made stricter stay so.",
    openapi_extra=needs(Permission.REVIEW_APPROVE) | problems(PolicyNotFoundError),
)
def delete_review_policy(principal: CurrentPrincipal, policies: Policies, policy_id: UUID) -> None:
    policies.delete(principal, policy_id)
