"""Sends the provisioning calls of Okta and Entra, as their documentation shows them."""

from uuid import uuid4

import pytest

from app.core.principal import Role

CORE = "urn:ietf:params:scim:schemas:core:2.0"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
KIND = {"Content-Type": "application/scim+json"}


class Provider:
    """A client that calls SCIM as an identity provider does, with an administrator's key."""

    def __init__(self, server, user):
        self.http = server.client(
            headers={"Authorization": f"Bearer {user.key}", "Accept": "application/scim+json", **KIND}
        )
        self.url = f"{server.url}/scim/v2"

    def call(self, method, path, status, body=None, **more):
        answer = self.http.request(method, f"/scim/v2{path}", json=body, **more)
        assert answer.status_code == status, answer.text
        if answer.content:
            assert answer.headers["content-type"].startswith("application/scim+json")
            return answer.json()
        return None

    def patch(self, path, *operations, status=200):
        return self.call("PATCH", path, status, {"schemas": [PATCH], "Operations": list(operations)})

    def find(self, kind, text, **more):
        return self.call("GET", f"/{kind}", 200, params={"filter": text, **more})["Resources"]


@pytest.fixture
def provider(server):
    return Provider(server, server.user(None, Role.ADMIN))


def okta_user(name):
    return {
        "schemas": [f"{CORE}:User"],
        "userName": name,
        "name": {"givenName": "Ana", "familyName": "Sol", "middleName": "Q"},
        "emails": [{"primary": True, "value": name, "type": "work"}],
        "displayName": "Ana Sol",
        "locale": "en-US",
        "externalId": f"00u{uuid4().hex[:12]}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }


def entra_user(name):
    return {
        "schemas": [f"{CORE}:User", ENTERPRISE],
        "externalId": uuid4().hex,
        "userName": name,
        "active": True,
        "displayName": "Ana Sol",
        "emails": [{"primary": True, "type": "work", "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Ana Sol", "familyName": "Sol", "givenName": "Ana"},
        "roles": [],
        ENTERPRISE: {"department": "Credit", "manager": {"value": "1"}},
    }


def test_okta_assigns_changes_deactivates_and_reactivates_a_user(provider):
    name = f"{uuid4().hex}@example.com"
    assert provider.find("Users", f'userName eq "{name}"', startIndex=1, count=100) == []
    body = okta_user(name)
    made = provider.call("POST", "/Users", 201, body)
    assert (made["userName"], made["name"]["givenName"], made["active"]) == (name, "Ana", True)
    assert made["meta"]["location"] == f"{provider.url}/Users/{made['id']}"
    assert "password" not in made
    changed = provider.call(
        "PUT", f"/Users/{made['id']}", 200, {**body, "id": made["id"], "meta": made["meta"], "displayName": "Ana Luz"}
    )
    assert changed["displayName"] == "Ana Luz"
    assert changed["meta"]["version"] != made["meta"]["version"]
    gone = provider.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    assert gone["active"] is False
    assert provider.find("Users", f'userName eq "{name}"')[0]["active"] is False
    back = provider.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": True}})
    assert back["active"] is True


def test_okta_pushes_a_group(provider):
    ana, ben = (provider.call("POST", "/Users", 201, okta_user(f"{uuid4().hex}@example.com"))["id"] for _ in range(2))
    body = {
        "schemas": [f"{CORE}:Group"],
        "displayName": f"desk {uuid4()}",
        "members": [{"value": ana, "display": "ana@example.com"}],
    }
    made = provider.call("POST", "/Groups", 201, body)
    path = f"/Groups/{made['id']}"
    renamed = {"id": made["id"], "displayName": f"desk {uuid4()}"}
    provider.patch(path, {"op": "replace", "value": renamed}, status=204)
    provider.patch(
        path,
        {"op": "remove", "path": f'members[value eq "{ana}"]'},
        {"op": "add", "path": "members", "value": [{"value": ben, "display": "ben@example.com"}]},
        status=204,
    )
    found = provider.call("GET", path, 200)
    assert (found["displayName"], [member["value"] for member in found["members"]]) == (renamed["displayName"], [ben])
    provider.patch(path, {"op": "replace", "path": "members", "value": [{"value": ana}, {"value": ben}]}, status=204)
    assert {member["value"] for member in provider.call("GET", path, 200)["members"]} == {ana, ben}
    assert [group["id"] for group in provider.find("Groups", f'displayName eq "{renamed["displayName"]}"')] == [
        made["id"]
    ]
    provider.call("DELETE", path, 204)
    assert provider.call("GET", path, 404)["status"] == "404"


def test_entra_matches_updates_disables_and_deletes_a_user(provider):
    name = f"{uuid4().hex}@example.com"
    body = entra_user(name)
    made = provider.call("POST", "/Users", 201, body)
    path = f"/Users/{made['id']}"
    for text in (
        f'userName eq "{name.upper()}"',
        f'externalId eq "{body["externalId"]}"',
        f'emails[type eq "work"].value eq "{name}"',
        f'emails[type eq "work" and value eq "{name}"]',
        f'emails.value eq "{name}" and active eq true',
    ):
        assert [user["id"] for user in provider.find("Users", text)] == [made["id"]], text
    changed = provider.patch(
        path,
        {"op": "Replace", "path": "displayName", "value": "Ana Luz"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": f"home-{name}"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": f"new-{name}"},
        {"op": "Replace", "value": {"name.familyName": "Luz", f"{ENTERPRISE}:department": "Loans"}},
        {"op": "Add", "path": f"{ENTERPRISE}:employeeNumber", "value": "701984"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555"},
    )
    assert (changed["displayName"], changed["name"]["familyName"]) == ("Ana Luz", "Luz")
    assert {email["type"]: email["value"] for email in changed["emails"]} == {
        "work": f"new-{name}",
        "home": f"home-{name}",
    }
    assert provider.patch(path, {"op": "Replace", "path": "active", "value": "False"})["active"] is False
    assert provider.patch(path, {"op": "Replace", "path": "active", "value": "True"})["active"] is True
    role = provider.patch(path, {"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "editor"})
    assert role["roles"] == [{"value": "editor"}]
    provider.call("DELETE", path, 204)
    provider.call("GET", path, 404)
    again = provider.call("POST", "/Users", 201, body)
    assert again["id"] != made["id"]


def test_entra_updates_a_group_without_reading_its_members(provider):
    ana, ben = (provider.call("POST", "/Users", 201, entra_user(f"{uuid4().hex}@example.com"))["id"] for _ in range(2))
    name = f"desk {uuid4()}"
    body = {
        "schemas": [f"{CORE}:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": uuid4().hex,
        "displayName": name,
        "meta": {"resourceType": "Group"},
    }
    made = provider.call("POST", "/Groups", 201, body)
    path = f"/Groups/{made['id']}"
    provider.patch(path, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": ana}]}, status=204)
    provider.patch(path, {"op": "Add", "path": "members", "value": [{"value": ana}, {"value": ben}]}, status=204)
    assert "members" not in provider.call("GET", path, 200, params={"excludedAttributes": "members"})
    assert [g["id"] for g in provider.find("Groups", f'displayName eq "{name}"', excludedAttributes="members")] == [
        made["id"]
    ]
    for text in (
        f'id eq "{made["id"]}" and members eq "{ana}"',
        f'members[value eq "{ben}"]',
        f'members.value eq "{ben}"',
    ):
        assert [group["id"] for group in provider.find("Groups", text)] == [made["id"]], text
    provider.patch(path, {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ana}]}, status=204)
    assert [member["value"] for member in provider.call("GET", path, 200)["members"]] == [ben]
    assert provider.find("Groups", f'id eq "{made["id"]}" and members eq "{ana}"') == []
