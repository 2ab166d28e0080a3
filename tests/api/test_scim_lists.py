"""Tests filters, paging, sorting and requested attributes of SCIM lists of users."""

from uuid import uuid4

import pytest

from app.core.principal import Role
from tests.api.scim_calls import assert_error, make, new_group, new_user


@pytest.mark.parametrize(
    "text_",
    [
        "userName eq",
        'nothing eq "x"',
        "userName gt",
        'active co "x"',
        "not (" * 200 + "userName pr" + ")" * 200,
        "x" * 3000,
    ],
)
def test_invalid_filter_is_refused(admin, text_):
    answer = admin.http.get("/scim/v2/Users", params={"filter": text_})
    assert_error(answer, 400, "invalidValue" if len(text_) > 2000 else "invalidFilter")


def test_lists_are_paged_sorted_and_limited_to_requested_attributes(server):
    admin = server.user(None, Role.ADMIN)
    names = [f"user-{place}@example.com" for place in (3, 1, 2)]
    for name in names:
        make(admin, "Users", new_user(userName=name, displayName=name, roles=[{"value": "editor"}]))

    def page(**parameters):
        answer = admin.http.get("/scim/v2/Users", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    wanted = {"filter": 'userName sw "user-"', "sortBy": "userName"}
    first, second = page(**wanted, count=2), page(**wanted, count=2, startIndex=3)
    assert [user["userName"] for user in first["Resources"] + second["Resources"]] == sorted(names)
    assert (first["totalResults"], first["itemsPerPage"], second["startIndex"]) == (3, 2, 3)
    down = page(**wanted, sortOrder="descending", attributes="userName")["Resources"]
    assert [user["userName"] for user in down] == sorted(names, reverse=True)
    assert down[0].keys() == {"schemas", "id", "userName"}
    assert "meta" not in page(**wanted, excludedAttributes="meta,roles")["Resources"][0]
    assert page(**wanted, count=0)["Resources"] == []
    assert page(**wanted, count=-5)["totalResults"] == 3
    assert page(**wanted, count=100_000)["itemsPerPage"] == 3
    assert_error(admin.http.get("/scim/v2/Users", params={"sortBy": "roles"}), 400, "invalidPath")


FILTERS = {
    'userName co "ANA"': {"ana"},
    'userName ew "@example.com" and not (active eq true)': {"ben"},
    "displayName pr": {"ana", "ben", "admin"},
    'name.familyName eq "sol"': {"ana"},
    'externalId eq "A-1"': set(),
    'externalId eq "a-1"': {"ana"},
    "externalId pr": {"ana"},
    'externalId ne "a-1"': {"ben", "admin"},
    "not (externalId pr)": {"ben", "admin"},
    'emails.value sw "ana.home"': {"ana"},
    'emails[type eq "home" and value co "home"]': {"ana"},
    'emails[type eq "work" and value co "home"]': set(),
    "emails[primary eq true]": {"ben", "admin"},
    'roles eq "editor"': {"ben"},
    'roles.value eq "editor" or roles[value eq "admin"]': {"ben", "admin"},
    'roles ne "analyst"': {"ben", "admin"},
    "active eq false": {"ben"},
    'meta.created gt "2020-01-01T00:00:00Z" and meta.lastModified lt "2020-01-01T00:00:00Z"': set(),
    'userName eq "a%" or userName co "_"': set(),
    f'id eq "{uuid4()}" or id eq "x"': set(),
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ben"': {"ben"},
    'groups.value eq "GROUP"': {"ana"},
    'groups[value eq "GROUP"] and active eq true': {"ana"},
}


def test_filters_follow_the_rfc(server):
    admin = server.user(None, Role.ADMIN)
    emails = [{"value": "ana@example.com", "type": "work"}, {"value": "ana.home@example.com", "type": "home"}]
    ana = make(
        admin,
        "Users",
        new_user(
            userName="ana@example.com", displayName="Ana", externalId="a-1", name={"familyName": "Sol"}, emails=emails
        ),
    )["id"]
    ben = make(
        admin,
        "Users",
        new_user(
            userName="ben@example.com",
            active=False,
            roles=[{"value": "editor"}],
            emails=[{"value": "ben@example.com", "primary": True}],
        ),
    )["id"]
    group = make(admin, "Groups", new_group(members=[{"value": ana}]))["id"]
    names = {ana: "ana", ben: "ben", str(admin.id): "admin"}
    for text_, expected in FILTERS.items():
        answer = admin.http.get("/scim/v2/Users", params={"filter": text_.replace("GROUP", group)})
        assert answer.status_code == 200, (text_, answer.text)
        assert {names[user["id"]] for user in answer.json()["Resources"]} == expected, text_
