import json

import pytest

from app.review.errors import FieldValueError
from app.review.evidence import Evidence, decode_evidence, encode_evidence, evidence_at
from app.review.proposals import (
    Alternative,
    FieldCheck,
    Proposal,
    ProposalState,
    ReadingMethod,
    Search,
    decode_proposal,
    encode_proposal,
)
from app.review.values import FieldKind, TextValue

QUOTE = Evidence(3, 10, 18, "New York", table=2, row=0, column=1)


def test_proposal_survives_encoding_as_json():
    proposal = Proposal(
        key="governing_law",
        state=ProposalState.FOUND,
        value=TextValue("New York"),
        evidence=(QUOTE,),
        method=ReadingMethod.RULE,
        confidence=0.9375,
        alternatives=(Alternative(TextValue("Delaware"), (Evidence(1, 0, 8, "Delaware"),), "the form attached"),),
        search=Search(("governed by",), (1, 2, 3, 7), (4, 5, 6)),
        checks=(FieldCheck("known-state", True, "New York is a state."),),
    )
    encoded = json.loads(json.dumps(encode_proposal(proposal)))
    assert encoded["search"]["pages"] == [[1, 3], [7, 7]]
    assert decode_proposal(FieldKind.TERM, encoded) == proposal


@pytest.mark.parametrize("raw", [None, {}, {"key": "a"}, "text"])
def test_damaged_proposal_is_rejected(raw):
    with pytest.raises(FieldValueError):
        decode_proposal(FieldKind.TERM, raw)


def test_evidence_has_no_blanks_at_its_ends_and_is_on_its_page():
    text = "see  the law \nof New York."
    evidence = evidence_at(1, text, 3, 14)
    assert evidence == Evidence(1, 5, 12, "the law")
    assert evidence.is_in(text)
    assert not evidence.is_in("see the law of New York.")


@pytest.mark.parametrize(
    "change",
    [{"page": 0}, {"start": 18}, {"start": -1}, {"quote": ""}, {"quote": "York"}, {"page": True}, {"row": "1"}],
)
def test_invalid_evidence_is_rejected(change):
    assert decode_evidence(encode_evidence(QUOTE)) == QUOTE
    with pytest.raises(FieldValueError):
        decode_evidence({**encode_evidence(QUOTE), **change})
