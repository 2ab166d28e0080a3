"""Two documents with the same content both become ready if they are published at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

STATED_TYPE = '{"document_type": {"by": "editor"}}'
BEFORE_PUBLISH = ("validate", "parse", "extract", "chunk", "embed")
WAITING_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"


def test_documents_with_same_content_in_two_access_classes_both_end_ready(ingestion, wait_for):
    """An editor stated the type of one document, so the two documents belong to different access classes.

    A new version of this document has the same bytes as the other document. This is permitted, because content is
    unique only within an access class.
    """
    former = ingestion.upload("an earlier text", filename="former.txt")
    ((document,),) = ingestion.sql("SELECT document_id FROM runs WHERE id = :run", run=former)
    # The database's owner makes the editor's change, because the worker's role can't.
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
        # Both runs wait until this transaction ends and unlocks their documents' rows. They then continue together.
        with ingestion.database.owner.transaction(ingestion.principal) as session:
            session.execute(text("SELECT id FROM documents FOR UPDATE"))
            publishing = [pool.submit(ingestion.run_stage, run, "publish") for run in runs]
            wait_for(lambda: session.scalar(text(WAITING_FOR_US)) == len(runs), what="both runs to wait for the lock")
        for each in publishing:
            each.result(30)
    assert [(ingestion.run(run).status, ingestion.run(run).error_code) for run in runs] == [("ready", None)] * 2
