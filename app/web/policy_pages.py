"""The page of rules at `/review/policies`: who must agree on which values."""

from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response

from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.review.policies.schemas import PolicyIn
from app.review.policies.service import PolicyEffect, PolicyService
from app.review.policies.wording import describe_rule
from app.review.schemas.service import SchemaService
from app.review.tasks.service import TaskService
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS, Form, read_form

Policies = Annotated[PolicyService, Depends(service(PolicyService))]
Schemas = Annotated[SchemaService, Depends(service(SchemaService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]
Token = Annotated[str, FormField(max_length=200)]
Line = Annotated[str, FormField(max_length=500)]
SchemaLine = Annotated[str, FormField(max_length=500, alias="schema")]
"""A field `schema`. A parameter of that name would hide a method of the model that FastAPI makes of the form."""

_EMPTY = Form(dict.fromkeys(("policy", "schema", "field_key", "amount", "unit", "confidence", "sample_rate"), ""))


def policy_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/review/policies", include_in_schema=False)

    @router.get("")
    def show_policies(request: Request, policies: Policies, schemas: Schemas, tasks: Tasks) -> Response:
        def show(principal: Principal) -> Response:
            return _show(desk, request, principal, (policies, schemas, tasks), _EMPTY)

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("")
    def add_policy(
        request: Request,
        policies: Policies,
        schemas: Schemas,
        tasks: Tasks,
        policy: Line = "",
        schema_: SchemaLine = "",
        field_key: Line = "",
        amount: Line = "",
        unit: Line = "",
        confidence: Line = "",
        sample_rate: Line = "",
        step: Line = "",
        form_token: Token = "",
    ) -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            typed = {
                "policy": policy, "schema": schema_, "field_key": field_key, "amount": amount, "unit": unit,
                "confidence": confidence, "sample_rate": sample_rate,
            }  # fmt: skip
            form, parts = Form(typed), (policies, schemas, tasks)
            try:
                rule = read_form(PolicyIn, _wanted(typed)).rule()
                if step == "preview":
                    effect = policies.preview(principal, rule)
                    return _show(desk, request, principal, parts, form, effect)
                policies.add(principal, rule)
            except REFUSALS as error:
                return _show(desk, request, principal, parts, form.refuse(error, at="policy"))
            return RedirectResponse("/review/policies", status_code=303)

        return desk.answer(request, Permission.REVIEW_APPROVE, act)

    @router.post("/{policy_id}/delete")
    def delete_policy(request: Request, policies: Policies, policy_id: UUID, form_token: Token = "") -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            policies.delete(principal, policy_id)
            return RedirectResponse("/review/policies", status_code=303)

        return desk.answer(request, Permission.REVIEW_APPROVE, act)

    return router


def _show(
    desk: AccessDesk,
    request: Request,
    principal: Principal,
    parts: tuple[PolicyService, SchemaService, TaskService],
    form: Form,
    effect: PolicyEffect | None = None,
) -> Response:
    policies, schemas, tasks = parts
    titles = policies.list_titles(principal)
    return desk.show_form(
        request,
        principal,
        "review_policies.html",
        form,
        rules=[(row, describe_rule(row, titles)) for row in policies.list_policies(principal)],
        schemas=schemas.list_schemas(principal).items,
        people={reviewer.id: reviewer.name for reviewer in tasks.list_reviewers(principal)},
        effect=effect,
        may_change=principal.may(Permission.REVIEW_APPROVE),
    )


def _wanted(typed: dict[str, str]) -> dict[str, object]:
    """Return what was typed as the API takes it: percentages as shares, and without empty fields."""
    found: dict[str, object] = {name: value.strip() for name, value in typed.items() if value.strip()}
    for name in ("confidence", "sample_rate"):
        if name in found:
            found[name] = _share(str(found[name]))
    if "amount" in found:
        found["amount"] = str(found["amount"]).replace(",", "")
    return found


def _share(text: str) -> object:
    """Return a percentage as a share; text that is none stays, so that the form says what is wrong."""
    try:
        return float(Decimal(text.removesuffix("%").strip()) / 100)
    except InvalidOperation:
        return text
