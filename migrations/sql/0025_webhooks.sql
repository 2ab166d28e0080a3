-- Webhooks: changes of the feed that are sent to a user's address, under the user's rights at the time of sending.

-- `kinds` are the changes to send; all, if it is empty. `sealed_former` is the secret before the last rotation, which also
-- signs until `former_until`. (era, xid, change_id) is the position in the feed up to which deliveries were queued.
--   state     active, paused (by its user) or disabled (its address failed for too long, or does not exist any more)
--   lease_*   the worker that sends: its fencing token, until when
CREATE TABLE webhooks (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    kinds text[] NOT NULL,
    sealed_secret bytea NOT NULL,
    sealed_former bytea,
    former_until timestamptz,
    state text DEFAULT 'active' NOT NULL,
    failing_since timestamptz,
    era integer NOT NULL,
    xid xid8 NOT NULL,
    change_id bigint NOT NULL,
    lease_token uuid,
    lease_until timestamptz,
    called_at timestamptz DEFAULT to_timestamp(0) NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (id),
    CONSTRAINT uq_webhooks_tenant_id_id UNIQUE (tenant_id, id),
    CONSTRAINT ck_webhooks_state CHECK (state IN ('active', 'paused', 'disabled')),
    CONSTRAINT fk_webhooks_tenant_id_user_id FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_webhooks_tenant_id_user_id ON webhooks (tenant_id, user_id);

-- One event for one webhook. The ID is the webhook-id of every attempt. A test has no change and no document.
--   state     waiting (is sent at due_at), sent, failed (all attempts failed), withheld (its user may not read the
--             document)
CREATE TABLE webhook_deliveries (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    document_id uuid,
    kind text NOT NULL,
    body jsonb NOT NULL,
    state text DEFAULT 'waiting' NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamptz NOT NULL,
    status integer,
    error text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_webhook_deliveries_webhook_id_event_id UNIQUE (webhook_id, event_id),
    CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('waiting', 'sent', 'failed', 'withheld')),
    CONSTRAINT fk_webhook_deliveries_tenant_id_webhook_id FOREIGN KEY (tenant_id, webhook_id)
        REFERENCES webhooks (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_webhook_deliveries_tenant_id_document_id FOREIGN KEY (tenant_id, document_id)
        REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE state = 'waiting';
CREATE INDEX ix_webhook_deliveries_webhook_id_id ON webhook_deliveries (webhook_id, id);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{webhooks, webhook_deliveries}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO footnote_owner '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('CREATE POLICY worker_all ON %I TO footnote_worker '
            'USING (tenant_id = (SELECT current_tenant())) WITH CHECK (tenant_id = (SELECT current_tenant()))', name);
        EXECUTE format('CREATE POLICY definer_all ON %I TO footnote_definer USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
GRANT SELECT, UPDATE ON webhooks TO footnote_worker, footnote_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO footnote_worker;
GRANT SELECT ON webhook_deliveries, changes TO footnote_definer;

-- Users see and change only their own webhooks, and deliveries only while they may read the document.
GRANT SELECT, INSERT, DELETE, UPDATE (url, description, kinds, sealed_secret, sealed_former, former_until, state,
    failing_since, revision, updated_at) ON webhooks TO footnote_api;
CREATE POLICY api_own ON webhooks TO footnote_api
    USING (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()))
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND user_id = (SELECT current_principal()));
GRANT SELECT, INSERT, UPDATE (state, attempts, due_at, status, error, ended_at) ON webhook_deliveries TO footnote_api;
CREATE POLICY api_read ON webhook_deliveries FOR SELECT TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id)
        AND (document_id IS NULL OR EXISTS (SELECT 1 FROM documents d WHERE d.id = webhook_deliveries.document_id)));
CREATE POLICY api_update ON webhook_deliveries FOR UPDATE TO footnote_api
    USING (tenant_id = (SELECT current_tenant())
        AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id)
        AND (document_id IS NULL OR EXISTS (SELECT 1 FROM documents d WHERE d.id = webhook_deliveries.document_id)))
    WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY api_test ON webhook_deliveries FOR INSERT TO footnote_api
    WITH CHECK (tenant_id = (SELECT current_tenant()) AND document_id IS NULL AND kind = 'webhook.test'
        AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_deliveries.webhook_id));
CREATE POLICY definer_send_webhooks ON outbox FOR INSERT TO footnote_definer WITH CHECK (topic = 'webhooks.send');

SET LOCAL ROLE footnote_definer;

-- Returns those of the documents that a user may read now.
CREATE FUNCTION readable_by(person uuid, wanted uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id FROM documents d
    WHERE d.tenant_id = (SELECT current_tenant()) AND d.id = ANY (wanted) AND d.deleted_at IS NULL
      AND d.access_class_id = ANY (ARRAY(SELECT c.class_id FROM classes_of((SELECT current_tenant()), person) c))
      AND EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = person
          AND u.disabled_at IS NULL AND u.deleted_at IS NULL AND cardinality(u.roles) > 0)
$$;

-- Queues the sending of webhooks with new changes or due deliveries that no worker sends. Returns the number of them.
CREATE FUNCTION call_webhooks(again_seconds double precision, batch int) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT w.id FROM webhooks w, change_horizon() h
        WHERE w.state = 'active' AND w.called_at <= now() - make_interval(secs => again_seconds)
          AND (w.lease_until IS NULL OR w.lease_until <= now())
          AND (EXISTS (SELECT 1 FROM webhook_deliveries v
                  WHERE v.webhook_id = w.id AND v.state = 'waiting' AND v.due_at <= now())
              OR EXISTS (SELECT 1 FROM changes c WHERE c.tenant_id = w.tenant_id
                  AND (c.era, c.xid, c.id) > (w.era, w.xid, w.change_id) AND (c.era, c.xid) < (h.era, h.xid)))
        ORDER BY w.called_at LIMIT batch FOR UPDATE OF w SKIP LOCKED
    ), called AS (
        UPDATE webhooks w SET called_at = now() FROM due WHERE w.id = due.id RETURNING w.id, w.tenant_id
    ), queued AS (
        INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at)
        SELECT c.tenant_id, 'webhooks.send',
            jsonb_build_object('queue', 'maintenance', 'trace', NULL,
                'arguments', jsonb_build_object('tenant_id', c.tenant_id, 'webhook_id', c.id)),
            now(), now()
        FROM called c
    )
    SELECT count(*) FROM called
$$;

REVOKE ALL ON FUNCTION readable_by(uuid, uuid[]), call_webhooks(double precision, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readable_by(uuid, uuid[]), change_horizon() TO footnote_worker;
GRANT EXECUTE ON FUNCTION call_webhooks(double precision, int) TO footnote_relay;

RESET ROLE;
