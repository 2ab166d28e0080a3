"""Reads what a written truth says, as far as checks can compare it with an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evals.scoring.dated_figures import DatedFigure, dated_figures
from evals.scoring.wording import content_words, days_in, names_in, polarity

MOST_WORDS_OF_A_NAME = 5
MOST_WORDS_OF_A_DATE = 9

_REMARK = re.compile(
    r"[(]?\b(?:the|this)\s+answer\b[^.]*\b(?:assum|consider)\w*\b.*?(?:\.(?=\s|$)|$)", re.IGNORECASE | re.DOTALL
)
_ENUMERATOR = re.compile(r"(?<!\w)\(\d{1,2}\)\s")
_NONE = re.compile(r"^\W*(?:there (?:is|are|was|were) (?:none|no\b)|none\b|nothing\b)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:,\s*and\b|,|;|\band\b|\n\s*[-•]?)\s*")
_PREDICATE = re.compile(
    r"\b(?:was|is|were|are|of|to|by|at|approximately|about|around|reached|totall?ed)\s*$", re.IGNORECASE
)
_TAIL = re.compile(
    r"^\W*(?:(?:in|for|at|as of|during|of|the|end|fiscal|year|fy)\W*|(?:19|20)?\d\d\W*)*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth, without the remarks of who wrote it.

    `words` are its content words that the question lacks, `names` its names that the question lacks. `items` are the
    parts of an enumeration of short names. `figure` is the figure that the whole sentence is about.
    """

    text: str
    polarity: str | None
    figures: tuple[DatedFigure, ...]
    figure: DatedFigure | None
    words: frozenset[str]
    names: tuple[frozenset[str], ...]
    items: tuple[frozenset[str], ...]
    day: date | None
    is_none: bool


def read_truth(question: str, text: str) -> Truth:
    """Read a truth about a question."""
    plain = " ".join(_ENUMERATOR.sub(" ", _REMARK.sub(" ", text)).split()) or text
    verdict, asked = polarity(plain), content_words(question)
    figures = tuple(dated_figures(plain))
    days = days_in(plain)
    names = (content_words(name) - asked for name in names_in(plain))
    return Truth(
        text=plain,
        polarity=verdict,
        figures=figures,
        figure=_only_figure(plain, figures),
        words=content_words(plain) - asked,
        names=tuple(name for name in names if name),
        items=() if verdict or figures or days else _items(text),
        day=days[0] if len(days) == 1 and len(plain.split()) <= MOST_WORDS_OF_A_DATE else None,
        is_none=_NONE.match(plain) is not None,
    )


def _only_figure(text: str, figures: Sequence[DatedFigure]) -> DatedFigure | None:
    """Return the figure of "X was 5 in 2023": nothing but a period follows it."""
    if len(figures) != 1:
        return None
    start, end = figures[0].figure.place
    stands = not text[:start].strip() or _PREDICATE.search(text[:start].rstrip("$€£¥ "))
    return figures[0] if stands and _TAIL.match(text[end:]) else None


def _items(text: str) -> tuple[frozenset[str], ...]:
    """Return the items of an enumeration of short names, or nothing. A sentence is no enumeration."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part.strip()]
    items = tuple(content_words(part) for part in parts)
    is_list = (
        len(items) > 1
        and not text.rstrip().endswith(".")
        and all(items)
        and all(len(part.split()) <= MOST_WORDS_OF_A_NAME for part in parts)
    )
    return items if is_list and len(items) == len(set(items)) else ()
