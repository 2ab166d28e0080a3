"""Claims of a model that refer to numbered evidence: code cites what they refer to, and fills in their figures."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.answers.claims import DraftClaim, DroppedClaim, DropReason, PageTexts
from app.answers.verification.checks import tidy
from app.answers.writing.numbered import NumberedPassages

_MOST_EVIDENCE = 6

OnClaim = Callable[[DraftClaim], Awaitable[None]]


class ModelClaim(BaseModel):
    """A claim as a model writes it: a sentence with marks, and the numbers of its evidence."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(max_length=2_000)
    evidence: list[int] = Field(max_length=20)


class ModelAnswer(BaseModel):
    """The claims of a model's response."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    claims: list[ModelClaim] = Field(max_length=50)


def cite_claim(claim: ModelClaim, numbered: NumberedPassages, pages: PageTexts) -> DraftClaim | DroppedClaim:
    """Fill in the figures of a claim, and cite what it refers to."""
    filled = numbered.fill(claim.text)
    if isinstance(filled, DropReason):
        return DroppedClaim(text=tidy(claim.text), reason=filled)
    numbers = dict.fromkeys((*filled.used, *claim.evidence[:_MOST_EVIDENCE]))
    if not numbers or not all(number in numbered.evidence for number in numbers):
        return DroppedClaim(text=tidy(filled.text), reason=DropReason.QUOTE_NOT_FOUND)
    spans = (span for number in numbers for span in numbered.evidence[number].cite(filled.used.get(number, ()), pages))
    return DraftClaim(
        text=filled.text, citations=tuple(dict.fromkeys(spans)), period=filled.period, stated=filled.stated
    )


def cite_raw(raw: object, numbered: NumberedPassages, pages: PageTexts) -> DraftClaim | None:
    """Cite a claim that has arrived; None if it is invalid, or refers to nothing."""
    try:
        cited = cite_claim(ModelClaim.model_validate(raw), numbered, pages)
    except ValidationError:
        return None
    return cited if isinstance(cited, DraftClaim) else None
