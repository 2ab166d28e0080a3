"""Each list of the editors' desk has a limit: that of a page, or a number that the writing side enforces."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import get_origin

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

import app.review as desk
from app.changes import endpoints as changes
from app.review.bulk.service import MOST
from app.review.exports.service import MAX_TASKS
from app.review.people import MOST_REVIEWERS
from app.review.policies.errors import MOST_RULES
from app.review.progress.repository import MOST_DEALS
from app.review.saved.service import MOST_SHOWN
from app.review.schemas.definition import MAX_FIELDS
from app.webhooks import endpoints as webhooks
from app.webhooks.errors import MOST_WEBHOOKS

BOUNDED = {
    "/v1/review/tasks/{task_id}/fields": MAX_FIELDS,
    "/v1/review/tasks/{task_id}/earlier": MAX_FIELDS,
    "/v1/review/fields/{field_id}": MAX_FIELDS,  # the two readings of a conflict
    "/v1/review/reviewers": MOST_REVIEWERS,
    "/v1/review/policies": MOST_RULES,
    "/v1/review/views": MOST_SHOWN,
    "/v1/review/progress": MOST_DEALS,
    "/v1/review/workload": MOST_REVIEWERS,
    "/v1/review/agreement": MAX_FIELDS,
    "/v1/review/mistakes": MAX_FIELDS,
    "/v1/review/bulk-approvals/{bulk_id}": MOST,
    "/v1/webhooks": MOST_WEBHOOKS,
    "/v1/webhooks/{webhook_id}": MOST_WEBHOOKS,  # its kinds
    "/v1/schemas/{key}": MAX_FIELDS,
    "/v1/exports": MAX_TASKS,
}
"""Lists without pages, with the number of rows that they have at most for each thing that they list by."""


def routes() -> Iterator[APIRoute]:
    names = [each.name for each in pkgutil.walk_packages(desk.__path__, f"{desk.__name__}.")]
    modules = [importlib.import_module(name) for name in names if name.endswith("endpoints")]
    for module in [*modules, changes, webhooks]:
        yield from (each for each in module.router.routes if isinstance(each, APIRoute) and "GET" in each.methods)


def parameters(dependant: Dependant) -> set[str]:
    return {each.alias for each in dependant.query_params}.union(*map(parameters, dependant.dependencies))


def lists(model: object) -> bool:
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    return is_model and any(get_origin(field.annotation) is list for field in model.model_fields.values())


ROUTES = list(routes())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_each_list_of_the_desk_has_a_limit(route):
    if lists(route.response_model) and "limit" not in parameters(route.dependant):
        assert route.path in BOUNDED, "page the list (app.http.pages), or limit it where rows are written"


def test_each_named_list_exists():
    assert BOUNDED.keys() <= {route.path for route in ROUTES}
