import pytest

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata
from app.review.evidence import Evidence, evidence_at
from app.review.proposals import Alternative, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import FieldKind, TextValue, YesNoValue
from workers.extraction.fields import reader
from workers.extraction.fields.reader import FieldReader, ReadDocument, extraction_digest, rule

TEXT = "This Agreement is governed by the laws of Delaware."
LAW = FieldSpec("law", "Governing law", FieldKind.TERM, rule="test.law")


@pytest.fixture(autouse=True)
def no_rules(monkeypatch):
    monkeypatch.setattr(reader, "_RULES", {})


def document(*texts):
    pages = tuple(
        ParsedPage(number, text, 612, 792, Words.none(), ()) for number, text in enumerate(texts or (TEXT,), start=1)
    )
    return ReadDocument(ParsedDocument("application/pdf", "test", pages), (), (), DocumentMetadata(title="Test"))


def found(value, *evidence, **more):
    return Proposal("law", ProposalState.FOUND, value, evidence, ReadingMethod.RULE, 0.9, **more)


QUOTE = evidence_at(1, TEXT, 42, 50)
FOREIGN = Evidence(1, 0, 8, "Delaware")


def test_rule_of_a_field_reads_it():
    rule("test.law", version=1)(lambda document, spec: found(TextValue("Delaware"), QUOTE))
    (proposal,) = FieldReader().read(document(), [LAW])
    assert (proposal.state, proposal.value, proposal.evidence) == (
        ProposalState.FOUND,
        TextValue("Delaware"),
        (QUOTE,),
    )


@pytest.mark.parametrize(
    "proposal",
    [
        found(TextValue("Delaware"), FOREIGN),
        found(TextValue("Delaware")),
        found(YesNoValue(True), QUOTE),
        found(TextValue("D" * 20_001), QUOTE),
        Proposal("law", ProposalState.ABSENT, None, (), ReadingMethod.RULE, 0.9),
    ],
    ids=[
        "quote that is not on the page",
        "no quote",
        "value of another kind",
        "value too long to store",
        "absent without proof",
    ],
)
def test_value_without_proof_is_unread(proposal):
    rule("test.law", version=1)(lambda document, spec: proposal)
    (read,) = FieldReader().read(document(), [LAW])
    assert (read.state, read.value, read.confidence) == (ProposalState.UNREAD, None, 0.0)


def test_alternatives_without_proof_are_dropped():
    kept, foreign = Alternative(TextValue("Ohio"), (QUOTE,)), Alternative(TextValue("Ohio"), (FOREIGN,))
    rule("test.law", version=1)(
        lambda document, spec: found(TextValue("Delaware"), QUOTE, FOREIGN, alternatives=(foreign, kept))
    )
    (read,) = FieldReader().read(document(), [LAW])
    assert read.evidence == (QUOTE,)
    assert read.alternatives == (kept,)


def test_failure_of_one_rule_leaves_the_other_fields_read():
    @rule("test.broken", version=1)
    def broken(document, spec):
        raise KeyError(spec.key)

    rule("test.law", version=1)(lambda document, spec: found(TextValue("Delaware"), QUOTE))
    first, second = FieldReader().read(document(), [FieldSpec("a", "A", FieldKind.TEXT, rule="test.broken"), LAW])
    assert (first.key, first.state) == ("a", ProposalState.UNREAD)
    assert second.state is ProposalState.FOUND


def test_digest_of_an_extraction_changes_with_the_version_of_its_rule(monkeypatch):
    rule("test.law", version=1)(lambda document, spec: found(TextValue("Delaware"), QUOTE))
    first = extraction_digest(LAW)
    monkeypatch.setattr(reader, "_RULES", {})
    rule("test.law", version=2)(lambda document, spec: found(TextValue("Delaware"), QUOTE))
    assert extraction_digest(LAW) != first


def test_search_names_the_pages_without_text():
    search = document("a", " ", "b").search(("audit",))
    assert (search.terms, search.pages, search.unreadable) == (("audit",), (1, 3), (2,))
