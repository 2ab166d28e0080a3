"""Tampering is rejected for every role. If the owner disables the protections, tampering is detected and reported."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.audit.chain.hashing import hash_genesis, hash_link
from app.audit.errors import ChainNotAsSignedError
from tests.audit.conftest import FOUNDING, TABLES

COLUMNS = {
    "tenant_id": "(SELECT id FROM tenants WHERE id <> tenant_id LIMIT 1)",
    "id": "gen_random_uuid()",
    "at": "at + interval '1 microsecond'",
    "actor_id": "gen_random_uuid()",
    "key_id": "gen_random_uuid()",
    "action": "action || ' '",
    "object_type": "'documen'",
    "object_id": "object_type || object_id",
    "request_id": "''",
    "client": "'192.0.2.7'",
    "detail": """'{"page": 2}'""",
}
LINK_COLUMNS = {
    "sequence": "sequence + 100000",
    "event_id": "gen_random_uuid()",
    "event_hash": "sha256(event_hash)",
    "previous_hash": "sha256(previous_hash)",
    "hash": "sha256(hash)",
}


def codes(found):
    return [problem.code for problem in found.problems]


def named(found):
    return {problem.event_id for problem in found.problems}


@pytest.mark.parametrize("role", ["api", "worker", "relay", "owner"])
@pytest.mark.parametrize("table", ["audit_events", "audit_chain", "audit_checkpoints"])
def test_no_role_may_change_or_delete_a_row(log, role, table):
    log.write(2)
    log.sign()
    columns = {"audit_events": COLUMNS, "audit_chain": LINK_COLUMNS, "audit_checkpoints": {"hash": "''"}}[table]
    statements = [f"UPDATE {table} SET {name} = {value}" for name, value in columns.items()]
    for statement in (*statements, f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with (
            pytest.raises(Exception, match=r"append-only|permission denied"),
            getattr(log.database, role).engine.begin() as connection,
        ):
            connection.execute(text(statement))
    assert log.verify().intact


@pytest.mark.parametrize("column", COLUMNS)
def test_changed_column_is_detected_and_its_row_named(start_log, column):
    log, _ = start_log(), start_log()
    log.write(5)
    sequence, event_id = log.chain()[3]
    log.tamper(f"UPDATE audit_events SET {column} = {COLUMNS[column]} WHERE id = :id", id=event_id)
    found = log.verify()
    expected = {"id": ["removed", "unlinked"], "tenant_id": ["removed"]}.get(column, ["changed"])
    assert codes(found) == expected
    assert (found.problems[0].sequence, found.problems[0].event_id) == (sequence, event_id)
    assert f"row {sequence} (id {event_id})" in found.problems[0].sentence


@pytest.mark.parametrize("column", LINK_COLUMNS)
def test_changed_link_is_detected_and_named(log, column):
    log.write(5)
    sequence, _ = log.chain()[3]
    log.tamper(f"UPDATE audit_chain SET {column} = {LINK_COLUMNS[column]} WHERE sequence = {sequence} "
               "AND tenant_id = :tenant", tenant=log.tenant)  # fmt: skip
    found = log.verify()
    assert any(problem.sequence == sequence for problem in found.problems)


@pytest.mark.parametrize("place", [0, 3, -1])
def test_removed_event_is_detected_and_named(log, place):
    log.write(5)
    sequence, event_id = log.chain()[place]
    log.tamper("DELETE FROM audit_events WHERE id = :id", id=event_id)
    found = log.verify()
    assert [(p.code, p.sequence, p.event_id) for p in found.problems] == [("removed", sequence, event_id)]


@pytest.mark.parametrize("place", [0, 3])
def test_event_removed_with_its_link_leaves_a_gap(log, place):
    log.write(5)
    sequence, event_id = log.chain()[place]
    log.tamper("DELETE FROM audit_events WHERE id = :id", "DELETE FROM audit_chain WHERE event_id = :id", id=event_id)
    found = log.verify()
    assert [(p.code, p.sequence) for p in found.problems] == [("links-missing", sequence)]


def test_swapped_events_are_detected_and_named(log):
    log.write(5)
    (_, first), (_, second) = log.chain()[1:3]
    swap = "UPDATE audit_events SET object_id = CASE id WHEN :first THEN (SELECT object_id FROM audit_events WHERE id = :second) ELSE (SELECT object_id FROM audit_events WHERE id = :first) END WHERE id IN (:first, :second)"  # fmt: skip  # noqa: E501
    log.tamper(swap, first=first, second=second)
    found = log.verify()
    assert (codes(found), named(found)) == (["changed", "changed"], {first, second})


def test_swapped_links_are_detected_and_named(log):
    log.write(5)
    (one, first), (two, second) = log.chain()[1:3]
    here = "WHERE tenant_id = :tenant AND sequence = "
    log.tamper(
        f"UPDATE audit_chain SET sequence = -1 {here} {one}",
        f"UPDATE audit_chain SET sequence = {one} {here} {two}",
        f"UPDATE audit_chain SET sequence = {two} {here} -1",
        tenant=log.tenant,
    )
    found = log.verify()
    assert {"order", "link-changed"} == set(codes(found))
    assert {first, second} <= named(found)


def test_event_inserted_without_a_link_is_detected_and_named(log):
    log.write(3)
    forged = uuid4()
    log.tamper(
        "INSERT INTO audit_events (id, tenant_id, actor_id, action, object_type, object_id, detail) "
        "VALUES (:id, :tenant, :tenant, 'documents.document.read', 'document', 'x', '{}')",
        id=forged,
        tenant=log.tenant,
    )
    assert [(p.code, p.event_id) for p in log.verify().problems] == [("unlinked", forged)]


def rewrite_from(log, sequence):
    """Recompute the hashes of all links from `sequence` on, as an attacker who controls the database could."""
    links = log.rows("SELECT sequence, event_hash, hash FROM audit_chain ORDER BY sequence")
    before = hash_genesis(log.tenant) if sequence == 1 else bytes(links[sequence - 2][2])
    statements = []
    for number, event_hash, _ in links[sequence - 1 :]:
        made = hash_link(log.tenant, number, before, bytes(event_hash))
        statements.append(
            f"UPDATE audit_chain SET previous_hash = '\\x{before.hex()}', hash = '\\x{made.hex()}' "
            f"WHERE tenant_id = '{log.tenant}' AND sequence = {number}"
        )
        before = made
    log.tamper(*statements)


def change_with_fitting_hashes(log, sequence):
    event_id = log.chain()[sequence - 1][1]
    log.tamper("UPDATE audit_events SET object_id = 'another' WHERE id = :id", id=event_id)
    log.tamper(
        "UPDATE audit_chain c SET event_hash = (SELECT sha256(convert_to('footnote-audit-event-1' || x, 'UTF8')) "
        "FROM (SELECT string_agg(CASE WHEN v IS NULL THEN '-,' ELSE octet_length(v) || ':' || v || ',' END, '' "
        "ORDER BY n) AS x FROM audit_events e, unnest(ARRAY[e.tenant_id::text, e.id::text, "
        "(EXTRACT(EPOCH FROM e.at) * 1000000)::bigint::text, e.actor_id::text, e.key_id::text, e.action, e.object_type,"
        " e.object_id, e.request_id, e.client, e.detail::text]) WITH ORDINALITY AS f(v, n) WHERE e.id = c.event_id) y) "
        "WHERE c.event_id = :id",
        id=event_id,
    )
    rewrite_from(log, sequence)


def test_rewritten_tail_with_matching_hashes_is_detected_by_a_checkpoint(log):
    log.write(4)
    first = log.sign()
    log.write(4)
    second = log.sign()
    log.write(2)
    change_with_fitting_hashes(log, FOUNDING + 6)
    found = log.verify()
    assert [(p.code, p.sequence) for p in found.problems] == [("not-as-signed", second.sequence)]
    assert f"after row {first.sequence}" in found.problems[0].sentence


def test_rewritten_tail_without_its_checkpoint_is_detected_by_the_copies(log):
    log.write(4)
    signed = log.sign()
    change_with_fitting_hashes(log, 3)
    log.tamper("DELETE FROM audit_checkpoints WHERE tenant_id = :tenant", tenant=log.tenant)
    assert log.verify(kept=[]).intact, "the database alone no longer shows the change"
    assert [(p.code, p.sequence) for p in log.verify().problems] == [("not-as-signed", signed.sequence)]


def test_truncated_tail_is_detected_by_its_checkpoint(log):
    log.write(4)
    signed = log.sign()
    _, last = log.chain()[-1]
    log.tamper("DELETE FROM audit_events WHERE id = :id", "DELETE FROM audit_chain WHERE event_id = :id", id=last)
    assert [(p.code, p.sequence) for p in log.verify().problems] == [("cut-off", signed.sequence)]


def test_removed_checkpoints_are_detected_by_their_copies(log):
    log.write(1)
    first = log.sign()
    log.write(1)
    log.sign()
    log.tamper("DELETE FROM audit_checkpoints WHERE tenant_id = :tenant", tenant=log.tenant)
    assert [(p.code, p.sequence) for p in log.verify().problems] == [("checkpoint-removed", first.sequence)]
    log.sign()
    assert [row[0] for row in log.rows("SELECT sequence FROM audit_checkpoints")] == [FOUNDING + 2], (
        "the last checkpoint is restored"
    )


def test_rewritten_signed_tail_is_not_signed_again_and_is_detected_by_its_copy(log):
    log.write(4)
    signed = log.sign()
    change_with_fitting_hashes(log, 3)
    log.tamper("DELETE FROM audit_checkpoints WHERE tenant_id = :tenant", tenant=log.tenant)
    with pytest.raises(ChainNotAsSignedError):
        log.sign()
    assert [(p.code, p.sequence) for p in log.verify().problems] == [("not-as-signed", signed.sequence)]


def test_truncated_signed_tail_is_not_signed_again_and_is_detected_by_its_copy(log):
    log.write(4)
    signed = log.sign()
    _, last = log.chain()[-1]
    log.tamper(
        "DELETE FROM audit_events WHERE id = :id",
        "DELETE FROM audit_chain WHERE event_id = :id",
        "DELETE FROM audit_checkpoints WHERE tenant_id = :tenant",
        id=last,
        tenant=log.tenant,
    )
    with pytest.raises(ChainNotAsSignedError):
        log.sign()
    assert [(p.code, p.sequence) for p in log.verify().problems] == [("cut-off", signed.sequence)]


def test_emptied_log_is_not_mistaken_for_a_new_one(log):
    log.write(1)
    log.sign()
    log.tamper(*(f"DELETE FROM {table} WHERE tenant_id = :tenant" for table in TABLES), tenant=log.tenant)
    with pytest.raises(ChainNotAsSignedError):
        log.sign()
    assert codes(log.verify()) == ["cut-off"]


def test_events_after_a_rewritten_tail_are_not_signed(log):
    log.write(4)
    signed = log.sign()
    change_with_fitting_hashes(log, 3)
    log.tamper("DELETE FROM audit_checkpoints WHERE tenant_id = :tenant", tenant=log.tenant)
    log.write(2)
    with pytest.raises(ChainNotAsSignedError):
        log.sign()
    assert ("not-as-signed", signed.sequence) in [(p.code, p.sequence) for p in log.verify().problems]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("hash = sha256(hash)", "checkpoint-unsigned"),
        ("sequence = sequence - 1", "checkpoint-unsigned"),
        ("signed_at = signed_at - interval '1 day'", "checkpoint-unsigned"),
        ("key_id = 'theirs'", "checkpoint-unsigned"),
        ("signature = '\\x00'", "checkpoint-unsigned"),
    ],
)
def test_changed_checkpoint_is_detected(log, change, code):
    log.write(2)
    log.sign()
    log.tamper(f"UPDATE audit_checkpoints SET {change} WHERE tenant_id = :tenant", tenant=log.tenant)
    assert code in codes(log.verify(kept=[]))


def test_disabled_append_only_trigger_is_reported(log):
    with log.database.owner.anonymous() as session:
        session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only"))
    try:
        assert "guard-off" in codes(log.verify())
    finally:
        with log.database.owner.anonymous() as session:
            session.execute(text("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_append_only"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_tampering_with_signed_rows_is_always_detected(start_log, data):
    log = start_log()
    log.write(data.draw(st.integers(2, 6), label="events"))
    log.sign()
    chain = log.chain()
    for number in range(data.draw(st.integers(1, 3), label="changes")):
        sequence, event_id = data.draw(st.sampled_from(chain), label="row")
        kind = data.draw(st.sampled_from(["event", "link", "remove event", "remove link", "rewrite"]), label="kind")
        where = {"id": event_id}
        if kind == "event":
            # Each of these changes gives a new value, so repeating one never restores the original.
            column = data.draw(st.sampled_from(["at", "actor_id", "action", "id"]))
            log.tamper(f"UPDATE audit_events SET {column} = {COLUMNS[column]} WHERE id = :id", **where)
        elif kind == "link":
            column = data.draw(st.sampled_from(["event_hash", "previous_hash", "hash", "event_id"]))
            log.tamper(f"UPDATE audit_chain SET {column} = {LINK_COLUMNS[column]} WHERE event_id = :id", **where)
        elif kind == "remove event":
            log.tamper("DELETE FROM audit_events WHERE id = :id", **where)
        elif kind == "remove link":
            log.tamper("DELETE FROM audit_chain WHERE event_id = :id", **where)
        elif number == 0:
            change_with_fitting_hashes(log, sequence)
        else:
            log.tamper("DELETE FROM audit_events WHERE id = :id", **where)
    assert not log.verify().intact
