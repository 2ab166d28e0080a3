"""Verify drafted claims. Claims of every writer must pass these checks before they are shown."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from app.answers.claims import (
    CitedSpan,
    Computation,
    DraftClaim,
    DroppedClaim,
    DropReason,
    Operand,
    PageKey,
    PageTexts,
)
from app.answers.evidence_tables import EvidenceTables
from app.answers.verification.instructions import blank_instructions
from app.answers.verification.numbers import missing_numbers
from app.answers.verification.support import find_terms, only_repeats, says_more
from app.quantities.asked_periods import parse_asked_periods
from app.quantities.headings import find_years
from app.quantities.mentions import NumberMention, find_numbers
from app.quantities.values import Quantity
from app.retrieval.index.lexicon import tokenise
from app.tables.model import Cell
from app.tables.rows import quantity_of

MAX_CLAIM_CHARACTERS = 1_500
_LAST_MONTH_OF_UNCLEAR_LABELS = 2
_ANSWER_WORD = re.compile(r"^(?:Yes|No): ")
_BULLET = re.compile(r"\W*(?:\(?\w{1,4}[.)]\W*)?")
_CONTROL = re.compile(r"[^\S\n]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """The result for one claim: exactly one of `claim` (shown) and `dropped` is set."""

    claim: DraftClaim | None
    dropped: DroppedClaim | None


def verify_claims(
    claims: Iterable[DraftClaim], pages: PageTexts, tables: EvidenceTables, *, given: Collection[str] = ()
) -> Iterable[CheckedClaim]:
    """Check the claims in order, as `ClaimChecker` does."""
    checker = ClaimChecker(pages, tables, given=given)
    return map(checker.check, claims)


class ClaimChecker:
    """Checks the claims of one draft in order. Citations may only quote `pages`. A claim may also use words that are
    missing from its quotes, if they occur in `given` (the question and the issuer names).
    """

    def __init__(self, pages: PageTexts, tables: EvidenceTables, *, given: Collection[str] = ()) -> None:
        self._pages = CheckedPages(pages, tables)
        self._words = frozenset(term for text in given for term in find_terms(text))
        self._given = frozenset(given)
        self._shown: set[str] = set()

    def check(self, claim: DraftClaim) -> CheckedClaim:
        verdict = _verdict(claim, self._pages, self._words, self._shown)
        if verdict.claim and any(only_repeats(verdict.claim.text, text) for text in self._given):
            dropped = DroppedClaim(verdict.claim.text, DropReason.NOT_A_STATEMENT, claim.part)
            return CheckedClaim(claim=None, dropped=dropped)
        if verdict.claim:
            self._shown.add(_fingerprint(verdict.claim.text))
        return verdict


class CheckedPages:
    """Page texts, the same texts with questions and instructions blanked, and the figures of the pages' tables."""

    def __init__(self, pages: PageTexts, tables: EvidenceTables) -> None:
        self._pages = pages
        self._tables = tables
        self._statements: dict[PageKey, str] = {}

    def matches(self, citation: CitedSpan) -> bool:
        """Return whether the quote is the stored page's text at the cited offsets."""
        page = self._pages.get(citation.page_key())
        return (
            page is not None
            and 0 <= citation.char_start < citation.char_end <= len(page)
            and bool(citation.quote.strip())
            and page[citation.char_start : citation.char_end] == citation.quote
        )

    def statement(self, citation: CitedSpan) -> str:
        """Return the quote with questions and instructions blanked.

        A quote of only a part of a question or instruction is blanked, too.
        """
        key = citation.page_key()
        if key not in self._statements:
            self._statements[key] = blank_instructions(self._pages[key])
        return self._statements[key][citation.char_start : citation.char_end]

    def prose(self, citation: CitedSpan) -> str:
        """Return the statement with the figures of tables blanked: numbers of tables are read from cells only."""
        characters = list(self.statement(citation))
        for cell in self._figures(citation):
            for start, end in cell.spans:
                first = max(start - citation.char_start, 0)
                last = min(end - citation.char_start, len(characters))
                characters[first:last] = " " * (last - first)
        return "".join(characters)

    def quantities(self, citation: CitedSpan, years: frozenset[int]) -> list[Quantity]:
        """List the values of the cells in the quote. If the claim names `years`, leave out cells of other years."""
        return [quantity_of(cell) for cell in self._figures(citation) if not years or _is_of(cell, years)]

    def states(self, operand: Operand, citations: Iterable[CitedSpan]) -> bool:
        """Return whether an operand is the value of a cell at its place, or a number of the prose there, and cited."""
        start, end = operand.span
        for citation in citations:
            is_cited = citation.page_key() == operand.key and citation.char_start <= start < end <= citation.char_end
            if not is_cited or not self.statement(citation).strip():
                continue
            cells = self._tables.figures_in(operand.key, start, end)
            if cells:
                return any(_printed(operand) == quantity_of(cell) for cell in cells)
            stated = self.statement(citation)[start - citation.char_start : end - citation.char_start]
            return not missing_numbers(stated, [self.prose(citation)]) and _is_stated(operand.value, stated)
        return False

    def _figures(self, citation: CitedSpan) -> list[Cell]:
        return self._tables.figures_in(citation.page_key(), citation.char_start, citation.char_end)


def _printed(operand: Operand) -> Quantity:
    """Return the value of an operand with the sign that is printed."""
    value = operand.value
    return replace(value, value=-value.value) if operand.turned and value.value is not None else value


def _is_stated(value: Quantity, text: str) -> bool:
    """Return whether a text of one number states a value."""
    mentions = find_numbers(text).mentions
    if len(mentions) != 1 or value.value is None:
        return False
    return mentions[0].amount() == NumberMention(text="", value=abs(value.value)).amount(value.scale or 0)


def years_of(cell: Cell) -> frozenset[int]:
    """Return the years that a cell may be of: by its headings and labels, and by the end of its period; none without a
    period.

    A fiscal year that ends in January or February may be named after the year in which it starts.
    """
    if cell.period is None:
        return frozenset()
    named = {int(year) for text in (*cell.header_path, *cell.label_path) for year in find_years(text)}
    end = cell.period.end
    ends = {end.year, end.year - 1} if end.month <= _LAST_MONTH_OF_UNCLEAR_LABELS else {end.year}
    return frozenset(named | ends)


def _is_of(cell: Cell, years: frozenset[int]) -> bool:
    return cell.period is None or not years.isdisjoint(years_of(cell))


def _verdict(claim: DraftClaim, pages: CheckedPages, given: frozenset[str], shown: set[str]) -> CheckedClaim:
    text = tidy(claim.text)
    reason = _fault(text, claim, pages, given)
    if reason is None and _fingerprint(text) in shown:
        reason = DropReason.REPEATED
    if reason is not None:
        return CheckedClaim(claim=None, dropped=DroppedClaim(text, reason, claim.part))
    return CheckedClaim(claim=replace(claim, text=text, computation=None), dropped=None)


def _fault(text: str, claim: DraftClaim, pages: CheckedPages, given: frozenset[str]) -> DropReason | None:
    citations = claim.citations
    if not any(character.isalnum() for character in text):
        return DropReason.EMPTY
    if not citations:
        return DropReason.QUOTE_NOT_FOUND
    if not all(map(pages.matches, citations)):
        return DropReason.QUOTE_MISMATCH
    if claim.computation is not None:
        return _miscomputed(text, claim.computation, citations, pages)
    stated = [tidy(figure.result.sentence()) for figure in claim.stated]
    for sentence, figure in zip(stated, claim.stated, strict=True):
        if (reason := _miscomputed(sentence, figure.result, citations, pages)) is not None:
            return reason
    return _unnumbered(text, citations, pages, stated) or _unsupported(text, citations, pages, given, stated)


def _unnumbered(
    text: str, citations: tuple[CitedSpan, ...], pages: CheckedPages, stated: Sequence[str]
) -> DropReason | None:
    """Return the reason why the quotes, and what code states from them, lack a number of the claim, or None if they
    have all.
    """
    if not any(pages.statement(citation).strip() for citation in citations):
        return DropReason.NOT_A_STATEMENT
    prose = [*_by_page(citations, [pages.prose(citation) for citation in citations]), *stated]
    years = frozenset(parse_asked_periods(text).years)
    quantities = [quantity for citation in citations for quantity in pages.quantities(citation, years)]
    return DropReason.NUMBER_NOT_IN_QUOTE if missing_numbers(text, prose, quantities) else None


def _unsupported(
    text: str, citations: tuple[CitedSpan, ...], pages: CheckedPages, given: frozenset[str], stated: Sequence[str]
) -> DropReason | None:
    """Return the reason why the quotes, and what code states from them, do not support the claim; None if they do."""
    quotes = [pages.statement(citation) for citation in citations]
    if not any(quote.strip() for quote in quotes):
        return DropReason.NOT_A_STATEMENT
    quotes += stated
    if any(_is_whole(text, tidy(quote)) for quote in quotes):
        return None
    if not _related(text, quotes):
        return DropReason.UNRELATED_TO_QUOTE
    return DropReason.SAYS_MORE_THAN_QUOTE if says_more(text, quotes, given) else None


def _miscomputed(
    text: str, computation: Computation, citations: tuple[CitedSpan, ...], pages: CheckedPages
) -> DropReason | None:
    """Return the reason why a computed sentence does not stand on its citations: an operand is not the value of a cited
    cell or is not in a cited sentence, or the arithmetic, done again, gives another sentence.
    """
    operands = computation.operands()
    if not operands or not all(pages.states(operand, citations) for operand in operands):
        return DropReason.NUMBER_NOT_IN_QUOTE
    return None if tidy(computation.sentence()) == text else DropReason.ARITHMETIC_FAILED


def _by_page(citations: tuple[CitedSpan, ...], quotes: Sequence[str]) -> list[str]:
    """Join the quotes of each page into one text per page."""
    cited: dict[PageKey, list[str]] = {}
    for citation, quote in zip(citations, quotes, strict=True):
        cited.setdefault(citation.page_key(), []).append(quote)
    return ["\n".join(quotes) for quotes in cited.values()]


def _is_whole(text: str, quote: str) -> bool:
    """Return whether a claim is a whole quote, without a bullet and after "Yes:" or "No:": that says no more."""
    stated = _ANSWER_WORD.sub("", text)
    return quote.endswith(stated) and _BULLET.fullmatch(quote[: len(quote) - len(stated)]) is not None


def _related(text: str, quotes: Sequence[str]) -> bool:
    """Return whether claim and quotes share a word other than a number. This is necessary for support, but not
    sufficient.
    """
    words = {term for term in tokenise(text) if not term[0].isdigit()}
    quoted = {term for quote in quotes for term in tokenise(quote)}
    return not words.isdisjoint(quoted) if words else True


def tidy(text: str) -> str:
    """Put a claim on one line, remove control and bidirectional characters, and truncate it to 1,500 characters."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_CLAIM_CHARACTERS]


def _fingerprint(text: str) -> str:
    return " ".join(tokenise(text)) or text
