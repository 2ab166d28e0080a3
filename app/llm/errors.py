"""Errors of models.

FootnoteError
├── UnavailableError
│   ├── ModelUnavailableError      model-unavailable: down, slow, refusing, or out of quota
│   └── LocalModelMissingError     local-model-missing: the local model's parts are not installed
└── ModelNonsenseError             model-nonsense (502): it answered, but not in the form that was asked for
"""

from app.core.errors import FootnoteError, UnavailableError


class ModelUnavailableError(UnavailableError):
    """`retry_after` is the wait in seconds that the endpoint asked for, when it did."""

    code = "model-unavailable"
    title = "The language model is not answering: try again shortly."

    def __init__(self, detail: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class LocalModelMissingError(UnavailableError):
    code = "local-model-missing"
    title = "The local model is not installed: run 'make local-llm' first."


class ModelNonsenseError(FootnoteError):
    code = "model-nonsense"
    status = 502
    title = "The language model's answer could not be understood."
