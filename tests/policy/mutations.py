"""Ways to get the policy wrong: each a small change to the code of a migrated database, made by its superuser.

The text to replace is that of `pg_get_functiondef` or of `pg_get_expr`, and must be found exactly once. What only
counts for people in many groups is changed where everybody is taken for one of those.
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
_FORGET = "TRUNCATE learned_classes"


@dataclass(frozen=True, slots=True)
class Mutation:
    """`place`: a function's name; `table.policy`, whose USING and WITH CHECK are changed alike; or `table!trigger`,
    which is switched off. `chapter`: of the story's rest, from which on it is broken; "look" shows what is wrong before
    anything is changed.
    """

    name: str
    place: str
    old: str = ""
    new: str = ""
    after: "Mutation | None" = None
    chapter: str = "look"

    def apply(self, connection: "Connection[Any]") -> None:
        """What was worked out by the code as it was is forgotten, too."""
        self._apply(connection)

    @contextmanager
    def applied(self, connection: "Connection[Any]") -> Iterator[None]:
        """As long as it is looked at; then the code is what it was."""
        undoing = self._apply(connection)
        try:
            yield
        finally:
            for statement in (*reversed(undoing), _FORGET):
                connection.execute(statement.encode())

    def _apply(self, connection: "Connection[Any]") -> list[str]:
        """What makes it undone, the last first."""
        undoing = [] if self.after is None else self.after._apply(connection)
        connection.execute(_FORGET.encode())
        if "!" in self.place:
            table, trigger = self.place.split("!")
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}".encode())
            return [*undoing, f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"]
        if "." not in self.place:
            ((body,),) = connection.execute(_FUNCTION, [self.place]).fetchall()
            connection.execute(self._changed(body).encode())
            return [*undoing, body]
        table, policy = self.place.split(".")
        ((using, check),) = connection.execute(_POLICY, [policy, table]).fetchall()
        for clause, condition in (("USING", using), ("WITH CHECK", check)):
            if condition is not None:
                alter = f"ALTER POLICY {policy} ON {table} {clause} "
                connection.execute(f"{alter}({self._changed(condition)})".encode())
                undoing.append(f"{alter}({condition})")
        return undoing

    def _changed(self, text: str) -> str:
        found = text.count(self.old)
        assert found == 1, f"{self.name}: the text to change is there {found} times in\n{text}"
        return text.replace(self.old, self.new)


_TENANT = "(tenant_id = ( SELECT current_tenant() AS current_tenant))"
_CLASS = "(access_class_id = ANY (( SELECT visible_classes() AS visible_classes)::integer[]))"
_DOCUMENT = "(document_id IN ( SELECT d.id\n   FROM documents d))"
_BY_CLASS = ("documents", "indexed_documents", "chunks", "chunk_embeddings", "term_postings")
_BY_OTHERS = ("chunk_signatures", "document_versions", "pages", "runs", "stages")
_ASKED = ("questions", "answers", "claims", "citations")
_CARRIED = ("indexed_documents", "chunks", "chunk_embeddings", "term_postings")

AS_FOR_MANY = Mutation("everybody is in many groups", "classes_of", "cardinality(mine) > 500", "cardinality(mine) > 0")

_ENDS = "(g.expires_at IS NULL OR g.expires_at > now()) AND (NOT by_collection"
_ENDS_IN_COLLECTION = "g.collection_id = c.id AND (g.expires_at IS NULL OR g.expires_at > now())"
GRANTS = (
    Mutation("grants never end", "classes_of", _ENDS, "(NOT by_collection"),
    Mutation("grants hold from their end on", "classes_of", _ENDS, _ENDS.replace("> now", "< now")),
    Mutation("a grant that ends holds nothing", "classes_of", _ENDS, _ENDS.replace(" OR g.expires_at > now()", "")),
    Mutation("disabled people go on reading", "classes_of", " AND u.disabled_at IS NULL", "",
             chapter="disable"),
    Mutation("nested groups are forgotten", "classes_of", "c.member_group_id = j.id", "c.member_group_id IS NULL"),
    Mutation("nesting works upside down", "classes_of",
             "c.group_id FROM (SELECT unnest(joined) AS id) j\n"
             "        JOIN group_closure c ON c.tenant_id = tenant AND c.member_group_id",
             "c.member_group_id FROM (SELECT unnest(joined) AS id) j\n"
             "        JOIN group_closure c ON c.tenant_id = tenant AND c.group_id"),
    Mutation("grants to groups are forgotten", "classes_of", "mine := person || joined || ARRAY(",
             "mine := person || ARRAY("),
    Mutation("what is inside a collection is forgotten", "classes_of", "c.ancestor_id = h.id",
             "c.ancestor_id = h.id AND c.collection_id = h.id"),
    Mutation("a collection opens what is around it", "classes_of",
             "c.collection_id, max(h.level) AS level FROM held h\n"
             "        JOIN collection_closure c ON c.tenant_id = tenant AND c.ancestor_id = h.id",
             "c.ancestor_id AS collection_id, max(h.level) AS level FROM held h\n"
             "        JOIN collection_closure c ON c.tenant_id = tenant AND c.collection_id = h.id"),
    Mutation("grants on documents are forgotten", "classes_of", "a.document_id = h.id", "false"),
    Mutation("viewers may edit", "class_lists", "c.level >= 2", "c.level >= 1"),
    Mutation("editors own", "class_lists", "c.level >= 3", "c.level >= 2"),
    Mutation("the lowest level counts", "classes_of", "max(o.level) FROM classes", "min(o.level) FROM classes",
             chapter="describe"),
)  # fmt: skip
MANY = tuple(
    Mutation(f"of many groups, {name}", "classes_of", old, new, after=AS_FOR_MANY, chapter=chapter)
    for name, old, new, chapter in (
        ("grants never end", _ENDS_IN_COLLECTION, "g.collection_id = c.id", "look"),
        (
            "a grant that ends holds nothing",
            _ENDS_IN_COLLECTION,
            "g.collection_id = c.id AND g.expires_at IS NULL",
            "let end",
        ),
        ("grants of others count", "AND (g.subject_id IN (SELECT s.id FROM subjects s)) IS TRUE", "", "look"),
        ("the lowest level counts", "ORDER BY g.level DESC LIMIT 1", "ORDER BY g.level LIMIT 1", "look"),
        ("grants on collections are forgotten", "WHERE by_collection AND", "WHERE false AND", "look"),
        ("grants on documents are forgotten", "OR g.collection_id IS NULL", "", "look"),
    )
)
BARRIERS = (
    Mutation("clearances never end", "classes_of", "k.expires_at IS NULL OR k.expires_at > now()", "true"),
    Mutation("clearances of groups are forgotten", "classes_of", "k.label_id FROM (SELECT unnest(mine) AS id) s",
             "k.label_id FROM (SELECT person) s(id)"),
    Mutation("labels of collections are forgotten", "classes_of", "l.label_id <> ALL (cleared)", "false"),
    Mutation("a collection's label is not inherited", "classes_of", "c.ancestor_id = l.collection_id",
             "c.ancestor_id = l.collection_id AND c.collection_id = l.collection_id"),
    Mutation("labels of documents are forgotten", "classes_of", "NOT a.label_ids <@ cleared", "false"),
    Mutation("any clearance is enough", "classes_of", "NOT a.label_ids <@ cleared", "NOT a.label_ids && cleared"),
    Mutation("known labels end never", "cleared_labels", "k.expires_at IS NULL OR k.expires_at > now()", "true"),
    Mutation("exclusions never end", "classes_of", "e.expires_at IS NULL OR e.expires_at > now()", "true"),
    Mutation("an exclusion that ends closes nothing", "classes_of", "OR e.expires_at > now()", ""),
    Mutation("exclusions of groups are forgotten", "classes_of", "SELECT a.id FROM subjects s",
             "SELECT a.id FROM (SELECT person) s(id)"),
    Mutation("nothing is closed", "classes_of", "WHERE o.class_id NOT IN (SELECT x.id FROM closed x)", ""),
)  # fmt: skip
PACKS = (
    Mutation("packs open by type or source", "classes_of", "AND (p.sources = '{}' OR a.source = ANY (p.sources))",
             "OR (a.tenant_id = tenant AND a.source = ANY (p.sources))"),
    Mutation("a pack's sources are forgotten", "classes_of",
             "(p.sources = '{}' OR a.source = ANY (p.sources))", "true"),
    Mutation("a pack's types are forgotten", "classes_of",
             "(p.document_types = '{}' OR a.said_type = ANY (p.document_types))", "true"),
    Mutation("who holds a pack may edit", "classes_of", "SELECT a.id, 1 FROM held h", "SELECT a.id, 2 FROM held h"),
    Mutation("everybody holds every pack", "classes_of", "AND p.id = h.id", ""),
)  # fmt: skip
COMPILING = (
    Mutation("a nesting that is taken goes on holding", "keep_group_closure",
             "DELETE FROM group_closure c\n        WHERE", "DELETE FROM group_closure c\n        WHERE false AND",
             chapter="nest"),
    Mutation("taking one nesting takes the other way, too", "keep_group_closure", "SELECT OLD.tenant_id, r.above, "
             "r.member FROM reached r", "SELECT OLD.tenant_id, r.above, r.member FROM reached r WHERE false",
             chapter="nest"),
    Mutation("only the nearest group holds", "keep_group_closure", "SELECT c.group_id FROM group_closure c\n"
             "                WHERE c.tenant_id = NEW.tenant_id AND c.member_group_id = NEW.group_id",
             "SELECT c.group_id FROM group_closure c WHERE false", chapter="nest"),
    Mutation("groups may be inside themselves", "keep_group_closure",
             "c.group_id = NEW.member_group_id AND c.member_group_id = NEW.group_id", "false", chapter="nest"),
    Mutation("what was moved stays where it was", "keep_collection_closure",
             "DELETE FROM collection_closure c USING collection_closure inside\n        WHERE",
             "DELETE FROM collection_closure c USING collection_closure inside\n        WHERE false AND",
             chapter="move"),
    Mutation("what was moved arrives alone", "keep_collection_closure",
             "inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id;",
             "inside.tenant_id = NEW.tenant_id AND inside.ancestor_id = NEW.id AND inside.collection_id = NEW.id;",
             chapter="move"),
    Mutation("a deleted document keeps its class", "keep_class", "NEW.access_class_id := 0;",
             "NEW.access_class_id := OLD.access_class_id;", chapter="delete"),
    Mutation("a class goes by no label", "keep_class", "l.document_id = NEW.id", "false", chapter="let end"),
    Mutation("a class goes by no exclusion", "keep_class", "e.document_id = NEW.id", "false", chapter="let end"),
    Mutation("what a document says of its own type opens it", "keep_class",
             "NEW.metadata_sources #>> '{document_type,by}' = 'editor' THEN NEW.document_type END;\n"
             "    IF NEW.said_type IS NOT NULL", "true THEN NEW.document_type END;\n    IF false", chapter="read"),
    Mutation("a class goes by no type that is said", "keep_class",
             "ensure_class(NEW.tenant_id, NEW.collection_id, NEW.said_type", "ensure_class(NEW.tenant_id, "
             "NEW.collection_id, NULL", chapter="read"),
    *(
        Mutation(f"of another {what}, a document keeps its class", "keep_class", condition, "true", chapter=chapter)
        for what, condition, chapter in (
            ("collection", "a.collection_id = NEW.collection_id", "move"),
            ("said type", "a.said_type IS NOT DISTINCT FROM NEW.said_type", "read"),
            ("source", "a.source IS NOT DISTINCT FROM NEW.source", "read"),
            ("set of labels", "a.label_ids = labels", "let end"),
            ("grant of its own", "a.document_id IS NOT DISTINCT FROM itself", "read"),
        )
    ),
    Mutation("labels do not change a class", "document_labels!reclass", chapter="let end"),
    Mutation("a moved or described document keeps its class", "documents!keep_class", chapter="let end"),
    *(
        Mutation(f"a changed class does not reach {table}", "spread_class",
                 f"UPDATE {table} SET access_class_id = NEW.access_class_id WHERE document_id = NEW.id;", "",
                 chapter="let end")
        for table in _CARRIED
    ),
)  # fmt: skip
REMEMBERING = (
    Mutation("what is kept outlives what ends", "kept_lists", "AND l.valid_until > now()", "", chapter="let end"),
    Mutation("what is kept outlives a changed policy", "kept_lists", "h.made_by >= l.horizon", "false",
             chapter="overreach"),
    Mutation("what is kept outlives new classes", "kept_lists", "a.made_by >= l.horizon", "false", chapter="overreach"),
    *(
        Mutation(f"what is kept outlives {table} that end", "next_expiry", f"{short}.expires_at > now()", "false",
                 chapter="let end")
        for table, short in (("grants", "g"), ("clearances", "k"), ("exclusions", "e"))
    ),
    Mutation("what is kept is anybody's", "kept_lists", "AND l.user_id = person", ""),
    Mutation("in a transaction, changes of the policy are not seen", "policy_position",
             "h.kind <> 'documents'", "h.kind = 'nothing'", chapter="overreach"),
)  # fmt: skip
POLICIES = (
    *(
        Mutation(f"{table}: any tenant", f"{table}.api_read", _TENANT, "true")
        for table in (*_BY_CLASS, *_BY_OTHERS, *_ASKED)
    ),
    *(Mutation(f"{table}: any class", f"{table}.api_read", _CLASS, "true") for table in ("collections", *_BY_CLASS)),
    *(
        Mutation(f"{table}: of any document", f"{table}.api_read", _DOCUMENT, "true")
        for table in ("document_versions", "pages", "runs", "document_labels")
    ),
    Mutation("chunk_signatures: of any document", "chunk_signatures.api_read",
             "(document_id IN ( SELECT i.document_id\n   FROM indexed_documents i))", "true"),
    Mutation("stages: of any run", "stages.api_read", "(run_id IN ( SELECT r.id\n   FROM runs r))", "true"),
    Mutation("questions: anybody's", "questions.api_read",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    Mutation("answers: though a source is hidden", "answers.api_read", "(NOT (s.s IN", "(false AND NOT (s.s IN"),
    Mutation("answers: though all but one source is hidden", "answer_sources", "c.question_id = answered",
             "c.question_id = answered ORDER BY c.ordinal LIMIT 1"),
    Mutation("claims: though they were dropped", "claims.api_read", "(claims.dropped_reason IS NULL)", "true"),
    Mutation("citations: of any answer", "citations.api_read",
             "(question_id IN ( SELECT a.question_id\n   FROM answers a))", "true"),
    Mutation("grants: everybody's", "grants.api_read",
             "( SELECT principal_holds('{admin,auditor}'::text[]) AS principal_holds)", "true"),
    Mutation("labels: known to everybody", "labels.api_read",
             "( SELECT principal_holds('{admin,auditor}'::text[]) AS principal_holds)", "true"),
    Mutation("administrators see into everything", "documents.api_read", _CLASS,
             f"({_CLASS} OR (SELECT principal_is_admin()))"),
)  # fmt: skip
MUTATIONS = (*GRANTS, *MANY, *BARRIERS, *PACKS, *COMPILING, *REMEMBERING, *POLICIES)
