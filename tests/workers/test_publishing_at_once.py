"""Documents of one content that are published at the same moment: each is ready in the end."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

BEFORE_PUBLISH = ("validate", "parse", "chunk", "embed", "extract")
WAITING_FOR_US = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"


def put_into_class_by_type(house, document, kind):
    """As it was put before revision 0022, after which such classes were left as they are."""
    with house.database.owner.transaction(house.principal) as session:
        session.execute(text("ALTER TABLE documents DISABLE TRIGGER keep_class"))
        session.execute(
            text(
                "WITH made AS (INSERT INTO access_classes (id, tenant_id, collection_id, document_type) "
                "SELECT nextval('access_class_ids'), tenant_id, collection_id, :kind FROM documents WHERE id = :id "
                "RETURNING id) UPDATE documents SET document_type = :kind, access_class_id = made.id FROM made "
                "WHERE documents.id = :id"
            ),
            {"id": document, "kind": kind},
        )
        session.execute(text("ALTER TABLE documents ENABLE TRIGGER keep_class"))


def test_documents_of_one_content_and_of_two_classes_are_both_published(house, wait_for):
    """One that was read to be an 8-K gets a new version while somebody else uploads those bytes. Both are read to be of
    one type now, and no access class holds two documents of one content.
    """
    former = house.upload("an earlier text", filename="former.txt")
    ((document,),) = house.sql("SELECT document_id FROM runs WHERE id = :run", run=former)
    put_into_class_by_type(house, document, "8-K")
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
