"""Decide whether sources are about the issuer that a question names.

A question about an issuer without visible documents would otherwise be answered from documents of another issuer.
"""

import re
from collections.abc import Iterator, Sequence

from app.answers.claims import PageTexts
from app.documents.issuers import normalise_issuer
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

_LONGEST_TICKER = 5
_ENTITIES = frozenset({"partnership", "trust", "foundation", "subsidiary"})
_WORD = re.compile(r"[^\W_]+")


def find_unseen_names(understanding: Understanding, passages: Sequence[Passage], pages: PageTexts) -> tuple[str, ...]:
    """Return the question's names that occur in no page, title, issuer or heading of the passages, in order.

    The result is empty if the question names a known issuer. The question's other names may then be paraphrases of
    words in that issuer's documents, so that their absence proves nothing.
    """
    if understanding.issuer_keys or not understanding.names:
        return ()
    seen = "\n".join(
        [*pages.values(), *(f"{found.document_title} {found.issuer or ''} {found.heading}" for found in passages)]
    ).casefold()
    unseen = (" ".join(words) for words in understanding.names if any(word.casefold() not in seen for word in words))
    return tuple(dict.fromkeys(unseen))


def passages_about(understanding: Understanding, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages of the issuers that the question names, and of documents without a known issuer; all
    passages if the question names no known issuer, and none with a name that goes on ("Example Pumps" of Example Inc.).
    """
    keys = understanding.issuer_keys or tuple(_begun_issuers(understanding, passages))
    if not keys:
        return tuple(passages)
    return tuple(found for found in passages if found.issuer is None or normalise_issuer(found.issuer) in keys)


def _begun_issuers(understanding: Understanding, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield the keys of the passages' issuers whose first word begins a name of several words in the question."""
    core = understanding.core
    firsts = {words[0].casefold() for words in understanding.names if len(words) > 1}
    for words in understanding.names:  # the first word of a sentence is left out of names
        before = core[: max(core.find(" ".join(words)), 0)].split()
        if len(before) == 1 and before[0][:1].isupper():
            firsts.add(before[0].casefold())
    for key in {normalise_issuer(found.issuer) for found in passages if found.issuer is not None}:
        if key.split()[:1] and key.split()[0] in firsts:
            yield key


def is_of_another_issuer(understanding: Understanding, passage: Passage) -> bool:
    """Return whether the question names somebody else than the issuer of the passage's document, and no known issuer.

    The document may mention that name, for example as a competitor. Its figures are then those of its own issuer.
    """
    if understanding.issuer_keys or not understanding.names or passage.issuer is None:
        return False
    # A short word in capitals may be a trading symbol, which other pages of the document state.
    names = [words for words in understanding.names if len(words) > 1 or not _may_be_ticker(words[0])]
    if not names:
        return False
    own = f"{passage.issuer} {passage.document_title} {passage.heading}".casefold()
    return not any(word.casefold() in own for words in names for word in words)


def _may_be_ticker(word: str) -> bool:
    return word.isupper() and len(word) <= _LONGEST_TICKER


def find_other_entity(understanding: Understanding) -> str | None:
    """Return the name of an entity beside the issuers that the question names ("Example Operating Partnership"); None
    without one. Its figures are not the issuer's, and rows that mention it are none of its own.
    """
    forms = (*understanding.issuer_names, *(form for forms in understanding.issuer_forms for form in forms))
    own = {word for form in forms for word in _WORD.findall(form.casefold())}
    for words in understanding.names if own else ():
        folded, name = [word.casefold() for word in words], " ".join(words)
        is_owner = re.search(rf"{re.escape(name)}['’]", understanding.core) is not None
        if folded[-1] in _ENTITIES and folded[-1] not in own and (folded[0] in own or is_owner):
            return name
    return None


def mentions_name(understanding: Understanding, text: str) -> bool:
    """Return whether a text has all words of one of the question's names."""
    folded = text.casefold()
    return any(all(word.casefold() in folded for word in words) for words in understanding.names)
