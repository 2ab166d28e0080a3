"""Answer questions about the parts of a whole from one table: list the figure of each part, or name the first or last.

A table answers if its words name the measure and the kind of parts, and its columns the period. Its parts sum up to a
stated total, or their heading names what is asked. Otherwise the question is declined: a total is no answer to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from uuid import UUID

from app.answers.claims import ClaimPart, Draft, DraftClaim, Operand, PageKey, Writer, WriterScore
from app.answers.computing.answering import Answered, Evidence
from app.answers.computing.ledger_result import LedgerResult
from app.answers.computing.notices import Declined
from app.answers.computing.phrasing import name_companies
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.sentences import CitedDocument
from app.answers.computing.table_places import Place, fits, is_in_span, list_places
from app.answers.computing.terms import FRAME, terms_of
from app.answers.places import names_place
from app.answers.tabular.asking import Axis, PartsQuestion, Wanted, read_parts
from app.answers.tabular.fitting import is_of_document, kind_fit, measure_fit
from app.answers.tabular.groups import Group, Part, list_groups
from app.answers.verification.claim_subjects import subjects_of
from app.answers.writing.drafting import known_texts, verify_draft
from app.answers.writing.figures import cite_row, find_year_end_month, name_period, row_sentence
from app.facts.fiscal import FiscalSpan
from app.facts.model import FiscalLabel
from app.quantities.printing import print_quantity
from app.quantities.values import Kind
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding
from app.tables.model import Cell
from app.tables.rows import quantity_of

_LEAST_MEASURE = 0.65
_OF_SUM = 0.3
_OF_RANK = 0.004
_LEAST_SCORE = 1.75
_HALF = 0.5
_PERCENTAGES = frozenset({Kind.PERCENTAGE, Kind.PERCENTAGE_POINTS, Kind.BASIS_POINTS})
_SHARE = re.compile(
    r"\b(?:percent\w*|share|margin|rate|ratio|proportion|comparable|same[- ]store|like[- ]for[- ]like)\b|%", re.I
)
_MOST_PERIODS = 3
_YEAR, _WEEK = 365, 8  # days


@dataclass(frozen=True, slots=True)
class _Found:
    """A group of the period with how well it fits. `rank` is that of its page among the passages."""

    group: Group
    score: float
    end: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """States which part is first: "Widgets, largest by sales — FY2025: $4 million; next: Gadgets, $3 million".
    Implements `Computation`.
    """

    parts: tuple[Part, ...]
    measure: str
    most: str
    is_highest: bool
    is_fall: bool = False
    before: tuple[Place, ...] = ()

    def operands(self) -> Sequence[Operand]:
        return [_operand(place) for place in (*(part.place for part in self.parts), *self.before)]

    def ordered(self) -> list[tuple[Decimal, Part]]:
        """Return the parts in the order that is asked for, with their values or their growth."""
        values = [part.value for part in self.parts]
        if self.before:
            earlier = [Part("", place).value for place in self.before]
            values = [now / then - 1 for now, then in zip(values, earlier, strict=True)]
        found = sorted(zip(values, self.parts, strict=True), key=lambda pair: pair[0], reverse=self.is_highest)
        return list(found)

    def is_tie(self) -> bool:
        ordered = self.ordered()
        return ordered[0][0] == ordered[1][0]

    def sentence(self) -> str:
        (first, part), (second, other), *_ = self.ordered()
        period = name_period([part.place.cell])
        how = f"{self.most} by {self.measure}"
        if self.before:
            rank = "highest" if self.is_highest else "lowest"
            how = f"{'steepest fall in' if self.is_fall else f'{rank} growth of'} {self.measure}"
        when = f" — {period}" if period else ""
        return f"{part.name}, {how}{when}: {self._shown(first, part)}; next: {other.name}, {self._shown(second, other)}"

    def _shown(self, value: Decimal, part: Part) -> str:
        if self.before:
            return f"{(value * 100).quantize(Decimal('0.1')).normalize():f}%"
        return print_quantity(quantity_of(part.place.cell), printed=part.place.cell.text)


def answer_parts(
    question: str, understanding: Understanding, ledgers: Sequence[LedgerResult], evidence: Evidence
) -> Answered | Declined | None:
    """Return the verified claims of an answer about parts; `Declined` if no table surely has them; None for other
    questions.
    """
    names = [*understanding.issuer_names, *(form for forms in understanding.issuer_forms for form in forms)]
    asked = read_parts(name_companies(understanding.core or question, understanding.issuer_phrases), names)
    if asked is None or len(set(understanding.issuer_groups)) > 1:
        return None
    return _Answering(asked, question, understanding, ledgers[0] if ledgers else None, evidence).answer()


class _Answering:
    """The answer to one question about parts."""

    def __init__(
        self,
        asked: PartsQuestion,
        question: str,
        understanding: Understanding,
        ledger: LedgerResult | None,
        evidence: Evidence,
    ) -> None:
        self._asked = asked
        self._question = question
        self._understanding = understanding
        self._evidence = evidence
        names = " ".join((*understanding.issuer_names, *(form for each in understanding.issuer_forms for form in each)))
        self._given = terms_of(f"{names} {asked.axis.value} {asked.axis.value}s geography geographic area")
        self._passages = [each for each in evidence.passages if each.issuer is None or understanding.is_about(each)]
        known = ledger is not None and len(ledger.ledger) > 0
        self._find_span = ledger.ledger.find_span if known and ledger is not None else None

    def answer(self) -> Answered | Declined | None:
        found = self._best()
        if found is None:
            return self._declined()
        return (self._list(found) if self._asked.wanted is Wanted.EACH else self._rank(found)) or self._declined()

    def _declined(self) -> Declined | None:
        """Decline a list: the total of what is to be listed would be found instead. A sentence may state a rank."""
        if self._asked.wanted is not Wanted.EACH:
            return None
        period = ", ".join(period.label() for period in self._asked.periods)
        documents = len({passage.document_id for passage in self._passages})
        return Declined(
            f"No table surely lists {self._asked.measure} by {self._asked.axis.value}"
            + (f" for {period}" if period else "")
            + f". The tables on the nearest pages of {documents} document{'' if documents == 1 else 's'} were searched."
            " Name the table's own words for the figure, or open the document's tables."
        )

    def _best(self) -> _Found | None:
        found = [each for each in self._groups() if each.score >= _LEAST_SCORE]
        if self._asked.is_growth:
            found = [each for each in found if all(_year_before(part.place) for part in self._ranked(each.group))]
        if not self._asked.periods and found:
            newest = max(each.end for each in found)
            found = [each for each in found if each.end == newest]
        return max(found, key=lambda each: each.score, default=None)

    def _ranked(self, group: Group) -> tuple[Part, ...]:
        """Return the parts of a group that can be first: of regions only places, if most parts are."""
        parts = tuple(part for part in group.parts if not part.is_remainder)
        places = tuple(part for part in parts if names_place(part.name))
        return places if self._asked.axis is Axis.REGION and len(places) >= max(2.0, _HALF * len(parts)) else parts

    def _groups(self) -> Iterator[_Found]:
        pages: dict[PageKey, Passage] = {}
        for each in self._passages:
            pages.setdefault((each.version_id, each.page_number), each)
        own = {key: tables for key, tables in self._evidence.tables.all_tables().items() if key in pages}
        for table in list_places(own, None):
            if not table.places:
                continue
            passage = next((pages[place.key] for place in table.places if place.key in pages), None)
            if passage is None:
                continue
            for group in list_groups(table):
                score = self._score(group, passage)
                if score is not None:
                    period = group.first.cell.period
                    yield _Found(
                        group, score - _OF_RANK * passage.rank, 0 if period is None else period.end.toordinal()
                    )

    def _score(self, group: Group, passage: Passage) -> float | None:
        """Return how well a group fits a question; None if it is of another kind, measure or period."""
        is_share = _SHARE.search(self._asked.measure) is not None
        if group.kind is Kind.TEXT or (group.kind in _PERCENTAGES) != is_share or group.first.is_change:
            return None
        if not all(self._fits(part.place, passage) for part in group.parts):
            return None
        measure = measure_fit(self._asked.measure, group, self._given)
        if measure < _LEAST_MEASURE:
            return None
        kind = kind_fit(self._asked.axis, group, passage.heading)
        return measure + kind + (_OF_SUM if group.total is not None else 0.0) + 0.002 * len(group.parts)

    def _fits(self, place: Place, passage: Passage | None = None) -> bool:
        periods = self._asked.periods
        return not periods or any(
            self._is_of(place, period) or (passage is not None and is_of_document(place, period, passage))
            for period in periods
        )

    def _is_of(self, place: Place, period: AskedPeriod) -> bool:
        when = period.when()
        if self._find_span is not None and period.year is not None:
            span = FiscalSpan.of(when) if isinstance(when, FiscalLabel) else when
            known = is_in_span(place, span, self._find_span)
            if known is not None:
                return known
        table = place.row.table
        month = table.once(find_year_end_month.__name__, partial(find_year_end_month, table))
        return fits(place, period, year_end_month=month)

    def _list(self, found: _Found) -> Answered | None:
        group = found.group
        claims = [self._row(part.place, ClaimPart.ANSWER) for part in group.parts]
        if group.total is not None:
            claims.append(self._row(group.total, ClaimPart.SUPPORT))
        return self._checked(claims, "each-part", found, len(group.parts))

    def _rank(self, found: _Found) -> Answered | None:
        asked = self._asked
        parts = self._ranked(found.group)
        if len(parts) < 2:
            return None
        before: tuple[Place, ...] = ()
        if asked.is_growth:
            before = tuple(filter(None, (_year_before(part.place) for part in parts)))
            if len(before) != len(parts) or any(Part("", place).value <= 0 for place in before):
                return None
        ranked = Ranked(parts, asked.measure, asked.most, asked.wanted is Wanted.HIGHEST, asked.is_fall, before)
        if ranked.is_tie() or (asked.is_fall and ranked.ordered()[0][0] >= 0):
            return None
        also = before or (None,) * len(parts)
        rows = [
            self._row(part.place, ClaimPart.SUPPORT, *filter(None, [old]))
            for part, old in zip(parts, also, strict=True)
        ]
        citations = tuple(dict.fromkeys(span for row in rows for span in row.citations))
        first = DraftClaim(
            ranked.sentence(),
            citations,
            computation=ranked,
            part=ClaimPart.ANSWER,
            period=name_period([parts[0].place.cell]),
        )
        return self._checked([first, *rows], "ranked-parts", found, 1)

    def _row(self, place: Place, part: ClaimPart, *others: Place) -> DraftClaim:
        """State a figure as its row, with those of the row's other periods that the question names."""
        cells = [place.cell, *(other.cell for other in others)]
        if len(self._asked.periods) > 1 and not others:
            cells = [each.cell for each in _row_of(place) if self._fits(each)][:_MOST_PERIODS]
        document = self._documents()[place.key[0]]
        cited = cite_row(replace(document, page_number=place.cell.page), place.row, cells, self._evidence.pages)
        return DraftClaim(row_sentence(place.row, cells), cited, part=part, period=name_period(cells))

    def _documents(self) -> Mapping[UUID, CitedDocument]:
        return {
            each.version_id: CitedDocument(each.document_id, each.version_id, each.document_title, each.page_number)
            for each in self._passages
        }

    def _checked(self, claims: Sequence[DraftClaim], writer: str, found: _Found, least: int) -> Answered | None:
        """Verify the claims; None if not all that answer are shown."""
        draft = Draft(Writer.EXTRACTIVE, tuple(claims), score=WriterScore(writer, found.score))
        given = known_texts(self._question, self._passages)
        verified = verify_draft(
            draft, self._evidence.pages, self._evidence.tables, given, subjects_of(self._evidence.passages)
        )
        shown = [claim for claim in verified.shown if claim.part is ClaimPart.ANSWER]
        return Answered(verified) if len(shown) >= least else None


def _operand(place: Place) -> Operand:
    spans = place.cell.spans
    return Operand((place.key[0], place.cell.page), (spans[0][0], spans[-1][1]), quantity_of(place.cell))


def _row_of(place: Place) -> list[Place]:
    """Return the figures of a row that differ from one only in their periods, the figure itself first."""
    kind = quantity_of(place.cell).kind
    heads = place.heads - FRAME
    found = [replace(place, cell=cell, heads=_heads(cell)) for cell in place.row.figures if cell is not place.cell]
    return [place, *(each for each in found if each.heads - FRAME == heads and quantity_of(each.cell).kind is kind)]


def _heads(cell: Cell) -> frozenset[str]:
    return frozenset[str]().union(*map(terms_of, cell.header_path))


def _year_before(place: Place) -> Place | None:
    """Return the figure of the same row for the period a year earlier."""
    period = place.cell.period
    if period is None:
        return None
    for other in _row_of(place)[1:]:
        earlier = other.cell.period
        if earlier is None or (earlier.start is None) != (period.start is None):
            continue
        if earlier.months == period.months and abs((period.end - earlier.end).days - _YEAR) <= _WEEK:
            return other if quantity_of(other.cell).value is not None else None
    return None
