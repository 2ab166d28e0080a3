"""Request bodies for the SCIM tests, and a check of SCIM error responses."""

from uuid import uuid4

CORE = "urn:ietf:params:scim:schemas:core:2.0"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def new_user(**more):
    return {"schemas": [f"{CORE}:User"], "userName": f"{uuid4().hex}@example.com", **more}


def new_group(**more):
    return {"schemas": [f"{CORE}:Group"], "displayName": f"desk {uuid4()}", **more}


def operations(*given):
    return {"schemas": [PATCH], "Operations": list(given)}


def make(user, kind, body):
    answer = user.http.post(f"/scim/v2/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def assert_error(answer, status, scim_type=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/scim+json")
    body = answer.json()
    assert (body["schemas"], body["status"], body.get("scimType")) == ([ERROR], str(status), scim_type)
    assert body["detail"]
