"""Errors of conversations.

NotFoundError
├── ConversationNotFoundError    conversation-not-found
├── TurnNotFoundError            turn-not-found
└── FeedbackPageNotFoundError    feedback-page-not-found
ConflictError
└── ConversationFullError        conversation-full
"""

from app.core.errors import ConflictError, NotFoundError

MOST_TURNS = 500


class ConversationNotFoundError(NotFoundError):
    code = "conversation-not-found"
    title = "There is no such conversation that you may see."


class TurnNotFoundError(NotFoundError):
    code = "turn-not-found"
    title = "There is no such turn in this conversation that you may see."


class FeedbackPageNotFoundError(NotFoundError):
    code = "feedback-page-not-found"
    title = "There is no such page that you may see: send the ID of a document and a number of one of its pages."


class ConversationFullError(ConflictError):
    code = "conversation-full"
    title = f"A conversation has at most {MOST_TURNS} turns: start a new one."
