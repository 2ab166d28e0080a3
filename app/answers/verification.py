"""The check that every drafted claim must pass before anybody sees it, whoever wrote it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from app.answers.claims import CitedSpan, DraftClaim, DroppedClaim, DropReason, PageKey, PageTexts
from app.answers.numbers import missing_numbers
from app.retrieval.lexicon import tokenise

MAX_CLAIM_CHARACTERS = 1_500
_CONTROL = re.compile(r"[^\S\n]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim that may be shown, or one that may not: exactly one of the two is set."""

    claim: DraftClaim | None
    dropped: DroppedClaim | None


def verify_claims(claims: Iterable[DraftClaim], pages: PageTexts) -> Iterable[Verdict]:
    """Each claim's verdict, in order. `pages` holds the stored texts; what is not on them can't be cited."""
    shown: set[str] = set()
    for claim in claims:
        verdict = _verdict(claim, pages, shown)
        if verdict.claim:
            shown.add(_fingerprint(verdict.claim.text))
        yield verdict


def _verdict(claim: DraftClaim, pages: PageTexts, shown: set[str]) -> Verdict:
    text = tidy(claim.text)
    reason = _fault(text, claim.citations, pages)
    if reason is None and _fingerprint(text) in shown:
        reason = DropReason.REPEATED
    if reason is not None:
        return Verdict(claim=None, dropped=DroppedClaim(text=text, reason=reason))
    return Verdict(claim=DraftClaim(text=text, citations=claim.citations), dropped=None)


def _fault(text: str, citations: tuple[CitedSpan, ...], pages: PageTexts) -> DropReason | None:
    if not any(character.isalnum() for character in text):
        return DropReason.EMPTY
    if not citations:
        return DropReason.QUOTE_NOT_FOUND
    if not all(_stands(citation, pages) for citation in citations):
        return DropReason.QUOTE_MISMATCH
    quotes = [citation.quote for citation in citations]
    if missing_numbers(text, _by_page(citations)):
        return DropReason.NUMBER_NOT_IN_QUOTE
    if not _related(text, quotes):
        return DropReason.UNRELATED_TO_QUOTE
    return None


def _by_page(citations: tuple[CitedSpan, ...]) -> list[str]:
    """All that is cited of each page, as one text a page."""
    cited: dict[PageKey, list[str]] = {}
    for citation in citations:
        cited.setdefault(citation.page_key(), []).append(citation.quote)
    return ["\n".join(quotes) for quotes in cited.values()]


def _stands(citation: CitedSpan, pages: PageTexts) -> bool:
    """Whether the quote is the stored page's text at the stored offsets."""
    page = pages.get(citation.page_key())
    return (
        page is not None
        and 0 <= citation.char_start < citation.char_end <= len(page)
        and bool(citation.quote.strip())
        and page[citation.char_start : citation.char_end] == citation.quote
    )


def _related(text: str, quotes: list[str]) -> bool:
    """Whether claim and quotes share a word that is no number: a bound from below, not a proof of meaning."""
    words = {term for term in tokenise(text) if not term[0].isdigit()}
    quoted = {term for quote in quotes for term in tokenise(quote)}
    return not words.isdisjoint(quoted) if words else True


def tidy(text: str) -> str:
    """A claim's text on one line, without control and direction characters, cut to 1,500 characters."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_CLAIM_CHARACTERS]


def _fingerprint(text: str) -> str:
    return " ".join(tokenise(text)) or text
