"""Figures of an issuer that an editor renamed, while its documents print the name of another."""

from dataclasses import replace

from app.answers.computing.question import FigureQuestion
from app.answers.ledgers import read_ledgers
from app.retrieval.filters import SearchFilters
from tests.facts.made_facts import make_fact, write_facts


def test_ledger_of_a_renamed_issuer_has_its_facts_under_the_new_name(office, understand) -> None:
    """Its documents print the name, and so the key, of another issuer."""
    (row,) = office.rows(
        "UPDATE documents SET issuer = 'Plain Holdings', issuer_key = 'plain', current_version_id = :version"
        " WHERE id = :id RETURNING issuer_id",
        version=office.version,
        id=office.document,
    )
    with office.database.owner.transaction(office.owner) as session:
        write_facts(session, office.owner.tenant_id, office.document, office.version, [make_fact()])
    question = "What was Fancy Holdings' revenue in FY2031?"
    records = frozenset({row["issuer_id"]})
    named = {"issuer_names": ("Fancy",), "issuer_keys": ("fancy",), "issuer_forms": (frozenset({"fancy"}),)}
    understanding = replace(understand(question), **named, issuer_records=records, key_records=(records,))
    with office.database.api.transaction(office.owner) as session:
        (ledger,) = read_ledgers(session, FigureQuestion.of(question, understanding), understanding, SearchFilters())
    assert [(each.document_id, each.issuer) for each in ledger.documents.values()] == [(office.document, "Fancy")]
