"""Sign-ins during which the provider or the user is disabled or deleted.

Such a sign-in leaves no session, and fails with the same error as a later sign-in.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.principal import Principal
from app.db.session import system_principal
from app.identity.errors import ProviderNotFoundError, UserDisabledError
from app.identity.service import IdentityService
from app.identity.sessions.service import SessionService
from tests.identity.races import is_waiting, run_during

DISABLED = "UPDATE users SET disabled_at = {} WHERE id = :id"
INSERT_SESSION = (
    "INSERT INTO web_sessions (id, tenant_id, user_id, provider_id, token_digest, created_at, last_seen_at, "
    "idle_ends_at, ends_at) VALUES (:id, :tenant, :me, :provider, :digest, now(), now(), now() + :lasts, "
    "now() + :lasts)"
)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
ENDS = ["UPDATE identity_providers SET enabled = false WHERE id = :id", "DELETE FROM identity_providers WHERE id = :id"]


def sessions_of(tenant):
    database, clock = tenant.site.database.api, SystemClock()
    identity = IdentityService(database=database, clock=clock)
    return SessionService(
        database=database, identity=identity, clock=clock, idle=timedelta(hours=1), lifetime=timedelta(hours=1)
    )


def insert_session(session, new, who, provider, lasts=timedelta(hours=1)):
    values = {"id": new, "tenant": who.tenant_id, "me": who.user_id, "provider": provider["id"], "digest": new.bytes}
    session.execute(text(INSERT_SESSION), {**values, "lasts": lasts})


@pytest.mark.parametrize("known", [True, False], ids=["linked", "to be linked"])
@pytest.mark.parametrize("end", ENDS, ids=["turned off", "deleted"])
def test_sign_in_concurrent_with_disabling_or_deleting_provider_is_rejected(tenant, provider, browser, known, end):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide(provider.issuer, link_by="verified-email", email_domains=["example.com"])
    if known:
        tenant.link(staff, ana, "ana")
    back = browser.authorize(browser.begin(staff), "ana")
    refused = run_during(tenant, lambda: browser.http.get(back), end, staff["id"])
    later = browser.http.get(back)
    assert (refused.status_code, later.status_code) == (404, 404)
    assert refused.text == later.text
    assert "There is no such sign-in provider." in refused.text
    assert browser.session() is None
    assert tenant.site.sql(tenant.id, "SELECT 1 FROM web_sessions") == []


def test_token_is_rejected_if_provider_is_deleted_concurrently(tenant, odd):
    tenant.person("ana@example.com")
    odd.keys, odd.audience = [KEY], tenant.audience
    staff = tenant.provide(
        odd.issuer, audience=tenant.audience, link_by="verified-email", email_domains=["example.com"]
    )
    token = odd.token(KEY, email="ana@example.com", email_verified=True)
    refused = run_during(tenant, lambda: tenant.site.me(token), ENDS[1], staff["id"])
    later = tenant.site.me(token)
    assert [(each.status_code, each.json()["code"]) for each in (refused, later)] == [(401, "token-invalid")] * 2


def test_session_ended_by_concurrent_disabling_of_provider_stays_ended(tenant):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide("https://login.example.com")
    tenant.link(staff, ana, "ana")
    database = tenant.site.database
    who, new = Principal(tenant.id, ana.id), uuid4()
    with ThreadPoolExecutor(1) as pool:
        with database.api.transaction(who) as session:
            insert_session(session, new, who, staff)
            answer = pool.submit(tenant.change, staff, enabled=False)
            while not is_waiting(tenant.site):
                assert not answer.done(), answer.result()
        assert answer.result().status_code == 200
    assert tenant.change(staff, enabled=True).status_code == 200
    ((ended,),) = tenant.site.sql(tenant.id, "SELECT revoked_at IS NOT NULL FROM web_sessions WHERE id = :id", id=new)
    assert ended


def test_sessions_of_one_provider_open_concurrently(tenant):
    """To open a session, a transaction takes a shared lock on the provider, which does not block other sessions."""
    ana = tenant.person("ana@example.com")
    staff = tenant.provide("https://login.example.com")
    tenant.link(staff, ana, "ana")
    sessions = sessions_of(tenant)
    who = Principal(tenant.id, ana.id)
    held = "SELECT 1 FROM identity_providers WHERE id = :id FOR SHARE"
    with tenant.site.database.owner.transaction(system_principal(tenant.id)) as session:
        session.execute(text(held), {"id": staff["id"]})
        opened = sessions.open(who, provider_id=UUID(staff["id"]))
    assert sessions.authenticate(opened.token).user_id == ana.id


def test_sign_in_waits_for_disabling_of_provider_without_locking_sessions(tenant):
    """A transaction that disables a provider locks the provider first and then its sessions. A sign-in that locked
    sessions first could cause a deadlock.
    """
    ana = tenant.person("ana@example.com")
    staff = tenant.provide("https://login.example.com")
    who, old = Principal(tenant.id, ana.id), uuid4()
    with tenant.site.database.api.transaction(who) as session:
        insert_session(session, old, who, staff, lasts=-timedelta(days=40))
    hold = "SELECT 1 FROM identity_providers WHERE id = :id FOR NO KEY UPDATE"
    with pytest.raises(ProviderNotFoundError):
        run_during(
            tenant,
            lambda: sessions_of(tenant).open(who, provider_id=UUID(staff["id"])),
            hold,
            staff["id"],
            then=ENDS[0],
        )
    assert tenant.site.sql(tenant.id, "SELECT id, revoked_at IS NULL FROM web_sessions") == [(old, False)]


@pytest.mark.parametrize("way_in", ["provider", "key"])
def test_disabling_user_mid_sign_in_creates_no_session(tenant, way_in):
    ana = tenant.person("ana@example.com")
    identity = IdentityService(database=tenant.site.database.api, clock=SystemClock())
    who = identity.authenticate(ana.key) if way_in == "key" else Principal(tenant.id, ana.id)
    staff = UUID(tenant.provide("https://login.example.com")["id"]) if way_in == "provider" else None
    with pytest.raises(UserDisabledError):
        run_during(tenant, lambda: sessions_of(tenant).open(who, provider_id=staff), DISABLED.format("now()"), ana.id)
    tenant.site.sql(tenant.id, DISABLED.format("NULL"), id=ana.id)
    assert tenant.site.sql(tenant.id, "SELECT 1 FROM web_sessions") == []


def test_session_ended_by_concurrent_disabling_of_user_stays_ended(tenant):
    ana = tenant.person("ana@example.com")
    staff = tenant.provide("https://login.example.com")
    who, new = Principal(tenant.id, ana.id), uuid4()
    with ThreadPoolExecutor(1) as pool:
        with tenant.site.database.api.transaction(who) as session:
            insert_session(session, new, who, staff)
            answer = pool.submit(tenant.site.sql, tenant.id, DISABLED.format("now()"), id=ana.id)
            while not is_waiting(tenant.site):
                assert not answer.done(), answer.result()
        answer.result()
    tenant.site.sql(tenant.id, DISABLED.format("NULL"), id=ana.id)
    assert tenant.site.sql(tenant.id, "SELECT revoked_at IS NOT NULL FROM web_sessions") == [(True,)]


def test_concurrent_first_sign_ins_of_a_user_both_succeed(tenant):
    user = tenant.http.post("/v1/users", json={"email": "new@example.com", "name": "New"}).json()["id"]
    staff = tenant.provide("https://login.example.com")
    who, new = Principal(tenant.id, UUID(user)), uuid4()
    with ThreadPoolExecutor(1) as pool:
        with tenant.site.database.api.transaction(who) as session:
            insert_session(session, new, who, staff)
            answer = pool.submit(sessions_of(tenant).open, who, provider_id=UUID(staff["id"]))
            while not is_waiting(tenant.site):
                assert not answer.done(), answer.result()
        answer.result()
    assert len(tenant.site.sql(tenant.id, "SELECT 1 FROM web_sessions WHERE revoked_at IS NULL")) == 2
