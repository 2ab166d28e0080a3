"""The writer that uses a chat model. It sends numbered sentences and rows, and receives claims that refer to them.

The model's output is untrusted: it chooses numbers and words, and code takes the quotes and the figures from the pages.
"""

from collections.abc import Sequence

from pydantic import ValidationError

from app.answers.claims import Draft, DraftClaim, DroppedClaim, PageTexts, Writer
from app.answers.evidence_tables import EvidenceTables
from app.answers.offered import OfferedFigure
from app.answers.writing.arriving import MOST_CLAIMS, ArrivingClaims
from app.answers.writing.numbered import number_passages
from app.answers.writing.referring import ModelAnswer, OnClaim, cite_claim, cite_raw
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.pacing import Pace
from app.llm.port import ChatModel, ChatRequest, Purpose
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary
from app.retrieval.passages import Passage

PROMPT_NAME = "answer"
_LEAST_CHARACTERS = 1_500  # one passage
_EMPTY = {"boundary": "", "passages": "", "question": ""}
TOO_SLOW = "The language model is too slow or too busy to read a passage in time: configure a faster one."


class ModelWriter:
    """Drafts an answer with a chat model. The prompt has passages up to `context_characters` in total; if the model has
    a `pace`, only as many as it reads in time.
    """

    def __init__(
        self,
        *,
        chat: ChatModel,
        prompts: PromptLibrary,
        max_output_tokens: int = 800,
        context_characters: int = 16_000,
        pace: Pace | None = None,
    ) -> None:
        self._chat = chat
        self._prompts = prompts
        self._max_output_tokens = max_output_tokens
        self._context_characters = context_characters
        self._pace = pace

    @property
    def model(self) -> str:
        return self._chat.model

    @property
    def prompt_digest(self) -> str:
        return self._prompts.get_prompt(PROMPT_NAME).digest

    async def write(
        self,
        question: str,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
        *,
        timeout_seconds: float,
        offered: Sequence[OfferedFigure] = (),
        on_claim: OnClaim | None = None,
    ) -> Draft:
        """Return the model's claims with their citations. `on_claim` is awaited with each of them as it arrives.
        `offered` are figures that it may use beside those of the passages.

        Raises ModelUnavailableError (also after `timeout_seconds`) and ModelNonsenseError (invalid output).
        """
        prompt = self._prompts.get_prompt(PROMPT_NAME)
        output_tokens, room = self._max_output_tokens, self._context_characters
        if self._pace is not None:
            await self._pace.refresh()
            output_tokens = self._pace.count_output(most=output_tokens, seconds=timeout_seconds)
            frame = len(question) + sum(len(message.content) for message in prompt.render(_EMPTY))
            readable = self._pace.count_characters(output_tokens=output_tokens, seconds=timeout_seconds) - frame
            room = min(room, readable)
            if room < _LEAST_CHARACTERS:
                raise ModelUnavailableError(TOO_SLOW)
        numbered = number_passages(passages, pages, tables, room=room, offered=offered)
        boundary = new_boundary([question, *numbered.texts])
        pieces = [FencedText(f"passage {number}", text) for number, text in enumerate(numbered.texts, start=1)]
        variables = {
            "boundary": boundary,
            "passages": fence(pieces, boundary=boundary),
            "question": fence([FencedText("question", question)], boundary=boundary),
        }
        arriving = ArrivingClaims()
        heard: list[DraftClaim] = []

        async def hear(text: str) -> None:
            for raw in arriving.add(text):
                cited = cite_raw(raw, numbered, pages)
                if cited is not None:
                    heard.append(cited)
                    if on_claim is not None:
                        await on_claim(cited)

        try:
            response = await self._chat.complete(
                ChatRequest(
                    messages=prompt.render(variables),
                    purpose=Purpose.ANSWER,
                    max_output_tokens=output_tokens,
                    timeout_seconds=timeout_seconds,
                    schema=prompt.output_schema,
                    schema_name=PROMPT_NAME,
                    on_text=None if on_claim is None and self._pace is None else hear,
                )
            )
            answer = ModelAnswer.model_validate(response.parsed)
        except (ValidationError, ModelNonsenseError) as error:
            if heard:  # the end is missing: it had no more tokens
                return Draft(Writer.MODEL, tuple(heard), model=self.model, prompt_digest=prompt.digest)
            raise ModelNonsenseError from error
        cited = [cite_claim(claim, numbered, pages) for claim in answer.claims[:MOST_CLAIMS]]
        return Draft(
            writer=Writer.MODEL,
            claims=tuple(claim for claim in cited if isinstance(claim, DraftClaim)),
            dropped=tuple(claim for claim in cited if isinstance(claim, DroppedClaim)),
            model=response.model,
            prompt_digest=prompt.digest,
            usage=response.usage,
        )
