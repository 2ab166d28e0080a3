"""What the rules for agreements and offerings share: the flow of a document, its definitions, and how they propose."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

from app.review.evidence import Evidence
from app.review.proposals import Alternative, FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import ListValue, TableValue, TextValue, Value, YesNoValue
from workers.extraction.fields.agreements.amending import amending_parts
from workers.extraction.fields.agreements.definitions import Definitions, find_definitions, put_first
from workers.extraction.fields.agreements.joined import JoinedText, join_pages
from workers.extraction.fields.reader import ReadDocument

T = TypeVar("T")
_WHOLE: Final = 25
_UNREADABLE: Final = 0.7
ABSENT: Final = 0.9
"""The confidence that a term is absent that was looked for and not found."""


@dataclass(frozen=True)  # no slots: flow and definitions are computed once
class Script:
    """A document as rules for agreements and offerings read it."""

    document: ReadDocument

    @cached_property
    def flow(self) -> JoinedText:
        return join_pages(self.document.parsed.pages)

    @cached_property
    def text(self) -> str:
        return self.flow.text

    @cached_property
    def amending(self) -> tuple[tuple[int, int], ...]:
        """The bounds of the parts that amend an agreement."""
        return amending_parts(self.text)

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions; those of an amendment come first, because they prevail."""
        return put_first(find_definitions(self.flow), self.amending)

    @property
    def is_whole(self) -> bool:
        """Whether the document is a whole agreement, with its defined terms, and no short amendment."""
        return len(self.definitions.all) >= _WHOLE

    def once(self, compute: "Callable[[Script], T]") -> T:
        """Return `compute(self)`, computed once per document."""
        known: dict[Any, Any] = self.__dict__.setdefault("_computed", {})
        if compute not in known:
            known[compute] = compute(self)
        result: T = known[compute]
        return result


def script_of(document: ReadDocument) -> Script:
    """Return the document's script, built once."""
    known = vars(document).get("_script")
    if known is None:
        known = vars(document)["_script"] = Script(document)
    assert isinstance(known, Script)
    return known


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the places of the flow (start, end) that state it, and the probability that it is right."""

    value: Value
    places: tuple[tuple[int, int], ...]
    confidence: float
    reason: str = ""


def propose(
    document: ReadDocument,
    spec: FieldSpec,
    found: Sequence[Found],
    terms: Sequence[str],
    *,
    checks: Sequence[FieldCheck] = (),
    absent: float = ABSENT,
    is_always: bool = False,
) -> Proposal:
    """Return the first of the values as the proposal and the others as alternatives; without any, that it is absent
    after a search for `terms`. What documents of the kind always have (`is_always`) is
    unread instead; a page without text makes an absence less certain.
    """
    search = document.search(terms)
    if not found and is_always:
        return Proposal(spec.key, ProposalState.UNREAD, None, (), ReadingMethod.RULE, 0.0, search=search)
    if not found:
        is_yes_no = spec.kind.value == "yes-no"
        value = YesNoValue(False) if is_yes_no else None
        if search.unreadable:
            sentence = f"{len(search.unreadable)} pages have no text to search."
            checks, absent = (*checks, FieldCheck("pages-read", False, sentence)), absent * _UNREADABLE
        return Proposal(
            spec.key, ProposalState.ABSENT, value, (), ReadingMethod.RULE, absent, search=search, checks=tuple(checks)
        )
    flow = script_of(document).flow
    first, *others = found
    return Proposal(
        spec.key,
        ProposalState.FOUND,
        first.value,
        _quotes(flow, first.places),
        ReadingMethod.RULE,
        first.confidence,
        alternatives=tuple(Alternative(each.value, _quotes(flow, each.places), each.reason) for each in others),
        search=search,
        checks=tuple(checks),
    )


def _quotes(flow: JoinedText, places: Iterable[tuple[int, int]]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(quote for start, end in places for quote in flow.evidence(start, end)))


def text(words: str | None) -> TextValue | None:
    """Return a text cell, None for no words."""
    plain = " ".join(words.split()) if words else ""
    return TextValue(plain) if plain else None


def table(columns: Sequence[str], rows: Iterable[Sequence[Value | None]]) -> TableValue:
    return TableValue(tuple(columns), tuple(map(tuple, rows)))


def list_of(values: Iterable[Value]) -> ListValue:
    return ListValue(tuple(values))
