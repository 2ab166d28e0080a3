"""Browser sessions: their end, their visibility to users, and the rejection of cross-site requests."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.responses import Response
from sqlalchemy import text

from app.core.principal import Permission, Principal, Role
from app.db.session import RightsChangedError, system_principal
from app.identity.sessions.service import form_token
from app.web.session import Cookies


@pytest.fixture
def ana(tenant):
    return tenant.person("ana@example.com", Role.ANALYST)


def sign_in(browser, person):
    answer = browser.http.post("/sign-in", data={"key": person.key})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    return browser


def me(browser):
    return browser.http.get("/v1/me")


def listed(http):
    return http.get("/v1/sessions").json()["items"]


def test_session_ends_with_revoked_key(tenant, ana, browser):
    key = tenant.site.client(ana.key).get("/v1/keys").json()["items"][0]
    sign_in(browser, ana)
    assert me(browser).json()["key_id"] == key["id"]
    tenant.site.client(ana.key).delete(f"/v1/keys/{key['id']}")
    assert me(browser).json()["code"] == "key-revoked"
    assert "API key" in browser.http.get("/").text


def test_session_expires_with_its_key(tenant, ana, browser):
    ends = datetime.now(UTC) + timedelta(minutes=5)
    made = tenant.site.client(ana.key).post("/v1/keys", json={"name": "short", "expires_at": ends.isoformat()}).json()
    answer = browser.http.post("/sign-in", data={"key": made["secret"]})
    assert 0 < int(re.search(r"Max-Age=(\d+)", answer.headers["set-cookie"])[1]) <= 300
    tenant.site.clock.ahead = timedelta(minutes=6)
    assert me(browser).json()["code"] == "session-ended"


def test_session_expires_when_idle_and_at_maximum_lifetime(tenant, ana, browser, second_browser):
    sign_in(browser, ana)
    sign_in(second_browser, ana)
    for minutes in range(50, 12 * 60, 50):
        tenant.site.clock.ahead = timedelta(minutes=minutes)
        assert me(browser).status_code == 200
    assert me(second_browser).json()["code"] == "session-ended"
    tenant.site.clock.ahead = timedelta(hours=12, seconds=1)
    assert me(browser).json()["code"] == "session-ended"


def test_last_seen_time_is_written_at_most_once_a_minute(tenant, ana, browser):
    sign_in(browser, ana)
    first = listed(tenant.site.client(ana.key))[0]["last_seen_at"]
    tenant.site.clock.ahead = timedelta(seconds=30)
    me(browser)
    assert listed(tenant.site.client(ana.key))[0]["last_seen_at"] == first
    tenant.site.clock.ahead = timedelta(seconds=90)
    me(browser)
    assert listed(tenant.site.client(ana.key))[0]["last_seen_at"] > first


def test_users_list_and_end_only_own_sessions(tenant, make_tenant, ana, browser):
    sign_in(browser, ana)
    ben = tenant.person("ben@example.com", Role.ANALYST)
    (session,) = listed(browser.http)
    assert session["user_id"] == str(ana.id)
    stranger = make_tenant()
    for other in (tenant.site.client(ben.key), stranger.http):
        assert listed(other) == []
        assert other.delete(f"/v1/sessions/{session['id']}").json()["code"] == "session-not-found"
    assert [each["id"] for each in listed(tenant.http)] == [session["id"]]
    assert tenant.http.delete(f"/v1/sessions/{session['id']}").status_code == 204
    assert me(browser).json()["code"] == "session-ended"
    assert tenant.audited("identity.session.revoked") == [{"user_id": str(ana.id)}]


def test_sign_out_invalidates_copied_cookie(tenant, ana, browser, second_browser):
    sign_in(browser, ana)
    cookie = browser.session()
    form = browser.http.get("/").text.split('name="form_token" value="')[1].split('"')[0]
    refused = browser.http.post("/sign-out", data={"form_token": form_token("another")})
    assert (refused.status_code, refused.json()["code"]) == (403, "cross-site-request")
    assert browser.http.post("/sign-out").status_code == 403
    assert browser.http.post("/sign-out", data={"form_token": form}).status_code == 303
    assert browser.session() is None
    second_browser.http.cookies.set("footnote_session", cookie)
    assert me(second_browser).json()["code"] == "session-ended"
    assert len(tenant.audited("identity.session.ended")) == 1


def test_form_from_other_site_is_rejected(ana, browser):
    for path in ("/sign-in", "/sign-out"):
        answer = browser.http.post(path, data={"key": ana.key}, headers={"Origin": "https://elsewhere.example"})
        assert answer.json()["code"] == "cross-site-request"


def test_write_with_cookie_requires_page_header(ana, browser):
    sign_in(browser, ana)
    body = {"name": "x"}
    assert browser.http.post("/v1/keys", json=body).json()["code"] == "cross-site-request"
    assert browser.http.post("/v1/keys", json=body, headers={"X-Footnote-Page": "1"}).status_code == 201


@pytest.mark.parametrize(
    "cookie", ["", "x", "A" * 43, "A" * 5000, "%00", "\"'; DROP", "fn_0_0", "A" * 42 + "=", "\u00e9" * 43]
)
def test_unknown_cookie_is_rejected(browser, cookie):
    browser.http.headers["Cookie"] = f"footnote_session={cookie}; footnote_sign_in={cookie}"
    assert me(browser).status_code == 401
    assert browser.http.get("/").status_code == 200
    assert browser.http.get("/evaluations").status_code == 303
    assert browser.http.post("/sign-out", data={"form_token": cookie}).status_code in {303, 403, 422}
    assert browser.http.get(f"/sign-in/oidc/{'0' * 8}-0000-7000-8000-{'0' * 12}/callback").status_code == 404


def test_cookies_over_https_have_host_prefix():
    cookies, response = Cookies(secure=True), Response()
    cookies.set_session(response, "t", timedelta(hours=1))
    cookies.set_attempt(response, "a", timedelta(minutes=10))
    session, attempt = response.headers.getlist("set-cookie")
    assert session == "__Host-footnote_session=t; HttpOnly; Max-Age=3600; Path=/; SameSite=strict; Secure"
    assert attempt == "__Host-footnote_sign_in=a; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure"


@pytest.mark.parametrize(
    "deed",
    [
        "SELECT token_digest FROM web_sessions",
        "UPDATE web_sessions SET ends_at = now() + interval '1 year'",
        "INSERT INTO web_sessions SELECT :new, tenant_id, :other, provider_id, key_id, '\\x00', now(), now(), now(), "
        "now() FROM web_sessions",
        "INSERT INTO user_identities SELECT tenant_id, id, 'me', :me, now() FROM identity_providers",
        "UPDATE identity_providers SET enabled = false",
        "SELECT * FROM find_web_session('')",
    ],
)
def test_database_rejects_sessions_and_links_of_other_users(tenant, ana, browser, deed):
    sign_in(browser, ana)
    tenant.provide("https://login.example.com", client_id=uuid4().hex)
    values = {
        name: value
        for name, value in {"new": uuid4(), "me": ana.id, "other": tenant.chief.id}.items()
        if f":{name}" in deed
    }
    try:
        with tenant.site.database.api.transaction(Principal(tenant_id=tenant.id, user_id=ana.id)) as session:
            assert session.execute(text(deed), values).rowcount <= 0
    except RightsChangedError as refused:
        assert refused.__cause__.orig.sqlstate == "42501"


KEY = (
    "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, created_at, scopes) "
    "VALUES (gen_random_uuid(), :tenant, :me, 'made', gen_random_uuid()::text, '\\x00', now(), :scopes)"
)
SESSION = (
    "INSERT INTO web_sessions (id, tenant_id, user_id, provider_id, key_id, token_digest, created_at, last_seen_at, "
    "idle_ends_at, ends_at) VALUES (gen_random_uuid(), :tenant, :me, NULL, :key, gen_random_uuid()::text::bytea, "
    "now(), now(), now(), now())"
)


@pytest.mark.parametrize(
    ("deed", "of_a_wide_key"),
    [
        (KEY, False),
        (SESSION, False),
        (SESSION.replace(":key", "NULL"), False),
        (SESSION.replace(":key", ":others_key"), True),
    ],
    ids=["a wide key", "a session of a wide key", "a session of no key", "a session of another's key"],
)
def test_database_rejects_keys_and_sessions_beyond_own_scopes(tenant, ana, deed, of_a_wide_key):
    database = tenant.site.database
    scopes = None if of_a_wide_key else frozenset({Permission.USERS_MANAGE})
    chief = Principal(tenant.id, tenant.chief.id, frozenset({Role.ADMIN}), scopes=scopes)
    with database.owner.transaction(system_principal(tenant.id)) as session:
        found = session.execute(text("SELECT user_id, id FROM api_keys WHERE scopes IS NULL"))
        keys = {row.user_id: row.id for row in found}
    values = {
        "tenant": tenant.id,
        "me": tenant.chief.id,
        "key": keys[tenant.chief.id],
        "others_key": keys[ana.id],
        "scopes": None,
    }
    given = {name: value for name, value in values.items() if f":{name}" in deed}
    with pytest.raises(RightsChangedError), database.api.transaction(chief) as session:
        session.execute(text(deed), given)
