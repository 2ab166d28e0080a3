"""A name as one place of a document gives it."""

import re
from dataclasses import dataclass

from app.documents.content.parsed import ParsedPage
from app.documents.issuers import normalise_issuer
from app.documents.metadata import NameKind
from workers.extraction.names.spelling import join_small_capitals

_BRACKET_BEHIND = re.compile(r"\s\([^()]*\)\W*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name at `start` to `end` of `page`. `name` is the spelling that is meant, without line breaks."""

    name: str
    kind: NameKind
    page: ParsedPage
    start: int
    end: int

    @property
    def key(self) -> str:
        return normalise_issuer(self.name)

    @property
    def quote(self) -> str:
        return self.page.text[self.start : self.end]


def candidate(kind: NameKind, page: ParsedPage, start: int, end: int) -> Candidate:
    """Return the candidate at `start` to `end`, without white space around it and a bracket behind it, and with small
    capitals joined.
    """
    bracket = _BRACKET_BEHIND.search(page.text, start, end)
    end = bracket.start() if bracket and bracket.start() > start else end
    quote = page.text[start:end]
    start += len(quote) - len(quote.lstrip())
    end = max(start, end - (len(quote) - len(quote.rstrip())))
    return Candidate(join_small_capitals(page.text[start:end].replace("\t", " ")), kind, page, start, end)
