"""Read a question as requests for a figure, by grammar: its operation, items, periods, and the form of the answer.

No model and no list of line items is used: whether an item exists shows in the ledger and the tables.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from app.answers.computing import patterns
from app.answers.computing.measures import find_measure, is_percentage
from app.answers.computing.periods import take_periods
from app.answers.computing.readings import Measures, Reader, clean
from app.answers.computing.requests import (
    Asked,
    AskedPeriod,
    AskedUnit,
    FigureRequest,
    Form,
    Over,
    Series,
    list_items,
    over_periods,
)
from app.answers.computing.wording import read_wording, without_names
from app.facts.formulas.expressions import Call
from app.facts.model import FiscalLabel
from app.quantities.periods import Period
from app.retrieval.questions.vocabulary import FinanceVocabulary

_VOCABULARY = FinanceVocabulary()
_MOST_READINGS = 12


def read_requests(
    question: str, *, names: Collection[str] = (), measures: Measures | None = None
) -> list[FigureRequest]:
    """Return the readings of a question as a request for a figure, the most likely first; empty if it is none.

    `names` are the issuers' names in the question, which are no part of the items.
    """
    wording = read_wording(question)
    if wording is None or len(wording.core) > patterns.MOST_CHARACTERS:
        return []
    statements = _VOCABULARY.find_named_statements(question)
    core = without_names(wording.core, names)
    found: list[FigureRequest] = []
    for asked, name, is_comparison in _asked(core, Reader(wording.definitions, measures)):
        request = FigureRequest(
            name=name,
            asked=asked,
            form=replace(wording.form, also_percent=_is_open(name)),
            statements=statements,
            is_percent=_is_percent(core, asked, wording.form) or is_percentage(name),
            is_comparison=is_comparison,
        )
        if request not in found and any(True for _ in list_items(asked)):
            found.append(request)
        if len(found) == _MOST_READINGS:
            break
    return found


def _asked(core: str, reader: Reader) -> Iterator[tuple[Asked, str, bool]]:
    """Yield the readings, each with what is asked in words, and whether it compares periods."""
    taken = take_periods(core)
    rest = patterns.STATEMENT.sub("", taken.rest)
    if (found := patterns.WHICH_PERIOD.match(rest)) is not None:
        words = clean(found["x"] or found["y"])
        over = Over.HIGHEST if found["more"] or found["more2"] else Over.LOWEST
        for node in reader.values(words):
            yield over_periods(over, node, _whens(taken.all_periods())), words, True
    elif (found := patterns.DID_MOVE.match(rest)) is not None:
        words, periods = clean(found["x"]), taken.periods
        if len(periods) == 1 and (before := periods[0].before()):
            periods = (before, *periods)
        for node in reader.values(words):
            yield over_periods(Over.CHANGE, node, _whens(periods)), words, True
    elif patterns.YES_OR_NO.match(rest) is None:
        words = clean(patterns.LEAD.sub("", rest, count=1))
        if patterns.HOW_MUCH_DID.match(rest):
            words = patterns.FIRST_VERB.sub("", words)
        words = clean(patterns.VERBS.sub(" ", words))
        if taken.is_versus and not reader.is_over_periods(words):
            for node in reader.values(words):
                yield over_periods(Over.CHANGE, node, _whens(taken.periods)), words, True
            return
        for asked in reader.readings(words, taken):
            yield asked, words, False


def _whens(periods: Iterable[AskedPeriod]) -> list[FiscalLabel | Period]:
    return [period.when() for period in periods]


def _is_open(name: str) -> bool:
    """Return whether words name a ratio of two items that the registry does not know, as a multiple or a share."""
    return bool(patterns.RATIO.match(name) or patterns.SHARE.match(name)) and find_measure(name) is None


def _is_percent(core: str, asked: Asked, form: Form) -> bool:
    """Return whether a plain number that answers the question is to be written as a percentage."""
    over = asked.over if isinstance(asked, Series) else asked.function if isinstance(asked, Call) else ""
    if form.unit is AskedUnit.PERCENT or over in (Over.GROWTH, Over.CAGR):
        return True
    return patterns.PERCENT_WORDS.search(core) is not None
