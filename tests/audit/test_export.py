"""An export: the same events, in OCSF's names, and tampering with it found without a database."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.audit.chain.hashing import Link, ToldEvent, hash_event, hash_genesis, hash_link
from app.audit.chain.linking import link_waiting
from app.audit.errors import ExportFormatError
from app.audit.export_file import verify_lines
from app.audit.log import ExportCutOffError, Stretch, export_lines, export_whole
from app.audit.ocsf import parse_line, print_line, shape_of
from app.audit.service import record
from app.core.errors import UnavailableError
from app.db.session import system_principal
from tests.audit.conftest import FOUNDING
from tests.audit.ocsf_schema import check

SOMEBODY = str(uuid4())


def export(log):
    return "".join(export_whole(log.database.owner, log.tenant, since=None, until=None)).splitlines()


def test_an_export_holds_each_event_as_it_was_chained(log):
    detail = {"n": 1.50, "big": 10**20, "tiny": 1e-7, "text": 'line\u2028 \x01 \\ "quote"', "": None, "z": {"b": []}}
    with log.database.api.transaction(log.user) as session:
        record(session, log.user, "documents.page.read", object_type="document", object_id="é", detail=detail)
    lines = "".join(export_whole(log.database.owner, log.tenant, since=None, until=None)).rstrip("\n").split("\n")
    found = verify_lines(lines, keys={})
    assert (found.problems, found.links) == ([], FOUNDING + 1)
    assert json.loads(lines[FOUNDING])["unmapped"]["detail"] == detail


CHANGES = {
    "time": lambda told: told.update(time_dt="2001-01-01T00:00:00.000000Z"),
    "actor": lambda told: told["actor"]["user"].update(uid=SOMEBODY),
    "key": lambda told: told["actor"]["user"].update(credential_uid=SOMEBODY),
    "id": lambda told: told["metadata"].update(uid=SOMEBODY),
    "request": lambda told: told["metadata"].update(correlation_uid="another"),
    "client": lambda told: told["src_endpoint"].update(ip="192.0.2.9"),
    "action": lambda told: told["unmapped"].update(action="a.b.c"),
    "object type": lambda told: told["unmapped"].update(object_type="x"),
    "object": lambda told: told["unmapped"].update(object_id="x"),
    "detail": lambda told: told["unmapped"]["detail"].update(page=7),
    "class": lambda told: told.update(class_uid=3004),
    "operation": lambda told: told["api"].update(operation="a.b.c"),
    "an addition": lambda told: told.update(message="all is well"),
    "hash": lambda told: told["unmapped"].update(hash="00" * 32),
    "previous hash": lambda told: told["unmapped"].update(previous_hash="00" * 32),
    "event hash": lambda told: told["unmapped"].update(event_hash="00" * 32),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_line_is_found_and_named(log, name):
    log.write(4)
    lines = export(log)
    told = json.loads(lines[FOUNDING])
    CHANGES[name](told)
    lines[FOUNDING] = json.dumps(told, ensure_ascii=False)
    found = verify_lines(lines, keys={})
    assert FOUNDING + 1 in {problem.sequence for problem in found.problems}


def test_removed_and_moved_lines_are_found(log):
    log.write(5)
    lines = export(log)
    gap = verify_lines([*lines[:2], *lines[3:]], keys={})
    assert [(problem.code, problem.sequence) for problem in gap.problems] == [("links-missing", 3)]
    moved = verify_lines([lines[0], lines[2], lines[1], *lines[3:]], keys={})
    assert {problem.code for problem in moved.problems} == {"links-missing"}
    broken = verify_lines(["{}", lines[0], "{}", *lines[1:]], keys={})
    assert [problem.sentence for problem in broken.problems] == [
        "line 1 is not an event of an export",
        "line 3 is not an event of an export",
    ]
    with pytest.raises(ExportFormatError):
        verify_lines(["nothing of ours"], keys={})
    with pytest.raises(ExportFormatError):
        verify_lines([], keys={})


def _with(line, change):
    told = json.loads(line)
    change(told)
    return json.dumps(told)


SPOILT = {
    "a detail that is a list": lambda line: _with(line, lambda told: told["unmapped"].update(detail=[])),
    "a detail that is a number": lambda line: _with(line, lambda told: told["unmapped"].update(detail=1.5)),
    "an action that is a number": lambda line: _with(line, lambda told: told["unmapped"].update(action=5)),
    "an object that is a list": lambda line: _with(line, lambda told: told["unmapped"].update(object_id=[])),
    "a client that is an object": lambda line: _with(line, lambda told: told["src_endpoint"].update(ip={})),
    "a request that is a number": lambda line: _with(line, lambda told: told["metadata"].update(correlation_uid=5)),
    "a product that is text": lambda line: _with(line, lambda told: told["metadata"].update(product="x")),
    "metadata that is a list": lambda line: _with(line, lambda told: told.update(metadata=[])),
    "a sequence that is not whole": lambda line: _with(line, lambda told: told["metadata"].update(sequence=1.5)),
    "a sequence without an end": lambda line: line.replace('"sequence": 2', '"sequence": 2' + "0" * 5_000),
    "a sequence of no row": lambda line: line.replace('"sequence": 2', '"sequence": 2' + "0" * 30),
    "a sequence that is text": lambda line: _with(line, lambda told: told["metadata"].update(sequence="9" * 5_000)),
    "not a number": lambda line: line.replace('"detail": {', '"detail": {"x": NaN, '),
    "an endless number": lambda line: line.replace('"detail": {', '"detail": {"x": 1e999999999, '),
    "deep nesting": lambda line: line.replace('"detail": {', '"detail": {"x": ' + "[" * 200_000 + "]" * 200_000 + ", "),
    "half a character": lambda line: _with(line, lambda told: told["unmapped"].update(object_id="\ud800")),
    "half a character in the detail": lambda line: _with(
        line, lambda told: told["unmapped"].update(detail={"\ud800": 1})
    ),
    "bytes that are no text": lambda line: line[:20] + "\udcff" + line[20:],
    "a time without its form": lambda line: _with(line, lambda told: told.update(time_dt=7)),
    "a name twice": lambda line: line.replace('{"activity_id"', '{"activity_id": 1, "activity_id"', 1),
    "a list": lambda line: "[]",
    "nothing": lambda line: "",
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_line_that_can_not_be_read_is_named_and_the_rest_is_checked(log, name):
    log.write(3)
    lines = export(log)
    spoilt = [lines[0], SPOILT[name](lines[1]), *lines[2:]]
    found = verify_lines(spoilt, keys={})
    assert [(problem.code, problem.sentence) for problem in found.problems] == [
        ("unreadable", "line 2 is not an event of an export"),
        ("links-missing", "links 2 to 2 are missing"),
    ]
    assert found.links == FOUNDING + 2


def test_checkpoints_tell_a_file_that_was_made_anew(log):
    log.write(3)
    log.sign()
    lines = export(log)
    keys = {log.key.id: log.key.public}
    kept = log.copies.read_kept(log.tenant).checkpoints
    assert verify_lines(lines, keys=keys, kept=kept).checkpoints == 1
    forged = _chained_anew(lines)
    assert verify_lines(forged, keys=keys).intact
    assert [problem.code for problem in verify_lines(forged, keys=keys, kept=kept).problems] == ["not-as-signed"]


def _chained_anew(lines):
    """The second event is another's, and all hashes fit."""
    made, before = [], None
    for number, line in enumerate(lines, 1):
        link, event = parse_line(line)
        event = replace(event, object_id="another") if number == 2 else event
        before = before or hash_genesis(event.tenant_id)
        own = hash_event(event)
        link = Link(number, event.id, own, before, hash_link(event.tenant_id, number, before, own))
        before = link.hash
        made.append(print_line(event, link))
    return made


def test_an_export_that_can_not_be_read_to_its_end_does_not_look_whole(log):
    log.write(2)

    def lines():
        return export_lines(lambda: log.database.api.transaction(log.user), Stretch(1, 3))

    with pytest.raises(ExportCutOffError):
        list(lines())  # the user is no auditor, so that not one row is seen


def test_an_export_is_taken_in_batches_with_no_transaction_between(log):
    with log.database.api.transaction(log.user) as session:
        for number in range(1_200):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    batches = export_whole(log.database.owner, log.tenant, since=None, until=None)
    counts = []
    for batch in batches:
        counts.append(batch.count("\n"))
        with log.database.relay.anonymous() as session:
            open_ones = session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'footnote_owner' "
                    "AND datname = current_database() AND state LIKE 'idle in transaction%'"
                )
            )
        assert open_ones in (0, None)
    assert counts == [500, 500, FOUNDING + 200]


ACTIONS = [
    ("identity.user.created", "user", {}, (3001, 1)),
    ("identity.user.disabled", "user", {}, (3001, 5)),
    ("identity.user.changed", "user", {"before": {"roles": []}, "after": {"roles": ["editor"]}}, (3001, 99)),
    ("identity.session.opened", "session", {"user_id": SOMEBODY}, (3002, 1)),
    ("identity.session.ended", "session", {"user_id": SOMEBODY}, (3002, 2)),
    ("access.request.denied", "key", {"status": 401, "code": "key-revoked", "user_id": SOMEBODY}, (3002, 1)),
    ("access.request.denied", "document", {"status": 404, "code": "x", "method": "DELETE"}, (6003, 4)),
    ("access.request.denied", "user", {"count": 7}, (6003, 99)),
    ("identity.sign_in.refused", "identity-provider", {"code": "user-unknown", "subject": "s"}, (3002, 1)),
    ("access.collection.renamed", "collection", {}, (3004, 3)),
    ("access.label.put", "collection", {"label_id": SOMEBODY, "before": False, "after": True}, (3004, 3)),
    ("access.label.taken", "collection", {"label_id": SOMEBODY, "before": True, "after": False}, (3004, 3)),
    ("access.changes.previewed", "tenant", {"changes": 2}, (3004, 2)),
    ("documents.source.set", "document", {"before": None, "after": "a feed"}, (6003, 3)),
    ("access.grant.created", "grant", {"before": None, "after": {"user_id": SOMEBODY, "level": 2}}, (3005, 1)),
    ("access.grant.deleted", "grant", {"before": {"group_id": SOMEBODY, "level": 1}, "after": None}, (3006, 2)),
    ("identity.member.added", "group", {"user_id": SOMEBODY, "before": False, "after": True}, (3006, 3)),
    ("identity.member.added", "group", {"member_group_id": SOMEBODY}, (3004, 1)),
    ("identity.key.revoked", "key", {}, (3004, 4)),
    ("documents.document.read", "document", {}, (6003, 2)),
    ("documents.version.uploaded", "document", {}, (6003, 1)),
    ("answers.question.asked", "question", {}, (6003, 1)),
    ("something.new.happened", "thing", {}, (6003, 99)),
]


@pytest.mark.parametrize(("action", "object_type", "detail", "shape"), ACTIONS)
def test_events_have_the_class_of_what_they_tell(action, object_type, detail, shape):
    found = shape_of(action, detail)
    assert (found.class_uid, found.activity_id) == shape
    event = ToldEvent(
        tenant_id=uuid4(),
        id=uuid4(),
        at=datetime(2031, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        actor_id=UUID(SOMEBODY),
        key_id=None,
        action=action,
        object_type=object_type,
        object_id=SOMEBODY,
        request_id=None,
        client=None,
        detail=json.dumps(detail),
    )
    line = print_line(event, Link(1, event.id, b"", b"", b""))
    assert check(json.loads(line)) == []
    assert json.loads(line)["time"] == 1_925_089_445_000
    assert json.loads(line)["status_id"] == (2 if action.endswith((".denied", ".refused")) else 1)


def test_all_that_waits_is_exported_however_much_it_is(log):
    with log.database.api.transaction(log.user, snapshot=True) as session:
        for number in range(2_100):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    assert len(export(log)) == FOUNDING + 2_100
    assert log.rows("SELECT count(*) FROM audit_waiting") == [(0,)]


def test_what_still_waits_when_the_time_is_over_is_said(log):
    log.write(3, snapshot=True)
    with log.database.api.transaction(log.user, snapshot=True) as session:
        for number in range(1_500):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    times = iter([0.0, 0.0, 60.0])
    with pytest.raises(UnavailableError):
        link_waiting(log.database.api, log.user, monotonic=lambda: next(times))
    link_waiting(log.database.api, log.user)
    assert log.rows("SELECT count(*) FROM audit_waiting") == [(0,)]


def test_the_owner_exports_what_waited_too(log):
    log.write(1, snapshot=True)
    told = [json.loads(line)["unmapped"]["action"] for line in export(log)]
    assert told == [
        "identity.tenant.founded",
        "identity.user.created",
        "identity.key.created",
        "documents.document.read",
    ]
    with log.database.owner.transaction(system_principal(log.tenant)) as session:
        assert session.scalar(text("SELECT count(*) FROM audit_events WHERE action = 'audit.log.exported'")) == 1
