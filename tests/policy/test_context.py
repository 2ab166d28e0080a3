"""SQL run as the api role cannot forge the principal of a transaction. See also tests/db/test_context.py."""

import hashlib
import hmac
import time
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Principal
from app.db.session import Database
from tests.policy.mirrored_tenant import PEOPLE, MirroredTenant
from tests.policy.tally import Tally

SEALS = "SELECT current_setting('footnote.who') AS who, current_setting('footnote.classes') AS classes"
SET = "SELECT set_config(:name, :value, true)"
ENTER = "SELECT enter(:tenant, :user, :issued, :restriction, :code)"


@pytest.fixture
def tenant(shared_database):
    """A tenant with one document, which only the administrator may read."""
    made = MirroredTenant(shared_database, Tally())
    made.found("this", PEOPLE)
    made.create_collection(principals(made)[0].user_id, None)
    document = made.upload(principals(made)[0].user_id, next(iter(made.world.parents)))
    made.publish(document, "10-K", None)
    return made


def principals(tenant):
    return [Principal(tenant.world.tenant, user) for user in tenant.world.users]


def count_documents(session):
    return session.scalar(text("SELECT count(*) FROM documents"))


def seals_of(tenant, principal):
    with tenant.database.api.transaction(principal) as session:
        assert count_documents(session) == (1 if principal == principals(tenant)[0] else 0)
        return session.execute(text(SEALS)).one()


def code_for(database: Database, principal, issued):
    key = hashlib.sha256(b"footnote database context" + database.engine.url.password.encode()).digest()
    message = f"{principal.tenant_id}|{principal.user_id}|{issued}|"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(("seconds", "result"), [(0, "entered"), (-301, "refused"), (310, "refused")])
def test_signed_context_is_accepted_for_five_minutes(shared_database, tenant, seconds, result):
    admin, issued = principals(tenant)[0], int(time.time()) + seconds
    code = code_for(shared_database.api, admin, issued)
    values = {"tenant": admin.tenant_id, "user": admin.user_id, "issued": issued, "restriction": "", "code": code}
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == result
        assert count_documents(session) == (1 if result == "entered" else 0)


@pytest.mark.parametrize("missing", ["tenant", "user", "issued", "restriction", "code"])
def test_context_with_missing_argument_is_refused(shared_database, tenant, missing):
    admin, issued = principals(tenant)[0], int(time.time())
    code = code_for(shared_database.api, admin, issued)
    values = {
        "tenant": admin.tenant_id,
        "user": admin.user_id,
        "issued": issued,
        "restriction": "",
        "code": code,
        missing: None,
    }
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


@pytest.mark.parametrize("changed", ["user", "role", "time"])
def test_signed_context_is_bound_to_user_role_and_time(shared_database, tenant, changed):
    admin, reader = principals(tenant)[0], principals(tenant)[2]
    issued = int(time.time())
    signer = shared_database.worker if changed == "role" else shared_database.api
    code = code_for(signer, reader if changed == "user" else admin, issued)
    asked = issued + 1 if changed == "time" else issued
    values = {"tenant": admin.tenant_id, "user": admin.user_id, "issued": asked, "restriction": "", "code": code}
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


def test_refused_context_clears_the_accepted_one(shared_database, tenant):
    admin = principals(tenant)[0]
    with shared_database.api.transaction(admin) as session:
        values = {"tenant": admin.tenant_id, "user": admin.user_id, "issued": 0, "restriction": "", "code": "a guess"}
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


def test_sealed_settings_are_valid_only_in_their_transaction(shared_database, tenant):
    seals = seals_of(tenant, principals(tenant)[0])
    with shared_database.api.anonymous() as session:
        session.execute(text(SET), {"name": "footnote.who", "value": seals.who})
        session.execute(text(SET), {"name": "footnote.classes", "value": seals.classes})
        assert count_documents(session) == 0


def test_sealed_access_classes_of_another_user_give_no_access(shared_database, tenant):
    admin, _, reader, *_ = principals(tenant)
    seals = seals_of(tenant, admin)
    body = seals.classes.split("#")[0]
    with shared_database.api.transaction(reader) as session:
        own = session.execute(text(SEALS)).one()
        for forged in (seals.classes, body, f"{body}#{own.classes.split('#')[1]}", f"{body}#", "#"):
            session.execute(text(SET), {"name": "footnote.classes", "value": forged})
            assert count_documents(session) == 0
            assert session.scalar(text("SELECT visible_classes()")) == []


@pytest.mark.parametrize("statement", ["SELECT set_config('footnote.classes', '', true)", "RESET footnote.classes"])
def test_missing_sealed_access_classes_are_computed_again(shared_database, tenant, statement):
    with shared_database.api.transaction(principals(tenant)[0]) as session:
        session.execute(text(statement))
        assert count_documents(session) == 1


def test_labelled_document_stays_hidden_after_a_grant_to_another_user(shared_database, tenant):
    admin, other, *_ = principals(tenant)
    label, collection = uuid4(), next(iter(tenant.world.parents))
    values = {"tenant": admin.tenant_id, "me": admin.user_id, "other": other.user_id}
    values |= {"label": label, "collection": collection}
    with shared_database.api.transaction(admin) as session:
        assert count_documents(session) == 1
        for statement in (
            "INSERT INTO labels (id, tenant_id, name, created_at, created_by) "
            "VALUES (:label, :tenant, 'closed', now(), :me)",
            "INSERT INTO collection_labels (tenant_id, collection_id, label_id) VALUES (:tenant, :collection, :label)",
            "SELECT create_grant(gen_random_uuid(), :other, NULL, :collection, NULL, NULL, 1, NULL)",
        ):
            session.execute(text(statement), values)
        assert count_documents(session) == 0
