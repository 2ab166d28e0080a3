"""Facets (counts by value) and suggestions cover only the documents that the user may read."""

import pytest


def upload_with(user, collection, **fields):
    document = user.upload(collection)["document"]
    answer = user.http.patch(f"/v1/documents/{document['id']}", json=fields, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return document["id"]


@pytest.fixture
def collections(editor):
    """Three documents in two collections."""
    one, other = editor.collection("one"), editor.collection("other")
    upload_with(editor, one, issuer="Northwind Holdings plc", document_type="10-K", fiscal_year=2023, title="Annual 23")
    upload_with(editor, one, issuer="Northwind Holdings PLC", document_type="10-K", fiscal_year=2024, title="Annual 24")
    upload_with(
        editor, other, issuer="Breton Lantern Works", document_type="10-Q", fiscal_year=2024, title="100% north"
    )
    return one, other


def facets(user, **filters):
    answer = user.http.get("/v1/documents/facets", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(found, name):
    return {one["value"]: one["count"] for one in found[name]}


def suggestions(user, q):
    answer = user.http.get("/v1/suggestions", params={"q": q})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["text"], one["count"]) for one in answer.json()["items"]]


def test_facets_count_values_and_merge_spellings_of_an_issuer(editor, collections):
    one, other = collections
    found = facets(editor)
    assert found["total"] == 3
    assert [one["count"] for one in found["issuer"]] == [2, 1]
    assert counts(found, "document_type") == {"10-K": 2, "10-Q": 1}
    assert counts(found, "fiscal_year") == {"2024": 2, "2023": 1}
    assert counts(found, "status") == {"processing": 3}
    assert counts(found, "source") == {}
    assert found["collection_id"] == [
        {"value": one["id"], "label": one["name"], "count": 2},
        {"value": other["id"], "label": other["name"], "count": 1},
    ]


def test_filter_by_a_facet_value_returns_the_counted_number_of_documents(editor, collections):
    for name, values in facets(editor).items():
        for one in values if name != "total" else ():
            listed = editor.http.get("/v1/documents", params={name: one["value"]}).json()["items"]
            narrowed = facets(editor, **{name: one["value"]})
            assert len(listed) == narrowed["total"] == one["count"], (name, one)


def test_suggestions_list_prefix_matches_first(editor, collections):
    northwind, title = ("issuer", "Northwind Holdings plc", 2), ("title", "100% north", 1)
    assert [(kind, text.casefold(), count) for kind, text, count in suggestions(editor, "NORTH")] == [
        (kind, text.casefold(), count) for kind, text, count in (northwind, title)
    ]
    assert suggestions(editor, "10-") == [("document_type", "10-K", 2), ("document_type", "10-Q", 1)]
    assert suggestions(editor, "0% nor") == [title]
    assert suggestions(editor, "%") == [title], "a SQL wildcard must match itself only"
    assert suggestions(editor, "_") == []


def test_grant_on_one_document_reveals_no_collection_or_other_document(editor, analyst, collections):
    document = upload_with(editor, collections[0], issuer="Quill and Sons", fiscal_year=2019)
    body = {"document_id": document, "user_id": str(analyst.id), "level": "viewer"}
    assert facets(analyst)["total"] == 0
    assert editor.http.post("/v1/grants", json=body).status_code == 201
    found = facets(analyst)
    assert (found["total"], counts(found, "issuer")) == (1, {"Quill and Sons": 1})
    assert found["collection_id"] == [{"value": collections[0]["id"], "label": collections[0]["id"], "count": 1}]
    assert suggestions(analyst, "n") == [("issuer", "Quill and Sons", 1)]
