"""A model that judges the answers which the checks leave undecided. The suite `judge` measures the model itself.

Its opinions are stored separately from the results of checks. `FOOTNOTE_JUDGE_MODEL`, `FOOTNOTE_JUDGE_BASE_URL` and
`FOOTNOTE_JUDGE_API_KEY` configure it. Its responses are replayed from cassettes unless the run is `--live`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.llm.errors import ModelNonsenseError
from app.llm.local_server import LOCAL_MODEL, LocalModelServer
from app.llm.port import ChatModel, ChatRequest, Purpose, TokenUsage
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary
from evals.environment.cassettes import RecordedChat, cassettes_of
from evals.environment.context import SuiteContext, Used
from evals.environment.live import build_live

PROMPT_NAME = "judge"
LOCAL = "local"
_MAX_OUTPUT_TOKENS = 120
_SECONDS = 120.0


class JudgeSettings(BaseSettings):
    """If `model` is empty, there is no judge. `local` stands for the small model that `make local-llm` installs.

    Prices are US dollars per million tokens.
    """

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_JUDGE_", extra="ignore")

    model: str = ""
    base_url: str | None = None
    api_key: SecretStr = SecretStr("none")
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)


class Opinion(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    UNCLEAR = "unclear"


class _JudgeReply(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    verdict: Opinion
    why: str = Field(default="", max_length=4_000)


@dataclass(frozen=True, slots=True)
class Judged:
    """The judge's opinion of an answer, and its reason."""

    opinion: Opinion
    why: str
    usage: TokenUsage


@dataclass(frozen=True, slots=True)
class Judge:
    """Asks a chat model to compare an answer with the truth."""

    chat: ChatModel
    prompts: PromptLibrary

    async def judge(self, question: str, truth: str, claims: Sequence[str]) -> Judged:
        """Judge an answer. Raises CassetteMissingError, ModelUnavailableError, ModelNonsenseError."""
        answer = "\n".join(claims)
        boundary = new_boundary([question, truth, answer])
        texts = {"question": question, "truth": truth, "answer": answer}
        names = {"question": "question", "truth": "reference", "answer": "candidate"}
        prompt = self.prompts.get_prompt(PROMPT_NAME)
        response = await self.chat.complete(
            ChatRequest(
                messages=prompt.render(
                    {
                        "boundary": boundary,
                        **{
                            name: fence([FencedText(names[name], text)], boundary=boundary)
                            for name, text in texts.items()
                        },
                    }
                ),
                purpose=Purpose.EVALUATION,
                max_output_tokens=_MAX_OUTPUT_TOKENS,
                timeout_seconds=_SECONDS,
                schema=prompt.output_schema,
                schema_name=PROMPT_NAME,
            )
        )
        try:
            said = _JudgeReply.model_validate(response.parsed)
        except ValidationError as error:
            raise ModelNonsenseError from error
        return Judged(said.verdict, " ".join(said.why.split()), response.usage)

    def describe(self) -> Used:
        """Describe the judge for the run's record."""
        prompt = self.prompts.get_prompt(PROMPT_NAME)
        parameters = {"temperature": 0.0, "seed": 0, "max_output_tokens": _MAX_OUTPUT_TOKENS}
        return Used(model=self.chat.model, parameters=parameters, prompts={PROMPT_NAME: prompt.digest})


@contextmanager
def open_judge(context: SuiteContext) -> Iterator[Judge | None]:
    """Open the configured judge, or yield None if none is configured. Raises the errors of the local model's server."""
    settings = JudgeSettings()
    if not settings.model:
        yield None
        return
    cassettes = cassettes_of(context)
    if settings.model != LOCAL or not context.live:
        name = LOCAL_MODEL if settings.model == LOCAL else settings.model
        live = _live(settings.base_url, settings) if context.live else None
        yield Judge(RecordedChat(model=name, cassettes=cassettes, live=live), PromptLibrary())
        return
    with LocalModelServer() as server:
        live = _live(server.base_url, settings.model_copy(update={"model": LOCAL_MODEL}))
        yield Judge(RecordedChat(model=LOCAL_MODEL, cassettes=cassettes, live=live), PromptLibrary())


def _live(base_url: str | None, settings: JudgeSettings) -> ChatModel | None:
    return build_live(
        base_url=base_url,
        api_key=settings.api_key,
        model=settings.model,
        price_in=settings.price_in,
        price_out=settings.price_out,
    )
