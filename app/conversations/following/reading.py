"""Understand a follow-up question as a complete one, without a model.

A follow-up says what changes; everything else is taken from the question before. Where two readings are possible, a
note says which one was taken; where none can be chosen, the user is asked.
"""

import re
import unicodedata

from app.conversations.following import phrases
from app.conversations.following.before import Before, Reading
from app.conversations.following.context import Earlier, FindNames, Unclear, Understood
from app.conversations.following.periods import read_wanted
from app.conversations.following.phrased import read_phrase
from app.conversations.following.replaced import BEFORE_NAME, read_replacements
from app.conversations.following.sentences import read_sentence

_LONGEST_LEAD = 6
_SHORT_WORD = 4
"""Characters of a word such as "for" beside a name."""
_JOINED = re.compile(r"(?:and|but|or|(?:the )?same|instead)\b", re.IGNORECASE)
_DEPENDENT = (
    phrases.WHY, phrases.BY_PARTS, phrases.SHARE, phrases.CURRENCY, phrases.PARENT, phrases.MARGIN, phrases.OPERATION,
    phrases.SOURCE, phrases.PER_SHARE, phrases.UNIT,
)  # fmt: skip


_NOTHING_BEFORE = "There is no question before this one. Which figure, company and period do you mean?"


def understand(words: str, earlier: Earlier | None, find_names: FindNames, *, lost: str = _NOTHING_BEFORE) -> Reading:
    """Return the complete question that a user means, or why it is unclear.

    `earlier` is the complete question before; None if there is none. A follow-up then gets the sentence `lost`.
    """
    text = " ".join(unicodedata.normalize("NFKC", words).split())  # places of names are those in this text
    if len(text) > phrases.MOST_CHARACTERS:
        return Understood(words)
    bare = _without_lead(text)
    if not bare or phrases.GREETING.fullmatch(bare):
        return Unclear("Ask a question about the documents.")
    if earlier is None:
        return Unclear(lost) if _depends(text, bare, find_names) else Understood(words)
    before = Before(earlier, find_names, bare)
    if phrases.ASKS.match(bare) and (found := read_sentence(text, bare, before)) is not None:
        return found
    return read_phrase(bare, before) or read_replacements(bare, before)


def _depends(text: str, bare: str, find_names: FindNames) -> bool:
    """Return whether a text means something only after another question."""
    if read_wanted(bare) is not None or any(pattern.fullmatch(bare) for pattern in _DEPENDENT):
        return True
    if phrases.ASKS.match(bare):
        return False
    names = find_names(f"{BEFORE_NAME}{bare}")
    is_name = len(names) == 1 and len(names[0].words) >= len(bare.rstrip("'’s")) - _SHORT_WORD
    return is_name or _JOINED.match(text) is not None


def _without_lead(text: str) -> str:
    """Return a question without the words that only lead to it."""
    bare = text.rstrip("?!. ")
    for _ in range(_LONGEST_LEAD):
        found = phrases.LEAD.match(f"{bare} ")
        if found is None:
            break
        bare = bare[found.end() :].strip(" ,:;")
    show = phrases.SHOW.match(bare)
    return (bare if show is None else bare[show.end() :]).strip(" ,:;")
