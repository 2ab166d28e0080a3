"""The administrators' pages: lists that can be searched, forms that create, and forms that are refused."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest

from app.web import admin_named_pages, admin_people_pages
from tests.api.test_access_pages import Browser


@pytest.fixture
def desk(server, admin):
    return Browser(server, admin)


def post(desk, path, **data):
    return desk.http.post(path, data={"form_token": desk.token("/admin"), **data}, follow_redirects=False)


def change(desk, path, *, at=None, **data):
    """Send a form of the page at `at`, with the revision that the page has."""
    revision = re.search(r'name="revision" value="(\d+)"', desk.get(at or path).text)[1]
    return post(desk, path, revision=revision, **data)


def value_of(page, name):
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])


def test_person_is_created_changed_disabled_and_given_a_key(server, desk):
    email = f"{uuid4().hex}@example.org"
    made = post(desk, "/admin/people/new", kind="person", email=email, name="Ana <b>", roles=["analyst", "editor"])
    assert made.status_code == 303
    address = made.headers["location"]
    page = desk.get(address)
    assert "Ana &lt;b&gt;" in page.text
    assert 'value="editor" checked' in page.text
    key = change(desk, address, act="key", key_name="notebook")
    secret = re.search(r"fn_[0-9a-f]{12}_[\w-]{43}", key.text)[0]
    assert server.client(headers={"Authorization": f"Bearer {secret}"}).get("/v1/me").status_code == 200
    assert secret not in desk.get(address).text
    assert change(desk, address, act="save", name="Ana", roles=["analyst"]).status_code == 303
    assert 'value="editor" checked' not in desk.get(address).text
    key_id = re.search(r"/admin/keys/([0-9a-f-]{36})/revoke", desk.get(address).text)[1]
    revoked = post(desk, f"/admin/keys/{key_id}/revoke", user=address.rpartition("/")[2])
    assert revoked.headers["location"] == address
    assert server.client(headers={"Authorization": f"Bearer {secret}"}).get("/v1/me").status_code == 401
    change(desk, address, act="disable")
    assert ">disabled<" in desk.get(address).text
    found = desk.get("/admin/people", params={"q": f"ana {email[:12]}"})
    assert found.text.count("<tr><th") == 1
    assert f'href="{address}"' in found.text


def test_refused_person_keeps_what_was_typed_beside_the_error(desk, server, admin):
    refused = post(desk, "/admin/people/new", kind="person", email="not an address", name="Ana", roles=["auditor"])
    assert refused.status_code == 422
    assert value_of(refused, "email") == "not an address"
    assert value_of(refused, "name") == "Ana"
    assert 'value="auditor" checked' in refused.text
    assert 'id="email-problem"' in refused.text
    email = f"{uuid4().hex}@example.org"
    post(desk, "/admin/people/new", kind="person", email=email, name="Ana", roles=["analyst"])
    taken = post(desk, "/admin/people/new", kind="person", email=email, name="Bo", roles=["analyst"])
    assert taken.status_code == 409
    assert 'id="email-problem"' in taken.text
    assert value_of(taken, "name") == "Bo"
    without = post(desk, "/admin/people/new", kind="person", email=f"x{email}", name="Bo")
    assert without.status_code == 422
    assert 'id="roles-problem"' in without.text


def test_service_account_needs_no_address(desk):
    made = post(desk, "/admin/people/new", kind="service", name="Nightly import", roles=["analyst"])
    assert made.status_code == 303
    assert "Service account" in desk.get(made.headers["location"]).text


def test_wrong_expiry_of_a_key_stands_beside_its_field(desk):
    made = post(desk, "/admin/people/new", kind="service", name="Import", roles=["analyst"])
    refused = change(desk, made.headers["location"], act="key", key_name="night", expires_at="tomorrow")
    assert refused.status_code == 422
    assert 'id="expires_at-problem"' in refused.text
    assert (value_of(refused, "key_name"), value_of(refused, "expires_at")) == ("night", "tomorrow")
    unnamed = change(desk, made.headers["location"], act="key", key_name=" ")
    assert 'id="key_name-problem"' in unnamed.text


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/admin/groups", {}),
        ("/admin/collections", {}),
        ("/admin/labels", {}),
        ("/admin/packs", {"document_types": "10-K, 10-Q"}),
    ],
)
def test_named_object_is_created_found_and_refused(desk, path, more):
    name = f"desk {uuid4().hex[:8]} <i>"
    made = post(desk, path, name=name, **more)
    assert made.status_code == 303
    assert name in unescape(desk.get(made.headers["location"]).text)
    assert name not in unescape(desk.get(path, params={"q": "nothing has this name"}).text)
    empty = post(desk, path, name=" ", **more)
    assert empty.status_code == 422
    assert 'id="name-problem"' in empty.text


def test_collection_is_created_inside_another_or_refused(desk):
    outer, inner = f"outer {uuid4().hex[:8]}", f"inner {uuid4().hex[:8]}"
    post(desk, "/admin/collections", name=outer)
    assert post(desk, "/admin/collections", name=inner, parent=outer).status_code == 303
    refused = post(desk, "/admin/collections", name="inner", parent="no such collection")
    assert refused.status_code == 404
    assert 'id="parent-problem"' in refused.text
    assert value_of(refused, "parent") == "no such collection"


def test_provider_is_created_disabled_and_refused(desk):
    fields = {"name": "Acme", "issuer": "https://login.example.org", "client_id": uuid4().hex, "link_by": "subject"}
    refused = post(desk, "/admin/providers", **{**fields, "issuer": "http://login.example.org"}, client_secret="s3cret")
    assert refused.status_code == 422
    assert value_of(refused, "issuer") == "http://login.example.org"
    assert "s3cret" not in refused.text
    assert post(desk, "/admin/providers", **fields, client_secret="s3cret").status_code == 303
    page = desk.get("/admin/providers")
    assert fields["client_id"] in page.text
    assert "s3cret" not in page.text
    address = re.findall(r'href="(/admin/providers/[0-9a-f-]{36})"', page.text)[-1]
    assert change(desk, address, act="disable").status_code == 303
    assert ">disabled<" in desk.get(address).text
    assert change(desk, address, **{**fields, "name": "Acme 2", "email_domains": "x"}).status_code == 422
    assert change(desk, address, **{**fields, "name": "Acme 2"}).status_code == 303
    assert "Acme 2" in desk.get("/admin/providers", params={"q": "acme LOGIN.example"}).text
    assert "Acme 2" not in desk.get("/admin/providers", params={"q": "nobody"}).text
    assert change(desk, f"{address}/delete", name="Acme").status_code == 422
    assert change(desk, f"{address}/delete", name="Acme 2").status_code == 303
    assert desk.http.get(address).status_code == 404


def test_lists_have_pages(desk, monkeypatch):
    monkeypatch.setattr(admin_named_pages, "ROWS_A_PAGE", 1)
    monkeypatch.setattr(admin_people_pages, "ROWS_A_PAGE", 1)
    mark = uuid4().hex[:8]
    for number in range(2):
        post(desk, "/admin/groups", name=f"{mark} {number}")
        post(desk, "/admin/people/new", kind="service", name=f"{mark} {number}", roles=["analyst"])
    for path in ("/admin/groups", "/admin/people"):
        first = desk.get(path, params={"q": mark})
        assert (f"{mark} 0" in first.text, f"{mark} 1" in first.text) == (True, False)
        address = unescape(re.search(r'href="([^"]+)" rel="next"', first.text)[1])
        assert f"{mark} 1" in desk.get(address).text


def test_overview_counts_and_says_what_needs_attention(desk):
    name = f"alone {uuid4().hex[:8]}"
    made = post(desk, "/admin/people/new", kind="service", name="Import", roles=["analyst"])
    change(
        desk,
        made.headers["location"],
        act="key",
        key_name=name,
        expires_at=(datetime.now(UTC) + timedelta(days=5)).isoformat(),
    )
    page = desk.get("/admin")
    assert f"The key “{name}” expires within two weeks." in page.text
    assert "people and service accounts" in page.text
    assert "questions answered or declined" in page.text


def test_usage_counts_questions_of_all_users(server, desk, analyst, editor):
    before = desk.get("/admin/usage").text
    collection = editor.collection()
    editor.upload(collection, b"Revenue was $5 million.")
    answer = editor.http.post("/v1/questions", json={"question": "What was revenue?"})
    assert answer.status_code in (200, 201), answer.text
    after = desk.get("/admin/usage").text
    assert before != after
    months = re.findall(r'<tr><th scope="row">(\d{4}-\d\d)</th>', after)
    assert len(months) == 12
    assert months == sorted(months, reverse=True)


def test_refused_change_of_access_can_be_corrected_in_place(desk, loans_of):
    refused = desk.change("preview", change="grant", collection=loans_of, user="nobody@example.org", level="viewer")
    assert refused.status_code in (404, 422)
    assert value_of(refused, "user") == "nobody@example.org"
    assert 'name="user" type="text"' in refused.text
    assert f'name="collection" value="{loans_of}"' in refused.text


@pytest.fixture
def loans_of(editor):
    return editor.collection("Loans")["id"]
