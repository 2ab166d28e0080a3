"""Checks that decide whether an answer is right, each for one kind of truth.

A check returns a grade, or None if the truth is not of its kind. It calls an answer right only if the answer states
what the truth states, near its beginning; wrong if the answer states something else, or nothing of it. Whatever may be
either stays undecided. `docs/evals.md` shows how often the checks agree with people.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.scoring.dated_figures import DatedFigure, dated_figures, states
from evals.scoring.declining import says_absent
from evals.scoring.figures import (
    Figure,
    FigureKind,
    asked_scale,
    figures_of_claim,
    find_figures,
    is_same,
    of_periods,
    years_in,
)
from evals.scoring.truths import Truth
from evals.scoring.wording import (
    Direction,
    content_words,
    days_in,
    direction_of,
    directions_in,
    is_negative,
    polarity,
    share_in,
    without_directions,
)

MOST_FIGURES = 3
"""A sentence with more figures than this is a list. It cannot be a right answer to a question for one figure."""
FIRST_CLAIMS = 3
"""The claims in which a reader looks for the answer."""
LIST_CLAIMS = 8
"""The claims in which a reader looks for an enumeration."""
LONGEST_NAMING = 40
"""The number of words above which a sentence that contains a name names much else, too."""
LITTLE, NAMELESS, SUBJECT = 0.15, 0.4, 0.75
"""Shares of words: up to the first, an answer has nothing of a truth; up to the second, if it lacks the truth's names,
too; from the third on, a sentence is about a measure."""
SHORT_WORDS = 5
FEWEST_WORDS = 4
"""Truths with fewer new words are too short to say that an answer has nothing of them."""

_AMOUNT = re.compile(
    r"\bhow (?:much|many|large|high|big)\b|\bwhat (?:percent|share|amount|was|is|were|are)\b", re.IGNORECASE
)
_NAMING = re.compile(r"\b(?:who|which|what|where|when|name|list)\b", re.IGNORECASE)
_CHANGE = re.compile(r"\bhow (?:much|did|does|do|has|have)\b.*\b(?:chang|compar|develop|evolv|mov)", re.IGNORECASE)
_ONE_OF = re.compile(
    r"\bamong\b(?P<among>[^?]*?),?\s+(?:which|what|who)\b|\b(?:which|what|who)\b[^?]*?[,:]\s(?P<of>[^?,]+(?:,[^?,]+)*\bor\b[^?,]+)\?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:,|\band\b|\bor\b)\s*")
_MOST = re.compile(r"\b(?:most|least|\w+est|more|less|\w+er) ?\b", re.IGNORECASE)
_POINTS = re.compile(r"\bpoints?\b|\bpp\b|\bbps\b", re.IGNORECASE)
_STARTS_NONE = re.compile(r"^\W*(?:none\b|no\b|there (?:is|are|was|were) no)", re.IGNORECASE)


class Grade(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    DECLINED = "declined"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """A grade, and a sentence that explains it."""

    grade: Grade
    reason: str


Check = Callable[[str, Truth, Sequence[str]], GradedAnswer | None]


def grade_figure(question: str, truth: str, claims: Sequence[str]) -> GradedAnswer:
    """Grade by the first sentence that states a figure for the requested periods."""
    wanted = find_figures(truth, scale=asked_scale(question))
    if not wanted:
        return _undecided("the truth can't be read as a figure")
    years = years_in(question)
    for claim in claims:
        stated = of_periods(figures_of_claim(claim), years)
        if not stated:
            continue
        if len(stated) <= MOST_FIGURES and any(is_same(wanted[0], figure) for figure in stated):
            return _right(f"states {truth.strip()}")
        return _wrong(f"states {_described(stated[0])} where the truth is {truth.strip()}")
    return _wrong(f"states no figure where the truth is {truth.strip()}")


def check_polarity(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """Yes or no: said, or meant by a direction ("improving?", "fell"). The reason has to fit the truth's, too."""
    if truth.polarity is None:
        return None
    said = None if says_absent(claims[0]) else polarity(claims[0]) or _meant(question, claims[0])
    if said is None:
        if _has_something(truth, claims) or not (truth.words or truth.figures):
            return _undecided("gives neither yes nor no")
        return _wrong("gives neither yes nor no, nor a reason of the truth")
    if said != truth.polarity:
        return _wrong(f"says {said} where the truth is {truth.polarity}")
    if not (truth.words or truth.figures) or _has_something(truth, claims[:FIRST_CLAIMS]) or _is_bare(claims):
        return _right(f"says {said}, as the truth does")
    return _undecided(f"says {said}, as the truth does, for another reason")


def check_day(_question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """A day."""
    if truth.day is None:
        return None
    first = days_in(claims[0])
    if first[:1] == [truth.day]:
        return _right(f"states {truth.day}")
    if any(truth.day in days_in(claim) for claim in claims):
        return _undecided(f"states {truth.day}, but not first")
    return _wrong(f"states {first[0]}" if first else f"does not state {truth.day}")


def check_none(_question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """That there is none."""
    if not truth.is_none:
        return None
    if _STARTS_NONE.match(claims[0]) and not says_absent(claims[0]):
        return _right("says that there is none")
    return _undecided("the truth is that there is none")


def check_choice(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """One of the alternatives that the question names."""
    options = _alternatives(question)
    chosen = [option for option in options if option <= content_words(truth.text)]
    if len(chosen) != 1:
        return None
    first = content_words(claims[0])
    named = [option for option in options if option <= first]
    if named == chosen:
        chooses = _MOST.search(claims[0]) or len(claims[0].split()) <= SHORT_WORDS
        return _right("names only the right alternative") if chooses else _undecided("names it without choosing")
    return (
        _undecided("names several alternatives, or none")
        if not named or chosen[0] in named
        else _wrong("names another")
    )


def check_direction(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """Whether a measure rose or fell, if the question offers both, or asks for the change."""
    asked = directions_in(question)
    offers = {Direction.UP, Direction.DOWN} <= asked
    wanted = direction_of(truth.text)
    if wanted is None or not (offers or (_CHANGE.search(question) and not truth.figures)):
        return None
    said = direction_of(claims[0])
    if said is None or not _is_about(question, claims[0]):
        return None
    if said is not wanted:
        return _wrong(f"says {said} where the truth is {wanted}")
    if _contradicts(truth, claims):
        return _undecided(f"says {said}, as the truth does, with other figures")
    return _right(f"says {said}, as the truth does")


def check_one_figure(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """The figure that the whole truth is about, if the question asks for an amount."""
    if truth.figure is None or not _AMOUNT.search(question):
        return None
    start, end = truth.figure.figure.place
    return grade_figure(question, truth.text[start:end], claims)


def check_figures(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """Several figures, each of its year; or the change from one to the other."""
    if not truth.figures:
        return None
    first = claims[:FIRST_CLAIMS]
    opposed = _opposed(truth, claims[0])
    missing = [figure for figure in truth.figures if not states(figure, first)]
    if not missing and not opposed:
        return _right("every figure of the truth is stated")
    changed = _check_change(question, truth, claims[0])
    if changed is not None:
        return changed
    if len(missing) == len(truth.figures) and not opposed and _lacks(question, truth, claims):
        return _wrong("states no figure of the truth")
    return _undecided(f"{len(missing)} of {len(truth.figures)} figures of the truth are not stated")


def check_items(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """An enumeration of names."""
    if not truth.items or not _NAMING.search(question):
        return None
    said = [content_words(claim) for claim in claims[:LIST_CLAIMS]]
    found = sum(any(item <= words for words in said) for item in truth.items)
    if found == len(truth.items) and not is_negative(claims[0]):
        return _right("names every item")
    if not share_in(frozenset.union(*truth.items), claims):
        return _wrong("names no item")
    return _undecided(f"names {found} of {len(truth.items)} items")


def check_name(question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """A name, or a few words."""
    wanted = content_words(truth.text)
    if not 0 < len(wanted) <= SHORT_WORDS or len(truth.text.split()) > 2 * SHORT_WORDS:
        return None
    new = truth.words or wanted
    if wanted <= content_words(claims[0]):
        if len(claims[0].split()) > LONGEST_NAMING or is_negative(claims[0]) != is_negative(truth.text):
            return _undecided("the first sentence contains every word of the truth, and more")
        return _right("the first sentence contains every word of the truth")
    if _NAMING.search(question) and not is_negative(truth.text) and not share_in(new, claims):
        return _wrong("does not name it")
    return _undecided("the first sentence does not contain every word of the truth")


def check_words(_question: str, truth: Truth, claims: Sequence[str]) -> GradedAnswer | None:
    """Free text: wrong if the answer has nothing of its words."""
    if len(truth.words) < FEWEST_WORDS or is_negative(truth.text):
        return None
    if _has_name(truth, claims) or share_in(truth.words, claims) > LITTLE:
        return None
    return _wrong("has nothing of the truth")


CHECKS: tuple[Check, ...] = (
    check_polarity,
    check_day,
    check_none,
    check_choice,
    check_direction,
    check_one_figure,
    check_figures,
    check_items,
    check_name,
    check_words,
)


def _right(reason: str) -> GradedAnswer:
    return GradedAnswer(Grade.RIGHT, reason)


def _wrong(reason: str) -> GradedAnswer:
    return GradedAnswer(Grade.WRONG, reason)


def _undecided(reason: str) -> GradedAnswer:
    return GradedAnswer(Grade.UNDECIDED, reason)


def _described(figure: Figure) -> str:
    sign = "%" if figure.kind is FigureKind.PERCENT else ""
    return f"{figure.value.normalize():,f}{sign}"


def _meant(question: str, claim: str) -> str | None:
    """Return the yes or no that a direction means: the question asks for one direction, the claim states one."""
    asked, said = direction_of(_first(question)), direction_of(claim)
    if asked is None or said is None or not _is_about(question, claim):
        return None
    return "yes" if asked is said else "no"


def _is_about(question: str, claim: str) -> bool:
    """Return whether the claim names the measure that the question asks about."""
    names = frozenset(word for word in re.findall(r"\b[A-Z][\w’']*", _first(question)[1:]))
    plain = without_directions(_first(question))
    measure = content_words(
        " ".join(word for word in plain.split() if word.strip("’'s,.?") not in names)
    ) - content_words(" ".join(names))
    return bool(measure) and share_in(measure, [claim]) >= SUBJECT


def _first(question: str) -> str:
    """Return the first sentence of a question."""
    return question.partition("?")[0]


def _has_something(truth: Truth, claims: Sequence[str]) -> bool:
    """Return whether the claims have a figure, a name or more than a few words of the truth."""
    if truth.figures:
        return any(states(figure, claims) for figure in truth.figures)
    enough = NAMELESS if truth.names else LITTLE
    return _has_name(truth, claims) or share_in(truth.words, claims) > enough


def _has_name(truth: Truth, claims: Sequence[str]) -> bool:
    held = content_words(" ".join(claims))
    return any(name <= held for name in truth.names)


def _is_bare(claims: Sequence[str]) -> bool:
    return len(claims) == 1 and len(claims[0].split()) <= FIRST_CLAIMS


def _contradicts(truth: Truth, claims: Sequence[str]) -> bool:
    """Return whether the claims state figures of the truth's kinds, and none of the truth's."""
    if not truth.figures or any(states(figure, claims) for figure in truth.figures):
        return False
    kinds = {each.figure.kind for each in truth.figures}
    return any(figure.kind in kinds for claim in claims[:FIRST_CLAIMS] for figure in figures_of_claim(claim))


def _opposed(truth: Truth, claim: str) -> bool:
    wanted, said = direction_of(truth.text), direction_of(claim)
    return wanted is not None and said is not None and wanted is not said


def _lacks(question: str, truth: Truth, claims: Sequence[str]) -> bool:
    """Return whether an answer without the truth's figures is wrong.

    It is if the question asks for an amount, if the first claim states other figures of the measure, or if the answer
    has nothing of the truth's words either.
    """
    if _is_flipped(truth, claims):
        return False
    if _AMOUNT.search(question) and not _CHANGE.search(question):
        return True
    if _is_about(question, claims[0]) and _contradicts(truth, claims[:1]):
        return True
    return len(truth.words) >= FEWEST_WORDS and not _has_name(truth, claims) and share_in(truth.words, claims) <= LITTLE


def _is_flipped(truth: Truth, claims: Sequence[str]) -> bool:
    """Return whether the claims state a figure of the truth with the other sign, which may be another convention."""
    flipped = {-each.figure.value for each in truth.figures}
    return any(each.figure.value in flipped for claim in claims for each in dated_figures(claim))


def _check_change(question: str, truth: Truth, claim: str) -> GradedAnswer | None:
    """Grade a stated change against the difference of the truth's two figures, within their rounding."""
    if len(truth.figures) != 2 or not _CHANGE.search(question) or min(f.figure.value for f in truth.figures) < 0:
        return None
    first, last = _in_order(truth.figures)
    if first.figure.kind is not last.figure.kind:
        return None
    is_percent = first.figure.kind is FigureKind.PERCENT
    stated = [figure for figure in find_figures(_values(claim)) if (figure.kind is FigureKind.PERCENT) == is_percent]
    if len(stated) != 1 or (is_percent and not _POINTS.search(claim)):
        return None
    difference = last.figure.value - first.figure.value
    loose = (first.figure.step + last.figure.step) / 2 + stated[0].step / 2
    value, said = stated[0].value, direction_of(claim)
    if value > 0 and (said is Direction.DOWN):
        value = -value
    if value > 0 and said is None and difference < 0 and not _is_signed(claim):
        value = -value
    if abs(value - difference) <= loose:
        return _right(f"states the change of {difference.normalize():f}")
    return _wrong(f"states a change of {value.normalize():f} where the truth is {difference.normalize():f}")


def _in_order(figures: Sequence[DatedFigure]) -> tuple[DatedFigure, DatedFigure]:
    """Return two figures by their years, or in their order."""
    first, last = figures
    if first.years and last.years and min(first.years) > min(last.years):
        return last, first
    return first, last


def _values(claim: str) -> str:
    """Return the part of a claim that has its figures: behind the colon of a row."""
    return claim.rpartition(": ")[2] if " — " in claim else claim


def _is_signed(claim: str) -> bool:
    return re.search(r"[+−-]\s?\d", _values(claim)) is not None


def _alternatives(question: str) -> list[frozenset[str]]:
    """Return the alternatives that a question names ("Among A, B and C, which …", "Which …: A, B or C?")."""
    match = _ONE_OF.search(question)
    if match is None:
        return []
    parts = [part.split() for part in _PARTS.split(match["among"] or match["of"]) if part.strip()]
    if len(parts) > 1 and all(len(part) == 1 for part in parts[:-1]):
        parts[-1] = parts[-1][:1]  # "investing and financing activities"
    return [option for option in (content_words(" ".join(part)) for part in parts) if option]
