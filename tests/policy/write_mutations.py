"""Ways to let people write what is not theirs, which `tests.policy.overreach` is told to find."""

from tests.policy.mutations import Mutation

_MANAGES = "( SELECT principal_manages_access() AS principal_manages_access)"
_ADMIN = "( SELECT principal_is_admin() AS principal_is_admin)"
_EDITS = "SELECT editable_classes()"
_OWNS = "SELECT owned_classes()"
_LABEL_KNOWN = "(label_id IN ( SELECT l.id\n   FROM labels l))"
_OWN_QUESTION = "(question_id IN ( SELECT q.id\n   FROM questions q))"

FUNCTIONS = (
    Mutation("anybody grants what is there", "may_grant", "(SELECT principal_manages_access())", "true"),
    Mutation("anybody grants anything", "create_grant",
             "may_grant(a_collection, a_document, a_pack)", "true"),
    Mutation("anybody withdraws grants", "delete_grant",
             "AND may_grant(g.collection_id, g.document_id, g.pack_id)", ""),
    *(
        Mutation(f"who edits {what} owns it", "owns", f"{short}.access_class_id = ANY ((SELECT classes_at(3))",
                 f"{short}.access_class_id = ANY ((SELECT classes_at(2))")
        for what, short in (("a collection", "c"), ("a document", "d"))
    ),
    *(
        Mutation(f"{what} may be moved by whoever sees it", function, f"NOT owns({given})", "false")
        for what, function, given in (
            ("a collection", "move_collection", "moved, NULL"),
            ("a document", "move_document", "NULL, moved"),
        )
    ),
    *(
        Mutation(f"{function} into what is only read", function, "classes_at(2)", "classes_at(1)")
        for function in ("create_collection", "move_collection", "move_document")
    ),
    *(
        Mutation(f"{function} leaves barriers", function, "NOT principal_manages_access()", "false")
        for function in ("move_collection", "move_document")
    ),
    Mutation("viewers delete", "delete_document", "classes_at(2)", "classes_at(1)"),
    Mutation("anybody manages access", "principal_manages_access", "principal_is_admin()", "true"),
    Mutation("one does not see what one granted oneself", "learn_after", "to_user = person OR", ""),
    Mutation("one does not see what one granted to groups", "learn_after", "m.user_id = person", "false"),
    Mutation("one does not see what one granted to a group around one's own", "learn_after",
             "c.member_group_id = m.group_id", "false"),
    Mutation("a change is not behind the policy", "is_not_behind",
             "COALESCE(NULLIF(split_part(here, '.', 1), '')::bigint, 0)", "0"),
)  # fmt: skip
CHECKS = (
    *(
        Mutation(f"{table}.{policy}: of what is only read", f"{table}.{policy}", _EDITS, "SELECT visible_classes()")
        for policy, tables in (
            ("api_insert", ("documents", "document_versions", "runs", "stages")),
            ("api_update", ("documents", "document_versions", "collections")),
        )
        for table in tables
    ),
    *(
        Mutation(f"{table}.api_insert: of what is only edited", f"{table}.api_insert", _OWNS, _EDITS)
        for table in ("exclusions", "document_labels", "collection_labels")
    ),
    *(
        Mutation(f"{table}.api_insert: labels that are not known", f"{table}.api_insert", _LABEL_KNOWN, "true")
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
    Mutation("questions.api_insert: in anybody's name", "questions.api_insert",
             "(user_id = ( SELECT current_principal() AS current_principal))", "true"),
    *(
        Mutation(f"{table}.api_insert: to anybody's question", f"{table}.api_insert", _OWN_QUESTION, "true")
        for table in ("claims", "citations")
    ),
)  # fmt: skip
WRITE_MUTATIONS = (*FUNCTIONS, *CHECKS)
