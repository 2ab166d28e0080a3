"""Reads rates in prose: "(i) 3.50% in the case of SOFR Loans and (ii) 2.50% in the case of ABR Loans"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from workers.extraction.fields.agreements.figures import find_percents

_WITH: Final = r"(?:with respect to|in the case of|in relation to|in respect of|applicable to|for|on)"
_AFTER: Final = re.compile(
    rf"(?: \([^()]{{0,40}}\))?,?(?: per annum| p\.a\.)?,? ?(?:if such \w+ (?:is|are) (?:an? )?|{_WITH}(?: any| "
    rf"all| the| each| that| such| outstanding)*) ([^,;:.()]{{2,110}}?)(?= and \(|[,;:.()]|$| and \d)"
)
_BEFORE: Final = re.compile(
    rf"{_WITH}(?: any| all| the| each| that| such| outstanding)* ([^,;:()]{{2,110}}?)(?:,| at (?:a|the) rate| "
    rf"shall| a (?:rate|percentage)| the (?:rate|percentage)| is\b|:| \(|$)"
)
_AFTER_LABEL: Final = re.compile(
    r"(?:^|[,;(] ?|\) )((?:[A-Z][\w/-]*(?: |-)){1,5}(?:Loans?|Advances?|Borrowings?|Fees?)),? (?:at |equal to "
    r"|of )?(?:a rate (?:per annum )?(?:equal to|of) )?$"
)
_CLAUSE: Final = re.compile(r"(?<![\w\"])\(((?:[a-z]|[ivx]{1,4}|[A-Z]))\) ?")
_CONDITION: Final = re.compile(
    r"(?:if|when|so long as|at any time|during|prior to|until|from and after|thereafter|on and after)\b[^;:()]{5,200}",
    re.I,
)
_CUT: Final = re.compile(r"[;:,.] ?(?:provided|Notwithstanding|Upon the|In the event|For the avoidance)", re.I)
_MOST: Final = Decimal(25)


@dataclass(frozen=True, slots=True)
class SpokenRate:
    """A percentage of a text, at `start` to `end`, with the loans and the condition that its clause states."""

    loans: str | None
    when: str | None
    percent: Decimal
    start: int
    end: int


def read_rates(body: str) -> Iterator[SpokenRate]:
    """Yield the rates of a definition's text, up to its proviso."""
    cut = _CUT.search(body, 5)
    while cut and next(find_percents(body, 0, cut.start()), None) is None:
        cut = _CUT.search(body, cut.end())
    body = body[: cut.start()] if cut else body
    percents = [each for each in find_percents(body) if each.value.number <= _MOST]
    used = 0
    outer: str | None = None
    for number, each in enumerate(percents):
        after = _AFTER.match(body, each.end)
        before = body[used : each.start]
        label = _BEFORE.findall(before)
        named = _AFTER_LABEL.search(before)
        condition = _CONDITION.search(before)
        when = condition.group().strip(" ,") if condition else None
        if after:
            inner = after.group(1)
            outer = _outer(before) or outer
            loans = _joined(outer, inner)
            used = after.end()
        else:
            inner_label = named.group(1) if named else label[-1] if label else None
            if len(label) > 1 and label[0] != inner_label:
                outer = label[0]
            loans = _joined(outer if inner_label != outer else None, inner_label) if inner_label else outer
            used = each.end
        del number
        yield SpokenRate(_tidy(loans), when, each.value.number, each.start, used)


def _outer(before: str) -> str | None:
    labels = _BEFORE.findall(before)
    return labels[-1] if labels and re.search(rf"{_WITH}", before) else None


def _joined(outer: str | None, inner: str | None) -> str | None:
    if outer and inner and outer.casefold() not in inner.casefold() and inner.casefold() not in outer.casefold():
        return f"{outer}: {inner}"
    return inner or outer


def _tidy(loans: str | None) -> str | None:
    plain = (
        re.sub(
            r"\b(?:that (?:are|is)|which (?:are|is)|comprising|made as|maintained as|bearing interest at)\b.*?"
            r"(?=[A-Z]|$)",
            "",
            loans,
        )
        if loans
        else ""
    )
    plain = " ".join(plain.split()).strip(" ,")
    return plain if re.search(r"[A-Za-z]", plain) else None
