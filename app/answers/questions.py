"""Questions as they are asked: the check of their text, and how a turn of a conversation is stored."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.errors import (
    MAX_QUESTION_CHARACTERS,
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionTooLongError,
)

_WHITE_CONTROLS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class AsTurn:
    """A question that is a turn of a conversation. `words` are the user's own, which are stored instead of the complete
    question. `store` stores the turn for the question's id.
    """

    words: str
    store: Callable[[Session, UUID], None]


def parse_question(text: str) -> str:
    """Trim and validate a question: 1 to 4,000 characters after trimming, no control characters.

    Raises QuestionEmptyError, QuestionTooLongError, QuestionInvalidCharactersError.
    """
    text = text.strip()
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionTooLongError
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in _WHITE_CONTROLS for char in text):
        raise QuestionInvalidCharactersError
    # A question of only invisible characters (zero-width space) is empty.
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        raise QuestionEmptyError
    return text
