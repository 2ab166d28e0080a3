"""Questions that the documents of a question set do not answer, made from its questions.

- `absent-issuer`: the issuer's name is replaced with one that no company has.
- `absent-year`: all years are moved back by the same number of years, to before anything that the documents state.
- `absent-fact`: the question asks for a figure of the issuer that filings do not state.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.datasets.questions import QuestionCase

ABSENT_ISSUER, ABSENT_YEAR, ABSENT_FACT = "absent-issuer", "absent-year", "absent-fact"
ABSENT = (ABSENT_ISSUER, ABSENT_YEAR, ABSENT_FACT)

YEARS_BACK = 27
"""Filings compare up to ten years. Older years occur in them, if at all, in the company's history."""

NOBODY = (
    "Quillhaven Holdings", "Torvane Industries", "Brindlewick Foods", "Osmere Energy", "Kelloway Freight",
    "Pendrith Systems", "Harlestone Bank", "Vexley Motors", "Marrowfield Stores", "Sollasby Airways",
)  # fmt: skip
FACTS = (
    "What was {issuer}'s revenue from customers in Liechtenstein in {year}?",
    "What rent did {issuer} pay for its office in Reykjavik in {year}?",
    "How many patents were granted to {issuer} in Norway in {year}?",
    "What was the salary of {issuer}'s head of internal audit in {year}?",
    "What was {issuer}'s net promoter score among Finnish customers in {year}?",
    "How much carbon tax did {issuer} pay in Estonia in {year}?",
    "How many job applications did {issuer} turn down in {year}?",
    "What share of the employees of {issuer} cycled to work in {year}?",
    "What was the goodwill of {issuer}'s Maltese subsidiary at the end of {year}?",
    "What interest did {issuer} pay on its Swiss franc bonds due 2049 in {year}?",
    "How much did {issuer} spend on the sponsorship of sailing teams in {year}?",
    "Who was {issuer}'s director of veterinary services in {year}?",
)
"""Questions about figures of everyday kinds, narrowed until no filing states them."""

_YEAR = re.compile(r"(?<![\d.,$])(?:19|20)\d\d(?!\d|[.,]\d)")
_SHORT_YEAR = re.compile(r"(?<=\bFY)(\s?['’]?)(\d\d)\b(?!\d)")
_SUFFIXES = re.compile(
    r"[\s,]+(?:inc|incorporated|corp|corporation|company|co|plc|llc|ltd|limited|group|holdings)\b\.?", re.IGNORECASE
)
LEAST_LETTERS = 4
"""Shorter words of a name are no names."""


@dataclass(frozen=True, slots=True)
class AbsentQuestion:
    """A question without an answer. `kind` is one of `ABSENT`; `source` is the case that it was made from."""

    id: str
    kind: str
    question: str
    source: QuestionCase


def make_absent(cases: Sequence[QuestionCase]) -> Iterator[AbsentQuestion]:
    """Yield the questions by source. A source that cannot be changed with certainty gives no question of the kind."""
    for number, case in enumerate(cases):
        other = _with_other_issuer(case, NOBODY[number % len(NOBODY)])
        if other is not None:
            yield AbsentQuestion(f"{case.id}/{ABSENT_ISSUER}", ABSENT_ISSUER, other, case)
        earlier = _years_back(case.question)
        if earlier != case.question:
            yield AbsentQuestion(f"{case.id}/{ABSENT_YEAR}", ABSENT_YEAR, earlier, case)
        year = _YEAR.search(case.question)
        if case.issuer and year:
            fact = FACTS[number % len(FACTS)].format(issuer=case.issuer, year=year.group())
            yield AbsentQuestion(f"{case.id}/{ABSENT_FACT}", ABSENT_FACT, fact, case)


def _with_other_issuer(case: QuestionCase, name: str) -> str | None:
    """Return the question about another name, or None if the issuer may still be named."""
    short = _SUFFIXES.sub("", case.issuer).strip()
    words = [word for word in re.findall(r"[\w&’'-]+", short) if len(word) >= LEAST_LETTERS]
    if not words:
        return None
    spellings = sorted({case.issuer, short, words[0]}, key=len, reverse=True)
    pattern = "|".join(re.escape(spelling) for spelling in spellings)
    question, count = re.subn(rf"(?<!\w)(?:{pattern})(?!\w)", name, case.question, flags=re.IGNORECASE)
    left = re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))}|formerly)", question, re.IGNORECASE)
    return question if count and left is None else None


def _years_back(question: str) -> str:
    question = _YEAR.sub(lambda match: str(int(match.group()) - YEARS_BACK), question)
    return _SHORT_YEAR.sub(lambda match: f"{match[1]}{(int(match[2]) - YEARS_BACK) % 100:02}", question)
