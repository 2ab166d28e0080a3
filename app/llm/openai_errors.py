"""Converts errors of the `openai` client to Footnote errors. Users never see the endpoint's own error messages."""

import openai

from app.llm.errors import ModelUnavailableError


def unavailable(error: openai.OpenAIError) -> ModelUnavailableError:
    """Return the Footnote error for an error of the client."""
    match error:
        case openai.APITimeoutError():
            return ModelUnavailableError("The language model did not respond in time: try again shortly.")
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return ModelUnavailableError("The model endpoint rejected the API key: check the setting.")
        case openai.NotFoundError():
            return ModelUnavailableError("The model endpoint does not have the model: check its name and the address.")
        case openai.RateLimitError():
            return ModelUnavailableError(
                "The model endpoint's rate limit is reached: try again later.",
                retry_after=_seconds(error.response.headers.get("retry-after")),
            )
        case openai.APIStatusError():
            return ModelUnavailableError(
                f"The model endpoint returned status {error.status_code}.",
                retry_after=_seconds(error.response.headers.get("retry-after")),
            )
        case _:
            return ModelUnavailableError("The model endpoint cannot be reached: check its address.")


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdigit() else None
