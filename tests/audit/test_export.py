"""An export contains all events with OCSF's field names. Tampering with it is detected without a database."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.audit.chain.hashing import Link, StoredEvent, hash_event, hash_genesis, hash_link
from app.audit.chain.linking import link_waiting
from app.audit.errors import ExportFormatError
from app.audit.export_file import verify_lines
from app.audit.log import ExportCutOffError, Section, export_lines, export_whole
from app.audit.ocsf import parse_line, print_line, shape_of
from app.audit.service import record
from app.core.errors import UnavailableError
from app.db.session import system_principal
from tests.audit.conftest import FOUNDING
from tests.audit.ocsf_schema import check

SOMEBODY = str(uuid4())


def export(log):
    return "".join(export_whole(log.database.owner, log.tenant, since=None, until=None)).splitlines()


def test_export_contains_events_with_matching_hashes(log):
    detail = {"n": 1.50, "big": 10**20, "tiny": 1e-7, "text": 'line\u2028 \x01 \\ "quote"', "": None, "z": {"b": []}}
    with log.database.api.transaction(log.user) as session:
        record(session, log.user, "documents.page.read", object_type="document", object_id="é", detail=detail)
    lines = "".join(export_whole(log.database.owner, log.tenant, since=None, until=None)).rstrip("\n").split("\n")
    found = verify_lines(lines, keys={})
    assert (found.problems, found.links) == ([], FOUNDING + 1)
    assert json.loads(lines[FOUNDING])["unmapped"]["detail"] == detail


CHANGES = {
    "time": lambda fields: fields.update(time_dt="2001-01-01T00:00:00.000000Z"),
    "actor": lambda fields: fields["actor"]["user"].update(uid=SOMEBODY),
    "key": lambda fields: fields["actor"]["user"].update(credential_uid=SOMEBODY),
    "id": lambda fields: fields["metadata"].update(uid=SOMEBODY),
    "request": lambda fields: fields["metadata"].update(correlation_uid="another"),
    "client": lambda fields: fields["src_endpoint"].update(ip="192.0.2.9"),
    "action": lambda fields: fields["unmapped"].update(action="a.b.c"),
    "object type": lambda fields: fields["unmapped"].update(object_type="x"),
    "object": lambda fields: fields["unmapped"].update(object_id="x"),
    "detail": lambda fields: fields["unmapped"]["detail"].update(page=7),
    "class": lambda fields: fields.update(class_uid=3004),
    "operation": lambda fields: fields["api"].update(operation="a.b.c"),
    "an addition": lambda fields: fields.update(message="all is well"),
    "hash": lambda fields: fields["unmapped"].update(hash="00" * 32),
    "previous hash": lambda fields: fields["unmapped"].update(previous_hash="00" * 32),
    "event hash": lambda fields: fields["unmapped"].update(event_hash="00" * 32),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_line_is_detected_and_named(log, name):
    log.write(4)
    lines = export(log)
    fields = json.loads(lines[FOUNDING])
    CHANGES[name](fields)
    lines[FOUNDING] = json.dumps(fields, ensure_ascii=False)
    found = verify_lines(lines, keys={})
    assert FOUNDING + 1 in {problem.sequence for problem in found.problems}


def test_removed_and_moved_lines_are_detected(log):
    log.write(5)
    lines = export(log)
    gap = verify_lines([*lines[:2], *lines[3:]], keys={})
    assert [(problem.code, problem.sequence) for problem in gap.problems] == [("links-missing", 3)]
    moved = verify_lines([lines[0], lines[2], lines[1], *lines[3:]], keys={})
    assert {problem.code for problem in moved.problems} == {"links-missing"}
    broken = verify_lines(["{}", lines[0], "{}", *lines[1:]], keys={})
    assert [problem.sentence for problem in broken.problems] == [
        "line 1 is not a valid line of an export",
        "line 3 is not a valid line of an export",
    ]
    with pytest.raises(ExportFormatError):
        verify_lines(["not an export"], keys={})
    with pytest.raises(ExportFormatError):
        verify_lines([], keys={})


def _with(line, change):
    fields = json.loads(line)
    change(fields)
    return json.dumps(fields)


INVALID_LINES = {
    "a detail that is a list": lambda line: _with(line, lambda fields: fields["unmapped"].update(detail=[])),
    "a detail that is a number": lambda line: _with(line, lambda fields: fields["unmapped"].update(detail=1.5)),
    "an action that is a number": lambda line: _with(line, lambda fields: fields["unmapped"].update(action=5)),
    "an object that is a list": lambda line: _with(line, lambda fields: fields["unmapped"].update(object_id=[])),
    "a client that is an object": lambda line: _with(line, lambda fields: fields["src_endpoint"].update(ip={})),
    "a request that is a number": lambda line: _with(line, lambda fields: fields["metadata"].update(correlation_uid=5)),
    "a product that is text": lambda line: _with(line, lambda fields: fields["metadata"].update(product="x")),
    "metadata that is a list": lambda line: _with(line, lambda fields: fields.update(metadata=[])),
    "a sequence that is not whole": lambda line: _with(line, lambda fields: fields["metadata"].update(sequence=1.5)),
    "an endless sequence": lambda line: line.replace('"sequence": 2', '"sequence": 2' + "0" * 5_000),
    "a sequence beyond any row": lambda line: line.replace('"sequence": 2', '"sequence": 2' + "0" * 30),
    "a sequence that is text": lambda line: _with(line, lambda fields: fields["metadata"].update(sequence="9" * 5_000)),
    "not a number": lambda line: line.replace('"detail": {', '"detail": {"x": NaN, '),
    "an endless number": lambda line: line.replace('"detail": {', '"detail": {"x": 1e999999999, '),
    "deep nesting": lambda line: line.replace('"detail": {', '"detail": {"x": ' + "[" * 200_000 + "]" * 200_000 + ", "),
    "half a surrogate pair": lambda line: _with(line, lambda fields: fields["unmapped"].update(object_id="\ud800")),
    "half a surrogate pair in the detail": lambda line: _with(
        line, lambda fields: fields["unmapped"].update(detail={"\ud800": 1})
    ),
    "bytes that are not UTF-8": lambda line: line[:20] + "\udcff" + line[20:],
    "a time in another format": lambda line: _with(line, lambda fields: fields.update(time_dt=7)),
    "a duplicate key": lambda line: line.replace('{"activity_id"', '{"activity_id": 1, "activity_id"', 1),
    "a list": lambda line: "[]",
    "nothing": lambda line: "",
}


@pytest.mark.parametrize("name", INVALID_LINES)
def test_unreadable_line_is_named_and_the_rest_is_checked(log, name):
    log.write(3)
    lines = export(log)
    lines_with_error = [lines[0], INVALID_LINES[name](lines[1]), *lines[2:]]
    found = verify_lines(lines_with_error, keys={})
    assert [(problem.code, problem.sentence) for problem in found.problems] == [
        ("unreadable", "line 2 is not a valid line of an export"),
        ("links-missing", "links 2 to 2 are missing"),
    ]
    assert found.links == FOUNDING + 2


def test_checkpoints_reveal_a_rewritten_export(log):
    log.write(3)
    log.sign()
    lines = export(log)
    keys = {log.key.id: log.key.public}
    kept = log.copies.read_kept(log.tenant).checkpoints
    assert verify_lines(lines, keys=keys, kept=kept).checkpoints == 1
    forged = _rewritten(lines)
    assert verify_lines(forged, keys=keys).intact
    assert [problem.code for problem in verify_lines(forged, keys=keys, kept=kept).problems] == ["not-as-signed"]


def _rewritten(lines):
    """Change the second event and recompute all hashes; return the new lines."""
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


def test_incomplete_export_raises(log):
    log.write(2)

    def lines():
        return export_lines(lambda: log.database.api.transaction(log.user), Section(1, 3))

    with pytest.raises(ExportCutOffError):
        list(lines())  # the user is no auditor and sees no row


def test_export_yields_batches_without_an_open_transaction(log):
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
def test_event_has_its_ocsf_class_and_activity(action, object_type, detail, shape):
    found = shape_of(action, detail)
    assert (found.class_uid, found.activity_id) == shape
    event = StoredEvent(
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


def test_all_waiting_events_are_exported(log):
    with log.database.api.transaction(log.user, snapshot=True) as session:
        for number in range(2_100):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    assert len(export(log)) == FOUNDING + 2_100
    assert log.rows("SELECT count(*) FROM audit_waiting") == [(0,)]


def test_linking_that_takes_too_long_raises_unavailable(log):
    log.write(3, snapshot=True)
    with log.database.api.transaction(log.user, snapshot=True) as session:
        for number in range(1_500):
            record(session, log.user, "documents.page.read", object_type="document", object_id=number)
    times = iter([0.0, 0.0, 60.0])
    with pytest.raises(UnavailableError):
        link_waiting(log.database.api, log.user, monotonic=lambda: next(times))
    link_waiting(log.database.api, log.user)
    assert log.rows("SELECT count(*) FROM audit_waiting") == [(0,)]


def test_owner_export_includes_waiting_events(log):
    log.write(1, snapshot=True)
    actions = [json.loads(line)["unmapped"]["action"] for line in export(log)]
    assert actions == [
        "identity.tenant.founded",
        "identity.user.created",
        "identity.key.created",
        "documents.document.read",
    ]
    with log.database.owner.transaction(system_principal(log.tenant)) as session:
        assert session.scalar(text("SELECT count(*) FROM audit_events WHERE action = 'audit.log.exported'")) == 1
