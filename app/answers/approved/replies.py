"""Answer with approved values: the value with the quote that an editor saw, and a notice that says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from app.answers.approved.reading import ApprovedItem, ApprovedItems
from app.answers.claims import CitedSpan, ClaimPart, Draft, DraftClaim, PageTexts, Writer, WriterScore, cite
from app.answers.evidence_tables import EvidenceTables
from app.answers.verification.claim_subjects import subjects_of
from app.answers.writing.drafting import VerifiedDraft, known_texts, verify_draft
from app.documents.content.sentences import find_sentences
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.review.value_texts import print_value
from app.review.values import (
    DateValue,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    Value,
    YesNoValue,
    plain_decimal,
)

_MOST_QUOTES = 6
_MOST_ROWS = 6
_LONGEST = 400
Printed = tuple[ApprovedItem, list[str]]
"""An approved value, and what it states."""

_SCALES = ((9, "billion"), (6, "million"))


@dataclass(frozen=True, slots=True)
class ApprovedReply:
    """The answer. Without a `draft`, none of the pages shows the value, or the document does not have it: the notice
    says which.
    """

    draft: VerifiedDraft | None
    notice: str


def write_reply(
    question: str, items: ApprovedItems, passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables
) -> ApprovedReply | None:
    """Return the verified answer with approved values; None if the question asks for a part that they don't have."""
    stated = [(item, printed) for item in items for printed in [_print(item)] if printed]
    if not stated:
        return None
    first = stated[0][0]
    if first.value.answer == "absent":
        return ApprovedReply(None, _absence(first))
    found = [each for each in stated if each[0].value.answer == "found"]
    given = known_texts(question, passages) | {first.spec.title, *first.spec.words}
    given |= {item.place.document_title for item, _ in found}
    subjects = subjects_of([item.place for item, _ in found])
    for is_stated, claims in _attempts(found, pages):
        if not claims:
            continue
        claims[0] = replace(claims[0], part=ClaimPart.ANSWER)
        draft = Draft(Writer.EXTRACTIVE, tuple(claims), score=WriterScore("approved", 1.0))
        verified = verify_draft(draft, pages, tables, given, subjects)
        if verified.answers() and not (is_stated and verified.dropped):
            return ApprovedReply(verified, _notice(found, is_stated=is_stated))
    if first.value.confidence is not None:
        return None
    return ApprovedReply(None, f"{_notice(found[:1], is_stated=False)} No quote of the document is recorded with it.")


def _print(item: ApprovedItem) -> list[str]:
    """Return what an item states: its value, or the rows that the question asks for; nothing without such a row."""
    value = item.value.value
    if value is None:
        return [item.value.answer]
    if not isinstance(value, TableValue):
        return [_in_words(value)]
    rows = [[cell for cell in row if cell is not None] for row in value.rows]
    asked = [row for row in rows if item.left <= set(tokenise(" ".join(map(_in_words, row))))]
    return [", ".join(map(_in_words, row)) for row in asked if row][:_MOST_ROWS]


def _in_words(value: Value) -> str:
    if isinstance(value, DateValue):
        return _day(value.day)
    if isinstance(value, ListValue):
        return "; ".join(map(_in_words, value.items))
    return print_value(value)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _absence(item: ApprovedItem) -> str:
    return f"{item.place.document_title} does not have “{item.spec.title}”: {_approval([item])}."


def _notice(found: Sequence[Printed], *, is_stated: bool) -> str:
    approved = _approval([item for item, _ in found])
    if is_stated:
        return f"The value is {approved}."
    values = "; ".join(text for _, printed in found for text in printed)[:_LONGEST]
    return f"{found[0][0].spec.title} is {approved}: {values}."


def _approval(items: Sequence[ApprovedItem]) -> str:
    certainties = [item.value.confidence for item in items if item.value.confidence is not None]
    if certainties:
        return f"read from the document with {100 * min(certainties):.0f} % certainty; no editor has approved it yet"
    days = dict.fromkeys(_day(item.value.made_at.date()) for item in items)
    return f"approved by an editor on {' and '.join(days)}"


def _attempts(found: Sequence[Printed], pages: PageTexts) -> Iterator[tuple[bool, list[DraftClaim]]]:
    """Yield claims, the most direct first, and whether they state the values: with the quotes, with the sentences
    around them, and only these sentences: what an editor worked out need not stand in them.
    """
    several = len(found) > 1
    for spans_of in (_quotes, _sentences):
        claims = (_stated(item, printed, list(spans_of(item, pages)), several=several) for item, printed in found)
        yield True, list(chain.from_iterable(claims))
    yield False, [claim for item, printed in found for claim in _only_sentences(item, printed, pages)]


def _only_sentences(item: ApprovedItem, printed: Sequence[str], pages: PageTexts) -> list[DraftClaim]:
    answer = f"{printed[0]}: " if isinstance(item.value.value, YesNoValue) else ""
    return [DraftClaim(f"{answer}{span.quote}", (span,)) for span in _sentences(item, pages)]


def _stated(
    item: ApprovedItem, printed: Sequence[str], spans: Sequence[CitedSpan], *, several: bool
) -> list[DraftClaim]:
    if not spans or isinstance(item.value.value, YesNoValue):
        return []
    label = f"{item.place.document_title}, {item.spec.title}" if several else item.spec.title
    return [DraftClaim(f"{label}: {text}", tuple(spans)) for text in printed]


def _quotes(item: ApprovedItem, pages: PageTexts) -> Iterator[CitedSpan]:
    return (_cite_at(item, pages, *place) for place in _places(item, pages))


def _cite_at(item: ApprovedItem, pages: PageTexts, page: int, start: int, end: int) -> CitedSpan:
    """Cite a span of a page of an item's document."""
    return cite(item.place, pages[(item.value.version_id, page)], start, end, page_number=page)


def _sentences(item: ApprovedItem, pages: PageTexts) -> Iterator[CitedSpan]:
    """Yield the sentences, or lines, around the quotes."""
    seen: set[tuple[int, int, int]] = set()
    for page, start, end in _places(item, pages):
        text = pages[(item.value.version_id, page)]
        around = [span for span in find_sentences(text) if span[0] < end and start < span[1]]
        first, last = (around[0][0], around[-1][1]) if around else (start, end)
        if last - first > _LONGEST:
            first = text.rfind("\n", 0, start) + 1
            last = text.find("\n", end) if "\n" in text[end:] else len(text)
        if (page, first, last) not in seen and text[first:last].strip():
            seen.add((page, first, last))
            yield _cite_at(item, pages, page, first, last)


def _places(item: ApprovedItem, pages: PageTexts) -> list[tuple[int, int, int]]:
    """Return the pages, starts and ends of the quotes; of a value that was typed without a quote, those of sentences
    with the value and a word of the field.
    """
    version = item.value.version_id
    quoted = [
        (each.page, each.start, each.end) for each in item.evidence() if each.is_in(pages.get((version, each.page), ""))
    ]
    if quoted or item.value.evidence:
        return quoted[:_MOST_QUOTES]
    return list(_find_typed(item, pages))[:1]


def _find_typed(item: ApprovedItem, pages: PageTexts) -> Iterator[tuple[int, int, int]]:
    words = set(tokenise(" ".join((item.spec.title, *item.spec.words))))
    forms = [form.casefold() for form in _forms(item.value.value)]
    for (version, page), text in pages.items():
        folded = text.casefold()
        if version != item.value.version_id or len(folded) != len(text):
            continue
        for start, end in find_sentences(text):
            places = ((form, folded.find(form, start, end)) for form in forms)
            found = next(((form, at) for form, at in places if at >= 0 and _is_whole(folded, at, at + len(form))), None)
            if found is not None and not words.isdisjoint(tokenise(text[start:end])):
                yield page, found[1], found[1] + len(found[0])


def _is_whole(text: str, start: int, end: int) -> bool:
    """Return whether a span is no part of a longer word or number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not before.isalnum() and not after.isalnum() and (before not in (",", ".") or before == "")


def _forms(value: Value | None) -> list[str]:
    """Return how a document may write a value."""
    match value:
        case TextValue():
            return [value.text]
        case PartyValue():
            return [value.name]
        case DateValue():
            day = value.day
            return [_day(day), f"{day:%B} {day.day}, {day.year}", day.isoformat()]
        case QuantityValue():
            number = plain_decimal(value.number)
            scaled = [
                f"{plain_decimal(number / Decimal(10) ** power):,f} {word}"
                for power, word in _SCALES
                if number >= Decimal(10) ** power
            ]
            unit = "%" if value.unit == "%" else ""
            return [f"{number:,f}{unit}", *scaled]
        case _:
            return []
