"""The API's checks of tokens from providers, and its calls to the providers."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from typer.testing import CliRunner

from app.cli import build_cli
from app.core.principal import Role
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.errors import AudienceOfClientError, AudienceTakenError

KEY = RSAKey.generate_key(2048, {"kid": "one"})
STRANGERS = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def ana(tenant):
    return tenant.person("ana@example.com", Role.ANALYST)


@pytest.fixture
def staff(tenant, odd, ana):
    """A provider with an audience for API tokens, and a user linked to its subject `ana`."""
    odd.keys, odd.audience = [KEY], tenant.audience
    made = tenant.provide(odd.issuer, audience=tenant.audience)
    tenant.link(made, ana, "ana")
    return made


@pytest.fixture(scope="module")
def settled(make_tenant, steady_odd):
    """A tenant with a provider for API tokens, shared by tests that only read."""
    tenant = make_tenant()
    steady_odd.keys, steady_odd.audience = [KEY], tenant.audience
    tenant.link(tenant.provide(steady_odd.issuer, audience=tenant.audience), tenant.person("ana@example.com"), "ana")
    return tenant


def code(answer):
    return answer.status_code, answer.json().get("code")


def test_real_providers_token_authenticates_user(tenant, provider, ana):
    staff = tenant.provide(provider.issuer, audience=tenant.audience)
    tenant.link(staff, ana, "ana")
    answer = httpx.post(
        f"{provider.issuer}/token",
        auth=("footnote", "s3cret"),
        # `resource` is the audience of the token (RFC 8707 §2).
        data={"grant_type": "password", "username": "ana", "password": "pw", "resource": tenant.audience},
        trust_env=False,
    )
    token = answer.json()["access_token"]
    me = tenant.site.me(token)
    assert (me.status_code, me.json()["user_id"]) == (200, str(ana.id))
    provider.rotate()
    # Tokens signed with the old key are valid until they expire. The new key is fetched when it is first used.
    tenant.site.clock.ahead = timedelta(minutes=2)
    assert tenant.site.me(provider.token(aud=tenant.audience)).status_code == 200
    assert tenant.site.me(token).status_code == 200
    tenant.http.delete(f"/v1/identity-providers/{staff['id']}")


@pytest.mark.parametrize(
    "key",
    [
        RSAKey.generate_key(2048, {"kid": "a"}),
        ECKey.generate_key("P-256", {"kid": "b"}),
        OKPKey.generate_key("Ed25519", {"kid": "c"}),
    ],
    ids=lambda key: key.key_type,
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_each_listed_algorithm_is_accepted(tenant, odd, staff, key):
    odd.keys = [KEY, key]
    assert tenant.site.me(odd.token(key)).status_code == 200
    if key.key_type == "RSA":
        assert tenant.site.me(odd.token(key, {"alg": "PS256"})).status_code == 200
    assert tenant.site.me(odd.token(key, {"kid": None})).status_code == 200


SECONDS = {number: timedelta(seconds=number) for number in (-600, -61, -30, 30, 600)}


@pytest.mark.parametrize(
    ("header", "claims", "expected"),
    [
        ({}, {"exp": SECONDS[-61]}, "token-expired"),
        ({}, {"exp": SECONDS[-30], "iat": SECONDS[-600]}, None),
        ({}, {"nbf": SECONDS[600]}, "token-not-yet-valid"),
        ({}, {"nbf": SECONDS[30], "iat": SECONDS[30]}, None),
        ({}, {"iat": SECONDS[600]}, "token-not-yet-valid"),
        ({}, {"exp": None}, "token-invalid"),
        ({}, {"exp": True}, "token-invalid"),
        ({}, {"exp": "9999999999"}, "token-invalid"),
        ({}, {"exp": 10**400}, "token-invalid"),
        ({}, {"exp": 10**12}, None),
        ({}, {"iat": None}, "token-invalid"),
        ({}, {"aud": "https://another.test"}, "token-invalid"),
        ({}, {"aud": "footnote"}, "token-invalid"),
        ({}, {"aud": []}, "token-invalid"),
        ({}, {"aud": ["footnote"]}, "token-invalid"),
        ({}, {"aud": None}, "token-invalid"),
        ({}, {"iss": "https://another.example"}, "token-invalid"),
        ({}, {"iss": None}, "token-invalid"),
        ({}, {"iss": "\x00"}, "token-invalid"),
        ({}, {"sub": None}, "token-invalid"),
        ({}, {"sub": "x" * 256}, "token-invalid"),
        ({}, {"sub": "\ud800"}, "token-invalid"),
        ({}, {"sub": "somebody else"}, "user-unknown"),
        ({"typ": "at+jwt"}, {}, None),
        ({"typ": "application/at+JWT"}, {}, None),
        ({"typ": "logout+jwt"}, {}, "token-invalid"),
        ({"x5t": "AAAA", "nonce": "of some makers"}, {}, None),
        ({"kid": "another"}, {}, "token-invalid"),
        pytest.param({"kid": "one", "jwk": STRANGERS.as_dict(private=False)}, {}, None, id="a key sent along"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_claims_of_token_are_checked(settled, steady_odd, header, claims, expected):
    answer = settled.site.me(steady_odd.token(KEY, header, **claims))
    assert code(answer) == ((200, None) if expected is None else (401, expected)), answer.text
    if expected is not None:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["detail"].endswith(".")


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def sealed(content, secret):
    digest = hmac.digest(secret, content.encode(), "sha256")
    return f"{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


# Each function forges a token from (provider, header, claims, signature of a valid token).
FORGED = {
    "none": lambda odd, head, claims, sign: f"{part({'alg': 'none'})}.{claims}.",
    "None with a signature": lambda odd, head, claims, sign: f"{part({'alg': 'None', 'kid': 'one'})}.{claims}.{sign}",
    "the public key as a secret": lambda odd, head, claims, sign: sealed(
        f"{part({'alg': 'HS256', 'kid': 'one'})}.{claims}", KEY.as_pem(private=False)
    ),
    "a stranger's key": lambda odd, *_: odd.token(STRANGERS),
    "a stranger's key inside": lambda odd, *_: odd.token(STRANGERS, {"jwk": STRANGERS.as_dict(private=False)}),
    "a stranger's key elsewhere": lambda odd, *_: odd.token(STRANGERS, {"jku": f"{odd.issuer}/other-keys"}),
    "another's claims": lambda odd, head, claims, sign: (
        f"{head}.{part({'iss': odd.issuer, 'aud': odd.audience, 'sub': 'ana', 'iat': 1, 'exp': 9_999_999_999})}.{sign}"
    ),
    "no signature": lambda odd, head, claims, sign: f"{head}.{claims}.",
    "unencoded": lambda odd, head, claims, sign: (
        f"{part({'alg': 'RS256', 'kid': 'one', 'b64': False, 'crit': ['b64']})}.{claims}.{sign}"
    ),
    "critical": lambda odd, head, claims, sign: f"{part({'alg': 'RS256', 'crit': ['exp']})}.{claims}.{sign}",
    "encrypted": lambda odd, head, claims, sign: f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.{claims}.{sign}",
    "deep": lambda odd, head, claims, sign: f"{head}.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.{sign}",
    "long": lambda odd, head, claims, sign: f"{head}.{claims * 100}.{sign}",
    "nothing": lambda *_: "AAAA.AAAA.AAAA",
}


@pytest.mark.parametrize("how", FORGED)
def test_forged_token_returns_same_error_as_unknown_issuer(settled, steady_odd, how):
    answer = settled.site.me(FORGED[how](steady_odd, *steady_odd.token(KEY).split(".")))
    unknown = settled.site.me(steady_odd.token(KEY, iss="https://nobody.example"))
    assert code(answer) == code(unknown) == (401, "token-invalid")
    assert answer.json()["detail"] == unknown.json()["detail"]
    assert steady_odd.count("/other-keys") == 0


def test_unknown_key_ids_fetch_keys_at_most_once_a_minute(tenant, odd, staff):
    assert tenant.site.me(odd.token(KEY)).status_code == 200
    asked = odd.count("/jwks")
    for number in range(20):
        tenant.site.me(odd.token(STRANGERS, {"kid": f"made-up-{number}"}))
    assert odd.count("/jwks") == asked
    tenant.site.clock.ahead = timedelta(seconds=61)
    for number in range(20):
        tenant.site.me(odd.token(STRANGERS, {"kid": f"made-up-{number}"}))
    assert odd.count("/jwks") == asked + 1


def test_withdrawn_key_is_rejected_after_cache_lifetime(tenant, odd, staff):
    old = odd.token(KEY)
    assert tenant.site.me(old).status_code == 200
    odd.keys = [RSAKey.generate_key(2048, {"kid": "two"})]
    assert tenant.site.me(odd.token(odd.keys[0])).status_code == 401  # keys are fetched at most once a minute
    tenant.site.clock.ahead = timedelta(seconds=61)
    assert tenant.site.me(odd.token(odd.keys[0])).status_code == 200
    assert tenant.site.me(old).status_code == 401


def test_cached_keys_are_used_for_limited_time_during_outage(tenant, odd, staff):
    def token():
        return odd.token(KEY, exp=timedelta(days=30))

    assert tenant.site.me(token()).status_code == 200
    odd.answers["/jwks"] = odd.answers["/.well-known/openid-configuration"] = (500, {}, b"{}")
    tenant.site.clock.ahead = timedelta(hours=20)
    asked = len(odd.asked)
    for _ in range(5):
        assert tenant.site.me(token()).status_code == 200
    assert len(odd.asked) == asked + 1
    tenant.site.clock.ahead = timedelta(hours=30)
    assert code(tenant.site.me(token())) == (503, "identity-provider-unavailable")
    odd.answers.clear()
    tenant.site.clock.ahead = timedelta(hours=30, minutes=1)
    assert tenant.site.me(token()).status_code == 200


def test_outage_without_cached_keys_returns_unavailable(tenant, odd, staff):
    odd.answers["/jwks"] = (503, {}, b"{}")
    assert code(tenant.site.me(odd.token(KEY))) == (503, "identity-provider-unavailable")


@pytest.mark.parametrize("how", ["short", "for encryption", "secret", "of no kind"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_unsafe_keys_are_not_used(tenant, odd, staff, how):
    key = RSAKey.generate_key(1024 if how == "short" else 2048, {"kid": "two"})
    published = {
        "short": key.as_dict(private=False),
        "for encryption": {**key.as_dict(private=False), "use": "enc"},
        "secret": {"kty": "oct", "k": "AAAA", "kid": "two"},
        "of no kind": {"kid": "two"},
    }[how]
    body = json.dumps({"keys": [published, KEY.as_dict(private=False), 7]}).encode()
    odd.answers["/jwks"] = (200, {}, body)
    assert code(tenant.site.me(odd.token(key))) == (401, "token-invalid")
    assert tenant.site.me(odd.token(KEY)).status_code == 200


def test_token_with_further_audiences_is_accepted(settled, steady_odd):
    for audiences in ([settled.audience, "x"], ["x", settled.audience]):
        assert settled.site.me(steady_odd.token(KEY, aud=audiences)).status_code == 200


def test_audience_selects_tenant_of_shared_issuer(make_tenant, odd):
    odd.keys = [KEY]
    tenants = [make_tenant() for _ in range(2)]
    for tenant in tenants:
        person = tenant.person("ana@example.com")
        tenant.link(tenant.provide(odd.issuer, audience=tenant.audience), person, "ana")
        me = tenant.site.me(odd.token(KEY, aud=tenant.audience)).json()
        assert (me["tenant_id"], me["user_id"]) == (str(tenant.id), str(person.id))
    both = tenants[0].site.me(odd.token(KEY, aud=[tenant.audience for tenant in tenants]))
    assert code(both) == (401, "token-invalid")


@pytest.mark.parametrize("of_whom", ["nobody", "another tenant", "another tenant, and in its middle one's own"])
def test_tenant_can_not_claim_other_tenants_audience(make_tenant, odd, of_whom):
    """Otherwise, the tenant could accept another tenant's tokens if both have the same issuer."""
    ours, theirs = make_tenant(), make_tenant()
    audience = {
        "nobody": "https://footnote.test",
        "another tenant": theirs.audience,
        "another tenant, and in its middle one's own": f"{ours.audience}/{theirs.id}",
    }[of_whom]
    body = {"name": "x", "issuer": odd.issuer, "client_id": "other"}
    refused = ours.http.post("/v1/identity-providers", json={**body, "audience": audience})
    assert code(refused) == (422, "audience-unbound")
    assert str(ours.id) in refused.json()["detail"]
    made = ours.provide(odd.issuer, audience=ours.audience)
    assert code(ours.change(made, audience=audience)) == (422, "audience-unbound")
    again = ours.http.post("/v1/identity-providers", json={**body, "audience": ours.audience})
    assert code(again) == (409, "audience-taken")


def test_operator_sets_audience_without_tenant_id(make_tenant, odd, monkeypatch):
    ours, theirs = make_tenant(), make_tenant()
    person = ours.person("ana@example.com")
    made, other = ours.provide(odd.issuer), theirs.provide(odd.issuer)
    ours.link(made, person, "ana")
    odd.keys = [KEY]
    monkeypatch.setenv("FOOTNOTE_DATABASE__OWNER_URL", ours.site.database.urls["owner"])

    def give(tenant, provider, audience):
        words = ["audience", str(tenant.id), provider["id"], audience]
        return CliRunner().invoke(build_cli(["tenant"]), ["tenant", *words])

    given = give(ours, made, "an-application")
    assert (given.exit_code, "an-application" in given.output) == (0, True)
    assert ours.site.me(odd.token(KEY, aud="an-application")).json()["user_id"] == str(person.id)
    assert AudienceTakenError.title in give(theirs, other, "an-application").output
    assert AudienceOfClientError.title in give(theirs, other, other["client_id"]).output
    assert ProviderNotFoundError.title in give(theirs, made, "another").output


def test_operator_withdraws_audience_and_tokens_are_rejected(make_tenant, odd, monkeypatch):
    ours, odd.keys = make_tenant(), [KEY]
    made = ours.provide(odd.issuer)
    ours.link(made, ours.person("ana@example.com"), "ana")
    monkeypatch.setenv("FOOTNOTE_DATABASE__OWNER_URL", ours.site.database.urls["owner"])

    def run(*words):
        return CliRunner().invoke(build_cli(["tenant"]), ["tenant", *words])

    provider = (str(ours.id), made["id"])
    assert run("audience", *provider, "their-application").exit_code == 0
    listed = json.loads(run("audiences", "--json").output)
    expected = {
        "tenant_id": provider[0],
        "provider_id": provider[1],
        "issuer": odd.issuer,
        "audience": "their-application",
    }
    assert expected in listed
    assert ours.site.me(odd.token(KEY, aud="their-application")).status_code == 200
    for words in ((), ("their-application", "--none")):
        assert run("audience", *provider, *words).exit_code == 2
    assert run("audience", *provider, "--none").exit_code == 0
    assert code(ours.site.me(odd.token(KEY, aud="their-application"))) == (401, "token-invalid")
    assert expected not in json.loads(run("audiences", "--json").output)


def test_id_token_is_rejected_at_api(tenant, odd, ana):
    odd.keys = [KEY]
    staff = tenant.provide(odd.issuer)
    tenant.link(staff, ana, "ana")
    assert code(tenant.site.me(odd.token(KEY, aud="footnote"))) == (401, "token-invalid")


def test_verified_address_links_user_at_api(tenant, odd, ana):
    odd.keys, odd.audience = [KEY], tenant.audience
    tenant.provide(odd.issuer, audience=tenant.audience, link_by="verified-email", email_domains=["example.com"])
    email = {"email": "ANA@example.com", "email_verified": True}
    assert code(tenant.site.me(odd.token(KEY, sub="s", **(email | {"email_verified": "yes"})))) == (401, "user-unknown")
    assert tenant.site.me(odd.token(KEY, sub="s", **email)).json()["user_id"] == str(ana.id)
    assert code(tenant.site.me(odd.token(KEY, sub="t", **email))) == (401, "user-unknown")


def test_disabled_user_and_disabled_provider_are_rejected_at_once(tenant, odd, staff, ana):
    token = odd.token(KEY)
    tenant.site.sql(tenant.id, "UPDATE users SET disabled_at = now() WHERE id = :id", id=ana.id)
    assert code(tenant.site.me(token)) == (401, "user-disabled")
    tenant.site.sql(tenant.id, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=ana.id)
    assert tenant.site.me(token).status_code == 200
    tenant.change(staff, enabled=False)
    assert code(tenant.site.me(token)) == (401, "token-invalid")


def test_token_can_not_create_key_that_outlives_it(tenant, odd, staff):
    http = tenant.site.client(odd.token(KEY))
    assert code(http.post("/v1/keys", json={"name": "for ever"})) == (422, "key-lifetime-invalid")
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    assert http.post("/v1/keys", json={"name": "soon", "expires_at": soon}).status_code == 201
