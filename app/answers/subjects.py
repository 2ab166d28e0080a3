"""Find names in a question that no retrieved source mentions. A question with such a name is declined.

Without this check, a question about an issuer without visible documents would be answered from documents of another
issuer.
"""

from collections.abc import Sequence

from app.answers.claims import PageTexts
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding


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
