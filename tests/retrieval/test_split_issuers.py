"""An issuer that an editor split off and renamed is asked for by its new name; the old name is the other issuer's."""

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.documents.metadata import NameKind, NameReading
from app.retrieval.service import RetrievalService

EDIT = """
INSERT INTO issuer_edits (id, document_id, tenant_id, access_class_id, kind, token, name, form, leads, made_by, made_at)
SELECT gen_random_uuid(), id, tenant_id, access_class_id, :kind, gen_random_uuid(), :name, :form, :kind = 'split',
    tenant_id, now() + make_interval(secs => :later)
FROM documents WHERE id = :document
"""


@pytest.fixture
def split(library, page):
    """Return a search over two documents that print one name. The second was split off, and then renamed."""
    collection = library.add_collection()
    names = (NameReading("Acme Paper, Inc.", NameKind.COVER, 1, 0, 5, 0.95),)
    first, second = (
        library.add_document(
            collection, [page(f"Net sales of the mill were ${value}")], issuer="Acme Paper, Inc.", names=names,
            fiscal_year=2031,
        )
        for value in (100, 200)
    )  # fmt: skip
    with library.database.owner.transaction(system_principal(library.tenant_id)) as session:
        for later, kind, name, form in ((0, "split", None, None), (1, "rename", "Acme Boards", "acme boards")):
            session.execute(text(EDIT), {"document": second, "kind": kind, "name": name, "form": form, "later": later})
    service, reader = (
        RetrievalService(database=library.database.api, embedder=library.embedder),
        library.reader(collection),
    )

    def search(question):
        found = service.search(reader, question)
        return {passage.document_id for passage in found.passages}, found.understanding

    search.documents = (first, second)
    return search


@pytest.mark.parametrize(
    ("name", "places"), [("Acme Paper", [0]), ("Acme Boards", [1]), ("Acme Paper and Acme Boards", [0, 1])]
)
def test_each_name_is_of_one_issuer(split, name, places):
    documents, understood = split(f"What were the net sales of {name} in 2031?")
    assert documents == {split.documents[place] for place in places}
    assert set(understood.issuer_names) == {("Acme Paper, Inc.", "Acme Boards")[place] for place in places}
    assert len(set(understood.issuer_keys)) == len(places)
    records = dict(zip(understood.issuer_keys, understood.key_records, strict=True))
    assert len(frozenset().union(*records.values())) == len(places)
