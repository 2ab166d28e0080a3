"""What a question is about, where that is nothing the asker may see: then no sentence answers it, however well it fits.

A question about an issuer whose documents are not there would else be answered from another's. Names are told by their
capitals, as English writes them, codes by digits and hyphens.
"""

import re
from collections.abc import Iterator, Sequence

from app.answers.claims import PageTexts
from app.retrieval.passages import Passage
from app.retrieval.understanding import Understanding
from app.retrieval.vocabulary import FinanceVocabulary

_SENTENCE_BEGIN = re.compile(r"(?:^|[.!?]\s+)[\W_]*")
_NAME = re.compile(r"\b(?P<name>[A-Z][\w&-]*(?:[ \t]+[A-Z][\w&-]*)*)(?P<of>['’](?:s\b|(?=\s)))?")
_CODE = re.compile(r"\b(?!(?:19|20)\d\d-)[A-Z0-9]{2,}-\d[\w-]*")  # a contract's number, a product's
_LONGEST_ACRONYM = 6
# Words that people write with a capital though they name nobody: periods, forms and their parts, offices, currencies.
_GENERIC = frozenset(
    """
    january february march april may june july august september october november december quarter quarterly fiscal
    year annual report form item note notes section exhibit statement statements company corporation group board chief
    officer financial executive president director chairman committee dollar dollars euro euros million millions billion
    billions yes no i we answer question what who how where when which why that it there here let
    """.split()  # noqa: SIM905 - words as a text read better than as literals
)


def find_unseen_names(
    question: str,
    understanding: Understanding,
    passages: Sequence[Passage],
    pages: PageTexts,
    *,
    vocabulary: FinanceVocabulary,
) -> tuple[str, ...]:
    """The names in a question that stand nowhere in what was found for it, in order.

    None where the question names an issuer whose documents the asker may see: what else it names may be a paraphrase.
    """
    if understanding.issuer_keys:
        return ()
    names = list(_names(question))
    if not names:
        return ()
    seen = "\n".join(
        [*pages.values(), *(f"{found.document_title} {found.issuer or ''} {found.heading}" for found in passages)]
    ).casefold()
    unseen = [" ".join(words) for words in names if any(word.casefold() not in seen for word in words)]
    # A metric may be written with capitals, and stand in the statements under other words.
    return tuple(name for name in dict.fromkeys(unseen) if not any(vocabulary.find_metrics(name)))


def _names(question: str) -> Iterator[tuple[str, ...]]:
    """The names, each as the words that it is of; codes first."""
    yield from ((match.group(),) for match in _CODE.finditer(question))
    begins = {match.end() for match in _SENTENCE_BEGIN.finditer(question)}
    for match in _NAME.finditer(question):
        words, is_owner = match["name"].split(), match["of"] is not None
        # A sentence begins with a capital, and measures go by acronyms: both are names only where they own something.
        if match.start() in begins and not (is_owner and len(words) == 1):
            words = words[1:]
        words = [word for word in words if _is_telling(word, is_owner=is_owner)]
        if words:
            yield tuple(words)


def _is_telling(word: str, *, is_owner: bool) -> bool:
    if word.casefold() in _GENERIC or len(word) < 2 or any(character.isdigit() for character in word):
        return False
    return is_owner or not (word.isupper() and len(word) <= _LONGEST_ACRONYM)
