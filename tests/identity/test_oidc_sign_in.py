"""Sign-in at a real OpenID provider, as a browser does it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.principal import Role

BY_EMAIL = {"link_by": "verified-email", "email_domains": ["example.com"]}


def asked(begun):
    return {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}


def me(browser):
    return browser.http.get("/v1/me")


def refused(answer, status=401):
    """Check that the sign-in was rejected; return the page's error message."""
    assert answer.status_code == status, answer.text
    assert "no-store" in answer.headers["cache-control"]
    return answer.text.split('role="alert">')[1].split("<")[0]


def test_verified_address_links_subject_to_user_once(tenant, provider, browser, second_browser):
    ana = tenant.person("Ana@Example.com", Role.ANALYST)
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    signed_in = browser.sign_in(staff, "ana")
    assert signed_in.status_code == 200
    assert 'content="0;url=/"' in signed_in.text
    assert me(browser).json()["user_id"] == str(ana.id)
    assert "Sign out" in browser.http.get("/").text
    assert tenant.audited("identity.user.linked") == [
        {"provider_id": staff["id"], "before": None, "after": "ana", "by": "verified-email"}
    ]
    assert tenant.audited("identity.session.opened") == [{"provider_id": staff["id"], "user_id": str(ana.id)}]
    tenant.site.sql(tenant.id, "UPDATE users SET email = 'ana@elsewhere.example' WHERE id = :id", id=ana.id)
    second_browser.sign_in(staff, "ana")
    assert me(second_browser).json()["user_id"] == str(ana.id)


def test_redirect_has_pkce_state_nonce_and_http_only_cookies(tenant, provider, browser):
    begun = browser.begin(tenant.provide(provider.issuer))
    query = asked(begun)
    assert begun.status_code == 303
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert min(len(query["state"]), len(query["nonce"]), len(query["code_challenge"])) >= 43
    assert query["redirect_uri"].startswith(browser.site.url)
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert not {query["state"], query["nonce"]} & set(begun.headers["set-cookie"].split(";"))


def test_unlinked_subject_is_rejected_and_creates_no_user(tenant, provider, browser):
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    assert "ask an administrator" in refused(browser.sign_in(staff, "eve"))
    assert browser.session() is None
    assert len(tenant.http.get("/v1/users").json()["items"]) == 1
    assert tenant.audited("identity.sign_in.refused") == [{"code": "user-unknown", "subject": "eve"}]


def test_administrator_links_subject_to_user(tenant, provider, browser):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, link_by="subject")
    refused(browser.sign_in(staff, "ana"))
    tenant.link(staff, ana, "ana")
    browser.sign_in(staff, "ana")
    assert me(browser).json()["user_id"] == str(ana.id)


def test_address_links_user_only_in_configured_domains(tenant, provider, browser):
    tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, **(BY_EMAIL | {"email_domains": ["example.org"]}))
    refused(browser.sign_in(staff, "ana"))
    assert tenant.change(staff, email_domains=["EXAMPLE.com"]).status_code == 200
    assert browser.sign_in(staff, "ana").status_code == 200


def test_reassigned_address_gives_no_access_to_former_users_account(tenant, provider, browser):
    ana = tenant.person("ben@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    tenant.link(staff, ana, "the-ben-who-left")
    refused(browser.sign_in(staff, "ben"))


def test_disabled_user_is_rejected_and_old_session_stays_ended(tenant, provider, browser, second_browser):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    browser.sign_in(staff, "ana")
    tenant.site.sql(tenant.id, "UPDATE users SET disabled_at = now() WHERE id = :id", id=ana.id)
    assert me(browser).json()["code"] in {"user-disabled", "session-ended"}
    assert "disabled" in refused(second_browser.sign_in(staff, "ana"))
    tenant.site.sql(tenant.id, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=ana.id)
    assert me(browser).json()["code"] == "session-ended"


def test_disabling_provider_ends_its_sessions_and_sign_ins(tenant, provider, browser):
    tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    browser.sign_in(staff, "ana")
    assert tenant.change(staff, enabled=False).status_code == 200
    assert me(browser).json()["code"] == "session-ended"
    refused(browser.begin(staff), 404)
    tenant.change(staff, enabled=True)
    assert me(browser).json()["code"] == "session-ended"


@pytest.mark.parametrize("how", ["state", "no cookie", "changed cookie", "no cookie of ours", "too late", "no state"])
def test_expired_forged_or_foreign_sign_in_is_rejected(tenant, provider, browser, how):
    tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    address = browser.authorize(browser.begin(staff), "ana")
    cookie = browser.http.cookies["footnote_sign_in"]
    if how == "state":
        address = address.replace("state=", "state=x")
    elif how == "no state":
        address = address.partition("&state=")[0]
    elif how == "too late":
        browser.site.clock.ahead = timedelta(minutes=11)
    else:
        browser.http.cookies.clear()
    if "cookie" in how and how != "no cookie":
        planted = cookie[:-6] + "AAAAAA" if how == "changed cookie" else "gAAAAA=%c3;'"
        browser.http.headers["Cookie"] = f"footnote_sign_in={planted}"
    assert "try again" in refused(browser.http.get(address))
    assert browser.session() is None


def test_sign_in_is_bound_to_one_provider(tenant, make_tenant, provider, browser):
    """A code is rejected at the callback of another provider, which prevents mix-up attacks (RFC 9700 §4.4)."""
    tenant.person("ana@example.com")
    honest = tenant.provide(provider.issuer, **BY_EMAIL)
    other = make_tenant().provide(provider.issuer)
    back = browser.authorize(browser.begin(honest), "ana")
    refused(browser.http.get(back.replace(honest["id"], other["id"])))
    assert browser.session() is None


def test_code_and_state_are_accepted_once(tenant, provider, browser):
    tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    back = browser.authorize(browser.begin(staff), "ana")
    cookie = browser.http.cookies["footnote_sign_in"]
    assert browser.http.get(back).status_code == 200
    assert "footnote_sign_in" not in browser.http.cookies
    refused(browser.http.get(back))
    browser.http.cookies.clear()
    browser.http.cookies.set("footnote_sign_in", cookie)
    assert "try again" in refused(browser.http.get(back))


def test_sign_in_replaces_session_planted_by_attacker(tenant, provider, browser, second_browser):
    tenant.person("ana@example.com")
    ben = tenant.person("ben@example.com")
    staff = tenant.provide(provider.issuer, **BY_EMAIL)
    second_browser.http.post("/sign-in", data={"key": ben.key})
    planted = second_browser.session()
    browser.http.cookies.set("footnote_session", planted, domain="127.0.0.1")
    browser.sign_in(staff, "ana")
    assert me(browser).json()["name"] == "ana"
    assert browser.session() != planted
    assert me(second_browser).json()["code"] == "session-ended"


def test_sign_in_page_lists_only_own_tenants_providers(tenant, provider, browser):
    staff = tenant.provide(provider.issuer)
    shown = browser.http.get("/sign-in", params={"organisation": tenant.slug}).text
    assert f'href="/sign-in/oidc/{staff["id"]}"' in shown
    assert staff["id"] not in browser.http.get("/").text
    tenant.change(staff, enabled=False)
    empty, unknown = (
        browser.http.get("/sign-in", params={"organisation": slug}) for slug in (tenant.slug, "t" + "0" * 32)
    )
    assert empty.status_code == unknown.status_code == 200
    assert empty.text.replace(tenant.slug, "") == unknown.text.replace("t" + "0" * 32, "")
