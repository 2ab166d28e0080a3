"""The pages of documents, by HTTP: the list with its filters, the tabs of one document, and what changes it."""

import re
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.principal import Role
from app.db.session import system_principal
from app.identity.sessions.service import form_token
from app.llm.wordllama_embedder import WordLlamaEmbedder
from tests.api.published_documents import PublishedDocuments


class Browser:
    """A signed-in user's requests for pages."""

    def __init__(self, server, user):
        self.http = server.client(follow_redirects=True)
        assert self.http.post("/sign-in", data={"key": user.key}).status_code == 200
        self.token = form_token(self.http.cookies.get(server.app.state.session_cookie))

    def get(self, path, status=200, **params):
        answer = self.http.get(path, params=params or None)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
        return unescape(answer.text)

    def post(self, path, status=200, **data):
        answer = self.http.post(path, data={"form_token": self.token, **data})
        assert answer.status_code == status, (path, answer.status_code, answer.text[-2000:])
        self.at = answer.url.raw_path.decode()
        return unescape(answer.text)


@pytest.fixture
def browser(server, editor):
    return Browser(server, editor)


def titles(page):
    return re.findall(r'<th scope="row"><a href="/documents/[^"]+">(.+?)</a>', page)


def link_to(page, text):
    """Return the address of the first link whose text begins with `text`."""
    found = re.search(rf'<a [^>]*?href="([^"]+)"[^>]*>(?:<span>)?{re.escape(text)}', page)
    assert found, text
    return found.group(1)


def upload(user, collection, title, **fields):
    document = user.upload(collection, name=f"{title.split()[0].lower()}.txt")["document"]["id"]
    changed = user.http.patch(f"/v1/documents/{document}", json={"title": title, **fields}, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    return document


def fail(server, user, document, code="pdf-damaged", detail="The PDF is damaged."):
    with server.database.owner.transaction(system_principal(user.tenant_id)) as session:
        for statement in (
            "UPDATE runs SET status = 'failed', error_code = :code, error_detail = :detail, finished_at = now() "
            "WHERE document_id = :id",
            "UPDATE document_versions SET status = 'failed' WHERE document_id = :id",
        ):
            values = {"code": code, "detail": detail, "id": document}
            session.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})


@pytest.fixture
def three(editor):
    collection = editor.collection()
    return collection, {
        "Ashgrove 10-K": upload(
            editor, collection, "Ashgrove 10-K", issuer="Ashgrove", document_type="10-K", fiscal_year=2024
        ),
        "Ashgrove 10-Q": upload(
            editor, collection, "Ashgrove 10-Q", issuer="Ashgrove", document_type="10-Q", fiscal_year=2025
        ),
        "Zinnia <notes>": upload(editor, collection, "Zinnia <notes>"),
    }


def test_list_is_searched_filtered_and_sorted_by_its_address(browser, three):
    page = browser.get("/documents")
    assert titles(page) == ["Zinnia <notes>", "Ashgrove 10-Q", "Ashgrove 10-K"]
    assert "3 documents" in page
    narrowed = browser.get(link_to(page, "10-K</span>"))
    assert titles(narrowed) == ["Ashgrove 10-K"]
    assert titles(browser.get(link_to(narrowed, "Type: 10-K"))) == titles(page)
    assert titles(browser.get("/documents", q="ashgrove", sort="title")) == ["Ashgrove 10-K", "Ashgrove 10-Q"]
    assert titles(browser.get(link_to(page, "Title"))) == ["Ashgrove 10-K", "Ashgrove 10-Q", "Zinnia <notes>"]


def test_list_says_what_to_do_when_nothing_fits(browser, server, editor, three):
    page = browser.get("/documents", q="nothing has this")
    assert "No document that you may read fits." in page
    assert "Search in the text".casefold() in page.casefold()
    other = Browser(server, server.user(editor.tenant_id, Role.ANALYST))
    assert "There are no documents that you may read." in other.get("/documents")


@pytest.mark.parametrize(
    "query", ["sort=x", "fiscal_year=abc", "fiscal_year=99999999999", "label_id=1", "cursor=x", "status=x"]
)
def test_an_address_that_somebody_changed_still_shows_the_list(browser, three, query):
    assert len(titles(browser.get(f"/documents?{query}"))) == 3


def test_long_lists_have_pages_and_keep_their_filters(browser, editor, monkeypatch, three):
    monkeypatch.setattr("app.web.document_list_pages.DOCUMENTS_A_PAGE", 1)
    page = browser.get("/documents", issuer="Ashgrove", sort="title")
    assert titles(page) == ["Ashgrove 10-K"]
    following = browser.get(link_to(page, "Next"))
    assert titles(following) == ["Ashgrove 10-Q"]
    assert ">Next<" not in following


def test_text_search_leads_to_the_page_of_the_passage(server, editor, browser):
    shelf = PublishedDocuments(server, editor.tenant_id, WordLlamaEmbedder())
    made = shelf.publish(editor, editor.collection(), "The lighthouse charter lapses in March.", title="Charter")
    page = browser.get("/documents", **{"q": "lighthouse charter", "in": "text"})
    assert "The lighthouse charter lapses in March." in page
    assert f"/documents/{made['document']['id']}/pages/1?version={made['version']['id']}" in page
    assert f'href="/documents/{made["document"]["id"]}/pages/1' in browser.get(
        f"/documents/{made['document']['id']}/outline"
    )


def test_text_search_stays_within_a_label_and_a_status(server, editor, admin, browser):
    shelf = PublishedDocuments(server, editor.tenant_id, WordLlamaEmbedder())
    words = "The lighthouse charter lapses in April."
    made = [shelf.publish(editor, editor.collection(), f"{words} {title}", title=title) for title in ("One", "Two")]
    label = admin.http.post("/v1/labels", json={"name": "harbour"}).json()["id"]
    clearance = {"label_id": label, "user_id": str(editor.id)}
    assert admin.http.post("/v1/clearances", json=clearance).status_code == 201
    first = made[0]["document"]["id"]
    assert admin.http.put(f"/v1/documents/{first}/labels/{label}").status_code == 204
    search = {"q": "lighthouse charter April", "in": "text"}
    labelled = browser.get("/documents", **search, label_id=label)
    assert (f"{words} One" in labelled, f"{words} Two" in labelled) == (True, False)
    address = "/documents?q=lighthouse+charter+April&in=text&status="
    assert words not in browser.get(f"{address}failed")
    assert f"{words} Two" in browser.get(f"{address}ready")


def test_failed_document_says_why_what_helps_and_can_be_retried(server, browser, editor, three):
    document = three[1]["Ashgrove 10-K"]
    fail(server, editor, document)
    assert "The PDF is damaged." in browser.get("/documents")
    page = browser.get(f"/documents/{document}")
    assert "What helps:</b> Fetch the PDF again from its source" in page
    assert f"/documents/{document}/versions#replace" in page
    page = browser.post(f"/documents/{document}/retry")
    assert "The document is read again now." in page
    assert "What helps" not in page
    runs = browser.get(f"/documents/{document}/runs")
    assert runs.count("<h2 id=") == 2
    assert "The PDF is damaged." in runs


def test_edit_saves_only_what_was_changed(browser, editor, three):
    document = three[1]["Zinnia <notes>"]
    form = {"revision": "2", "title": "Zinnia notes", "fiscal_year": "2023"}
    page = browser.post(f"/documents/{document}/edit", **form)
    assert "The changes are saved." in page
    row = editor.http.get(f"/v1/documents/{document}").json()
    assert (row["title"], row["fiscal_year"]) == ("Zinnia notes", 2023)
    assert set(row["metadata_sources"]) == {"title", "fiscal_year"}


def test_refused_edit_keeps_what_was_typed_beside_its_error(browser, three):
    document = three[1]["Ashgrove 10-K"]
    page = browser.post(f"/documents/{document}/edit", 422, revision="2", title="New title", fiscal_year="soon")
    assert 'value="New title"' in page
    assert 'value="soon"' in page
    assert 'id="fiscal_year-problem"' in page


def test_edit_of_an_outdated_page_is_refused_and_kept(browser, three):
    document = three[1]["Ashgrove 10-K"]
    page = browser.post(f"/documents/{document}/edit", 412, revision="1", title="New title")
    assert 'value="New title"' in page
    assert "Somebody changed the document meanwhile." in page
    assert 'name="revision" value="2"' in page


def test_deletion_says_what_is_lost_and_asks_for_the_name(browser, editor, three):
    document = three[1]["Zinnia <notes>"]
    page = browser.get(f"/documents/{document}/delete")
    assert "Zinnia <notes>" in page
    assert "0 answers of yours that cite it" in page
    refused = browser.post(f"/documents/{document}/delete", 422, name="Zinnia")
    assert 'value="Zinnia"' in refused
    assert "1 document is deleted." in browser.post(f"/documents/{document}/delete", name="Zinnia <notes>")
    browser.get(f"/documents/{document}", 404)


def test_several_documents_are_moved_after_a_preview(server, browser, editor, three):
    _, made = three
    target = editor.collection("target")
    other = server.user(editor.tenant_id, Role.EDITOR)
    foreign = upload(other, other.collection(), "Foreign")
    chosen = [made["Ashgrove 10-K"], made["Ashgrove 10-Q"], foreign]
    page = browser.post("/documents/selected", act="move", document=chosen, back="/documents?q=ashgrove")
    assert "Move 2 documents" in page
    assert "Foreign" not in page
    moved = browser.post(
        "/documents/selected", act="move", document=chosen[:2], into=target["id"], sure="yes", back="/documents"
    )
    assert "2 documents are moved." in moved
    inside = editor.http.get("/v1/documents", params={"collection_id": target["id"]}).json()["items"]
    assert {each["id"] for each in inside} == set(chosen[:2])


def test_documents_that_may_not_be_changed_stay(server, editor, analyst, three):
    collection, made = three
    editor.grant(collection, analyst)
    reader = Browser(server, analyst)
    page = reader.post("/documents/selected", act="delete", document=list(made.values()))
    assert "You may change none of the chosen documents." in page
    assert page.count("you may not change it so") == 3
    reader.post("/documents/selected", act="delete", document=list(made.values()), sure="yes")
    assert len(titles(reader.get("/documents"))) == 3
    overview = reader.get(f"/documents/{made['Ashgrove 10-K']}")
    assert "Delete…" not in overview
    reader.get(f"/documents/{made['Ashgrove 10-K']}/delete", 403)


def test_several_failed_documents_are_retried_and_the_others_named(server, browser, editor, three):
    _, made = three
    fail(server, editor, made["Ashgrove 10-K"])
    page = browser.post("/documents/selected", act="retry", document=list(made.values()))
    assert "Retry 1 document" in page
    assert page.count("has not failed") == 2
    done = browser.post("/documents/selected", act="retry", document=list(made.values()), sure="yes")
    assert "1 document is read again now. 2 stayed as they were" in done


def test_several_documents_are_deleted_after_a_preview_of_losses(browser, three):
    _, made = three
    page = browser.post("/documents/selected", act="delete", document=list(made.values()))
    assert "0 answers of yours that cite them" in page
    assert "3 documents are deleted." in browser.post(
        "/documents/selected", act="delete", document=list(made.values()), sure="yes"
    )


def test_auditor_sees_readers_and_activity_without_the_title(server, editor, three):
    _, made = three
    document = made["Ashgrove 10-K"]
    page = Browser(server, server.user(editor.tenant_id, Role.AUDITOR))
    readers, activity = page.get(f"/documents/{document}/access"), page.get(f"/documents/{document}/activity")
    assert "Ana" in readers
    assert "owner on collection" in readers
    assert "documents.version.uploaded" in activity
    assert "Ashgrove" not in readers + activity
    page.get(f"/documents/{uuid4()}/activity", 404)
    assert "Activity" not in Browser(server, editor).get(f"/documents/{document}")
