"""Schemathesis calls every operation of the running API with generated requests and applies all its checks."""

from http.cookiejar import DefaultCookiePolicy

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.core.principal import Role
from tests.api.route_rules import RULES
from tests.api.test_route_rights import PUBLIC

# Codes of errors for requests that match the schema, such as a forged cursor, a past date or a used idempotency key.
REFUSED_FOR_THEIR_MEANING = {
    "idempotency-key-reused",
    "invalid-cursor",
    "bad-expression",
    "bad-period",
    "grant-lifetime-invalid",
    "changes-refused",
    "conflicting-filters",
    "explained-time-invalid",
    "key-lifetime-invalid",
    "key-scopes-invalid",
    "issuer-invalid",
    "issuer-not-public",
    "audience-unbound",
    "precondition-required",
    "question-empty",
    "question-invalid-characters",
    "precondition-failed",
    "upload-empty",
    "published-run-invalid",
    "published-run-unfinished",
    "published-run-differs",
    "schema-invalid",
    "field-value-invalid",
    "decision-invalid",
    "mention-invalid",
    "assignee-invalid",
    "bulk-changed",
    "moment-not-past",
    "webhook-address-invalid",
}
REFUSED_IN_WORDS = {"Value error, a grant of a pack must have the level viewer"}


def is_refused_for_its_meaning(problem):
    messages = {error["message"] for error in problem.get("errors", ())}
    return problem.get("code") in REFUSED_FOR_THEIR_MEANING or (bool(messages) and messages <= REFUSED_IN_WORDS)


# RULES contains all operations: `test_every_operation_has_a_rule` checks it. /readyz is excluded, because it returns
# 503 without a broker.
OPERATIONS = sorted({*RULES, *PUBLIC} - {("GET", "/readyz")})


def test_openapi_document_is_complete(server):
    document = server.client().get("/openapi.json").json()
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not path.startswith("/v1/"):
                continue
            assert operation["security"], (method, path)
            assert operation.get("summary"), (method, path)
            assert {"401", "422", "429", "500", "503"} <= set(operation["responses"]), (method, path)
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    content = answer["content"]["application/problem+json"]
                    assert all(example["value"]["status"] == int(status) for example in content["examples"].values())
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("Idempotency-Key" in names) == (method == "post"), (method, path)


@pytest.fixture(scope="module")
def schema(server):
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


@pytest.fixture(scope="module")
def call(server):
    """Return a function that sends a generated request. All requests have the same user and session, and no cookies."""
    user = server.user(None, Role.ADMIN, Role.EDITOR)
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield lambda case: case.call(headers={"Authorization": f"Bearer {user.key}"}, session=session)


@pytest.mark.random
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_responses_conform_to_the_openapi_document(schema, call, operation):
    method, path = operation

    @settings(
        max_examples=settings.default.max_examples // 10,  # 4 in normal runs, 20 in `make test-random`
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def check(case):
        answer = call(case)
        meant = answer.status_code >= 400 and is_refused_for_its_meaning(answer.json())
        case.validate_response(answer, excluded_checks=[positive_data_acceptance] if meant else [])

    check()
