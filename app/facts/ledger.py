"""The ledger: what is known of one issuer, and which fact is the best for an item and a period.

The best fact is approved rather than proposed, then read from an inline XBRL tag rather than from a statement or
another table, then of the newest filing. Rejected facts are never used. Other facts for the same figure are kept: those
with another amount as restatements (another filing) or disagreements (the same filing).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from app.facts.debt_rows import debt_rows
from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan, print_label
from app.facts.fiscal_years import align_years
from app.facts.found import Found, NotFound, Part
from app.facts.items.names import find_items
from app.facts.items.shown import SHARED, is_shared
from app.facts.label_words import label_words
from app.facts.ledger_labels import FiscalPlaces
from app.facts.ledger_paths import Stretch, shortest_path
from app.facts.ledger_ranking import agree, components, is_same_line, rank, same_dimensions
from app.facts.model import FactStatus, FiscalLabel, Measure, StatementKind, StoredFact
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period

_DOLLAR = "$"
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD"})
_NEUTRAL = frozenset(("total", "the", "of", "in", "and", "for", "on", "at", "a", "our", "consolidated", "loss"))
_MOST_NAMED = 4
_SCALED = frozenset({Measure.MONEY, Measure.SHARES})


class Ledger:
    """The facts of one issuer. Immutable, except for its indexes.

    Facts of `preferred` documents come before those of newer filings, because a question can name its document.
    """

    def __init__(self, facts: Iterable[StoredFact], *, preferred: Collection[UUID] = frozenset()) -> None:
        self._facts = tuple(align_years([stored for stored in facts if stored.status is not FactStatus.REJECTED]))
        self._preferred = frozenset(preferred)
        self._places = FiscalPlaces(self._facts)
        self._spans: dict[Period, FiscalSpan | None] = {}
        self._latest: dict[int, FiscalLabel | None] = {}
        self._by_name: dict[str, list[StoredFact]] = defaultdict(list)
        for stored in self._facts:
            for name in {stored.fact.item, stored.fact.concept} - {None}:
                self._by_name[str(name)].append(stored)

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def facts(self) -> Sequence[StoredFact]:
        """All facts that are not rejected."""
        return self._facts

    @property
    def names(self) -> Collection[str]:
        """The items and concepts that the ledger has facts of."""
        return self._by_name.keys()

    @cached_property
    def labels(self) -> Sequence[str]:
        """The distinct labels of all facts, the most frequent first."""
        return tuple(label for label, _ in Counter(stored.fact.label for stored in self._facts).most_common())

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies of all amounts, as ISO 4217 codes, or "$" if no document says which dollar."""
        found = {stored.fact.currency for stored in self._facts if stored.fact.currency is not None}
        return frozenset(found - {_DOLLAR}) if len(found & _DOLLARS) == 1 else frozenset(found)

    def preferring(self, documents: Collection[UUID]) -> "Ledger":
        """Return the same ledger, with facts of these documents before others."""
        other = copy(self)
        other._preferred = frozenset(documents)
        return other

    def latest(self, quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return the label of the newest period of so many quarters; None if there is none."""
        if quarters not in self._latest:
            self._latest[quarters] = self._find_latest(quarters)
        return self._latest[quarters]

    def _find_latest(self, quarters: int) -> FiscalLabel | None:
        spans = (self._span_of(stored) for stored in self._facts)
        ends = [span.end for span in spans if span is not None and span.quarters == quarters]
        if quarters == QUARTERS_OF_YEAR:
            ends = [end for end in ends if end % QUARTERS_OF_YEAR == 0]
        return FiscalSpan(max(ends), max(ends) - quarters).label if ends else None

    def find_period(self, span: FiscalSpan) -> Period | None:
        """Return the first and last day of a fiscal period; None if the ledger does not know its end."""
        end = self._places.find_day(span.end)
        days = {s.fact.period for s in self._facts if self._span_of(s) == span}
        return next((period for period in sorted(days) if period.end == end), None)

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days; None if the issuer has no such period."""
        return self._places.find_span(period)

    def has_read(self, statement: StatementKind | None, period: FiscalSpan | Period) -> bool:
        """Return whether the ledger has facts of a statement for a period: then an item can be known to be absent."""
        if statement is None or isinstance(period, Period):
            return False
        return (statement, period.end) in self._statements

    @cached_property
    def _statements(self) -> frozenset[tuple[StatementKind, int]]:
        spans = ((stored.fact.statement, self._span_of(stored)) for stored in self._facts)
        return frozenset((statement, span.end) for statement, span in spans if span is not None)

    @cached_property
    def _debt_rows(self) -> Mapping[int, Sequence[str]]:
        return debt_rows(self._facts, self._span_of, self._is_found_by_label)

    def _is_found_by_label(self, stored: StoredFact) -> bool:
        names = find_items(stored.fact.label)[:1]
        return any(not _has_several_rows(self._unplaced[name, stored.fact.statement]) for name in names)

    def has(self, sought: Sought) -> bool:
        """Return whether there are facts of an item, concept or label, of any period."""
        return any(True for _ in self._groups(sought)) or bool(self._ambiguous(sought))

    def find(
        self, sought: Sought | str, period: FiscalLabel | FiscalSpan | Period, dimensions: Dimensions = ()
    ) -> Found | NotFound:
        """Find the best figure of an item, concept or label for a period.

        A balance is found at the end of the period. An amount of a period that no document states is derived from
        others: the fourth quarter from the year and nine months, twelve months from a year and two interim periods.
        """
        if isinstance(sought, str):
            sought = Sought(names=(sought,), labels=(sought,))
        if not self._facts:
            return NotFound("no-facts", f"No document states {sought.title} for this issuer.")
        span = FiscalSpan.of(period) if isinstance(period, FiscalLabel) else period
        found = self._find(sought, span, dimensions)
        rows = self._debt_rows.get(span.end, ()) if sought.is_debt and isinstance(span, FiscalSpan) else ()
        if isinstance(found, NotFound) and found.code == "not-reported" and rows and not dimensions:
            named = ", ".join(f"“{label}”" for label in rows[:_MOST_NAMED])
            return NotFound("ambiguous", f"{found.detail} The balance sheet has debt that matches no item: {named}.")
        return found

    def _find(self, sought: Sought, span: FiscalSpan | Period, dimensions: Dimensions) -> Found | NotFound:
        found: NotFound | None = None
        for facts in self._groups(sought):
            answer = self._find_among(sought, facts, span, dimensions)
            if isinstance(answer, Found):
                return answer
            found = found or answer
        if found is None:
            labels = self._ambiguous(sought)
            if labels:
                named = ", ".join(f"“{label}”" for label in labels[:_MOST_NAMED])
                return NotFound("ambiguous", f"{sought.title} can be any of {named}.")
            found = NotFound("not-reported", f"No row of the issuer's statements was recognised as {sought.title}.")
        return found

    def _groups(self, sought: Sought) -> Iterable[Sequence[StoredFact]]:
        """Yield the facts under each name, then those with the sought label, unless several rows have it."""
        for number, name in enumerate(sought.names):
            facts: Sequence[StoredFact] = self._by_name.get(name, ())
            if sought.statement is not None and (sought.is_strict or number):
                facts = [stored for stored in facts if stored.fact.statement is sought.statement]
            if facts:
                yield facts
        if sought.statement is not None:
            unplaced = self._unplaced[sought.names[0], sought.statement]
            if unplaced and not _has_several_rows(unplaced):
                yield unplaced
        for label in sought.labels:
            named = self._labels_like(label)
            facts = [stored for words in named[:1] for stored in self._by_label[words] if not _is_other(stored, sought)]
            if len(named) == 1 and facts and not _has_several_rows(facts):
                yield facts

    def _ambiguous(self, sought: Sought) -> list[str]:
        for label in sought.labels:
            facts = [stored for words in self._labels_like(label) for stored in self._by_label[words]]
            if facts:
                return list(dict.fromkeys(": ".join(stored.fact.label_path) for stored in facts))
        return []

    @cached_property
    def _unplaced(self) -> dict[tuple[str, StatementKind], list[StoredFact]]:
        """Facts that are not placed as an item, or as another one because both are one amount in their document, by the
        item that their label names and by their statement.
        """
        found: dict[tuple[str, StatementKind], list[StoredFact]] = defaultdict(list)
        named: dict[str, tuple[str, ...]] = {}
        for stored in self._facts:
            label = stored.fact.label
            if stored.fact.item is None or stored.fact.item in SHARED:
                if label not in named:
                    named[label] = find_items(label)[:1]
                for name in named[label]:
                    if stored.fact.item is None or is_shared(name, stored.fact.item):
                        found[name, stored.fact.statement].append(stored)
        return found

    @cached_property
    def _by_label(self) -> dict[tuple[str, ...], list[StoredFact]]:
        by_label: dict[tuple[str, ...], list[StoredFact]] = defaultdict(list)
        for stored in self._facts:
            by_label[label_words(stored.fact.label)].append(stored)
        return by_label

    def _labels_like(self, label: str) -> list[tuple[str, ...]]:
        """List the labels with these very words, or else the shortest that add only words without meaning."""
        words = label_words(label)
        if words in self._by_label:
            return [words]
        wanted = set(words)
        found = (has for has in self._by_label if wanted and wanted <= set(has) and set(has) - wanted <= _NEUTRAL)
        shortest = sorted(found, key=len)
        return [has for has in shortest if len(has) == len(shortest[0])]

    def _span_of(self, stored: StoredFact) -> FiscalSpan | None:
        period = stored.fact.period
        if period not in self._spans:
            self._spans[period] = self._places.find_span(period)
        return self._spans[period]

    def _find_among(
        self, sought: Sought, facts: Sequence[StoredFact], asked: FiscalSpan | Period, dimensions: Dimensions
    ) -> Found | NotFound:
        """Find the figure among facts of one item, concept or label."""
        facts = [
            stored
            for stored in facts
            if same_dimensions(stored.fact, dimensions) or (not dimensions and _is_named_part(stored, sought))
        ]
        if not facts:
            of = ", ".join(member for _, member in dimensions) or "the whole group"
            return NotFound("not-reported", f"No fact of {sought.title} is for {of}.")
        if isinstance(asked, Period):
            span = self._places.find_span(asked)
            if span is None:
                days = [stored for stored in facts if stored.fact.period == asked]
                return self._choose(sought, days, None) if days else _absent(sought, str(asked))
        else:
            span = asked
        balances = sum(stored.fact.period.start is None for stored in facts)
        if balances * 2 > len(facts):
            span = span.instant
        elif span.start is None:
            return NotFound("not-a-balance", f"{sought.title} is an amount of a period, and has no balance at a date.")
        direct = [stored for stored in facts if self._span_of(stored) == span]
        if direct:
            return self._choose(sought, direct, span)
        return self._derive(sought, facts, span) if span.quarters else _absent(sought, f"the end of {span}")

    def _choose(self, sought: Sought, facts: Sequence[StoredFact], span: FiscalSpan | None) -> Found:
        """Choose the best of facts that are for the same item and period."""
        best = max(facts, key=lambda stored: rank(stored, sought, self._preferred))
        parts = components(best, facts, sought.statement) if sought.adds else (best,)
        alike = () if len(parts) > 1 else facts
        others = [stored for stored in alike if stored != parts[0] and is_same_line(stored, best)]
        agreeing = [stored for stored in others if agree(stored.fact, best.fact)]
        differing = [stored for stored in others if not agree(stored.fact, best.fact)]
        restated = [stored for stored in differing if _is_other_filing(stored, best)]
        value = sum((stored.fact.value for stored in parts), Decimal(0))
        is_turned = sought.is_positive and value < 0
        return Found(
            value=-value if is_turned else value,
            is_turned=is_turned,
            measure=best.fact.measure,
            currency=self._currency_of(best),
            is_currency_assumed=self._currency_of(best) is not None and best.fact.currency is None,
            unscaled=_unscaled(best),
            span=span,
            parts=tuple(Part(1, stored, span) for stored in parts),
            agreeing=tuple(agreeing),
            restated=tuple(sorted(restated, key=lambda stored: stored.source.filed or "")),
            disagreeing=tuple(stored for stored in differing if not _is_other_filing(stored, best)),
        )

    def _derive(self, sought: Sought, facts: Sequence[StoredFact], span: FiscalSpan) -> Found | NotFound:
        """Add up or subtract the amounts of other periods."""
        by_span: dict[FiscalSpan, list[StoredFact]] = defaultdict(list)
        for stored in facts:
            own = self._span_of(stored)
            if own is not None and own.start is not None and self._starts_on_time(stored, own):
                by_span[own].append(stored)
        path = shortest_path(by_span, span)
        if path is None:
            return _absent(sought, print_label(span.label), with_parts=True)
        chosen = [(stretch, self._choose(sought, by_span[stretch.span], stretch.span)) for stretch in path]
        first = chosen[0][1]
        if any(found.measure is not Measure.MONEY for _, found in chosen):
            detail = f"{sought.title} of {span} is not stated, and its periods do not add up."
            return NotFound("not-additive", detail)
        if any(found.currency != first.currency for _, found in chosen):
            return NotFound("currencies-mixed", f"{sought.title} of {span} would mix currencies.")
        if any(found.unscaled != first.unscaled for _, found in chosen):
            return NotFound("unknown-scale", f"{sought.title} of {span} would add amounts whose scale is not stated.")
        return replace(
            first,
            value=sum((found.value * stretch.sign for stretch, found in chosen), Decimal(0)),
            span=span,
            parts=tuple(replace(part, sign=stretch.sign) for stretch, found in chosen for part in found.parts),
            is_turned=any(found.is_turned for _, found in chosen),
            agreeing=(),
            restated=tuple(other for _, found in chosen for other in found.restated),
            disagreeing=tuple(other for _, found in chosen for other in found.disagreeing),
            derivation=_derivation(path),
        )

    def _starts_on_time(self, stored: StoredFact, span: FiscalSpan) -> bool:
        """Return whether a period begins where the one before ends: the fiscal year can have been moved."""
        start, before = stored.fact.period.start, self._places.find_day(span.start or 0)
        return start is None or before is None or abs((start - before).days) <= 11

    def _currency_of(self, stored: StoredFact) -> str | None:
        currency = stored.fact.currency
        if stored.fact.measure not in (Measure.MONEY, Measure.PER_SHARE):
            return None
        only = next(iter(self.currencies)) if len(self.currencies) == 1 else None
        if currency is None or (currency == _DOLLAR and only in _DOLLARS):
            return only
        return currency


def _is_other_filing(stored: StoredFact, best: StoredFact) -> bool:
    dates = (stored.source.filed, best.source.filed)
    return stored.source.version_id != best.source.version_id and dates[0] != dates[1] and None not in dates


def _is_named_part(stored: StoredFact, sought: Sought) -> bool:
    """Return whether a row that is a part of its item's whole amount has the very label that is sought."""
    fact = stored.fact
    is_part = fact.dimensions == (("part", fact.label),)
    return is_part and label_words(fact.label) in map(label_words, sought.labels)


def _is_other(stored: StoredFact, sought: Sought) -> bool:
    """Return whether a row with the label is another item of another statement: "Inventories" of the cash flows."""
    fact = stored.fact
    is_elsewhere = sought.statement is not None and fact.statement not in (sought.statement, StatementKind.OTHER)
    return is_elsewhere and fact.item is not None and fact.item not in sought.names


def _has_several_rows(facts: Sequence[StoredFact]) -> bool:
    """Return whether a document has the same label twice, with different amounts of the same period and dimensions."""
    first: dict[object, StoredFact] = {}
    for stored in facts:
        key = (stored.source.version_id, stored.fact.period, stored.fact.dimensions)
        if not agree(first.setdefault(key, stored).fact, stored.fact):
            return True
    return False


def _unscaled(stored: StoredFact) -> tuple[UUID, int | None] | None:
    fact = stored.fact
    return (stored.source.version_id, fact.place.table) if fact.scale is None and fact.measure in _SCALED else None


def _derivation(path: Sequence[Stretch]) -> str:
    words = "".join(f" {'+' if stretch.sign > 0 else '−'} {stretch.span}" for stretch in path)
    return words.removeprefix(" + ").strip()


def _absent(sought: Sought, period: str, *, with_parts: bool = False) -> NotFound:
    more = ", and none of other periods add up to it without holes" if with_parts else ""
    return NotFound("not-reported", f"No fact of {sought.title} is for {period}{more}.")
