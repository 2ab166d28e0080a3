"""Two documents with the same content that are published at the same moment both become ready."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

STATED_TYPE = '{"document_type": {"by": "editor"}}'
BEFORE_PUBLISH = ("validate", "parse", "extract", "chunk", "embed")
WAITING_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"


def test_documents_of_one_content_in_two_access_classes_both_end_ready(ingestion, wait_for):
    """Content is unique per access class. The documents are in two classes, because an editor stated the type of one.

    The new version of this document has the same bytes as the other document.
    """
    former = ingestion.upload("an earlier text", filename="former.txt")
    ((document,),) = ingestion.sql("SELECT document_id FROM runs WHERE id = :run", run=former)
    # The owner's database role acts as the editor, because workers can't write an editor's type.
    with ingestion.database.owner.transaction(ingestion.principal) as session:
        session.execute(
            text("UPDATE documents SET document_type = '8-K', metadata_sources = CAST(:by AS jsonb) WHERE id = :id"),
            {"by": STATED_TYPE, "id": document},
        )
    runs = (ingestion.upload("the very same bytes"), ingestion.upload_version(former, "the very same bytes"))
    ingestion.sql(
        "UPDATE documents SET content_sha256 = v.content_sha256 FROM document_versions v "
        "WHERE v.document_id = documents.id AND v.number = 2"
    )
    for run in runs:
        for name in BEFORE_PUBLISH:
            ingestion.run_stage(run, name)
    with ThreadPoolExecutor(2) as pool:
        # Both runs wait for the locks on their documents' rows, and continue together when this transaction ends.
        with ingestion.database.owner.transaction(ingestion.principal) as session:
            session.execute(text("SELECT id FROM documents FOR UPDATE"))
            publishing = [pool.submit(ingestion.run_stage, run, "publish") for run in runs]
            wait_for(lambda: session.scalar(text(WAITING_FOR_US)) == len(runs), what="both runs to wait for the lock")
        for each in publishing:
            each.result(30)
    assert [(ingestion.run(run).status, ingestion.run(run).error_code) for run in runs] == [("ready", None)] * 2
