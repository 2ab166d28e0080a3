"""Find the approved values that a question asks for, in the documents that it is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.approved.matching import FieldMatch, choose_field, match_field
from app.answers.claims import PageKey
from app.documents.issuers import normalise_issuer
from app.quantities.headings import find_years
from app.retrieval.filters import SearchFilters
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding
from app.review.evidence import Evidence, decode_evidence
from app.review.fields.service import ApprovedValue, load_approved_values
from app.review.schemas.definition import FieldSpec

_MOST_DOCUMENTS = 3
_SURE = 0.85
"""The least confidence of values that are given though nobody has approved them yet: chosen by hand. The confidences
of contracts are calibrated (`docs/evals.md`), those of credit agreements and offerings are set by hand.
"""

_OF_LEDGER = ("report.", "release.")
"""Rules of figures, which the ledger answers for the period that is asked for."""


@dataclass(frozen=True, slots=True)
class ApprovedItem:
    """An approved value of a document, as `place` names it. For `left`, see `FieldMatch`."""

    value: ApprovedValue
    spec: FieldSpec
    place: Passage
    left: frozenset[str]

    def evidence(self) -> list[Evidence]:
        return [decode_evidence(raw) for raw in self.value.evidence]

    def pages(self) -> Iterator[PageKey]:
        """Yield the pages of its evidence."""
        return ((self.value.version_id, each.page) for each in self.evidence())


ApprovedItems = tuple[ApprovedItem, ...]
"""The values of one field in the documents that a question is about, the likeliest document first."""


def find_approved(
    session: Session,
    question: str,
    understanding: Understanding,
    filters: SearchFilters,
    passages: Sequence[Passage],
) -> ApprovedItems:
    """Return the values that answer a question: approved ones, or those that were read with certainty. Return none if
    it is about something else, or if it is not certain about which document. The passages' documents are read already,
    so that no other document is.
    """
    documents = _documents_of(question, understanding, filters, passages)
    if not documents:
        return ()
    of_version: dict[UUID, list[ApprovedValue]] = {}
    for value in load_approved_values(session, documents, read_with=_SURE):
        of_version.setdefault(value.version_id, []).append(value)
    if not of_version:
        return ()
    words = _without_issuers(question, understanding)
    found: list[ApprovedItem] = []
    unknown: set[str] = set()
    for place in documents.values():
        item = _find_item(words, place, of_version.get(place.version_id, ()))
        if item is not None and place.document_type not in unknown:
            found.append(item)
        elif item is None and not found:
            # A document of the same kind that fits the question better may have another value.
            unknown.add(place.document_type)
    keys = {item.spec.key for item in found[:1]}
    return tuple(item for item in found if item.spec.key in keys)[:_MOST_DOCUMENTS]


def _documents_of(
    question: str, understanding: Understanding, filters: SearchFilters, passages: Sequence[Passage]
) -> dict[UUID, Passage]:
    """Return the first passage of each document that the question is about: of those of the named issuer, of the
    filter or with the named title, or the only one. A question about several issuers compares: no single value answers
    it.
    """
    if understanding.is_absent() or understanding.other_entity or len(set(understanding.issuer_groups)) > 1:
        return {}
    keys = set(understanding.issuer_keys)
    years = set(map(str, understanding.periods.years))
    types = {kind.value for kind in understanding.document_types}
    found: dict[UUID, Passage] = {}
    for passage in passages:
        if not keys or not passage.issuer or normalise_issuer(passage.issuer) in keys:
            found.setdefault(passage.document_id, passage)
    if not keys and not understanding.is_implied and len(found) > 1 and not filters.document_ids:
        found = {each: place for each, place in found.items() if _is_named(question, place)}
        if len(found) > 1:
            return {}
    return {
        document_id: each
        for document_id, each in found.items()
        if (not types or each.document_type in types)
        and (not years or not years.isdisjoint(find_years(f"{each.period or ''} {each.document_title}")))
    }


def _is_named(question: str, place: Passage) -> bool:
    """Return whether a question has the words of a document's title that are not its issuer's, at least two."""
    own = frozenset(tokenise(place.document_title)) - frozenset(tokenise(place.issuer or ""))
    return len(own) >= 2 and own <= frozenset(tokenise(question))


def _find_item(words: str, place: Passage, values: Sequence[ApprovedValue]) -> ApprovedItem | None:
    about = (place.document_type, place.document_title, place.issuer or "", place.period or "")
    matches: list[tuple[FieldSpec, FieldMatch]] = []
    by_key: dict[str, ApprovedValue] = {}
    for value in values:
        spec = value.spec
        if spec is None or value.answer not in ("found", "absent") or (spec.rule or "").startswith(_OF_LEDGER):
            continue
        if value.confidence is not None and (value.answer != "found" or not value.evidence):
            continue
        match = match_field(words, spec, about)
        if match is not None:
            matches.append((spec, match))
            by_key.setdefault(spec.key, value)
    key = choose_field(matches)
    if key is None:
        return None
    spec, match = next((spec, match) for spec, match in matches if spec.key == key)
    return ApprovedItem(by_key[key], spec, place, match.left)


def _without_issuers(question: str, understanding: Understanding) -> str:
    text = understanding.core or question
    for phrase in understanding.issuer_phrases:
        text = text.replace(phrase, " ")
    return text
