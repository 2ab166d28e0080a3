"""Decides whether an answer's first words say that the documents do not have what was asked."""

import re

FIRST_WORDS = 25
"""The number of words at the beginning of an answer that a reader is sure to see."""

_NOT = re.compile(r"\b(?:no|not|none|nothing|neither|cannot|without|\w+n['’]t)\b", re.IGNORECASE)
_IN_DOCUMENTS = re.compile(
    r"\b(?:documents?|filings?|pages?|sources?|evidence|found|find|stated?|states|disclosed?|available|answer|answered)\b",
    re.IGNORECASE,
)


def says_absent(claim: str) -> bool:
    """Return whether the claim begins by saying that the documents have no such issuer, period or fact.

    A negation alone is not enough ("No customer exceeds 10 %" is a sentence of a filing): the first words also have to
    speak of documents, or of stating or finding.
    """
    words = claim.split()[:FIRST_WORDS]
    begin = re.split(r"(?<=[.;:])\s", " ".join(words))[0]
    return bool(_NOT.search(begin) and _IN_DOCUMENTS.search(begin))
