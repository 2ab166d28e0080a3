"""How the errors of the `openai` client map to ours. An endpoint's own words are never shown to readers."""

import openai

from app.llm.errors import ModelUnavailableError


def unavailable(error: openai.OpenAIError) -> ModelUnavailableError:
    """Our error for whatever went wrong between us and the endpoint."""
    match error:
        case openai.APITimeoutError():
            return ModelUnavailableError("The language model did not answer in time.")
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return ModelUnavailableError("The model endpoint refuses our key: check its setting.")
        case openai.NotFoundError():
            return ModelUnavailableError("The model endpoint does not know the model: check its name and address.")
        case openai.RateLimitError():
            return ModelUnavailableError(
                "The model endpoint limits our rate.", retry_after=_seconds(error.response.headers.get("retry-after"))
            )
        case openai.APIStatusError():
            return ModelUnavailableError(f"The model endpoint answered with status {error.status_code}.")
        case _:
            return ModelUnavailableError("The model endpoint can't be reached.")


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdigit() else None
