"""Issuers on a real database: what each reader may see of them."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.metadata import NameKind
from app.issuers.names import NameRole
from tests.issuers.conftest import make_shelf, read_names

FORMER, CIK, TICKER, SHORT = NameKind.FORMER, NameKind.CIK, NameKind.TICKER, NameKind.SHORT


def test_issuer_is_found_by_every_name_with_the_places_where_it_was_read(shelf):
    document = shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007"), (TICKER, "ACM"), (SHORT, "Acme")))
    for name in ("Acme Paper", "ACM", "Acme", "0000000007"):
        (issuer,) = shelf.find(name)
        assert issuer.name == "Acme Paper, Inc."
        assert shelf.documents_of(issuer) == {document}
    by_role = {name.role: name for name in issuer.names}
    assert by_role[NameRole.OWN].kinds == ("cover",)
    assert by_role[NameRole.TICKER].text == "ACM"
    assert shelf.find("Ostmark") == ()


def test_documents_with_the_same_identifier_are_one_issuer_whatever_their_names(shelf):
    documents = {
        shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007"))),
        shelf.file(read_names("Ostmark Mills Corp", (CIK, "0000000007"))),
        shelf.file(read_names("Acme Paper Inc")),
    }
    (issuer,) = shelf.find("Ostmark Mills")
    assert shelf.documents_of(issuer) == documents


def test_names_learnt_from_a_hidden_document_are_not_shown(shelf):
    shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    shelf.file(read_names("Project Falcon", (CIK, "0000000007"), (FORMER, "Ostmark Mills")), shelf.walled)
    (seen_by_editor,) = shelf.find("Acme Paper")
    assert {"project falcon", "ostmark mills"} <= set(seen_by_editor.list_forms())
    (seen,) = shelf.find("Acme Paper", by=shelf.reader)
    assert seen.list_forms() == ("acme paper", "acme", "acmepaper", "0000000007")
    assert [name.documents for name in seen.names] == [1, 1, 1, 1]
    assert shelf.find("Project Falcon", by=shelf.reader) == ()
    assert shelf.find("Ostmark Mills", by=shelf.reader) == ()


def test_issuers_that_only_a_hidden_document_joins_stay_apart(shelf):
    shelf.file(read_names("Acme Paper, Inc."))
    shelf.file(read_names("Ostmark Mills Corp"))
    proof = shelf.file(read_names("Acme Paper, Inc.", (FORMER, "Ostmark Mills Corp")), shelf.walled)
    assert len(shelf.find("Acme Paper", "Ostmark Mills")) == 1
    assert len(shelf.find("Acme Paper", "Ostmark Mills", by=shelf.reader)) == 2
    shelf.grant(shelf.reader, shelf.walled, 1)
    assert len(shelf.find("Acme Paper", "Ostmark Mills", by=shelf.reader)) == 1
    shelf.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=proof)
    assert len(shelf.find("Acme Paper", "Ostmark Mills")) == 2


def test_misread_document_is_not_corrected_by_a_hidden_one(shelf):
    shelf.file(read_names("Acme Paper, Inc."), shelf.walled)
    misread = shelf.file(read_names("The Company", (NameKind.RUNNING, "Acme Paper, Inc.")))
    (issuer,) = shelf.find("Acme Paper")
    assert misread in shelf.documents_of(issuer)
    assert issuer.name == "Acme Paper, Inc."
    (seen,) = shelf.find("Acme Paper", by=shelf.reader)
    assert seen.ids < issuer.ids


def test_better_reading_moves_the_document_to_its_issuer(shelf):
    shelf.file(read_names("Acme Paper, Inc.", (CIK, "0000000007")))
    misread = shelf.file(read_names("Annual Review of Operations"))
    assert misread not in shelf.documents_of(shelf.find("Acme Paper")[0])
    shelf.file_again(misread, read_names("ACME PAPER INC", (CIK, "0000000007")))
    assert misread in shelf.documents_of(shelf.find("Acme Paper")[0])
    assert shelf.find("Annual Review of Operations") == ()


def test_name_of_the_whole_form_makes_no_issuer_of_two_documents(shelf):
    shelf.file(read_names("The Company"))
    shelf.file(read_names("The Company"))
    assert shelf.sql("SELECT DISTINCT issuer_id = id FROM documents") == [(True,)]
    assert shelf.find("The Company") == ()


READINGS = (
    read_names("Acme Paper, Inc.", (CIK, "0000000007"), (TICKER, "ACM")),
    read_names("ACME PAPER INC"),
    read_names("Ostmark Mills Corp"),
    read_names("Acme Paper, Inc.", (FORMER, "Ostmark Mills Corp")),
    read_names("Our Company", (TICKER, "ACM")),
    read_names("Ostmark Mills Corp", (CIK, "0000000008")),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(READINGS))))
def test_issuers_do_not_depend_on_the_order_of_publishing(shared_database, order):
    shelf = make_shelf(shared_database)
    documents = {number: shelf.file(READINGS[number]) for number in order}
    issuers = shelf.find("Acme Paper", "Ostmark Mills")
    of = {document: number for number, document in documents.items()}
    found = {frozenset(of[document] for document in shelf.documents_of(issuer)) for issuer in issuers}
    assert found == {frozenset({0, 1, 3, 4}), frozenset({2, 5})}
