"""Schemas of a tenant: versions, what a new one reads again, and which documents get tasks."""

import pytest

from app.core.clock import SystemClock
from app.core.errors import PreconditionFailedError
from app.core.principal import PermissionRequiredError
from app.review.errors import SchemaInvalidError
from app.review.schemas.errors import SchemaExistsError, SchemaNotFoundError
from app.review.schemas.service import SchemaService
from tests.review.desk import DEAL


@pytest.fixture
def schemas(desk):
    return SchemaService(database=desk.database.api, clock=SystemClock())


def changed(**fields):
    properties = {key: each for key, each in (DEAL["properties"] | fields).items() if each is not None}
    return DEAL | {"properties": properties}


def test_fields_keep_their_order_and_versions_stay(desk, schemas):
    schemas.create_schema(desk.ana, "deal", DEAL)
    view, effect = schemas.add_version(desk.cleo, "deal", changed(law=None, price={"type": "number"}), version=1)
    assert (view.version, [spec.key for spec in view.schema.fields]) == (2, ["signed", "fee", "renews", "price"])
    assert (effect.added, effect.removed, effect.readings) == (("price",), ("law",), 0)
    assert schemas.get_schema(desk.reader, "deal", 1).definition == DEAL
    assert [row.number for row in schemas.list_versions(desk.reader, "deal").items] == [2, 1]
    with pytest.raises(PreconditionFailedError):
        schemas.add_version(desk.ana, "deal", DEAL, version=1)


def test_new_version_reads_again_only_what_changed(desk, schemas):
    schemas.create_schema(desk.ana, "deal", DEAL)
    task, _ = desk.tasks.create_task(desk.ana, desk.publish(), "deal")
    desk.read(task.row.id)
    more_important = DEAL["properties"]["fee"] | {"x-field": {"importance": 1, "unit": "USD", "policy": "one"}}
    renamed = DEAL["properties"]["law"] | {"title": "Governing law"}
    definition = changed(fee=more_important, law=renamed)
    preview = schemas.preview(desk.ana, "deal", definition)
    assert (preview.changed, preview.unchanged) == (("law",), ("signed", "fee", "renews"))
    assert (preview.tasks, preview.pages, preview.readings) == (1, 1, 1)
    assert desk.tasks.get_task(desk.ana, task.row.id).row.state == "open"
    schemas.add_version(desk.cleo, "deal", definition, version=None)
    again = desk.tasks.get_task(desk.ana, task.row.id).row
    assert (again.state, again.schema_version) == ("queued", 2)
    desk.read(task.row.id)
    assert {each.row.key: each.row.policy for each in desk.fields.list_fields(desk.ana, task.row.id)}["fee"] == "one"


def test_decision_stays_when_the_machine_reads_something_else(desk, schemas):
    schemas.create_schema(desk.ana, "deal", DEAL)
    task = desk.tasks.create_task(desk.ana, desk.publish(), "deal")[0].row.id
    desk.read(task)
    desk.decide(desk.ana, task, "signed", "approve")
    described = DEAL["properties"]["signed"] | {"description": "The day of the last signature."}
    for words, differs in (("2026-12-31", False), ("2027-01-15", True)):
        described = described | {"description": words}
        schemas.add_version(desk.ana, "deal", changed(signed=described), version=None)
        desk.read(task, {"signed": (words, 0.7)})
        field = desk.field(task, "signed")
        assert (field.row.status, field.row.differs, field.in_force.printed) == ("approved", differs, "2026-12-31")
    assert desk.tasks.get_task(desk.ana, task).row.fields_open == 4
    assert not desk.decide(desk.ana, task, "signed", "approve").row.differs
    assert desk.tasks.get_task(desk.ana, task).row.fields_open == 3


def test_wrong_keys_definitions_and_callers_are_rejected(desk, schemas):
    schemas.create_schema(desk.ana, "deal", DEAL)
    for key, error in (("deal", SchemaExistsError), ("contract", SchemaExistsError), ("Deal", SchemaInvalidError)):
        with pytest.raises(error):
            schemas.create_schema(desk.ana, key, DEAL)
    with pytest.raises(SchemaInvalidError):
        schemas.preview(desk.ana, "deal", {"properties": {}})
    with pytest.raises(SchemaNotFoundError):
        schemas.get_schema(desk.ana, "lease")
    with pytest.raises(PermissionRequiredError):
        schemas.create_schema(desk.reader, "lease", DEAL)


def test_shipped_schema_is_listed_before_it_is_used(desk, schemas):
    before = {view.schema.key: view for view in schemas.list_schemas(desk.reader).items}["contract"]
    assert (before.id, before.origin, before.version) == (None, "shipped", 1)
    task, is_new = desk.tasks.create_task(desk.ana, desk.publish(), "contract")
    assert (task.schema_key, is_new) == ("contract", True)
    used = schemas.get_schema(desk.reader, "contract")
    assert (used.id is None, used.definition == before.definition) == (False, True)
    assert schemas.archive(desk.ana, "contract", archived=True).archived_at is not None
