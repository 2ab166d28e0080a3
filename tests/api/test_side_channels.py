"""Hidden documents do not affect pages, cursors, counts, order, scores, errors or the executed SQL statements."""

from uuid import uuid4

import pytest

from app.core.principal import Principal
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.service import RetrievalService
from tests.api.published_documents import PublishedDocuments
from tests.sent import sent_statements

PAGES = [f"The borrower shall keep a leverage ratio of {number} to 1.00 for tranche {number}." for number in range(6)]
HIDDEN = "The borrower shall keep a leverage ratio of 9 to 1.00: leverage, leverage, borrower, tranche."


@pytest.fixture
def documents(server, editor, embedder):
    return PublishedDocuments(server, editor.tenant_id, embedder)


@pytest.fixture(scope="module")
def embedder():
    return WordLlamaEmbedder()


def page_sizes(user, path, limit):
    """Return the sizes of all pages of a list."""
    sizes, cursor = [], None
    while True:
        answer = user.http.get(path, params={"limit": limit, **({"cursor": cursor} if cursor else {})}).json()
        sizes.append(len(answer["items"]))
        cursor = answer["next_cursor"]
        if cursor is None:
            return sizes


def test_hidden_rows_do_not_shorten_pages(editor, admin):
    """If the API removed hidden rows after paging, it would return short pages, or a cursor to an empty page."""
    ours, walled = editor.collection(), admin.collection()
    for number in range(6):
        editor.upload(ours)
        for _ in range(number % 3):
            admin.upload(walled)
    for limit, expected in ((2, [2, 2, 2]), (4, [4, 2]), (6, [6])):
        assert page_sizes(editor, "/v1/documents", limit) == expected
        assert page_sizes(editor, "/v1/runs", limit) == expected
    assert page_sizes(editor, "/v1/collections", 1) == [1]


def test_hidden_documents_change_no_order_score_or_count(server, documents, editor, admin, embedder):
    ours, walled = editor.collection(), admin.collection()
    for page in PAGES:
        documents.publish(
            editor, ours, page, document_type="10-K", issuer="Plain Holdings", issuer_key="plain holdings"
        )
    search = RetrievalService(database=server.database.api, embedder=embedder)
    reader = Principal(tenant_id=editor.tenant_id, user_id=editor.id)
    question = "Which leverage ratio shall the borrower keep for tranche 3?"

    def read_all():
        passages = search.search(reader, question, k=10).passages
        return (
            [(passage.text, passage.score, passage.rank) for passage in passages],
            editor.http.get("/v1/documents/facets").json(),
            editor.http.get("/v1/suggestions", params={"q": "pla"}).json(),
        )

    before = read_all()
    assert len(before[0]) == len(PAGES)
    for number in range(12):
        documents.publish(
            admin, walled, f"{HIDDEN} {number}", document_type="10-K", issuer="Plain Walled", issuer_key="plain"
        )
    assert read_all() == before


def test_hidden_names_and_content_cause_no_conflict(editor, admin, analyst):
    """A user can reuse names and content of hidden objects. A 409 would reveal that the objects exist."""
    walled = admin.collection()
    assert analyst.http.post("/v1/collections", json={"name": walled["name"]}).status_code == 201
    shared = admin.collection()
    admin.grant(shared, editor, "editor")
    content = uuid4().bytes.hex().encode()
    hidden = admin.upload(shared, content)["document"]["id"]
    closed = admin.http.post("/v1/exclusions", json={"document_id": hidden, "user_id": str(editor.id)})
    assert closed.status_code == 201
    sent = editor.http.put(f"/v1/collections/{shared['id']}/files/a.txt", content=content)
    assert sent.status_code == 202
    assert sent.json()["document"]["id"] != hidden


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents/{}",
        "/v1/documents/{}/pages/1",
        "/v1/documents/{}/pages/1/overlay",
        "/v1/documents/{}/tables?q=cash",
        "/v1/documents/{}/tables/1",
        "/v1/collections/{}",
        "/v1/runs/{}",
    ],
)
def test_requests_for_hidden_and_absent_objects_run_the_same_statements(server, admin, analyst, path):
    """Different statements could take different times. `make bench BENCH=timing` measures these times."""
    collection = admin.collection()
    uploaded = admin.upload(collection)
    kind = path.split("/")[2]
    hidden = {"documents": uploaded["document"], "collections": collection, "runs": uploaded["run"]}[kind]["id"]
    answers, work = [], []
    for asked in (hidden, str(uuid4())):
        with sent_statements("footnote_api") as sent:
            answers.append(analyst.http.get(path.format(asked)))
        work.append(list(sent))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert work[0] == work[1]
    assert len(work[0]) > 1
    sizes = [len(answer.content.replace(answer.headers["x-request-id"].encode(), b"")) for answer in answers]
    assert sizes[0] == sizes[1]


def test_etag_does_not_change_with_hidden_documents(editor, admin, analyst):
    """A collection's ETag is its revision. Changes of the collection's documents do not change it."""
    shared = admin.collection()
    admin.grant(shared, analyst)
    path = f"/v1/collections/{shared['id']}"
    before = analyst.http.get(path).headers["etag"]
    document = admin.upload(shared)["document"]["id"]
    admin.http.post("/v1/exclusions", json={"document_id": document, "user_id": str(analyst.id)})
    assert analyst.http.get(path).headers["etag"] == before
    listed = analyst.http.get("/v1/documents", params={"collection_id": shared["id"]})
    assert listed.json()["items"] == []
