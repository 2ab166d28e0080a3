"""Errors of answering.

InvalidInputError
├── QuestionEmptyError               question-empty
├── QuestionTooLongError             question-too-long
└── QuestionInvalidCharactersError   question-invalid-characters
NotFoundError
└── QuestionNotFoundError            question-not-found
"""

from app.core.errors import InvalidInputError, NotFoundError

MAX_QUESTION_CHARACTERS = 4_000


class QuestionEmptyError(InvalidInputError):
    code = "question-empty"
    title = "The question is empty: write what you want to know."


class QuestionTooLongError(InvalidInputError):
    code = "question-too-long"
    title = f"A question may have up to {MAX_QUESTION_CHARACTERS:,} characters: shorten it."


class QuestionInvalidCharactersError(InvalidInputError):
    code = "question-invalid-characters"
    title = "The question contains control characters or invalid Unicode: remove them."


class QuestionNotFoundError(NotFoundError):
    code = "question-not-found"
    title = "There is no such question that you may see."
