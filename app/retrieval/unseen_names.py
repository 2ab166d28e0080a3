"""Find the names, places and securities in a question that no document of its issuers mentions.

What documents may write in other words counts as seen: terms of the field, acronyms, adjectives of places, and words
that nearly name an issuer.
"""

import re
from collections.abc import Iterator, Sequence

from app.retrieval.name_evidence import terms_of
from app.retrieval.questions.common_words import is_place
from app.retrieval.questions.concepts import find_concepts
from app.retrieval.questions.issuers import NamedIssuers
from app.retrieval.questions.names import Mention, Role
from app.retrieval.questions.near_names import find_near
from app.retrieval.questions.renamed import with_one_name
from app.retrieval.questions.spans import QuestionWords
from app.retrieval.repository import Candidate, SearchRepository

_SHORTEST = 4  # shorter words are abbreviations of any kind
_SECURITY = re.compile(r"\b(?:notes?|bonds?|debentures?|securities)\s+due\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:ish|ese|[cdgilnrstv]ian|ean|ican|iss|[cnt]ch)$", re.IGNORECASE)


def list_unseen(
    repository: SearchRepository,
    words: QuestionWords,
    mentions: Sequence[Mention],
    named: Sequence[NamedIssuers],
    documents: Sequence[Candidate],
) -> tuple[str, ...]:
    """Return the names and places with a word, and the years of securities, that none of the documents has."""
    asked = list(_list_asked(words, mentions, named))
    if not asked:
        return ()
    terms = {text: terms_of(text.split()) for text in asked}
    having = repository.list_term_documents({term for each in terms.values() for term in each})
    ids = {row.document_id for row in documents}
    return tuple(text for text in asked if any(ids.isdisjoint(having.get(term, {})) for term in terms[text]))


def _list_asked(words: QuestionWords, mentions: Sequence[Mention], named: Sequence[NamedIssuers]) -> Iterator[str]:
    places = {one.start: (one.start, one.stop) for one in mentions if one.role is Role.OTHER and one.is_certain}
    for at, word in enumerate(words.words):
        if is_place(word.text) and word.is_capital and not any(start <= at < stop for start, stop in places.values()):
            places[at] = (at, at + 1)
    if places:
        issuers = [issuer for match in named for issuer in match.issuers]
        near = [near.named for near in find_near(words, issuers, named)]
        held = {at for match in (*named, *near) for at in range(match.start, match.stop)}
        kept = with_one_name(words.text, {form for issuer in issuers for form in issuer.forms()})
        for _, (start, stop) in sorted(places.items()):
            text = words.text_of(start, stop - start)
            if text in kept and held.isdisjoint(range(start, stop)) and not _may_be_written_otherwise(text):
                yield text
    yield from dict.fromkeys(_SECURITY.findall(words.text))


def _may_be_written_otherwise(text: str) -> bool:
    return (
        max(map(len, text.split())) < _SHORTEST
        or text.isupper()
        or _ADJECTIVE.search(text) is not None
        or bool(find_concepts(text))
    )
