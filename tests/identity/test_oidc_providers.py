"""Administrators manage their tenant's providers: secrets are never returned, and every change is audited."""

import pytest

from app.core.principal import Role
from app.identity.oidc.errors import IdentityProviderUnavailableError, IssuerInvalidError
from app.identity.oidc.http import LOOPBACK, ProviderHttp

ISSUER = "https://login.example.com/tenants/7"


def test_provider_lifecycle_never_shows_secret(tenant):
    made = tenant.provide(ISSUER, email_domains=["Example.com"], audience=tenant.audience)
    path = f"/v1/identity-providers/{made['id']}"
    assert made["has_secret"] is True
    assert made["email_domains"] == ["example.com"]
    assert made["redirect_uri"] == f"{tenant.site.url}/sign-in/oidc/{made['id']}/callback"
    found = tenant.http.get(path)
    listed = tenant.http.get("/v1/identity-providers")
    assert found.json() == listed.json()["items"][0] == made
    stale = tenant.http.patch(path, json={"name": "x"}, headers={"If-Match": '"7"'})
    assert stale.json()["code"] == "precondition-failed"
    changed = tenant.http.patch(
        path,
        json={"client_secret": "an0ther", "audience": None, "link_by": "verified-email"},
        headers={"If-Match": found.headers["etag"]},
    )
    assert changed.status_code == 200
    assert (changed.json()["audience"], changed.json()["name"]) == (None, "Staff")
    assert tenant.change(made, client_secret=None).json()["has_secret"] is False
    assert tenant.http.delete(path).status_code == 204
    assert tenant.http.get(path).json()["code"] == "identity-provider-not-found"
    for answer in (found, listed, changed):
        assert "s3cret" not in answer.text
        assert "an0ther" not in answer.text
    created = tenant.audited("identity.provider.created")[0]
    assert created["before"] is None
    assert created["after"]["secret"] == "set"
    change = tenant.audited("identity.provider.changed")[0]
    assert (change["before"]["audience"], change["after"]["audience"]) == (tenant.audience, None)
    assert (change["before"]["secret"], change["after"]["secret"]) == ("set", "changed")
    assert tenant.audited("identity.provider.deleted")[0]["after"] is None
    rows = tenant.site.sql(tenant.id, "SELECT detail::text AS detail FROM audit_events")
    assert not [row for row in rows if "s3cret" in row.detail or "an0ther" in row.detail]


def test_only_administrators_manage_providers_of_their_tenant(tenant, make_tenant):
    made = tenant.provide(ISSUER)
    path = f"/v1/identity-providers/{made['id']}"
    analyst = tenant.site.client(tenant.person("ana@example.com", Role.ANALYST).key)
    body = {"name": "x", "issuer": ISSUER, "client_id": "x"}
    assert analyst.post("/v1/identity-providers", json=body).status_code == 403
    assert analyst.get(path).status_code == 403
    stranger = make_tenant().http
    match = {"If-Match": "*"}
    assert stranger.get("/v1/identity-providers").json()["items"] == []
    assert {
        stranger.get(path).status_code,
        stranger.patch(path, json={"enabled": False}, headers=match).status_code,
        stranger.delete(path).status_code,
        stranger.get(f"{path}/links").status_code,
        stranger.put(f"{path}/links/{tenant.chief.id}", json={"subject": "x"}).status_code,
        stranger.delete(f"{path}/links/{tenant.chief.id}").status_code,
    } == {404}
    assert tenant.http.get(path).json() == made


def test_subject_can_be_relinked_after_deleting_link(tenant):
    made = tenant.provide(ISSUER)
    ana, ben = tenant.person("ana@example.com"), tenant.person("ben@example.com")
    path = f"/v1/identity-providers/{made['id']}/links"
    tenant.link(made, ana, "one")
    assert tenant.http.put(f"{path}/{ben.id}", json={"subject": "one"}).json()["code"] == "subject-taken"
    tenant.link(made, ana, "two")
    tenant.link(made, ben, "one")
    links = {link["user_id"]: link["subject"] for link in tenant.http.get(path).json()["items"]}
    assert links == {str(ana.id): "two", str(ben.id): "one"}
    assert tenant.http.delete(f"{path}/{ana.id}").status_code == 204
    assert tenant.http.delete(f"{path}/{ana.id}").json()["code"] == "identity-link-not-found"
    changes = [(each["before"], each["after"]) for each in tenant.audited("identity.user.linked")]
    assert changes == [(None, "one"), ("one", "two"), (None, "one")]


@pytest.mark.parametrize(
    "issuer", ["http://login.example.com", "https://a.example/?x=1", "https://a.example/#x", "https://u:p@a.example"]
)
def test_issuer_must_be_https_url(tenant, issuer):
    body = {"name": "x", "issuer": issuer, "client_id": "x"}
    refused = tenant.http.post("/v1/identity-providers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "issuer-invalid")


def test_pair_of_issuer_and_client_is_unique_per_tenant(tenant):
    tenant.provide(ISSUER)
    body = {"name": "x", "issuer": ISSUER, "client_id": "footnote"}
    assert tenant.http.post("/v1/identity-providers", json=body).json()["code"] == "identity-provider-exists"


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "ftp://a.example/", "https:///x", "x", ""])
def test_url_without_tls_is_rejected_by_default(url):
    with pytest.raises(IssuerInvalidError):
        ProviderHttp().check_address(url)


def test_plain_http_is_limited_to_loopback():
    http = ProviderHttp(plain_hosts=LOOPBACK)
    http.check_address("http://127.0.0.1:8080/x")
    for url in ("http://169.254.169.254/", "http://127.0.0.1.example/", "http://127.0.0.1@a.example/", "http://[::2]/"):
        with pytest.raises(IssuerInvalidError):
            http.check_address(url)


@pytest.mark.parametrize(
    "answer",
    [(302, {"Location": "/other"}, b"{}"), (200, {}, b"x" * 600_000), (500, {}, b"{}"), (200, {}, b"{")],
    ids=["redirect", "long", "down", "broken"],
)
def test_redirects_errors_and_unusable_bodies_are_rejected(odd, answer):
    odd.answers["/x"] = answer
    with pytest.raises(IdentityProviderUnavailableError):
        ProviderHttp(plain_hosts=LOOPBACK).get_json(f"{odd.issuer}/x")
    assert odd.asked == ["/x"]
