"""Questions for figures: facts of statements and of other tables, and measures that are computed from statements."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.documents.metadata import DocumentType
from app.facts.formulas.registry import MEASURES, formula_of, needed_items
from app.facts.items.names import list_names
from app.facts.model import Fact, StatementKind
from evals.learning.ranking.drafts import Draft
from evals.learning.ranking.library import Filing
from evals.learning.ranking.wordings import FIGURES, FROM_STATEMENTS, JUDGEMENTS, SPENDING, STATEMENTS
from evals.learning.ranking.wordings import MEASURES as MEASURE_WORDINGS

_ITEMS, _MEASURES, _JUDGEMENTS, _OTHERS = 14, 9, 4, 14  # questions of a filing
_PLAIN = frozenset({"total", "totals", "other", "balance", "net"})
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST_LABEL = 110

_Stated = tuple[Fact, Sequence[int]]
"""A fact and the pages that state it."""


def figure_questions(filing: Filing, *, is_annual: bool, older: bool, chance: random.Random) -> Iterator[Draft]:
    """Yield questions for figures of the filing's own period. With `older`, some ask for the year before."""
    stated = list(_stated(filing, is_annual=is_annual, older=older, chance=chance))
    items: dict[str, _Stated] = {}
    for fact, pages in stated:
        if fact.statement in STATEMENTS and fact.item and not fact.dimensions and _is_own_year(fact, filing):
            items.setdefault(fact.item, (fact, pages))
    yield from _items(items, chance)
    yield from _measures(items, chance)
    for needed, wordings in chance.sample(JUDGEMENTS, _JUDGEMENTS):
        if all(item in items for item in needed):
            yield Draft("judgement", chance.choice(wordings), [items[item][1] for item in needed], {})
    yield from _others([each for each in stated if each[0].statement not in STATEMENTS], filing, chance)


def _stated(filing: Filing, *, is_annual: bool, older: bool, chance: random.Random) -> Iterator[_Stated]:
    by_value: dict[object, list[Fact]] = defaultdict(list)
    for fact in filing.read.facts:
        by_value[fact.period, fact.value].append(fact)
    for fact in filing.read.facts:
        if _is_own(fact, filing, is_annual=is_annual) or (older and is_annual and _is_before(fact, filing, chance)):
            same = (
                [other for other in by_value[fact.period, fact.value] if _is_same(fact, other)]
                if fact.value
                else [fact]
            )
            yield fact, [other.place.page for other in same]


def _is_own(fact: Fact, filing: Filing, *, is_annual: bool) -> bool:
    period = filing.metadata.fiscal_period
    if fact.fiscal is None or not _is_own_year(fact, filing):
        return False
    if is_annual:
        return fact.fiscal.part == "FY"
    is_release = filing.metadata.document_type is DocumentType.EARNINGS_RELEASE
    return period is not None and (
        fact.fiscal.part == period.value or (is_release and fact.fiscal.part in ("FY", "Q4"))
    )


def _is_own_year(fact: Fact, filing: Filing) -> bool:
    return fact.fiscal is not None and fact.fiscal.year == filing.metadata.fiscal_year


def _is_before(fact: Fact, filing: Filing, chance: random.Random) -> bool:
    year = filing.metadata.fiscal_year
    is_before = (
        fact.fiscal is not None and year is not None and fact.fiscal.year == year - 1 and fact.fiscal.part == "FY"
    )
    return is_before and chance.random() < 0.3


def _is_same(fact: Fact, other: Fact) -> bool:
    return (
        (fact.concept is not None and fact.concept == other.concept)
        or (fact.item is not None and fact.item == other.item)
        or fact.label.casefold() == other.label.casefold()
    )


def _items(items: Mapping[str, _Stated], chance: random.Random) -> Iterator[Draft]:
    for fact, pages in chance.sample(list(items.values()), min(len(items), _ITEMS)):
        name = chance.choice([*list_names(fact.item or ""), fact.label.rstrip(":").lower()])
        wordings: Sequence[str]
        kind, wordings, names = "item", FIGURES, {"n": name}
        turn = chance.random()
        if turn < 0.3:
            kind, wordings = "item of a named statement", FROM_STATEMENTS
            names["s"] = chance.choice(STATEMENTS[fact.statement])
        elif turn < 0.4 and fact.statement is StatementKind.CASH_FLOW:
            wordings = SPENDING
        yield Draft(kind, chance.choice(wordings), [pages], names)


def _measures(items: Mapping[str, _Stated], chance: random.Random) -> Iterator[Draft]:
    left = _MEASURES
    for measure in chance.sample(MEASURES, len(MEASURES)):
        needed = needed_items(formula_of(measure))
        known = [items[item] for item in needed if item in items]
        if not left or not known or len(known) < 0.6 * len(needed):
            continue
        by_statement: dict[StatementKind, list[int]] = defaultdict(list)
        for fact, pages in known:
            by_statement[fact.statement] += pages
        name = chance.choice((measure.title.lower(), measure.title, *measure.words))
        definition = measure.definition[0].lower() + measure.definition[1:]
        wording = chance.choice(MEASURE_WORDINGS)
        yield Draft("measure", wording, list(by_statement.values()), {"n": name, "d": definition})
        left -= 1


def _others(stated: Sequence[_Stated], filing: Filing, chance: random.Random) -> Iterator[Draft]:
    seen: set[str] = set()
    for fact, pages in chance.sample(stated, len(stated)):
        label = _label(fact)
        if len(seen) == _OTHERS:
            return
        if fact.statement is StatementKind.EQUITY or label is None or label.casefold() in seen:
            continue
        seen.add(label.casefold())
        period = None
        if not _is_own_year(fact, filing) and fact.fiscal is not None:
            period = chance.choice((" in FY{y}", " in {y}", " in fiscal {y}")).format(y=fact.fiscal.year)
        yield Draft("other table", chance.choice(FIGURES), [pages], {"n": _reworded(fact, label, chance)}, period)


def _label(fact: Fact) -> str | None:
    label = fact.label.rstrip(":")
    if not _WORD.search(label) or len(label) > _MOST_LABEL:
        return None
    if label.casefold() in _PLAIN:
        return f"{fact.label_path[-2].rstrip(':')} {label.lower()}" if len(fact.label_path) > 1 else None
    return label


def _reworded(fact: Fact, label: str, chance: random.Random) -> str:
    """Return the label, in other letters, as its concept, with what it is part of, or without a word."""
    name = label if chance.random() < 0.5 else label.lower()
    if fact.concept and ":" not in fact.concept and chance.random() < 0.35:
        name = _BETWEEN_WORDS.sub(" ", fact.concept).lower()
    if len(fact.label_path) > 1 and chance.random() < 0.35:
        whole = fact.label_path[-2].rstrip(":").lower()
        name = f"{name} ({whole})" if chance.random() < 0.5 else f"{whole} {name}"
    elif fact.dimensions and chance.random() < 0.5 and fact.dimensions[-1][1].casefold() not in name.casefold():
        name = f"{fact.dimensions[-1][1]} {name}"
    return without_a_word(name, chance, least=4, share=0.35)


def without_a_word(text: str, chance: random.Random, *, least: int, share: float) -> str:
    """Leave out one word of some texts of at least `least` words."""
    words = text.split()
    if len(words) >= least and chance.random() < share:
        words.pop(chance.randrange(len(words)))
    return " ".join(words)
