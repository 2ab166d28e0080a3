"""SQL that selects all rows of the tables that are compared with the oracle."""

from sqlalchemy import text

# For each way of reading: (column of the object's id, column of the document that decides on access, table)
BY_DOCUMENT = {
    "documents": ("id", "id", "documents"),
    "document_versions": ("id", "document_id", "document_versions"),
    "pages": ("version_id", "document_id", "pages"),
    "tables": ("version_id", "document_id", "tables"),
    "facts": ("version_id", "document_id", "facts"),
    "issuer_names": ("document_id", "document_id", "issuer_names"),
    "issuer_edits": ("document_id", "document_id", "issuer_edits"),
    "runs": ("id", "document_id", "runs"),
    "review_tasks": ("id", "document_id", "review_tasks"),
    "proposals": ("version_id", "document_id", "proposals"),
    "fields": ("id", "document_id", "fields"),
    "field_revisions": ("field_id", "document_id", "field_revisions"),
    "lesson_withdrawals": ("field_id", "document_id", "lesson_withdrawals"),
    "field_comments": ("id", "document_id", "field_comments"),
    "changes": ("document_id", "document_id", "changes WHERE kind <> 'document.deleted'"),
    "indexed_documents": ("document_id", "document_id", "indexed_documents"),
    "chunks": ("document_id", "document_id", "chunks"),
    "chunk_embeddings": ("document_id", "document_id", "chunk_embeddings"),
    "chunk_signatures": ("document_id", "document_id", "chunk_signatures"),
    "term_postings": ("document_id", "document_id", "term_postings"),
    "document_labels": ("document_id", "document_id", "document_labels"),
}
STAGES = (
    "SELECT 'stages', s.tenant_id::text, s.run_id::text, {owner}, count(*) FROM stages s GROUP BY s.tenant_id, s.run_id"
)
BY_ITSELF = {
    "collections": "id",
    "collection_labels": "collection_id",
    "questions": "id",
    "question_notes": "question_id",
    "answers": "question_id",
    "claims": "concat(question_id, '/', dropped_reason)",
    "citations": "question_id",
    "conversations": "id",
    "turns": "id",
    "turn_readings": "turn_id",
    "feedback": "id",
    "grants": "id",
    "labels": "id",
    "clearances": "id",
    "exclusions": "id",
    "entitlement_packs": "id",
    "users": "id",
    "groups": "id",
    "group_members": "concat(group_id, '/', user_id)",
    "group_nestings": "concat(group_id, '/', member_group_id)",
}
CLASSED = {
    f"{name} {table}": f"SELECT '{name} {table}', tenant_id::text, id::text, id::text, 1 FROM {table} "
    f"WHERE access_class_id = ANY ((SELECT {name}_classes())::int[])"
    for name in ("editable", "owned")
    for table in ("documents", "collections")
}
ROWS = [
    f"SELECT '{way}', tenant_id::text, {key}::text, {decides}::text, count(*) FROM {table} GROUP BY 2, 3, 4"
    for way, (key, decides, table) in BY_DOCUMENT.items()
] + [
    f"SELECT '{table}', tenant_id::text, {key}::text, {key}::text, count(*) FROM {table} GROUP BY 2, 3"
    for table, key in BY_ITSELF.items()
]
ROWS.append(
    "SELECT 'deletions', tenant_id::text, document_id::text, document_id::text, count(*) FROM changes "
    "WHERE kind = 'document.deleted' GROUP BY 2, 3"
)
COMPARED = frozenset({*BY_DOCUMENT, *BY_ITSELF, "stages", "access_classes"})
"""The tables whose rows are compared with the oracle."""
CLASSES = "SELECT 'access_classes', tenant_id::text, id::text, {owner}, 1 FROM access_classes"
TRUTH = text(
    " UNION ALL ".join(
        [
            *ROWS,
            STAGES.format(owner="(SELECT r.document_id::text FROM runs r WHERE r.id = s.run_id)"),
            CLASSES.format(
                owner="concat_ws('/', collection_id, coalesce(said_type, '-'), coalesce(source, '-'), "
                "array_to_string(label_ids, ','), document_id)"
            ),
        ]
    )
)
SEEN = " UNION ALL ".join([*ROWS, STAGES.format(owner="''"), CLASSES.format(owner="''"), *CLASSED.values()])
