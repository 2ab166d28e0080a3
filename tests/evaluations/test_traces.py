"""Traces are prepared for display, even in forms that Footnote's suites never write."""

import pytest

from app.evaluations.records import CaseRecord
from app.evaluations.traces import Dropped, Trace


def trace_of(trace, details=None):
    return Trace.of(CaseRecord(id="a", score=1.0, reason="so", trace=trace, details=details or {}))


def test_trace_separates_retrieved_pages_claims_and_dropped_claims():
    retrieved = [{"rank": rank, "documents": ["a.pdf", "b.pdf"], "page": rank} for rank in (1, 2)]
    citation = {"documents": ["a.pdf"], "page": 2, "quote": "412"}
    trace = trace_of(
        {
            "question": "How much?",
            "retrieved": retrieved,
            "claims": [{"text": "It was 412.", "citations": [citation]}],
            "dropped": [{"text": "It fell.", "reason": "quote-not-found"}],
            "status": "answered",
            "model": None,
        },
        {"evidence": [["b.pdf", 2]]},
    )
    assert trace.question == "How much?"
    assert [(item.place, item.is_evidence) for item in trace.retrieved] == [
        ("a.pdf = b.pdf p. 1", False),
        ("a.pdf = b.pdf p. 2", True),
    ]
    assert (trace.claims[0].text, trace.claims[0].citations[0].place) == ("It was 412.", "a.pdf p. 2")
    assert trace.dropped == (Dropped("It fell.", "quote-not-found"),)
    assert trace.rest == {"status": "answered"}


@pytest.mark.parametrize(
    ("trace", "details"),
    [
        ({"question": {"text": "?"}, "retrieved": "none", "claims": [1, 2], "dropped": {"a": 1}}, {}),
        ({"retrieved": [["a", 1]]}, {"evidence": 7}),
    ],
)
def test_part_of_unknown_form_is_shown_unchanged(trace, details):
    assert trace_of(trace, details) == Trace(rest=trace)


def test_fields_of_unknown_form_do_not_fail():
    trace = trace_of(
        {
            "retrieved": [{"rank": "first", "documents": "a.pdf", "page": "two", "kind": None, "heading": 3}],
            "claims": [{"text": None, "citations": [None, {"page": [1]}]}, {"citations": 5}],
            "dropped": [{}],
        },
        {"evidence": [[["a.pdf"], 2], "x", [1, 2, 3]]},
    )
    assert [item.place for item in trace.retrieved] == ["a document without a name"]
    assert trace.claims[0].citations[0].quote == ""
    assert trace.dropped == (Dropped("", ""),)
