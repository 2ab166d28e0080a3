"""A question's text as it is taken: trimmed, of 1 to 4,000 characters, without control characters."""

import unicodedata

from app.answers.errors import (
    MAX_QUESTION_CHARACTERS,
    QuestionEmptyError,
    QuestionInvalidCharactersError,
    QuestionTooLongError,
)

_WHITE_CONTROLS = frozenset("\t\n\r")


def parse_question(text: str) -> str:
    """The question to ask.

    Raises QuestionEmptyError, QuestionTooLongError, QuestionInvalidCharactersError.
    """
    text = text.strip()
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionTooLongError
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in _WHITE_CONTROLS for char in text):
        raise QuestionInvalidCharactersError
    # Zero-width characters and the like are no question.
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        raise QuestionEmptyError
    return text
