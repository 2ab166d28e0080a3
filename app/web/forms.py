"""Forms of pages: what a user typed, and what is wrong with it, so that a refused form comes back as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import ConflictError, FootnoteError, InvalidInputError, NotFoundError, TooLargeError

Model = TypeVar("Model", bound=BaseModel)

REFUSALS = (InvalidInputError, ConflictError, NotFoundError, TooLargeError)
"""What a service raises for a form that the user can correct."""


@dataclass(frozen=True, slots=True)
class Form:
    """The values by field, an error by field, and a problem of the whole form. `status` is that of the response."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    status: int = 200

    def refuse(self, error: FootnoteError, *, at: str = "") -> "Form":
        """Return the form with an error: beside the fields that the error names, else beside `at`, else above all."""
        found = _findings(error)
        named = {name: text for name, text in found.items() if name in self.values}
        if named:
            return replace(self, errors={**self.errors, **named}, status=error.status)
        if at:
            return replace(self, errors={**self.errors, at: error.detail}, status=error.status)
        return replace(self, problem=error.detail, status=error.status)


def read_form(model: type[Model], values: Mapping[str, object]) -> Model:
    """Return the values as a model of the API. Raises InvalidInputError, which names the fields."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        errors = [{"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in found]
        raise InvalidInputError(errors[0]["message"], extra={"errors": errors}) from error


def _findings(error: FootnoteError) -> dict[str, str]:
    """Return the messages of an error by field: the last name in a path such as `body.email`."""
    found: dict[str, str] = {}
    listed = error.extra.get("errors")
    for each in listed if isinstance(listed, list) else ():
        for part in reversed(str(each["where"]).split(".")):
            if not part.isdigit():
                found.setdefault(part, str(each["message"]).removeprefix("Value error, "))
                break
    return found
