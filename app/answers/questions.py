"""Validates a question's text: 1 to 4,000 characters after trimming, no control characters."""

import unicodedata

from app.answers.errors import (
    MAX_QUESTION_CHARACTERS,
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionTooLongError,
)

_WHITE_CONTROLS = frozenset("\t\n\r")


def parse_question(text: str) -> str:
    """Trim and validate a question.

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
