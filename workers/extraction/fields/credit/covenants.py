"""Rule for the financial covenants: name, test, level, and the periods for which a level applies."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.figures import Figure, find_money, find_percents, find_ratios
from workers.extraction.fields.agreements.grids import find_tables
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.agreements.sections import find_sections
from workers.extraction.fields.reader import ReadDocument, rule

_HEAD: Final = (
    r"financial (?:maintenance )?covenants?|financial condition covenants?|financial (?:condition|ratios?|tests?"
    r"|undertakings?)$|(?:maximum |minimum |consolidated |total |senior |secured |first lien |net |interest "
    r"|fixed charge |debt service |cash flow )*(?:leverage|coverage|cover)(?: ratio)?|minimum (?:liquidity|cash"
    r"|revenues?|consolidated|net"
    r"|ebitda)|certain financial covenants"
    r"|financial performance covenants?"
)
_NAMED: Final = re.compile(
    r"\b(?:ratio|cover(?:age)?|leverage|liquidity|worth|gearing|expenditures?|ebitda|cash|debt|availability"
    r"|revenues?|charges)\b",
    re.I,
)
_NOT_HEAD: Final = re.compile(r"definition|calculation|statement|report|\bcures?\b", re.I)
_NAME: Final = re.compile(
    r"((?:(?:[A-Z][\w/&-]*|of|to|and) ){0,8}(?:Ratio|Leverage|Interest Cover|Cashflow Cover|Debt Service Cover"
    r"|Liquidity|Net Worth|EBITDA|Capital Expenditures?|Excess Availability|Availability|Asset Coverage|Gearing"
    r"|Debt to [\w ]{3,20}))(?![\w-])"
)
_TITLE: Final = re.compile(
    r"(?:^|(?<=\n))(?:(?:Section |SECTION |Clause |§) ?)?(?:\d{1,2}(?:\.\d{1,2}){0,2}[.)]? |\((?:[a-z]|[ivx]{1,4}"
    r"|\d)\) ?)+((?:(?:[A-Z][\w/&'-]*|of|to|and|the)[ -]){0,9}(?:[A-Z][\w/&'-]*))(?:[.:—]| ?\n|,? (?:The|Permit"
    r"|As|Each|Commencing|Beginning)\b)"
)
_MOST: Final = re.compile(
    r"(?:\bexceed(?:s|ing)?\b|(?:greater|more|higher) than(?! or equal)|no (?:greater|more|higher)|not (?:to )?"
    r"(?:be )?(?:greater|more|higher)|\bmaximum\b|less than or equal|not above)",
    re.I,
)
_LEAST: Final = re.compile(
    r"(?:(?:less|lower) than(?! or equal)|\bat least\b|no less|not less|not lower|\bminimum\b|falls? below"
    r"|falling below|\bbelow(?= \d)"
    r"|greater than or equal|equal to or greater)",
    re.I,
)
_NEITHER: Final = re.compile(
    r"pro forma|(?:permitted|acquisition|payment conditions?|distribution|dividend)[^.;]{0,80}$", re.I
)
_OR: Final = re.compile(
    r"\((?:or|which may)[^()]{0,60}$|\bor,? (?:if|in|for|during|at)[^.;]{0,100}$|(?:increase[sd]?|step[- ]?up"
    r"|rais)[^.;]{0,120}$",
    re.I,
)
_PERIOD: Final = re.compile(
    r"(?:for|as of|as at|at|on|during|from|with respect to|in respect of)[\w ,]{0,60}?(?:fiscal|test|quarter"
    r"|relevant period|period|ending|end(?:ed)?|thereafter|last day|after|through)[^;()]{0,160}|\b(?:thereafter"
    r"|at all times thereafter)\b",
    re.I,
)
_TESTED: Final = re.compile(
    r"(?:(?:as of|at|on|as at) )?(?:the )?(?:last day|end) of (?:any|each|every)(?: such)?(?: of its)? (?:full "
    r")?(?:fiscal quarters?"
    r"|Test Period|calendar quarter|Reference Period|Relevant Period|Measurement Period|fiscal year|(?:calendar "
    r"|fiscal )?month"
    r"|four[- ]fiscal[- ]quarter period|period of four consecutive fiscal quarters)"
    r"|(?:for|in respect of) (?:any|each) (?:Test Period|Relevant Period|Measurement Period|Reference Period"
    r"|period of four consecutive fiscal quarters)|at (?:any|all) times?|each Quarter Date|on each Test Date",
    re.I,
)
_RATIO_OF: Final = re.compile(
    r"ratio of (?:\((?:[a-z]|[ivx]{1,3})\) ?)?((?:[A-Z][\w-]* ?){1,6})[^;()]{0,60}?\bto (?:\((?:[a-z]"
    r"|[ivx]{1,3})\) ?)?((?:[A-Z][\w-]* ?){1,6})"
)
_SPRINGING: Final = re.compile(
    r"(?:if,? (?:on|as of|at)|so long as|during (?:any|each|a)|at any time (?:when|that)|solely (?:if|to the "
    r"extent)|when(?:ever)?|upon the occurrence|any Covenant|Compliance Period|commencing on|only (?:if"
    r"|when))[^.;\n]{5,300}",
    re.I,
)
_DEFINED_TERM: Final = re.compile(
    r"\b(?:Covenant (?:Testing|Trigger)|Compliance|Testing|Trigger|Financial Covenant)[\w ]{0,20} (?:Period"
    r"|Event|Date|Condition)\b"
)
COLUMNS: Final = ("Covenant", "Test", "Level", "Period", "Tested")
_TERMS: Final = (
    "Financial Covenants",
    "Leverage Ratio",
    "Coverage Ratio",
    "to exceed",
    "to be less than",
    "Minimum Liquidity",
)
_SECTION_END: Final = 14_000


@dataclass(frozen=True, slots=True)
class Covenant:
    """A level of a covenant; `test` is "maximum" or "minimum"."""

    name: str
    test: str
    level: QuantityValue
    period: str | None
    tested: str | None
    start: int
    end: int


@rule("credit.financial_covenants", version=1)
def read_covenants(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    covenants = _without_repeats(_of_sections(script))
    if not covenants:
        return propose(document, spec, [], _TERMS, absent=0.8)
    rows = ((text(each.name), text(each.test), each.level, text(each.period), text(each.tested)) for each in covenants)
    places = tuple(dict.fromkeys((each.start, each.end) for each in covenants))
    is_sure = all(each.name != "Covenant" for each in covenants)
    return propose(document, spec, [Found(table(COLUMNS, rows), places, 0.86 if is_sure else 0.6)], _TERMS)


def _without_repeats(covenants: Iterator[Covenant]) -> list[Covenant]:
    kept: dict[tuple[str, str, str, str], Covenant] = {}
    for each in covenants:
        kept.setdefault((each.name.casefold(), each.test, str(each.level.number), (each.period or "").casefold()), each)
    return list(kept.values())[:60]


def _of_sections(script: Script) -> Iterator[Covenant]:
    done = 0
    for section in sorted(find_sections(script, _HEAD), key=lambda each: each.start):
        line_end = script.text.find("\n", section.start)
        if section.start < done or _NOT_HEAD.search(script.text[section.start : min(line_end, section.start + 90)]):
            continue
        end = min(section.end, section.start + _SECTION_END)
        found = list(_of_section(script, section.start, end))
        if found:
            done = end
            yield from found


def _of_section(script: Script, start: int, end: int) -> Iterator[Covenant]:
    words = script.text[start:end]
    items = [match.start() for match in _TITLE.finditer(words)]
    bounds = sorted({0, *items})
    for begin, stop in zip(bounds, [*bounds[1:], len(words)], strict=True):
        title = _TITLE.match(words, begin)
        item = words[begin:stop]
        if title and re.search(r"\bcures?\b|definition|calculation", title.group(1), re.I):
            continue
        yield from _of_item(script, item, start + begin, title.group(1) if title else None)


def _of_item(script: Script, item: str, offset: int, title: str | None) -> Iterator[Covenant]:
    """Yield the levels of one covenant: those of its sentences, and those of the table below them."""
    first: Covenant | None = None
    used = 0
    for figure in sorted([*find_ratios(item), *_amounts(item), *_shares(item)], key=lambda each: each.start):
        row_start, row_end = item.rfind("\n", 0, figure.start) + 1, item.find("\n", figure.start)
        if "\t" in item[row_start : row_end if row_end >= 0 else len(item)]:
            continue
        before = item[used : figure.start]
        sentence = item[max(0, figure.start - 900) : figure.start]
        if _OR.search(before[-160:]):
            continue
        test = _test(before[-260:]) or (first.test if first and _is_step(before) else None)
        if test is None:
            continue
        name = _name(title, sentence) or (first.name if first else None)
        if name is None or (first and name != first.name and _is_step(before)):
            name = first.name if first else "Covenant"
        if (
            first
            and figure.value.unit != first.level.unit
            and not _is_step(before)
            and re.search(r"provided|unless", before)
        ):
            continue
        period = _period(item, figure.end, before)
        tested = _TESTED.search(item)
        when = _springing(item[: figure.start])
        covenant = Covenant(
            name,
            test,
            figure.value,
            period if period and re.search(r"\d{4}|thereafter", period) else when or period,
            tested.group().strip() if tested else None,
            offset + max(0, figure.start - 600),
            offset + figure.end,
        )
        first = first or covenant
        used = figure.end
        yield covenant
    yield from _of_tables(script, item, offset, title, first)


def _amounts(item: str) -> Iterator[Figure]:
    yield from (
        each
        for each in find_money(item)
        if each.value.number >= 1_000_000
        and re.search(
            r"(?i)Liquidity|Net Worth|EBITDA|Expenditures|Availability|cash\b|revenue",
            item[max(0, each.start - 260) : each.start],
        )
    )


def _shares(item: str) -> Iterator[Figure]:
    """Yield the percentages that a ratio is limited to: "to exceed sixty percent (60%)"."""
    for each in find_percents(item):
        before = item[max(0, each.start - 70) : each.start]
        if (
            re.search(r"(?:exceed|(?:greater|less|more) than|at least)(?: [a-z -]{3,40})? ?\(?$", before)
            and "ratio" in item[: each.start]
        ):
            yield each


def _is_step(before: str) -> bool:
    return (
        bool(
            re.search(
                r"(?:^|[,;: ] ?(?:and |or )?)(?:\((?:[a-z]|[ivx]{1,4}|[A-Z]|\d)\)|thereafter|from|for"
                r"|and)[^.;]{0,160}$",
                before,
            )
        )
        and len(before) < 260
    )


def _test(before: str) -> str | None:
    most = max((match.end() for match in _MOST.finditer(before)), default=-1)
    least = max((match.end() for match in _LEAST.finditer(before)), default=-1)
    if most < 0 and least < 0:
        return None
    return "maximum" if most > least else "minimum"


def _name(title: str | None, sentence: str) -> str | None:
    plain = re.sub(r"^(?:Maximum|Minimum|Maintenance of|Financial Covenants?:?) ", "", title.strip()) if title else ""
    if plain and (_NAME.fullmatch(plain) or _NAMED.search(plain)):
        return plain
    ratio = _RATIO_OF.search(sentence)
    if ratio and not plain:
        return f"{ratio.group(1).strip()} to {ratio.group(2).strip()}"
    names = [name for name in _NAME.findall(sentence) if not name.startswith(("of ", "to ", "and "))]
    if names:
        return re.sub(r"^(?:The|Maximum|Minimum|Permit|Maintain|Company|Borrower|Any|No) (?:the )?", "", names[-1])
    return None


def _period(item: str, end: int, before: str) -> str | None:
    after = re.match(r"(?: \(\w+\))?,? ?([^;.()\n]{4,200}?)(?=[;.()\n]|,? and \(|$)", item[end:])
    if after and _PERIOD.match(after.group(1).strip()):
        return after.group(1).strip(" ,")
    ahead = re.search(
        r"(?:\((?:[a-z]|[ivx]{1,4}|\d)\)|^|;|, and) ?((?:for|from|on|as of|at|in|during|with respect to|until"
        r"|prior to|after|thereafter)\b[^;]{5,160}?),? $",
        before[-220:],
    )
    return ahead.group(1).strip(" ,") if ahead and re.search(r"\d{4}|thereafter", ahead.group(1)) else None


def _springing(before: str) -> str | None:
    found = _DEFINED_TERM.search(before)
    if found:
        return f"during a {found.group()}" if found.group().endswith("Period") else found.group()
    spring = _SPRINGING.search(before)
    return (
        spring.group().strip(" ,")[:200]
        if spring and re.search(r"%|exceed|outstanding|Usage|Loans", spring.group())
        else None
    )


def _of_tables(script: Script, item: str, offset: int, title: str | None, first: Covenant | None) -> Iterator[Covenant]:
    for grid in find_tables(script.flow, offset, offset + len(item)):
        heads: Sequence[str] = ()
        for row in grid.rows:
            levels = [
                (column, next(find_ratios(cell), None) or next(find_money(cell), None))
                for column, cell in enumerate(row.cells)
            ]
            known = [(column, figure) for column, figure in levels if figure is not None]
            if not known:
                heads = row.cells
                continue
            period = next(
                (
                    cell
                    for column, cell in enumerate(row.cells)
                    if cell and not any(column == each for each, _ in known)
                ),
                None,
            )
            place = script.flow.find_place(grid.page, row.start, row.end)
            seen: set[str] = set()
            for column, figure in known:
                head = heads[column] if column < len(heads) else ""
                key = f"{head}{figure.value.number}"
                if key in seen:
                    continue
                seen.add(key)
                before = script.text[offset : place[0]] if place else item
                name = _name(head or None, "") if len(known) > 1 else None
                name = name or _name(title, before[-1_500:]) or (first.name if first else None)
                test = _test(head) or _test(title or "") or _test(before[-1_200:]) or (first.test if first else None)
                if name and test and place:
                    yield Covenant(name, test, figure.value, period, first.tested if first else _tested(before), *place)


def _tested(before: str) -> str | None:
    found = _TESTED.search(before)
    return found.group().strip() if found else None
