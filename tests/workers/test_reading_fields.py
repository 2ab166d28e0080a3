"""The fields of review tasks: queued at publish, read by a leased worker once per content, and failed with a code."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.errors import UnavailableError
from app.jobs.plan import READ_FIELDS, StageName
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import parse_definition
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.leases import MAX_ATTEMPTS, ReadingLeases
from app.review.values import TextValue
from tests.workers import plain_process
from tests.workers.conftest import Ingestion
from workers.maintenance.fields import FieldReading
from workers.pipeline.outputs import OutputStore
from workers.pipeline.stages import ExtractStage, ParseStage
from workers.schedule import call_field_readings

_access_classes = itertools.count(2_000_000)
FIELDS = {"law": {"type": "string"}, "fee": {"type": "string"}}
DEAL = {"title": "Deal", "x-document-types": ["other"], "properties": FIELDS}


class Reader:
    """Reads the first page's text as each field's value, and records what it was asked."""

    def __init__(self):
        self.read_keys, self.error = [], None

    def read(self, document, fields):
        if self.error is not None:
            raise self.error
        self.read_keys.append([spec.key for spec in fields])
        words = document.parsed.pages[0].text
        return tuple(
            Proposal(spec.key, ProposalState.FOUND, TextValue(words), (), ReadingMethod.RULE, 0.5) for spec in fields
        )


class Completer:
    """Adds a word to each value, as a model that reads more; or fails."""

    name = "stub-1"

    def __init__(self):
        self.fails, self.calls = True, 0

    def complete(self, document, fields, proposals):
        self.calls += 1
        return None if self.fails else tuple(replace(each, value=TextValue("Ohio, USA")) for each in proposals)


class Desk(Ingestion):
    """An ingestion whose tasks this process reads."""

    def __post_init__(self):
        super().__post_init__()
        self.reader = Reader()
        self.reading = self.reading_with()

    def reading_with(self, completer=None):
        parser = plain_process.PlainParser(self.blobs, self.folder / "parsed")
        stages = {
            StageName.PARSE: ParseStage(parser=parser, unseal=None),
            StageName.EXTRACT: ExtractStage(
                read_metadata=plain_process.read_title, read_tables=plain_process.read_lines,
                read_facts=plain_process.read_figures, version="1",
            ),
        }  # fmt: skip
        return FieldReading(
            database=self.database.worker, outputs=OutputStore(database=self.database.worker, blobs=self.blobs),
            stages=stages, reader=self.reader, clock=SystemClock(), lease_seconds=60, completer=completer,
        )  # fmt: skip

    def define(self, raw=DEAL):
        """Add the schema, or a version of it, and queue its tasks."""
        principal, now, schema = self.principal, datetime.now(UTC), parse_definition("deal", raw)
        with self.database.owner.transaction(principal) as session:
            schemas = SchemaRepository(session)
            row = schemas.find_row("deal")
            if row is None:
                schemas.add(schema, raw, origin="tenant", principal=principal, now=now)
            else:
                schemas.add_version(row, schema, raw, principal=principal, now=now)

    def publish(self, words="Ohio"):
        run = self.upload(words)
        for stage in StageName:
            self.run_stage(run, stage)
        query = "SELECT t.id FROM review_tasks t JOIN runs r ON r.version_id = t.version_id WHERE r.id = :run"
        ((task,),) = self.sql(query, run=run)
        return task

    def read(self, task):
        self.sql("UPDATE review_tasks SET available_at = now() WHERE id = :task", task=task)
        return self.reading.read(self.tenant, task)

    def state(self, task):
        return self.sql(
            "SELECT state, fields_total, fields_open, error_code FROM review_tasks WHERE id = :task", task=task
        )[0]

    def fields(self, task):
        query = "SELECT key, status, differs, revision FROM fields WHERE task_id = :task ORDER BY position"
        return [tuple(row) for row in self.sql(query, task=task)]


@pytest.fixture
def desk(module_database, tmp_path):
    made = Desk(database=module_database, folder=tmp_path, broker="", access_classes=_access_classes)
    made.define()
    return made


def called(desk):
    with desk.database.relay.anonymous() as session:
        return session.scalar(
            text("SELECT count(*) FROM outbox WHERE topic = :topic AND tenant_id = :tenant"),
            {"topic": READ_FIELDS, "tenant": desk.tenant},
        )


def test_published_document_is_read_once(desk):
    task = desk.publish()
    assert (called(desk), desk.state(task)) == (1, ("queued", 0, 0, None))
    assert desk.read(task) == "done"
    assert desk.state(task) == ("open", 2, 2, None)
    assert desk.fields(task) == [("law", "proposed", False, 1), ("fee", "proposed", False, 1)]
    assert desk.read(task) == "skipped"
    kinds = desk.sql("SELECT kind FROM changes WHERE tenant_id = :tenant ORDER BY id", tenant=desk.tenant)
    assert sorted(kind for (kind,) in kinds) == [
        "document.published",
        "field.proposed",
        "field.proposed",
        "task.opened",
    ]


def test_new_schema_version_reads_only_what_changed(desk):
    task = desk.publish()
    desk.read(task)
    changed = {"law": {"type": "string", "description": "The state."}, "date": {"type": "string"}}
    desk.define(DEAL | {"properties": changed})
    desk.sql("UPDATE review_tasks SET state = 'queued', schema_version = 2 WHERE id = :task", task=task)
    assert desk.read(task) == "done"
    assert desk.reader.read_keys == [["law", "fee"], ["law", "date"]]
    desk.define(DEAL)
    desk.sql("UPDATE review_tasks SET state = 'queued', schema_version = 3 WHERE id = :task", task=task)
    assert desk.read(task) == "done"
    assert len(desk.reader.read_keys) == 2, "both fields were read before"
    assert {key for key, *_ in desk.fields(task)} == {"law", "fee", "date"}
    assert desk.state(task)[1] == 2, "the task has the fields of its version"


def test_model_completes_what_rules_read_and_is_asked_again_after_a_failure(desk):
    completer = Completer()
    desk.reading = desk.reading_with(completer)
    task = desk.publish()
    values = (
        "SELECT DISTINCT p.data->'value'->>'text' FROM proposals p JOIN review_tasks t USING (version_id) "
        "WHERE t.id = :task"
    )
    assert desk.read(task) == "done"
    assert desk.sql(values, task=task) == [("Ohio",)]
    completer.fails = False
    desk.sql("UPDATE review_tasks SET state = 'queued' WHERE id = :task", task=task)
    assert desk.read(task) == "done"
    assert {value for (value,) in desk.sql(values, task=task)} == {"Ohio", "Ohio, USA"}
    desk.sql("UPDATE review_tasks SET state = 'queued' WHERE id = :task", task=task)
    assert desk.read(task) == "done"
    assert completer.calls == 2, "a completed field is known by its digest"


def test_dead_workers_task_is_read_by_another(desk):
    task = desk.publish()
    with desk.database.worker.transaction(desk.principal) as session:
        lost = ReadingLeases(session).claim(task, seconds=60)
    assert desk.read(task) == "skipped"
    desk.sql(
        "UPDATE review_tasks SET read_until = now(), called_at = now() - interval '1 hour' WHERE id = :task", task=task
    )
    call_field_readings(desk.database.relay, again_seconds=30)
    call_field_readings(desk.database.relay, again_seconds=30)
    assert called(desk) == 2
    assert desk.read(task) == "done"
    with desk.database.worker.transaction(desk.principal) as session:
        assert ReadingLeases(session).hold(lost) is None


def test_task_that_cannot_be_read_fails_with_a_code(desk):
    task = desk.publish()
    desk.reader.error = UnavailableError()
    assert [desk.read(task) for _ in range(MAX_ATTEMPTS + 1)] == ["retry"] * (MAX_ATTEMPTS + 1)
    desk.reader.error = ValueError("a mistake in a rule")
    assert [desk.read(task) for _ in range(MAX_ATTEMPTS)] == ["retry"] * (MAX_ATTEMPTS - 1) + ["failed"]
    assert desk.state(task) == ("failed", 0, 0, "review-gave-up")


@pytest.mark.parametrize("stages", [["parse", "extract"], ["extract"]])
def test_deleted_outputs_are_made_again(desk, stages):
    task = desk.publish(words="Utah\tOhio")
    desk.sql("DELETE FROM stage_outputs WHERE stage = ANY(:stages) AND tenant_id = :t", stages=stages, t=desk.tenant)
    assert desk.read(task) == "done"


def test_file_that_is_read_differently_now_is_not_quoted(desk):
    task = desk.publish()
    desk.sql("UPDATE pages SET text = 'Iowa' WHERE tenant_id = :tenant", tenant=desk.tenant)
    assert desk.read(task) == "failed"
    assert desk.state(task)[3] == "review-pages-differ"
