"""What filter fields offer: counts by value, and suggestions, of what one may see."""

import pytest


def described(user, collection, **fields):
    document = user.upload(collection)["document"]
    answer = user.http.patch(f"/v1/documents/{document['id']}", json=fields, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return document["id"]


@pytest.fixture
def shelf(editor):
    """Three documents in two collections."""
    one, other = editor.collection("one"), editor.collection("other")
    described(editor, one, issuer="Northwind Holdings plc", document_type="10-K", fiscal_year=2023, title="Annual 23")
    described(editor, one, issuer="Northwind Holdings PLC", document_type="10-K", fiscal_year=2024, title="Annual 24")
    described(editor, other, issuer="Breton Lantern Works", document_type="10-Q", fiscal_year=2024, title="100% north")
    return one, other


def facets(user, **filters):
    answer = user.http.get("/v1/documents/facets", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(found, name):
    return {one["value"]: one["count"] for one in found[name]}


def suggested(user, q):
    answer = user.http.get("/v1/suggestions", params={"q": q})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["text"], one["count"]) for one in answer.json()["items"]]


def test_each_value_is_counted_and_spellings_of_an_issuer_are_one(editor, shelf):
    one, other = shelf
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


def test_a_value_given_back_as_filter_leaves_as_many_documents_as_it_said(editor, shelf):
    for name, values in facets(editor).items():
        for one in values if name != "total" else ():
            listed = editor.http.get("/v1/documents", params={name: one["value"]}).json()["items"]
            narrowed = facets(editor, **{name: one["value"]})
            assert len(listed) == narrowed["total"] == one["count"], (name, one)


def test_suggestions_begin_with_what_begins_with_the_words(editor, shelf):
    northwind, title = ("issuer", "Northwind Holdings plc", 2), ("title", "100% north", 1)
    assert [(kind, text.casefold(), count) for kind, text, count in suggested(editor, "NORTH")] == [
        (kind, text.casefold(), count) for kind, text, count in (northwind, title)
    ]
    assert suggested(editor, "10-") == [("document_type", "10-K", 2), ("document_type", "10-Q", 1)]
    assert suggested(editor, "0% nor") == [title]
    assert suggested(editor, "%") == [title], "a wildcard of SQL is a letter like others"
    assert suggested(editor, "_") == []


def test_what_was_opened_by_itself_tells_nothing_of_its_collection_or_its_neighbours(editor, analyst, shelf):
    document = described(editor, shelf[0], issuer="Quill and Sons", fiscal_year=2019)
    body = {"document_id": document, "user_id": str(analyst.id), "level": "viewer"}
    assert facets(analyst)["total"] == 0
    assert editor.http.post("/v1/grants", json=body).status_code == 201
    found = facets(analyst)
    assert (found["total"], counts(found, "issuer")) == (1, {"Quill and Sons": 1})
    assert found["collection_id"] == [{"value": shelf[0]["id"], "label": shelf[0]["id"], "count": 1}]
    assert suggested(analyst, "n") == [("issuer", "Quill and Sons", 1)]
