"""Let a configured model read a question that the grammar does not understand, as an expression that is then checked.

The model sees the question and names, no figures, and its answer has no figures: an expression of the language of
formulas, over names of the registry, for periods that the issuer reports. All else is refused.
"""

import asyncio
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.answers.computing.periods import take_periods
from app.answers.computing.requests import AskedPeriod, list_periods
from app.facts.fiscal import print_label
from app.facts.formulas.expressions import Binary, Expression, Label, Name, Number, Of, depth_of, parts_of
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.problems import ExpressionError
from app.facts.formulas.registry import MEASURES, standard_vocabulary
from app.facts.items.standard import load_items
from app.facts.model import FiscalLabel
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import ChatModel, ChatRequest, Purpose, TokenUsage
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary

PROMPT_NAME = "formula"
_MOST_TOKENS = 200
_LONGEST = 400
_DEEPEST = 8
_MOST_PARTS = 24
_MOST_MEMBERS = 40
_FACTORS = frozenset(map(Decimal, (2, 3, 4, 12, 52, 100, 360, 365)))
"""Numbers that a proposed expression may multiply or divide by. Any other number could be a figure."""
_ONE = Decimal(1)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PARTS_OF_MONTHS = {"3M": ("Q1", "Q2", "Q3", "Q4"), "6M": ("H1", "H2"), "9M": ("9M",), "12M": ("FY",)}
"""Parts of fiscal years that have so many months."""


class _Proposed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    expression: str = Field(max_length=_LONGEST)


@dataclass(frozen=True, slots=True)
class Known:
    """What an issuer's ledger has: the labels of its periods, and the names of segments, regions and products."""

    periods: Sequence[FiscalLabel]
    members: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model proposed: a checked expression, or None with the reason. `reason` is a stable code."""

    expression: Expression | None
    reason: str | None = None
    model: str | None = None
    prompt_digest: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)


class FormulaProposer:
    """Asks a chat model once for an expression. `timeout_seconds` limits the call."""

    def __init__(self, *, chat: ChatModel, prompts: PromptLibrary, timeout_seconds: float = 10.0) -> None:
        self._chat = chat
        self._prompts = prompts
        self._timeout_seconds = timeout_seconds

    async def propose(self, question: str, known: Known) -> Proposal:
        """Return the checked expression; a failure of the model is a reason, and never raised."""
        prompt = self._prompts.get_prompt(PROMPT_NAME)
        names = ", ".join([*(measure.name for measure in MEASURES), *load_items()])
        periods = ", ".join(map(print_label, known.periods))
        parts = ", ".join(known.members[:_MOST_MEMBERS]) or "none"
        boundary = new_boundary([question, parts])
        variables = {"boundary": boundary}
        fenced = (("names", names), ("periods", periods), ("parts", parts), ("question", question))
        variables |= {name: fence([FencedText(name, text)], boundary=boundary) for name, text in fenced}
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._chat.complete(
                    ChatRequest(
                        messages=prompt.render(variables),
                        purpose=Purpose.ANSWER,
                        max_output_tokens=_MOST_TOKENS,
                        timeout_seconds=self._timeout_seconds,
                        schema=prompt.output_schema,
                        schema_name=PROMPT_NAME,
                    )
                )
            proposed = _Proposed.model_validate(response.parsed)
        except TimeoutError:
            return Proposal(None, ModelUnavailableError.code)
        except (ModelUnavailableError, ModelNonsenseError) as error:
            return Proposal(None, error.code)
        except ValidationError:
            return Proposal(None, ModelNonsenseError.code)
        found = check_expression(proposed.expression, question, known)
        reason = found if isinstance(found, str) else None
        expression = None if isinstance(found, str) else found
        return Proposal(expression, reason, response.model, prompt.digest, response.usage)


def check_expression(  # noqa: PLR0911 (a return for each reason)
    text: str, question: str, known: Known
) -> Expression | str:
    """Return a proposed expression, or the code of the reason why it is refused."""
    if not text.strip():
        return "nothing-proposed"
    try:
        expression = parse_expression(text, standard_vocabulary())
    except ExpressionError as error:
        return error.code
    parts = list(_walk(expression))
    if depth_of(expression) > _DEEPEST or len(parts) > _MOST_PARTS:
        return "too-large"
    if any(isinstance(part, Label) for part in parts) or not any(isinstance(part, Name) for part in parts):
        return "unknown-name"
    vocabulary, items = standard_vocabulary(), load_items()
    names = {part.name for part in parts if isinstance(part, Name)}
    if any(vocabulary.measure(name) is None and name not in items for name in names):
        return "unknown-name"
    if not all(_is_factor(part, expression) for part in parts if isinstance(part, Number)):
        return "states-a-figure"
    members = {member for part in parts if isinstance(part, Of) for _, member in part.dimensions}
    if not members <= set(known.members):
        return "unknown-name"
    return expression if _has_periods(expression, question, known.periods) else "other-period"


def _has_periods(expression: Expression, question: str, known: Collection[FiscalLabel]) -> bool:
    """Return whether all periods are the issuer's, and those that the question names are among them."""
    periods = list(list_periods(expression))
    labels = {period for period in periods if isinstance(period, FiscalLabel)}
    years = {label.year for label in labels}
    return (
        len(labels) == len(set(periods))
        and years <= {label.year for label in known}
        and {int(year) for year in _YEAR.findall(question)} <= years
        and all(any(_may_be(label, asked) for label in labels) for asked in take_periods(question).periods)
    )


def _may_be(label: FiscalLabel, asked: AskedPeriod) -> bool:
    """Return whether a fiscal period can be the one that a question names, by its year and its length."""
    if asked.day is not None:  # the fiscal year of a day is not known here
        return asked.part == "FY" or label.part in _PARTS_OF_MONTHS[asked.part]
    return asked.year in (None, label.year) and asked.part == label.part


def _is_factor(number: Number, expression: Expression) -> bool:
    """Return whether a number only multiplies or divides, or is the 1 of "1 - x"."""
    for part in _walk(expression):
        if isinstance(part, Binary) and number in (part.left, part.right):
            if part.operator in ("*", "/"):
                if number.value not in _FACTORS or isinstance(part.left, Number) is isinstance(part.right, Number):
                    return False
            elif part.operator not in ("+", "-") or number.value != _ONE or part.left != number:
                return False
        elif number in parts_of(part):
            return False
    return expression != number


def _walk(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in parts_of(expression):
        yield from _walk(part)
