"""Lists of documents: search by words, by fiscal period and by label, and their order over pages."""

import random

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.documents.filters import DocumentFilters, SortKey, SortOrder
from app.web.document_address import ListAddress

TITLES = {"Ashgrove annual report": 2024, "ashgrove quarterly report": 2023, "Zinnia 100% notes": None}


@pytest.fixture
def titled(editor):
    """The ids of three documents by title, in one collection."""
    collection = editor.collection()
    made = {}
    for title, year in TITLES.items():
        made[title] = editor.upload(collection, name=f"{title.split()[0].lower()}.txt")["document"]["id"]
        fields = {"title": title, "fiscal_year": year, "fiscal_period": "FY" if year == 2024 else None}
        answer = editor.http.patch(f"/v1/documents/{made[title]}", json=fields, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
    return collection, made


def list_titles(user, **params):
    """Return the titles of all pages."""
    titles, cursor = [], None
    while True:
        answer = user.http.get("/v1/documents", params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        titles += [each["title"] for each in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return titles


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("REPORT ashgrove", {"Ashgrove annual report", "ashgrove quarterly report"}),
        ("zinnia.txt", {"Zinnia 100% notes"}),
        ("100%", {"Zinnia 100% notes"}),
        ("_", set()),
        ("ashgrove zinnia", set()),
    ],
)
def test_words_must_all_occur_in_title_issuer_or_file_name(editor, titled, words, found):
    assert set(list_titles(editor, q=words)) == found
    assert editor.http.get("/v1/documents/facets", params={"q": words}).json()["total"] == len(found)


def test_lists_are_sorted_over_pages_in_both_directions(editor, titled):
    first, second, third = TITLES
    assert list_titles(editor, sort="title", limit=1) == [first, second, third]
    assert list_titles(editor, sort="-title", limit=1) == [third, second, first]
    assert list_titles(editor, sort="-added", limit=2) == [third, second, first]
    assert list_titles(editor, sort="added", limit=2) == [first, second, third]


def test_title_that_a_file_states_may_be_longer_than_an_index_permits(server, editor, titled):
    first, second, third = TITLES
    letters = random.Random(1)
    long = "b" + "".join(chr(letters.randrange(0x4E00, 0x9F00)) for _ in range(4_000))
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        change = text("UPDATE documents SET title = :title WHERE id = :id")
        session.execute(change, {"title": long, "id": titled[1][second]})
    assert list_titles(editor, sort="title", limit=1) == [first, long, third]


def test_search_in_the_text_narrows_by_all_filters_but_the_issuer():
    chosen = {"status": "ready", "fiscal_year": "2024", "document_type": "10-K", "issuer": "Ashgrove"}
    address = ListAddress.read("notes", "text", "", chosen)
    assert address.among == DocumentFilters(status="ready", fiscal_year=2024, document_type="10-K")
    assert ListAddress.read("notes", "text", "", {"fiscal_year": "2024"}).among is None


def test_documents_without_a_value_come_last_in_both_directions(editor, titled):
    first, second, third = TITLES
    assert list_titles(editor, sort="period", limit=1) == [second, first, third]
    assert list_titles(editor, sort="-period", limit=1) == [first, second, third]
    assert list_titles(editor, sort="-filed", limit=2) == [third, second, first]


def test_cursor_of_a_hidden_document_reveals_nothing(editor, stranger, titled):
    page = editor.http.get("/v1/documents", params={"sort": "title", "limit": 1}).json()
    for sort, status in (("title", 422), ("-added", 200)):
        answer = stranger.http.get("/v1/documents", params={"sort": sort, "cursor": page["next_cursor"]})
        assert answer.status_code == status, answer.text
        assert "Ashgrove" not in answer.text


def test_fiscal_period_filters_and_is_counted(editor, titled):
    assert list_titles(editor, fiscal_period="FY") == ["Ashgrove annual report"]
    counted = editor.http.get("/v1/documents/facets").json()["fiscal_period"]
    assert [(each["value"], each["count"]) for each in counted] == [("FY", 1)]


def test_labels_count_documents_for_users_who_may_see_the_label(editor, admin, titled):
    collection, made = titled
    wall, mark = (
        admin.http.post("/v1/labels", json={"name": name}).json()["id"] for name in ("Project Wall", "Marked")
    )
    for label in (wall, mark):
        answer = admin.http.post("/v1/clearances", json={"label_id": label, "user_id": str(editor.id)})
        assert answer.status_code == 201, answer.text
    document = made["Zinnia 100% notes"]
    inner = editor.http.post("/v1/collections", json={"name": "inner", "parent_id": collection["id"]}).json()
    inside = editor.upload(inner)["document"]["id"]
    assert editor.http.put(f"/v1/documents/{document}/labels/{mark}").is_success
    assert admin.http.put(f"/v1/collections/{collection['id']}/labels/{wall}").is_success
    counted = {each["label"]: each["count"] for each in editor.http.get("/v1/documents/facets").json()["label_id"]}
    assert counted == {"Project Wall": 4, "Marked": 1}
    assert list_titles(editor, label_id=mark) == ["Zinnia 100% notes"]
    narrowed = editor.http.get("/v1/documents/facets", params={"label_id": mark}).json()["label_id"]
    assert {each["label"]: each["count"] for each in narrowed} == {"Project Wall": 1, "Marked": 1}
    listed = editor.http.get("/v1/documents", params={"label_id": wall}).json()["items"]
    assert {each["id"] for each in listed} == {*made.values(), inside}
    assert admin.http.get("/v1/documents/facets").json()["label_id"] == []


def test_api_offers_every_order(server):
    operation = server.client().get("/openapi.json").json()["paths"]["/v1/documents"]["get"]
    offered = next(each["schema"]["enum"] for each in operation["parameters"] if each["name"] == "sort")
    assert set(offered) == {str(SortOrder(key, descends)) for key in SortKey for descends in (True, False)}
    assert [str(SortOrder.parse(order)) for order in offered] == offered
