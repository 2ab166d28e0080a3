"""Whom a transaction is for can't be forged by whoever runs statements as the api role (further: tests/db)."""

import hashlib
import hmac
import time
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Principal
from app.db.session import Database
from tests.policy.estate import PEOPLE, Estate
from tests.policy.tally import Tally

SEALS = "SELECT current_setting('footnote.who') AS who, current_setting('footnote.classes') AS classes"
SET = "SELECT set_config(:name, :value, true)"
ENTER = "SELECT enter(:tenant, :user, :issued, :restriction, :code)"


@pytest.fixture
def estate(shared_database):
    """A tenant whose administrator has a document, and nobody else anything."""
    made = Estate(shared_database, Tally())
    made.found("this", PEOPLE)
    made.create_collection(principals(made)[0].user_id, None)
    document = made.upload(principals(made)[0].user_id, next(iter(made.world.parents)))
    made.publish(document, "10-K", None)
    return made


def principals(estate):
    return [Principal(estate.world.tenant, user) for user in estate.world.users]


def count_documents(session):
    return session.scalar(text("SELECT count(*) FROM documents"))


def seals_of(estate, principal):
    with estate.database.api.transaction(principal) as session:
        assert count_documents(session) == (1 if principal == principals(estate)[0] else 0)
        return session.execute(text(SEALS)).one()


def code_for(database: Database, principal, issued):
    key = hashlib.sha256(b"footnote database context" + database.engine.url.password.encode()).digest()
    message = f"{principal.tenant_id}|{principal.user_id}|{issued}|"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(("seconds", "said"), [(0, "entered"), (-301, "refused"), (310, "refused")])
def test_a_code_is_taken_within_five_minutes_only(shared_database, estate, seconds, said):
    chief, issued = principals(estate)[0], int(time.time()) + seconds
    code = code_for(shared_database.api, chief, issued)
    values = {"tenant": chief.tenant_id, "user": chief.user_id, "issued": issued, "restriction": "", "code": code}
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == said
        assert count_documents(session) == (1 if said == "entered" else 0)


@pytest.mark.parametrize("missing", ["tenant", "user", "issued", "restriction", "code"])
def test_a_code_that_is_not_there_is_none(shared_database, estate, missing):
    chief, issued = principals(estate)[0], int(time.time())
    code = code_for(shared_database.api, chief, issued)
    values = {
        "tenant": chief.tenant_id,
        "user": chief.user_id,
        "issued": issued,
        "restriction": "",
        "code": code,
        missing: None,
    }
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


@pytest.mark.parametrize("changed", ["user", "role", "time"])
def test_a_code_is_for_one_user_role_and_time(shared_database, estate, changed):
    chief, reader = principals(estate)[0], principals(estate)[2]
    issued = int(time.time())
    signer = shared_database.worker if changed == "role" else shared_database.api
    code = code_for(signer, reader if changed == "user" else chief, issued)
    asked = issued + 1 if changed == "time" else issued
    values = {"tenant": chief.tenant_id, "user": chief.user_id, "issued": asked, "restriction": "", "code": code}
    with shared_database.api.anonymous() as session:
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


def test_a_refused_code_ends_what_was_entered_before(shared_database, estate):
    chief = principals(estate)[0]
    with shared_database.api.transaction(chief) as session:
        values = {"tenant": chief.tenant_id, "user": chief.user_id, "issued": 0, "restriction": "", "code": "a guess"}
        assert session.scalar(text(ENTER), values) == "refused"
        assert count_documents(session) == 0


def test_seals_are_worth_nothing_in_the_next_transaction(shared_database, estate):
    seals = seals_of(estate, principals(estate)[0])
    with shared_database.api.anonymous() as session:
        session.execute(text(SET), {"name": "footnote.who", "value": seals.who})
        session.execute(text(SET), {"name": "footnote.classes", "value": seals.classes})
        assert count_documents(session) == 0


def test_the_classes_of_somebody_else_are_worth_nothing_here(shared_database, estate):
    chief, _, reader, *_ = principals(estate)
    seals = seals_of(estate, chief)
    body = seals.classes.split("#")[0]
    with shared_database.api.transaction(reader) as session:
        own = session.execute(text(SEALS)).one()
        for forged in (seals.classes, body, f"{body}#{own.classes.split('#')[1]}", f"{body}#", "#"):
            session.execute(text(SET), {"name": "footnote.classes", "value": forged})
            assert count_documents(session) == 0
            assert session.scalar(text("SELECT visible_classes()")) == []


@pytest.mark.parametrize("statement", ["SELECT set_config('footnote.classes', '', true)", "RESET footnote.classes"])
def test_without_sealed_classes_they_are_worked_out_again(shared_database, estate, statement):
    with shared_database.api.transaction(principals(estate)[0]) as session:
        session.execute(text(statement))
        assert count_documents(session) == 1


def test_a_grant_to_others_does_not_bring_back_what_was_closed_before_it(shared_database, estate):
    chief, other, *_ = principals(estate)
    label, collection = uuid4(), next(iter(estate.world.parents))
    values = {"tenant": chief.tenant_id, "me": chief.user_id, "other": other.user_id}
    values |= {"label": label, "collection": collection}
    with shared_database.api.transaction(chief) as session:
        assert count_documents(session) == 1
        for statement in (
            "INSERT INTO labels (id, tenant_id, name, created_at, created_by) "
            "VALUES (:label, :tenant, 'closed', now(), :me)",
            "INSERT INTO collection_labels (tenant_id, collection_id, label_id) VALUES (:tenant, :collection, :label)",
            "SELECT create_grant(gen_random_uuid(), :other, NULL, :collection, NULL, NULL, 1, NULL)",
        ):
            session.execute(text(statement), values)
        assert count_documents(session) == 0
