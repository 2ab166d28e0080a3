"""A case's trace for display: the question, the pages retrieved at each rank, the claims shown and the claims dropped.

Suites store traces as JSON objects, and a publisher may send any object. A field with an unknown form stays in `rest`
and is displayed unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.evaluations.records import CaseRecord


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A retrieved page at its rank. `documents` are file names. `is_evidence` means that the case lists the page as
    evidence.
    """

    rank: int
    documents: tuple[str, ...]
    page: int | None
    kind: str
    heading: str
    is_evidence: bool

    @property
    def place(self) -> str:
        """The document and the page, in short form."""
        return place_of(self.documents, self.page)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation: its place and its quote."""

    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim that was shown, with its citations."""

    text: str
    citations: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A drafted claim that was not shown, and the reason."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that explains a score.

    `own` lists the pages retrieved by a second search, in only the documents that contain the evidence. `rest` contains
    the suite's other fields, by name.
    """

    question: str = ""
    retrieved: tuple[Retrieved, ...] = ()
    own: tuple[Retrieved, ...] = ()
    claims: tuple[ShownClaim, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    rest: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, case: CaseRecord) -> Self:
        """Return the trace of a case."""
        rest = dict(case.trace)
        evidence = {
            (pair[0], pair[1])
            for pair in _list(case.details.get("evidence"))
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)
        }
        question = rest.pop("question") if isinstance(rest.get("question"), str) else ""
        return cls(
            question=question,
            retrieved=tuple(_retrieved(row, evidence) for row in _pop_objects(rest, "retrieved")),
            own=tuple(_retrieved(row, evidence) for row in _pop_objects(rest, "retrieved_of_own_documents")),
            claims=tuple(_shown_claim(row) for row in _pop_objects(rest, "claims")),
            dropped=tuple(Dropped(_text(row, "text"), _text(row, "reason")) for row in _pop_objects(rest, "dropped")),
            rest={name: value for name, value in rest.items() if value is not None},
        )

    @property
    def empty(self) -> bool:
        return not (self.question or self.retrieved or self.own or self.claims or self.dropped or self.rest)


def place_of(documents: Sequence[str], page: int | None) -> str:
    """Return a place in the form `document p. 7`. If the document has several names, all are included."""
    name = " = ".join(documents) or "a document without a name"
    return name if page is None else f"{name} p. {page}"


def _pop_objects(rest: dict[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Remove and return a list of objects; if the value has another form, leave it and return an empty list."""
    value = rest.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return []
    del rest[name]
    return value


def _retrieved(row: Mapping[str, Any], evidence: set[tuple[str, int]]) -> Retrieved:
    documents, page, rank = _documents(row), _page(row), row.get("rank")
    return Retrieved(
        rank=rank if isinstance(rank, int) else 0,
        documents=documents,
        page=page,
        kind=_text(row, "kind"),
        heading=_text(row, "heading"),
        is_evidence=page is not None and any((document, page) in evidence for document in documents),
    )


def _shown_claim(row: Mapping[str, Any]) -> ShownClaim:
    spans = [span for span in _list(row.get("citations")) if isinstance(span, dict)]
    citations = tuple(Quoted(place_of(_documents(span), _page(span)), _text(span, "quote")) for span in spans)
    return ShownClaim(text=_text(row, "text"), citations=citations)


def _documents(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in _list(row.get("documents")))


def _page(row: Mapping[str, Any]) -> int | None:
    page = row.get("page")
    return page if isinstance(page, int) else None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
