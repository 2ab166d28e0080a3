"""SQL statements that an attacker could run as the api role to reach another tenant's rows, with their expected
outcomes.

`{mine}` and `{me}` are the tenant and user of the transaction. All other names in braces are ids in the other tenant.
"""

from collections.abc import Mapping
from typing import TypeAlias

Outcome: TypeAlias = str | list[tuple[object, ...]] | int
"""The SQLSTATE of an error (PostgreSQL, appendix A), the returned rows, or the number of changed rows."""

DENIED = "42501"
UNKNOWN_FUNCTION = "42883"
UNKNOWN_ROW = "23503"  # no row has this tenant and id
NO_ROWS: Outcome = []
NONE_CHANGED = 0
FALSE: Outcome = [(False,)]
TRUE: Outcome = [(True,)]  # the setting is stored, but it gives no access without a signature
REFUSED: Outcome = [("refused",)]
HIDDEN: Outcome = [("hidden",)]
VOID: Outcome = [("",)]
SET = -1  # psycopg's row count for statements that count no rows

STATEMENTS: Mapping[str, Outcome] = {
    "SELECT set_config('footnote.who', '{tenant}|{user}|' || transaction_stamp() || '#', true) <> ''": TRUE,
    "SELECT set_config('footnote.tenant_id', '{tenant}', true) || set_config('footnote.user_id', "
    "'{user}', true) <> ''": TRUE,
    "SELECT set_config('footnote.classes', '9999999.9999999|1,2,3,4,5,6|1,2,3|1,2,3#', true) <> ''": TRUE,
    "SELECT enter('{tenant}', '{user}', extract(epoch FROM now())::bigint, '', '')": REFUSED,
    "SELECT enter('{tenant}', '{user}', extract(epoch FROM now())::bigint, '', NULL)": REFUSED,
    "SELECT enter(NULL, NULL, NULL, NULL, NULL)": REFUSED,
    "SET ROLE footnote_owner": DENIED,
    "SET ROLE footnote_worker": DENIED,
    "SET ROLE footnote_definer": DENIED,
    "SET ROLE postgres": DENIED,
    "SET SESSION AUTHORIZATION footnote_owner": DENIED,
    "SET LOCAL SESSION AUTHORIZATION DEFAULT": SET,
    "SET row_security = off": SET,
    "SET session_replication_role = replica": DENIED,
    "SET search_path = pg_temp, public": SET,
    "SET search_path = pg_catalog": SET,
    "CREATE TEMP TABLE users (id uuid)": DENIED,
    "CREATE TABLE public.users2 AS SELECT * FROM documents": DENIED,
    "CREATE FUNCTION public.current_tenant(int) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'": DENIED,
    "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'": DENIED,
    "CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql AS $$ SELECT '{tenant}'::uuid $$": DENIED,
    "CREATE OPERATOR public.= (FUNCTION = uuid_ne, LEFTARG = uuid, RIGHTARG = uuid)": DENIED,
    "CREATE SCHEMA footnote_api": DENIED,
    "CREATE EXTENSION dblink": DENIED,
    "CREATE EXTENSION postgres_fdw": DENIED,
    "SELECT dblink('dbname=postgres', 'SELECT 1')": UNKNOWN_FUNCTION,
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler": DENIED,
    "DO $$ BEGIN EXECUTE 'SET ROLE footnote_owner'; END $$": DENIED,
    "ALTER TABLE documents DISABLE ROW LEVEL SECURITY": DENIED,
    "ALTER TABLE documents NO FORCE ROW LEVEL SECURITY": DENIED,
    "ALTER ROLE footnote_api BYPASSRLS": DENIED,
    "GRANT footnote_owner TO footnote_api": DENIED,
    "DROP POLICY api_read ON documents": DENIED,
    "CREATE POLICY all_read ON documents USING (true)": DENIED,
    "CREATE VIEW everything AS SELECT * FROM documents": DENIED,
    "COPY documents TO PROGRAM 'cat'": DENIED,
    "COPY documents TO '/tmp/documents'": DENIED,
    "COPY users FROM PROGRAM 'id'": DENIED,
    "SELECT lo_import('/etc/passwd')": DENIED,
    "SELECT pg_read_file('postgresql.auto.conf')": DENIED,
    "SELECT pg_ls_dir('.')": DENIED,
    "SELECT rolpassword FROM pg_authid": DENIED,
    "SELECT passwd FROM pg_shadow WHERE passwd IS NOT NULL": DENIED,
    "SELECT * FROM context_keys": DENIED,
    "SELECT * FROM learned_classes": DENIED,
    "SELECT stavalues1 FROM pg_statistic": DENIED,
    "SELECT query FROM pg_stat_activity WHERE usename <> 'footnote_api' AND query NOT LIKE '<%'": NO_ROWS,
    "SELECT query FROM pg_stat_activity WHERE query LIKE '%{tenant}%' AND pid <> pg_backend_pid()": NO_ROWS,
    "SELECT * FROM pg_stats WHERE tablename = 'documents' AND most_common_vals::text LIKE '%canary%'": NO_ROWS,
    "SELECT class_lists('{tenant}', '{user}')": DENIED,
    "SELECT * FROM classes_of('{tenant}', '{user}')": DENIED,
    "SELECT kept_lists('{tenant}', '{user}')": DENIED,
    "SELECT policy_position('{tenant}')": DENIED,
    "SELECT ensure_class('{tenant}', '{collection}', NULL, NULL, '{{}}', NULL)": DENIED,
    "SELECT learn_after('{user}', NULL)": DENIED,
    "SELECT move_document('{document}', '{collection}')": HIDDEN,
    "SELECT delete_document('{document}')": FALSE,
    "SELECT move_collection('{collection}', NULL)": HIDDEN,
    "SELECT delete_grant('{grant}')": FALSE,
    "SELECT drop_labels_of_deleted('{label}')": VOID,
    "SELECT owns('{collection}', NULL) OR owns(NULL, '{document}')": FALSE,
    "SELECT may_be_given_key('{user}')": FALSE,
    "SELECT secret_hash FROM find_api_key((SELECT min(prefix) FROM api_keys))": UNKNOWN_FUNCTION,
    "SELECT f.* FROM api_keys k, find_api_key(k.prefix, '') f": NO_ROWS,
    "SELECT may_grant('{collection}', NULL, NULL) OR may_grant(NULL, '{document}', NULL)": FALSE,
    "SELECT is_known('{collection}', NULL) OR is_known(NULL, '{document}')": FALSE,
    "SELECT * FROM classes_of_documents(ARRAY['{document}'::uuid])": NO_ROWS,
    "SELECT * FROM classes_of_people(ARRAY['{user}'::uuid])": NO_ROWS,
    "SELECT * FROM count_seen_by('{user}')": NO_ROWS,
    "SELECT * FROM name_collections(ARRAY['{collection}'::uuid])": NO_ROWS,
    "SELECT * FROM find_governed_collections((SELECT name FROM collections WHERE id = '{collection}'))": NO_ROWS,
    "SELECT * FROM list_readers('{document}', NULL, 100)": NO_ROWS,
    "SELECT * FROM list_people(ARRAY['{user}'::uuid], 100)": NO_ROWS,
    "SELECT create_grant(gen_random_uuid(), '{me}', NULL, '{collection}', NULL, NULL, 3, NULL)": FALSE,
    "SELECT create_collection(gen_random_uuid(), '{collection}', 'mine', gen_random_uuid())": FALSE,
    "INSERT INTO group_members (tenant_id, group_id, user_id) SELECT '{tenant}', '{group}', '{me}'": DENIED,
    "INSERT INTO group_members (tenant_id, group_id, user_id) SELECT '{mine}', '{group}', '{me}'": UNKNOWN_ROW,
    "INSERT INTO exclusions (id, tenant_id, document_id, user_id, created_at, created_by) VALUES "
    "(gen_random_uuid(), '{mine}', '{document}', '{me}', now(), '{me}')": UNKNOWN_ROW,
    "INSERT INTO document_labels (tenant_id, document_id, label_id) VALUES ('{mine}', '{document}', '{label}')": DENIED,
    "UPDATE documents SET tenant_id = '{mine}'": DENIED,
    "UPDATE documents SET access_class_id = 1": DENIED,
    "UPDATE documents SET title = 'taken' WHERE tenant_id = '{tenant}'": NONE_CHANGED,
    "DELETE FROM documents WHERE tenant_id = '{tenant}'": DENIED,
    "TRUNCATE documents": DENIED,
    "LOCK TABLE documents IN ACCESS EXCLUSIVE MODE": DENIED,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'footnote_owner'": DENIED,
    "SELECT current_setting('footnote.who') FROM users WHERE tenant_id = '{tenant}'": NO_ROWS,
}

ALLOWED_FAILURES: Mapping[str, set[str]] = {
    "SET row_security = off": {DENIED},
    "SET search_path = pg_catalog": {UNKNOWN_FUNCTION},
}
"""The error codes with which a read of a table may fail after the statement."""
