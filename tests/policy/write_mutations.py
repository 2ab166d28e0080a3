"""Mutations that allow forbidden writes. The checks of `tests.policy.forbidden_writes` must find each mutation."""

from tests.policy.mutations import Mutation

_MANAGES = "( SELECT principal_manages_access() AS principal_manages_access)"
_ADMIN = "( SELECT principal_is_admin() AS principal_is_admin)"
_EDITS = "SELECT editable_classes()"
_OWNS = "SELECT owned_classes()"
_LABEL_KNOWN = "(label_id IN ( SELECT l.id\n   FROM labels l))"
_OWN_QUESTION = "(EXISTS ( SELECT 1\n   FROM questions q\n  WHERE (q.id = {table}.question_id)))"

FUNCTIONS = (
    Mutation("anybody grants on existing objects", "may_grant", "(SELECT principal_manages_access())", "true"),
    Mutation("anybody grants anything", "create_grant",
             "may_grant(a_collection, a_document, a_pack)", "true"),
    Mutation("anybody withdraws grants", "delete_grant",
             "AND may_grant(g.collection_id, g.document_id, g.pack_id)", ""),
    *(
        Mutation(f"editors of {what} count as owners", "owns", f"{short}.access_class_id = ANY ((SELECT classes_at(3))",
                 f"{short}.access_class_id = ANY ((SELECT classes_at(2))")
        for what, short in (("a collection", "c"), ("a document", "d"))
    ),
    *(
        Mutation(f"viewers of {what} may move it", function, f"NOT owns({given})", "false")
        for what, function, given in (
            ("a collection", "move_collection", "moved, NULL"),
            ("a document", "move_document", "NULL, moved"),
        )
    ),
    *(
        Mutation(f"{function} into a readable collection", function, "classes_at(2)", "classes_at(1)")
        for function in ("create_collection", "move_collection", "move_document")
    ),
    *(
        Mutation(f"{function} out of labels", function, "NOT principal_manages_access()", "false")
        for function in ("move_collection", "move_document")
    ),
    Mutation("viewers delete", "delete_document", "classes_at(2)", "classes_at(1)"),
    Mutation("anybody manages access", "principal_manages_access", "principal_is_admin()", "true"),
    Mutation("users do not see grants to themselves at once", "learn_after", "to_user = person OR", ""),
    Mutation("users do not see grants to their groups at once", "learn_after", "m.user_id = person", "false"),
    Mutation("users do not see grants to outer groups at once", "learn_after",
             "c.member_group_id = m.group_id", "false"),
    Mutation("cached classes count as newer than any change", "is_not_behind",
             "COALESCE(NULLIF(split_part(here, '.', 1), '')::bigint, 0)", "0"),
)  # fmt: skip
CHECKS = (
    *(
        Mutation(f"{table}.{policy}: by viewers", f"{table}.{policy}", _EDITS, "SELECT visible_classes()")
        for policy, tables in (
            ("api_insert", ("documents", "document_versions", "runs", "stages")),
            ("api_update", ("documents", "document_versions", "collections")),
        )
        for table in tables
    ),
    *(
        Mutation(f"{table}.api_insert: by editors", f"{table}.api_insert", _OWNS, _EDITS)
        for table in ("exclusions", "document_labels", "collection_labels")
    ),
    *(
        Mutation(f"{table}.api_insert: invisible labels", f"{table}.api_insert", _LABEL_KNOWN, "true")
        for table in ("document_labels", "collection_labels")
    ),
    *(
        Mutation(f"{table}.{policy}: anybody", f"{table}.{policy}", _MANAGES, "true")
        for policy, tables in (
            ("api_insert", ("labels", "clearances", "entitlement_packs")),
            ("api_delete", ("labels", "clearances", "entitlement_packs", "exclusions", "document_labels",
                            "collection_labels")),
        )
        for table in tables
    ),
    *(
        Mutation(f"{table}.{policy}: anybody", f"{table}.{policy}", _ADMIN, "true")
        for table, policies in (
            ("groups", ("api_insert", "api_delete")),
            ("group_members", ("api_insert", "api_delete")),
            ("group_nestings", ("api_insert", "api_delete")),
            ("users", ("api_update",)),
        )
        for policy in policies
    ),
    Mutation("questions.api_insert: for any user", "questions.api_insert",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    Mutation("conversations.api_insert: for any user", "conversations.api_insert",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    Mutation("turns.api_insert: to any conversation", "turns.api_insert",
             "(EXISTS ( SELECT 1\n   FROM conversations c\n  WHERE (c.id = turns.conversation_id)))", "true"),
    *(
        Mutation(f"{table}.api_insert: to any question", f"{table}.api_insert",
                 _OWN_QUESTION.format(table=table), "true")
        for table in ("claims", "citations")
    ),
)  # fmt: skip
WRITE_MUTATIONS = (*FUNCTIONS, *CHECKS)
