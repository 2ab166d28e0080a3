"""Mutations of the access policy. Each mutation is a small change of a function, row-level security policy or trigger.
The superuser makes it in a migrated database.

The text to replace comes from `pg_get_functiondef` or `pg_get_expr` and must occur exactly once. Some code runs only
for users in many groups. To test this code, a first mutation makes it run for all users, and a second mutation changes
it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

_FUNCTION = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s AND pronamespace = 'public'::regnamespace"
_POLICY = (
    "SELECT pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p "
    "WHERE p.polname = %s AND p.polrelid = %s::regclass"
)
_CLEAR_CACHE = "TRUNCATE learned_classes"


@dataclass(frozen=True, slots=True)
class Mutation:
    """`target`: a function, a row-level security policy (`table.policy`) or a trigger (`table!trigger`). The mutation
    changes the function, changes both USING and WITH CHECK of the policy, or disables the trigger.

    `phase`: the first phase of the scenario that runs with the mutation. The phase "reads" only checks reads. `after`:
    another mutation that is applied first.
    """

    name: str
    target: str
    old: str = ""
    new: str = ""
    after: "Mutation | None" = None
    phase: str = "reads"

    def apply(self, connection: "Connection[Any]") -> None:
        """Apply the mutation, and clear the access classes that the unchanged code has cached."""
        self._apply(connection)

    @contextmanager
    def applied(self, connection: "Connection[Any]") -> Iterator[None]:
        """Apply the mutation, and undo it at the end of the block."""
        undoing = self._apply(connection)
        try:
            yield
        finally:
            for statement in (*reversed(undoing), _CLEAR_CACHE):
                connection.execute(statement.encode())

    def _apply(self, connection: "Connection[Any]") -> list[str]:
        """Apply the mutation. Return the statements that undo its changes, in the order of the changes."""
        undoing = [] if self.after is None else self.after._apply(connection)
        connection.execute(_CLEAR_CACHE.encode())
        if "!" in self.target:
            table, trigger = self.target.split("!")
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}".encode())
            return [*undoing, f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"]
        if "." not in self.target:
            ((body,),) = connection.execute(_FUNCTION, [self.target]).fetchall()
            connection.execute(self._changed(body).encode())
            return [*undoing, body]
        table, policy = self.target.split(".")
        ((using, check),) = connection.execute(_POLICY, [policy, table]).fetchall()
        for clause, condition in (("USING", using), ("WITH CHECK", check)):
            if condition is not None:
                alter = f"ALTER POLICY {policy} ON {table} {clause} "
                connection.execute(f"{alter}({self._changed(condition)})".encode())
                undoing.append(f"{alter}({condition})")
        return undoing

    def _changed(self, text: str) -> str:
        found = text.count(self.old)
        assert found == 1, f"{self.name}: the text to replace occurs {found} times in\n{text}"
        return text.replace(self.old, self.new)


_TENANT = "(tenant_id = ( SELECT current_tenant() AS current_tenant))"
_CLASS = "(access_class_id = ANY (( SELECT visible_classes() AS visible_classes)::integer[]))"
_DOCUMENT = "(document_id IN ( SELECT d.id\n   FROM documents d))"
_BY_CLASS = ("documents", "indexed_documents", "chunks", "chunk_embeddings", "term_postings")
_BY_OTHERS = ("chunk_signatures", "document_versions", "pages", "runs", "stages", "tables", "facts")
_ANSWER_TABLES = (
    "questions", "question_notes", "answers", "claims", "citations", "conversations", "turns", "turn_readings",
    "feedback",
)  # fmt: skip
_CARRY_CLASS = ("indexed_documents", "chunks", "chunk_embeddings", "term_postings")

MANY_GROUPS_FOR_ALL = Mutation(
    "everybody is in many groups", "classes_of", "cardinality(mine) > 500", "cardinality(mine) > 0"
)

_ENDS = "(g.expires_at IS NULL OR g.expires_at > now()) AND (NOT by_collection"
_ENDS_IN_COLLECTION = "g.collection_id = c.id AND (g.expires_at IS NULL OR g.expires_at > now())"
GRANTS = (
    Mutation("grants never expire", "classes_of", _ENDS, "(NOT by_collection"),
    Mutation("grants start at their expiry", "classes_of", _ENDS, _ENDS.replace("> now", "< now")),
    Mutation("grants with an expiry open nothing", "classes_of", _ENDS, _ENDS.replace(" OR g.expires_at > now()", "")),
    Mutation("disabled users keep reading", "classes_of", " AND u.disabled_at IS NULL", "",
             phase="disable"),
    Mutation("nested groups are ignored", "classes_of", "c.member_group_id = j.id", "c.member_group_id IS NULL"),
    Mutation("nesting is reversed", "classes_of",
             "c.group_id FROM (SELECT unnest(joined) AS id) j\n"
             "        JOIN group_closure c ON c.tenant_id = tenant AND c.member_group_id",
             "c.member_group_id FROM (SELECT unnest(joined) AS id) j\n"
             "        JOIN group_closure c ON c.tenant_id = tenant AND c.group_id"),
    Mutation("grants to groups are ignored", "classes_of", "mine := person || joined || ARRAY(",
             "mine := person || ARRAY("),
    Mutation("a grant does not reach nested collections", "classes_of", "c.ancestor_id = h.id",
             "c.ancestor_id = h.id AND c.collection_id = h.id"),
    Mutation("a grant opens the collections around it", "classes_of",
             "c.collection_id, max(h.level) AS level FROM held h\n"
             "        JOIN collection_closure c ON c.tenant_id = tenant AND c.ancestor_id = h.id",
             "c.ancestor_id AS collection_id, max(h.level) AS level FROM held h\n"
             "        JOIN collection_closure c ON c.tenant_id = tenant AND c.collection_id = h.id"),
    Mutation("grants on documents are ignored", "classes_of", "a.document_id = h.id", "false"),
    Mutation("viewers may edit", "class_lists", "c.level >= 2", "c.level >= 1"),
    Mutation("editors count as owners", "class_lists", "c.level >= 3", "c.level >= 2"),
    Mutation("the lowest level counts", "classes_of", "max(o.level) FROM classes", "min(o.level) FROM classes",
             phase="edit"),
)  # fmt: skip
MANY_GROUPS = tuple(
    Mutation(f"in many groups, {name}", "classes_of", old, new, after=MANY_GROUPS_FOR_ALL, phase=phase)
    for name, old, new, phase in (
        ("grants never expire", _ENDS_IN_COLLECTION, "g.collection_id = c.id", "reads"),
        (
            "grants with an expiry open nothing",
            _ENDS_IN_COLLECTION,
            "g.collection_id = c.id AND g.expires_at IS NULL",
            "expire",
        ),
        ("grants of other users count", "AND (g.subject_id IN (SELECT s.id FROM subjects s)) IS TRUE", "", "reads"),
        ("the lowest level counts", "ORDER BY g.level DESC LIMIT 1", "ORDER BY g.level LIMIT 1", "reads"),
        ("grants on collections are ignored", "WHERE by_collection AND", "WHERE false AND", "reads"),
        ("grants on documents are ignored", "OR g.collection_id IS NULL", "", "reads"),
    )
)
LABELS_AND_EXCLUSIONS = (
    Mutation("clearances never expire", "classes_of", "k.expires_at IS NULL OR k.expires_at > now()", "true"),
    Mutation("clearances of groups are ignored", "classes_of", "k.label_id FROM (SELECT unnest(mine) AS id) s",
             "k.label_id FROM (SELECT person) s(id)"),
    Mutation("labels of collections are ignored", "classes_of", "l.label_id <> ALL (cleared)", "false"),
    Mutation("a collection's label is not inherited", "classes_of", "c.ancestor_id = l.collection_id",
             "c.ancestor_id = l.collection_id AND c.collection_id = l.collection_id"),
    Mutation("labels of documents are ignored", "classes_of", "NOT a.label_ids <@ cleared", "false"),
    Mutation("any one clearance is enough", "classes_of", "NOT a.label_ids <@ cleared", "NOT a.label_ids && cleared"),
    Mutation("visible labels never expire", "cleared_labels", "k.expires_at IS NULL OR k.expires_at > now()", "true"),
    Mutation("exclusions never expire", "classes_of", "e.expires_at IS NULL OR e.expires_at > now()", "true"),
    Mutation("an exclusion with an expiry closes nothing", "classes_of", "OR e.expires_at > now()", ""),
    Mutation("exclusions of groups are ignored", "classes_of", "SELECT a.id FROM subjects s",
             "SELECT a.id FROM (SELECT person) s(id)"),
    Mutation("nothing closes a document", "classes_of", "WHERE o.class_id NOT IN (SELECT x.id FROM closed x)", ""),
)  # fmt: skip
PACKS = (
    Mutation("packs open by type or source", "classes_of", "AND (p.sources = '{}' OR a.source = ANY (p.sources))",
             "OR (a.tenant_id = tenant AND a.source = ANY (p.sources))"),
    Mutation("a pack's sources are ignored", "classes_of",
             "(p.sources = '{}' OR a.source = ANY (p.sources))", "true"),
    Mutation("a pack's types are ignored", "classes_of",
             "(p.document_types = '{}' OR a.said_type = ANY (p.document_types))", "true"),
    Mutation("holders of a pack may edit", "classes_of", "SELECT a.id, 1 FROM held h", "SELECT a.id, 2 FROM held h"),
    Mutation("everybody holds every pack", "classes_of", "AND p.id = h.id", ""),
)  # fmt: skip
CLASS_COMPILATION = (
    Mutation("a removed nesting stays in force", "keep_group_closure",
             "DELETE FROM group_closure c\n        WHERE", "DELETE FROM group_closure c\n        WHERE false AND",
             phase="nest"),
    Mutation("removing one nesting removes another path, too", "keep_group_closure", "SELECT OLD.tenant_id, r.above, "
             "r.member FROM reached r", "SELECT OLD.tenant_id, r.above, r.member FROM reached r WHERE false",
             phase="nest"),
    Mutation("only the nearest group counts", "keep_group_closure", "SELECT c.group_id FROM group_closure c\n"
             "                WHERE c.tenant_id = NEW.tenant_id AND c.member_group_id = NEW.group_id",
             "SELECT c.group_id FROM group_closure c WHERE false", phase="nest"),
    Mutation("groups may contain themselves", "keep_group_closure",
             "c.group_id = NEW.member_group_id AND c.member_group_id = NEW.group_id", "false", phase="nest"),
    Mutation("a moved collection keeps its old ancestors", "keep_collection_closure",
             "DELETE FROM collection_closure c USING collection_closure inside\n        WHERE",
             "DELETE FROM collection_closure c USING collection_closure inside\n        WHERE false AND",
             phase="move"),
    Mutation("a moved collection leaves its contents behind", "keep_collection_closure",
             "inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id;",
             "inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id AND inside.collection_id = NEW.id;",
             phase="move"),
    Mutation("a deleted document keeps its class", "keep_class", "NEW.access_class_id := 0;",
             "NEW.access_class_id := OLD.access_class_id;", phase="delete"),
    Mutation("an access class ignores labels", "keep_class", "l.document_id = NEW.id", "false", phase="expire"),
    Mutation("an access class ignores exclusions", "keep_class", "e.document_id = NEW.id", "false", phase="expire"),
    Mutation("a type read from the text opens a document", "keep_class",
             "NEW.metadata_sources #>> '{document_type,by}' = 'editor' THEN NEW.document_type END;\n"
             "    IF NEW.said_type IS NOT NULL", "true THEN NEW.document_type END;\n    IF false", phase="republish"),
    Mutation("an access class ignores the type that a person set", "keep_class",
             "ensure_class(NEW.tenant_id, NEW.collection_id, NEW.said_type", "ensure_class(NEW.tenant_id, "
             "NEW.collection_id, NULL", phase="republish"),
    *(
        Mutation(f"a document with a changed {what} keeps its class", "keep_class", condition, "true", phase=phase)
        for what, condition, phase in (
            ("collection", "a.collection_id = NEW.collection_id", "move"),
            ("type", "a.said_type IS NOT DISTINCT FROM NEW.said_type", "republish"),
            ("source", "a.source IS NOT DISTINCT FROM NEW.source", "republish"),
            ("label set", "a.label_ids = labels", "expire"),
            ("grant on it alone", "a.document_id IS NOT DISTINCT FROM itself", "republish"),
        )
    ),
    Mutation("labels do not change an access class", "document_labels!reclass", phase="expire"),
    Mutation("a moved or edited document keeps its class", "documents!keep_class", phase="expire"),
    *(
        Mutation(f"a changed class does not reach {table}", "spread_class",
                 f"UPDATE {table} SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;", "",
                 phase="expire")
        for table in _CARRY_CLASS
    ),
)  # fmt: skip
CLASS_CACHE = (
    Mutation("cached classes outlive an expiry", "kept_lists", "AND l.valid_until > now()", "", phase="expire"),
    Mutation("cached classes outlive a change of the policy", "kept_lists", "h.made_by >= l.horizon", "false",
             phase="forbidden writes"),
    Mutation("cached classes outlive new classes", "kept_lists", "a.made_by >= l.horizon", "false",
             phase="forbidden writes"),
    *(
        Mutation(f"cached classes outlive {table} that expire", "next_expiry", f"{short}.expires_at > now()", "false",
                 phase="expire")
        for table, short in (("grants", "g"), ("clearances", "k"), ("exclusions", "e"))
    ),
    Mutation("cached classes are shared between users", "kept_lists", "AND l.user_id = person", ""),
    Mutation("a transaction does not see its own policy changes", "policy_position",
             "h.kind <> 'documents'", "h.kind = 'nothing'", phase="forbidden writes"),
)  # fmt: skip
POLICIES = (
    *(
        Mutation(f"{table}: of any tenant", f"{table}.api_read", _TENANT, "true")
        for table in (*_BY_CLASS, *_BY_OTHERS, *_ANSWER_TABLES)
    ),
    *(Mutation(f"{table}: of any class", f"{table}.api_read", _CLASS, "true") for table in ("collections", *_BY_CLASS)),
    *(
        Mutation(f"{table}: of any document", f"{table}.api_read", _DOCUMENT, "true")
        for table in ("document_versions", "pages", "runs", "document_labels", "tables", "facts")
    ),
    Mutation("chunk_signatures: of any document", "chunk_signatures.api_read",
             "(document_id IN ( SELECT i.document_id\n   FROM indexed_documents i))", "true"),
    Mutation("stages: of any run", "stages.api_read", "(run_id IN ( SELECT r.id\n   FROM runs r))", "true"),
    Mutation("questions: of any user", "questions.api_read",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    Mutation("question_notes: with a hidden source", "question_notes.api_read",
             "(NOT (EXISTS ( SELECT 1\n           FROM unnest",
             "(true OR NOT (EXISTS ( SELECT 1\n           FROM unnest"),
    Mutation("answers: with a hidden source", "answers.api_read",
             "(NOT (EXISTS ( SELECT 1\n           FROM documents d",
             "(false AND NOT (EXISTS ( SELECT 1\n           FROM documents d"),
    Mutation("answers: with all but one source hidden", "answer_sources", "c.question_id = answered",
             "c.question_id = answered ORDER BY c.ordinal LIMIT 1"),
    Mutation("claims: dropped ones", "claims.api_read", "(claims.dropped_reason IS NULL)", "true"),
    Mutation("citations: of any answer", "citations.api_read",
             "(EXISTS ( SELECT 1\n   FROM answers a\n  WHERE (a.question_id = citations.question_id)))", "true"),
    Mutation("conversations: of any user", "conversations.api_read",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    Mutation("turns: of any conversation", "turns.api_read",
             "(EXISTS ( SELECT 1\n   FROM conversations c\n  WHERE (c.id = turns.conversation_id)))", "true"),
    Mutation("turn_readings: of any turn", "turn_readings.api_read",
             "(EXISTS ( SELECT 1\n   FROM turns t\n  WHERE (t.id = turn_readings.turn_id)))", "true"),
    Mutation("turn_readings: with a hidden source", "turn_readings.api_read",
             "(NOT (EXISTS ( SELECT 1\n           FROM documents d",
             "(false AND NOT (EXISTS ( SELECT 1\n           FROM documents d"),
    Mutation("feedback: of any user", "feedback.api_read",
             "( SELECT principal_is_engineer() AS principal_is_engineer)", "true"),
    Mutation("feedback: with a hidden source", "feedback.api_read",
             "(NOT (EXISTS ( SELECT 1\n           FROM documents d",
             "(false AND NOT (EXISTS ( SELECT 1\n           FROM documents d"),
    Mutation("grants: of any user", "grants.api_read",
             "( SELECT principal_holds('{admin,auditor}'::text[]) AS principal_holds)", "true"),
    Mutation("labels: visible to everybody", "labels.api_read",
             "( SELECT principal_holds('{admin,auditor}'::text[]) AS principal_holds)", "true"),
    Mutation("administrators read all documents", "documents.api_read", _CLASS,
             f"({_CLASS} OR (SELECT principal_is_admin()))"),
)  # fmt: skip
MUTATIONS = (*GRANTS, *MANY_GROUPS, *LABELS_AND_EXCLUSIONS, *PACKS, *CLASS_COMPILATION, *CLASS_CACHE, *POLICIES)
