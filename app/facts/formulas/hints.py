"""Hints for a formula without a value: periods and rows of the documents, and known measures."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.facts.fiscal import print_label
from app.facts.formulas.results import Computed, Missing
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.label_words import label_words
from app.facts.ledger import Ledger

_MOST_MISSING: Final = 3
_MOST_NAMED: Final = 5
_PLAIN: Final = frozenset("the of for on in and by a an to total net other from per with at as".split())  # noqa: SIM905 - a list of words reads better as one string


def list_hints(results: Sequence[Computed], ledger: Ledger, vocabulary: Vocabulary) -> list[tuple[str, ...]]:
    """Return, for each result, sentences that name what exists in place of the missing inputs.

    An item that is missing in several periods is looked up once, because it is compared with all rows.
    """
    known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
    return [
        tuple(
            dict.fromkeys(
                hint
                for missing in computed.missing[:_MOST_MISSING]
                for hint in _hints_of(missing, ledger, vocabulary, known)
            )
        )
        for computed in results
    ]


def _hints_of(
    missing: Missing, ledger: Ledger, vocabulary: Vocabulary, known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]]
) -> tuple[str, ...]:
    key = (missing.name, tuple(missing.looked_for))
    if key not in known:
        known[key] = tuple(_find_hints(missing, ledger, vocabulary))
    return known[key]


def _find_hints(missing: Missing, ledger: Ledger, vocabulary: Vocabulary) -> Iterator[str]:
    periods = _periods_of(missing, ledger)
    if periods:
        yield f"{missing.name} is reported for {', '.join(periods[:_MOST_NAMED])}."
        return
    words = frozenset(label_words(missing.name)) - _PLAIN
    known = _alike(words, vocabulary.titles())
    if known and not vocabulary.knows(missing.name):
        yield f"“{missing.name}” is not a known measure. Similar: {', '.join(known)}. Define it if it is another one."
    rows = _alike(words, ((label, label_words(label)) for label in ledger.labels))
    if rows:
        yield f"Rows with similar labels: {', '.join(f'“{row}”' for row in rows)}."


def _periods_of(missing: Missing, ledger: Ledger) -> list[str]:
    """Return the fiscal periods that the documents state an item for, newest first."""
    names = set(missing.looked_for)
    labels = {
        stored.fact.fiscal: stored.fact.period.end
        for stored in ledger.facts
        if stored.fact.fiscal is not None
        and not stored.fact.dimensions
        and names & {stored.fact.item, stored.fact.concept}
    }
    return [print_label(label) for label in sorted(labels, key=lambda label: labels[label], reverse=True)]


def _alike(words: frozenset[str], candidates: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return the candidates that share the most words, at least half of the shorter side's."""
    shared: dict[str, float] = {}
    for name, texts in candidates:
        own = frozenset(texts) - _PLAIN
        common = len(own & words)
        if common and 2 * common >= min(len(own), len(words)):
            shared[name] = max(shared.get(name, 0.0), common / len(own | words))
    return sorted(shared, key=lambda name: (-shared[name], name))[:_MOST_NAMED]
