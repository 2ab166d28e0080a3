-- The audit log: events, each tenant's chain of SHA-256 hashes over its events, and signed checkpoints of the chain.
-- The chain has one link (row) per event. app.audit.chain.hashing computes the same hashes in Python and explains their
-- construction. Privileges and triggers permit only inserting events, links and checkpoints; the triggers fire for
-- every role. Only functions of footnote_definer insert links.

-- 1. Tables

-- The database's clock sets `at`. Roles that insert events can't set `at`, so they can't backdate an event.
CREATE TABLE audit_events (
    id uuid CONSTRAINT pk_audit_events PRIMARY KEY,
    tenant_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id uuid NOT NULL,
    key_id uuid,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    request_id text,
    detail jsonb NOT NULL,
    client text,
    CONSTRAINT fk_audit_events_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX ix_audit_events_tenant_id_id ON audit_events (tenant_id, id);
CREATE INDEX ix_audit_events_tenant_id_object_type_object_id ON audit_events (tenant_id, object_type, object_id);
CREATE INDEX ix_audit_events_tenant_id_actor_id ON audit_events (tenant_id, actor_id);
CREATE INDEX ix_audit_events_tenant_id_at ON audit_events (tenant_id, at);

-- One row per tenant. A transaction locks its tenant's row while it appends a link. The row is never updated. Otherwise
-- each commit would leave a dead version of the row, which VACUUM can't remove while an older transaction is open.
CREATE TABLE audit_heads (
    tenant_id uuid CONSTRAINT pk_audit_heads PRIMARY KEY,
    CONSTRAINT fk_audit_heads_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

CREATE TABLE audit_chain (
    tenant_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL CONSTRAINT uq_audit_chain_event_id UNIQUE,
    event_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (tenant_id, sequence)
);

-- Events that have no link yet.
CREATE TABLE audit_waiting (
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit_waiting PRIMARY KEY,
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_hash bytea NOT NULL
);
CREATE INDEX ix_audit_waiting_tenant_id_position ON audit_waiting (tenant_id, position);

CREATE TABLE audit_checkpoints (
    tenant_id uuid NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_audit_checkpoints PRIMARY KEY (tenant_id, sequence),
    CONSTRAINT fk_audit_checkpoints_tenant_id FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);

SET LOCAL ROLE footnote_definer;

-- 2. Hashes

-- Returns a text as a netstring: its length in bytes, a colon, its bytes and a comma. A null is encoded as '-,'.
CREATE FUNCTION audit_frame(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN content IS NULL THEN '-,' ELSE octet_length(content)::text || ':' || content || ',' END
$$;

CREATE FUNCTION audit_event_hash(event audit_events) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to('footnote-audit-event-1' || audit_frame(event.tenant_id::text)
        || audit_frame(event.id::text) || audit_frame((EXTRACT(EPOCH FROM event.at) * 1000000)::bigint::text)
        || audit_frame(event.actor_id::text) || audit_frame(event.key_id::text) || audit_frame(event.action)
        || audit_frame(event.object_type) || audit_frame(event.object_id) || audit_frame(event.request_id)
        || audit_frame(event.client) || audit_frame(event.detail::text), 'UTF8'))
$$;

-- 3. The chain

-- Creates the head of a new tenant's chain. Every tenant has a head. If `link_waiting_unless_held` can't lock a head,
-- another transaction has locked it.
CREATE FUNCTION make_audit_head() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_heads (tenant_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

-- Appends an event's link to its tenant's chain. After the head is locked, a separate statement reads the last link: in
-- READ COMMITTED, its snapshot includes the links of the transaction that had the lock before. The planner settings
-- make this statement use the index: a plan that was cached while the table was small would read and sort the whole
-- chain.
CREATE FUNCTION append_audit_link(a_tenant uuid, an_event uuid, its_hash bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    tail record;
    place bigint := 1;
    before bytea := sha256(convert_to('footnote-audit-genesis-1' || audit_frame(a_tenant::text), 'UTF8'));
BEGIN
    PERFORM FROM audit_heads WHERE tenant_id = a_tenant FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the tenant has no head of its audit chain' USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT sequence, hash INTO tail FROM audit_chain WHERE tenant_id = a_tenant ORDER BY sequence DESC LIMIT 1;
    IF FOUND THEN
        place := tail.sequence + 1;
        before := tail.hash;
    END IF;
    INSERT INTO audit_chain (tenant_id, sequence, event_id, event_hash, previous_hash, hash)
    VALUES (a_tenant, place, an_event, its_hash, before, sha256(convert_to('footnote-audit-link-1'
        || audit_frame(a_tenant::text) || audit_frame(place::text) || audit_frame(encode(before, 'hex'))
        || audit_frame(encode(its_hash, 'hex')), 'UTF8')));
END
$$;

-- Links a new event at commit. A REPEATABLE READ transaction can't see links that other transactions have committed
-- since it began. Its events are therefore stored in audit_waiting with their hashes, and are linked later.
CREATE FUNCTION chain_event() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') = 'read committed' THEN
        PERFORM append_audit_link(NEW.tenant_id, NEW.id, audit_event_hash(NEW));
    ELSE
        INSERT INTO audit_waiting (tenant_id, event_id, event_hash)
        VALUES (NEW.tenant_id, NEW.id, audit_event_hash(NEW));
    END IF;
    RETURN NULL;
END
$$;

-- Links up to 1,000 waiting events of a tenant, in the order in which they were recorded. Returns the number of linked
-- events. It locks the head before it reads the waiting events, so that it does not read events that another
-- transaction is linking. If no event is waiting, it locks nothing.
CREATE FUNCTION link_waiting_of(a_tenant uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting record;
    linked bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_waiting w WHERE w.tenant_id = a_tenant) THEN
        RETURN 0;
    END IF;
    PERFORM FROM audit_heads h WHERE h.tenant_id = a_tenant FOR UPDATE;
    FOR waiting IN
        WITH due AS (
            SELECT w.position FROM audit_waiting w WHERE w.tenant_id = a_tenant ORDER BY w.position LIMIT 1000
        ), taken AS (
            DELETE FROM audit_waiting w USING due WHERE w.position = due.position
            RETURNING w.position, w.event_id, w.event_hash
        )
        SELECT * FROM taken ORDER BY position
    LOOP
        PERFORM append_audit_link(a_tenant, waiting.event_id, waiting.event_hash);
        linked := linked + 1;
    END LOOP;
    RETURN linked;
END
$$;

-- Links waiting events like `link_waiting_of`, but returns null at once if another transaction has locked the head. The
-- relay uses this function, so that one tenant's long commit does not delay other tenants.
CREATE FUNCTION link_waiting_unless_held(a_tenant uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM audit_heads h WHERE h.tenant_id = a_tenant FOR UPDATE SKIP LOCKED;
    RETURN CASE WHEN FOUND THEN link_waiting_of(a_tenant) END;
END
$$;

CREATE FUNCTION link_waiting_events() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT link_waiting_of(t) FROM current_tenant() t WHERE t IS NOT NULL
$$;

-- Returns the tenants with waiting events. The query makes one index look-up per tenant, so its cost does not depend on
-- the number of events.
CREATE FUNCTION list_waiting_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
    WITH RECURSIVE found AS (
        (SELECT w.tenant_id FROM audit_waiting w ORDER BY w.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT w.tenant_id FROM audit_waiting w WHERE w.tenant_id > f.tenant_id ORDER BY w.tenant_id LIMIT 1)
        FROM found f WHERE f.tenant_id IS NOT NULL
    )
    SELECT f.tenant_id FROM found f WHERE f.tenant_id IS NOT NULL
$$;

-- 4. Checkpoints

-- Returns the last link of the tenant's chain, for signing.
CREATE FUNCTION last_audit_link() RETURNS TABLE (sequence bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.sequence, c.hash FROM audit_chain c WHERE c.tenant_id = (SELECT current_tenant())
    ORDER BY c.sequence DESC LIMIT 1
$$;

-- Returns the hash of a link. Before a worker signs a chain, it gets the hash of the link that the last checkpoint
-- signed. If this hash differs from the checkpoint's hash, the worker does not sign.
CREATE FUNCTION audit_link_hash(a_sequence bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.hash FROM audit_chain c WHERE c.tenant_id = (SELECT current_tenant()) AND c.sequence = a_sequence
$$;

CREATE FUNCTION list_audited_tenants() RETURNS TABLE (id uuid, slug text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.slug FROM tenants t ORDER BY t.slug
$$;

-- Queues a signing task for each tenant whose chain has grown since its last checkpoint, unless the tenant already has
-- a queued signing task. Returns the number of queued tasks.
CREATE FUNCTION call_checkpoints() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH called AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT h.tenant_id, 'audit.sign_checkpoint',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', h.tenant_id)),
            now(), now()
        FROM audit_heads h
        WHERE (SELECT max(c.sequence) FROM audit_chain c WHERE c.tenant_id = h.tenant_id)
            > COALESCE((SELECT max(k.sequence) FROM audit_checkpoints k WHERE k.tenant_id = h.tenant_id), 0)
          AND NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.tenant_id = h.tenant_id AND o.topic = 'audit.sign_checkpoint')
        RETURNING 1
    )
    SELECT count(*) FROM called
$$;

REVOKE ALL ON FUNCTION audit_frame(text), audit_event_hash(audit_events), make_audit_head(),
    append_audit_link(uuid, uuid, bytea), chain_event(), link_waiting_of(uuid), link_waiting_unless_held(uuid),
    link_waiting_events(), list_waiting_tenants(), last_audit_link(), audit_link_hash(bigint), list_audited_tenants(),
    call_checkpoints() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_waiting_events() TO footnote_api, footnote_worker, footnote_owner;
GRANT EXECUTE ON FUNCTION last_audit_link(), audit_link_hash(bigint) TO footnote_worker;
GRANT EXECUTE ON FUNCTION link_waiting_unless_held(uuid), list_waiting_tenants(), call_checkpoints() TO footnote_relay;
GRANT EXECUTE ON FUNCTION list_audited_tenants(), make_audit_head(), chain_event() TO footnote_owner;

RESET ROLE;

-- 5. Triggers. ENABLE ALWAYS makes a trigger fire even if session_replication_role is 'replica'.

CREATE TRIGGER make_audit_head AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION make_audit_head();

CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON audit_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chain_event();
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER chain_event;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_append_only;
ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_append_only;
ALTER TABLE audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_append_only;
