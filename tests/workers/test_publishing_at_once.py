"""Documents of one content that are published at the same moment: each is ready in the end."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

SAID = '{"document_type": {"by": "editor"}}'
BEFORE_PUBLISH = ("validate", "parse", "extract", "chunk", "embed")
WAITING_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"


def test_documents_of_one_content_and_of_two_classes_are_both_published(house, wait_for):
    """An editor stated that one is an 8-K. It gets a new version while somebody else uploads the same bytes. Content is
    unique per access class.
    """
    former = house.upload("an earlier text", filename="former.txt")
    ((document,),) = house.sql("SELECT document_id FROM runs WHERE id = :run", run=former)
    with house.database.owner.transaction(house.principal) as session:  # as an editor, whose word workers can't write
        session.execute(
            text("UPDATE documents SET document_type = '8-K', metadata_sources = CAST(:by AS jsonb) WHERE id = :id"),
            {"by": SAID, "id": document},
        )
    runs = (house.upload("the very same bytes"), house.upload_version(former, "the very same bytes"))
    house.sql(
        "UPDATE documents SET content_sha256 = v.content_sha256 FROM document_versions v "
        "WHERE v.document_id = documents.id AND v.number = 2"
    )
    for run in runs:
        for name in BEFORE_PUBLISH:
            house.take_step(run, name)
    with ThreadPoolExecutor(2) as pool:
        # Both wait for their documents' rows, and go on together once those are let go.
        with house.database.owner.transaction(house.principal) as session:
            session.execute(text("SELECT id FROM documents FOR UPDATE"))
            publishing = [pool.submit(house.take_step, run, "publish") for run in runs]
            wait_for(lambda: session.scalar(text(WAITING_FOR_US)) == len(runs), what="the meeting of both")
        for each in publishing:
            each.result(30)
    assert [(house.run(run).status, house.run(run).error_code) for run in runs] == [("ready", None)] * 2
