"""What a question is about, where that is nothing the asker may see: then no sentence answers it, however well it fits.

A question about an issuer whose documents are not there would else be answered from another's.
"""

from collections.abc import Sequence

from app.answers.claims import PageTexts
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding


def find_unseen_names(understanding: Understanding, passages: Sequence[Passage], pages: PageTexts) -> tuple[str, ...]:
    """The names in a question that stand nowhere in what was found for it, in order.

    None where the question names an issuer whose documents the asker may see: what else it names may be a paraphrase.
    """
    if understanding.issuer_keys or not understanding.names:
        return ()
    seen = "\n".join(
        [*pages.values(), *(f"{found.document_title} {found.issuer or ''} {found.heading}" for found in passages)]
    ).casefold()
    unseen = (" ".join(words) for words in understanding.names if any(word.casefold() not in seen for word in words))
    return tuple(dict.fromkeys(unseen))
