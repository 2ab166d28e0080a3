"""The OpenAPI document against the running API: every operation, all of schemathesis's checks, no 5xx."""

from http.cookiejar import DefaultCookiePolicy

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.core.principal import Role

# What no schema can tell from what is right: a cursor of ours, a date in the past, a key that was used before.
REFUSED_FOR_THEIR_MEANING = {
    "idempotency-key-reused",
    "invalid-cursor",
    "grant-lifetime-invalid",
    "changes-refused",
    "explained-time-invalid",
    "key-lifetime-invalid",
    "issuer-invalid",
    "issuer-not-public",
    "audience-unbound",
    "precondition-required",
    "question-invalid-characters",
    "precondition-failed",
    "upload-empty",
    "published-run-invalid",
    "published-run-unfinished",
    "published-run-differs",
}


def test_the_document_is_whole(server):
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


def test_no_request_breaks_the_api_or_its_document(server):
    user = server.user(None, Role.ADMIN, Role.EDITOR)
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    headers = {"Authorization": f"Bearer {user.key}"}
    failures = []
    # One connection for all of it, and as little else kept as if each had its own.
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for found in schema.get_all_operations():
        operation = found.ok()
        # It answers 503 here, as the broker of this test is absent on purpose.
        if operation.path == "/readyz":
            continue

        @schemathesis_case(operation)
        def check(case):
            answer = case.call(headers=headers, session=session)
            meant = answer.status_code >= 400 and answer.json().get("code") in REFUSED_FOR_THEIR_MEANING
            case.validate_response(answer, excluded_checks=[positive_data_acceptance] if meant else [])

        try:
            check()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - all operations are tried before the first failure is told
            failures.append(f"{operation.label}: {error!r} {getattr(error, 'exceptions', [''])[0]}")
    assert failures == [], "\n\n".join(failures)


def schemathesis_case(operation):
    """Runs a function over generated cases of one operation."""

    def wrap(function):
        limits = settings(
            max_examples=12,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        return limits(given(case=operation.as_strategy())(function))

    return wrap
