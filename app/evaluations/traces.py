"""A case's trace as people read it: what was asked, what was retrieved at which rank, what was said, what was dropped.

Suites keep traces as plain objects, and whoever publishes a run may send any: a part of a form that is not known stays
in `rest`, which is shown as it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.evaluations.records import CaseRecord


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A page at its rank. `documents` are the names of its document's files; `is_evidence` where the case tells it."""

    rank: int
    documents: tuple[str, ...]
    page: int | None
    kind: str
    heading: str
    is_evidence: bool

    @property
    def place(self) -> str:
        """The document and the page in short."""
        return place_of(self.documents, self.page)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation: where it stands, and its words."""

    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was shown, with its citations."""

    text: str
    citations: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that was drafted and not shown, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that explains a score. `own` is what was retrieved when the evidence's documents alone were searched.

    `rest` is what suites keep beside the known parts, by name.
    """

    question: str = ""
    retrieved: tuple[Retrieved, ...] = ()
    own: tuple[Retrieved, ...] = ()
    claims: tuple[Said, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    rest: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, case: CaseRecord) -> Self:
        """The trace of a case."""
        rest = dict(case.trace)
        evidence = {
            (pair[0], pair[1])
            for pair in _list(case.details.get("evidence"))
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)
        }
        question = rest.pop("question") if isinstance(rest.get("question"), str) else ""
        return cls(
            question=question,
            retrieved=tuple(_retrieved(row, evidence) for row in _take(rest, "retrieved")),
            own=tuple(_retrieved(row, evidence) for row in _take(rest, "retrieved_of_own_documents")),
            claims=tuple(_said(row) for row in _take(rest, "claims")),
            dropped=tuple(Dropped(_text(row, "text"), _text(row, "reason")) for row in _take(rest, "dropped")),
            rest={name: value for name, value in rest.items() if value is not None},
        )

    @property
    def empty(self) -> bool:
        return not (self.question or self.retrieved or self.own or self.claims or self.dropped or self.rest)


def place_of(documents: Sequence[str], page: int | None) -> str:
    """`document p. 7`; a document of several names is told by all."""
    name = " = ".join(documents) or "a document without a name"
    return name if page is None else f"{name} p. {page}"


def _take(rest: dict[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects, taken out; nothing, and it stays, when it is something else."""
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


def _said(row: Mapping[str, Any]) -> Said:
    spans = [span for span in _list(row.get("citations")) if isinstance(span, dict)]
    citations = tuple(Quoted(place_of(_documents(span), _page(span)), _text(span, "quote")) for span in spans)
    return Said(text=_text(row, "text"), citations=citations)


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
