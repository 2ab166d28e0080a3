"""If a provider is down, faulty or hostile, no user is signed in, and the page shows an error message."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def ana(tenant):
    return tenant.person("ana@example.com")


@pytest.fixture
def staff(tenant, odd, ana):
    odd.keys = [KEY]
    made = tenant.provide(odd.issuer)
    tenant.link(made, ana, "ana")
    return made


@pytest.fixture(scope="module")
def settled(make_tenant, steady_odd):
    """A working provider that the module's tests share."""
    steady_odd.keys = [KEY]
    tenant = make_tenant()
    made = tenant.provide(steady_odd.issuer)
    tenant.link(made, tenant.person("ana@example.com"), "ana")
    return made


def finish(browser, odd, staff, key=KEY, response=None, header=None, **claims):
    """Complete a sign-in whose ID token has the given claims; return the last response."""
    query = parse_qs(urlsplit(browser.begin(staff).headers["location"]).query)
    claims = {"aud": "footnote", "nonce": query["nonce"][0], **claims}
    odd.answers["/token"] = (200, {}, json.dumps({"id_token": odd.token(key, header, **claims)}).encode())
    given = {"state": query["state"][0], "code": "c", **(response or {})}
    return browser.http.get(f"/sign-in/oidc/{staff['id']}/callback", params=given)


def error_text(answer):
    return answer.text.split('role="alert">')[1].split("<")[0]


def test_correct_provider_signs_user_in(odd, staff, browser):
    assert finish(browser, odd, staff).status_code == 200
    assert browser.http.get("/v1/me").json()["name"] == "ana"


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "https://footnote.test"},
        {"aud": ["footnote", "another"]},
        {"aud": ["footnote", "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1_600_000_000},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        pytest.param({"key": OTHER}, id="another key"),
        {"header": {"typ": "logout+jwt"}},
        {"response": {"iss": "https://another.example"}},
    ],
    ids=str,
)
def test_wrong_id_token_or_callback_is_rejected(steady_odd, settled, browser, wrong):
    answer = finish(browser, steady_odd, settled, **wrong)
    assert answer.status_code == 401
    assert error_text(answer) == "Your provider did not confirm who you are: try again."
    assert browser.session() is None


def test_id_token_with_several_audiences_requires_azp(odd, staff, browser):
    assert finish(browser, odd, staff, aud=["footnote", "another"], azp="footnote").status_code == 200


def test_missing_iss_is_rejected_if_provider_supports_iss(odd, staff, browser):
    odd.metadata["authorization_response_iss_parameter_supported"] = True
    assert finish(browser, odd, staff).status_code == 401
    assert finish(browser, odd, staff, response={"iss": odd.issuer}).status_code == 200


def test_providers_error_is_shown_without_its_description(odd, staff, browser):
    words = {"error": "access_denied", "error_description": "Call 555-0100 now"}
    answer = finish(browser, odd, staff, response=words)
    assert (answer.status_code, error_text(answer)) == (401, "Your provider denied access: ask its administrator.")
    answer = finish(browser, odd, staff, response={"error": "<b>Call 555-0100 now</b>"})
    assert "555" not in answer.text
    assert "(login_required)" in error_text(finish(browser, odd, staff, response={"error": "login_required"}))
    # If no sign-in was started, the page does not show the provider's error.
    assert (
        "login_required"
        not in browser.http.get(f"/sign-in/oidc/{staff['id']}/callback", params={"error": "login_required"}).text
    )


def test_code_rejected_by_provider_fails_sign_in(odd, staff, browser):
    query = parse_qs(urlsplit(browser.begin(staff).headers["location"]).query)
    odd.answers["/token"] = (400, {}, b'{"error": "invalid_grant"}')
    params = {"state": query["state"][0], "code": "c"}
    assert browser.http.get(f"/sign-in/oidc/{staff['id']}/callback", params=params).status_code == 401


def test_provider_outage_shows_error_message(odd, staff, browser):
    odd.answers["/.well-known/openid-configuration"] = (500, {}, b"{}")
    refused = browser.begin(staff)
    assert refused.status_code == 503
    assert error_text(refused).startswith("Your sign-in provider is not answering")


def test_unverified_address_or_userinfo_of_other_subject_links_no_user(odd, tenant, browser, ana, make_tenant):
    odd.keys = [KEY]
    staff = tenant.provide(odd.issuer, link_by="verified-email", email_domains=["example.com"])
    odd.metadata["userinfo_endpoint"] = f"{odd.issuer}/userinfo"
    email = {"email": "ana@example.com"}
    assert finish(browser, odd, staff, sub="s", **email).status_code == 401
    assert finish(browser, odd, staff, sub="s", **email, email_verified=False).status_code == 401
    assert finish(browser, odd, staff, sub="s", **email, email_verified=True).status_code == 200
    tenant.http.delete(f"/v1/identity-providers/{staff['id']}/links/{ana.id}")
    assert browser.http.get("/v1/me").json()["code"] == "session-ended"

    def with_userinfo(subject):
        odd.answers["/userinfo"] = (200, {}, json.dumps({"sub": subject, **email, "email_verified": True}).encode())
        query = parse_qs(urlsplit(browser.begin(staff).headers["location"]).query)
        token = odd.token(KEY, aud="footnote", nonce=query["nonce"][0], sub="s")
        odd.answers["/token"] = (200, {}, json.dumps({"id_token": token, "access_token": "a"}).encode())
        params = {"state": query["state"][0], "code": "c"}
        return browser.http.get(f"/sign-in/oidc/{staff['id']}/callback", params=params)

    assert with_userinfo("another").status_code == 401
    assert with_userinfo("s").status_code == 200
