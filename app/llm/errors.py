"""Errors of language models.

FootnoteError
├── UnavailableError
│   ├── ModelUnavailableError      model-unavailable: down, slow, rejecting requests, or out of quota
│   └── LocalModelMissingError     local-model-missing: the local model's packages are not installed
└── ModelNonsenseError             model-nonsense (502): the response does not have the requested form
"""

from app.core.errors import FootnoteError, UnavailableError


class ModelUnavailableError(UnavailableError):
    """The model cannot be used now. `retry_after` is the wait in seconds that the endpoint requested, if any."""

    code = "model-unavailable"
    title = "The language model is not responding: try again shortly."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class LocalModelMissingError(UnavailableError):
    code = "local-model-missing"
    ends_by_itself = False
    title = "The local model is not installed: run 'make local-llm' first."


class ModelNonsenseError(FootnoteError):
    code = "model-nonsense"
    status = 502
    title = "The language model returned an unreadable response: try again."
