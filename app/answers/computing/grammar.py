"""Read a question as requests for a figure, by grammar: its operation, items, periods, and the form of the answer.

No model and no list of line items is used: whether an item exists shows in the ledger and the tables.
"""

import re
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from app.answers.computing import patterns
from app.answers.computing.measures import find_measure, is_percentage
from app.answers.computing.periods import PeriodsOfText, take_periods
from app.answers.computing.phrasing import say_plainly, without_companies
from app.answers.computing.readings import Measures, Reader, clean
from app.answers.computing.requests import (
    Asked,
    AskedPeriod,
    AskedUnit,
    FigureRequest,
    Form,
    Over,
    Ranking,
    Series,
    list_items,
    moment,
    over_periods,
)
from app.answers.computing.schedules import asks_schedule
from app.answers.computing.wording import read_wording, without_names
from app.facts.formulas.expressions import At, Binary, Call, Label, Shift
from app.facts.items.names import find_items
from app.facts.model import FiscalLabel
from app.quantities.periods import Period
from app.retrieval.questions.vocabulary import FinanceVocabulary

_VOCABULARY = FinanceVocabulary()
_MOST_READINGS = 12


@dataclass(frozen=True, slots=True)
class _Reading:
    """A reading of a question: what is asked, and its name in words."""

    asked: Asked
    name: str
    is_comparison: bool = False
    each: tuple[At, ...] = ()


def read_requests(
    question: str, *, names: Collection[str] = (), measures: Measures | None = None, item: str | None = None
) -> list[FigureRequest]:
    """Return the readings of a question as a request for a figure, the most likely first; empty if it is none.

    `names` are the issuers' names in the question, which are no part of the items. With `item`, only this one of
    several items is asked for.
    """
    wording = read_wording(question)
    if wording is None or len(wording.core) > patterns.MOST_CHARACTERS:
        return []
    statements = _VOCABULARY.find_named_statements(question)
    core = without_companies(without_names(wording.core, names))
    if patterns.UNTIL.search(core) and asks_schedule(core):
        return []  # a schedule has an amount for each year
    found: list[FigureRequest] = []
    for reading in _asked(core, Reader(wording.definitions, measures), wording.form, item):
        request = FigureRequest(
            name=reading.name,
            asked=reading.asked,
            form=replace(wording.form, also_percent=_is_open(reading.name, wording.definitions)),
            statements=statements,
            is_percent=_is_percent(item or core, reading.asked, wording.form) or is_percentage(reading.name),
            is_comparison=reading.is_comparison,
            each=reading.each,
        )
        if request not in found and any(True for _ in list_items(reading.asked)):
            found.append(request)
        if len(found) == _MOST_READINGS:
            break
    return found


def _asked(core: str, reader: Reader, form: Form, item: str | None) -> Iterator[_Reading]:
    """Yield the readings of a question."""
    before = patterns.YEAR_BEFORE.search(core)
    taken = take_periods(patterns.NEWEST_YEAR.sub(" ", core if before is None else _without(core, before)))
    if before is not None and len(taken.periods) == 1 and (earlier := taken.periods[0].before()) is not None:
        taken = replace(taken, periods=(earlier, *taken.periods))
    elif before is not None:
        taken = take_periods(patterns.NEWEST_YEAR.sub(" ", core))
    rest = say_plainly(" ".join(patterns.STATEMENT.sub("", taken.rest).split()))
    is_trailing = patterns.TRAILING.search(rest) is not None
    if is_trailing:
        rest = " ".join(patterns.TRAILING.sub(" ", rest).split())
        taken = replace(taken, periods=tuple(period.trailing() for period in taken.periods))
    for reading in _forms(rest, taken, reader, item):
        asked = reading.asked
        if form.unit is AskedUnit.PERCENT and not patterns.PERCENT_WORDS.search(reading.name):
            asked = _relative(asked)
        if is_trailing and not taken.periods and not isinstance(asked, Series | Ranking):
            asked = Call("ttm", (asked,))
        yield replace(reading, asked=asked)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _relative(asked: Asked) -> Asked:
    """Return a change in percent, if the question wants the change of an amount in percent."""
    if isinstance(asked, Series) and asked.over is Over.CHANGE:
        return replace(asked, over=Over.GROWTH)
    return replace(asked, function="growth") if isinstance(asked, Call) and asked.function == Over.CHANGE else asked


def _forms(rest: str, taken: PeriodsOfText, reader: Reader, item: str | None) -> Iterator[_Reading]:
    if (found := patterns.WHICH_PERIOD.match(rest)) is not None:
        words = clean(found["x"] or found["y"])
        over = Over.HIGHEST if found["more"] or found["more2"] else Over.LOWEST
        for node in reader.values(words):
            yield _Reading(over_periods(over, node, _whens(taken.all_periods())), words, is_comparison=True)
    elif (found := patterns.WHICH_MEMBER.match(rest)) is not None:
        yield from _rankings(found, taken, reader)
    elif (found := patterns.AMONG.match(rest)) is not None and (items := _listed_items(found)):
        over = Over.HIGHEST if found["more"] else Over.LOWEST
        when = max(_whens(taken.periods), key=moment, default=None)
        ranked = Ranking(over, Call("max", tuple(map(Label, items))), "", when=when)
        yield _Reading(ranked, clean(found["x"]))
    elif (found := patterns.WHICH_ISSUER.match(rest)) is not None:
        yield from _plain(clean(found["x"]), taken, reader)
    elif (found := patterns.DID_MOVE.match(rest)) is not None:
        yield from _moves(found, item, taken, reader)
    elif patterns.YES_OR_NO.match(rest) is None:
        words = clean(patterns.LEAD.sub("", rest, count=1))
        if patterns.HOW_MUCH_DID.match(rest):
            words = patterns.FIRST_VERB.sub("", words)
        words = item or clean(patterns.VERBS.sub(" ", words))
        if taken.is_versus and not reader.is_over_periods(words):
            yield from _changes(words, taken.periods, reader)
        else:
            is_amount = patterns.HOW_MUCH.match(rest) is not None
            yield from _plain(words, taken, reader, is_amount=is_amount)


def _plain(words: str, taken: PeriodsOfText, reader: Reader, *, is_amount: bool = False) -> Iterator[_Reading]:
    """Yield the readings of words for their periods. Amounts of several periods ("how much") can be added up."""
    periods = taken.all_periods()
    if (part := patterns.SHARE_OF_PERIOD.match(words)) is not None and len(periods) == 2:
        whole = next((period for period in periods if period.part == "FY" and period.day is None), None)
        other = next((period for period in periods if period is not whole), None)
        if whole is not None and other is not None and other.year == whole.year:
            for node in reader.values(clean(part["x"])):
                yield _Reading(Binary("/", At(node, other.when()), At(node, whole.when())), words)
    is_listed = len(periods) > 1 and not reader.is_over_periods(words) and patterns.SUM.match(words) is None
    for asked in reader.readings(words, taken):
        item = asked.of if isinstance(asked, At) else None
        each = () if item is None or not is_listed else tuple(At(item, when) for when in _whens(periods))
        yield _Reading(asked, words, each=tuple(sorted(each, key=_moment_of)))
    if is_listed and is_amount:
        for node in reader.values(words):
            yield _Reading(over_periods(Over.TOTAL, node, _whens(periods)), words)


def _listed_items(found: re.Match[str]) -> list[str]:
    """Return the items among which a question asks for the highest: "operations" of cash flow is "cash flow from
    operations"; none if one of them is unknown.
    """
    line, items = clean(found["x"]), []
    named = re.sub(r"\b(?:activities|activity)\b", "", found["items"])
    for each in filter(None, map(clean, re.split(r" ?, ?(?:and )?| and | or ", named))):
        names = (f"{line} from {each}", f"{each} {line}", f"{line} from {each} activities", each)
        items += [next((name for name in names if find_items(name)), "")]
    return items if len(items) > 1 and all(items) else []


def _changes(words: str, periods: Sequence[AskedPeriod], reader: Reader) -> Iterator[_Reading]:
    whens = sorted(_whens(periods), key=moment)
    for node in reader.values(words):
        is_listed = len(whens) > 2 or not isinstance(node, Label)  # one row shows both of its figures
        each = tuple(At(node, when) for when in whens) if is_listed else ()
        yield _Reading(over_periods(Over.CHANGE, node, whens), words, is_comparison=True, each=each)


def _moves(found: re.Match[str], item: str | None, taken: PeriodsOfText, reader: Reader) -> Iterator[_Reading]:
    """Yield the readings of "did gross margin improve"; "how does it compare with" asks for the figure itself."""
    words, periods = item or clean(found["x"]), taken.all_periods()
    if found["verb"].lower().startswith("compare") and len(periods) < 2:
        yield from _plain(words, taken, reader)
        return
    if len(periods) == 1 and (before := periods[0].before()):
        periods = (before, *periods)
    yield from _changes(words, periods, reader)


def _rankings(found: re.Match[str], taken: PeriodsOfText, reader: Reader) -> Iterator[_Reading]:
    is_profit = bool(found["more4"] or found["less4"])
    is_growth = found["x"] is None and not is_profit
    words = clean(
        found["x"] or found["y"] or found["z"] or found["w"] or ("operating income" if is_profit else "revenue")
    )
    is_most = any(found[name] for name in ("more", "more2", "more3", "more4"))
    over = Over.HIGHEST if is_most else Over.LOWEST
    kind = patterns.KIND_OF_MEMBER.match(found.string)
    axis = _AXES.get(kind["axis"].lower(), "segment") if kind is not None else "segment"
    whens = _whens(taken.periods)
    for node in islice(reader.values(words), 2):
        asked = Ranking(over, node, axis, is_growth=is_growth, when=max(whens, key=moment, default=None))
        yield _Reading(asked, f"{words} growth" if is_growth else words)


_AXES = {
    "region": "geography", "country": "geography", "geography": "geography", "market": "geography",
    "product": "product", "product line": "product", "product category": "product", "service": "product",
}  # fmt: skip


def _moment_of(part: At) -> tuple[int, int, str]:
    assert not isinstance(part.when, Shift), "questions name periods"
    return moment(part.when)


def _whens(periods: Iterable[AskedPeriod]) -> list[FiscalLabel | Period]:
    return [period.when() for period in periods]


def _is_open(name: str, definitions: Container[str]) -> bool:
    """Return whether words name a ratio, as a multiple or a share: one that the question defines, or one of two items
    that the registry does not know.
    """
    if patterns.PERCENT_WORDS.search(name):
        return False
    if name.lower() in definitions:
        return is_percentage(name)
    return bool(patterns.RATIO.match(name) or patterns.SHARE.match(name)) and find_measure(name) is None


def _is_percent(core: str, asked: Asked, form: Form) -> bool:
    """Return whether a plain number that answers the question is to be written as a percentage."""
    over = asked.over if isinstance(asked, Series) else asked.function if isinstance(asked, Call) else ""
    is_growth = isinstance(asked, Ranking) and asked.is_growth
    if is_growth or form.unit is AskedUnit.PERCENT or over in (Over.GROWTH, Over.CAGR):
        return True
    return patterns.PERCENT_WORDS.search(core) is not None
