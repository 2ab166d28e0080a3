"""The writer that uses a chat model. It sends fenced passages, receives claims with quotes, and locates each quote.

The model's output is untrusted: each quote is searched in the passage that the model names, and the citation has the
page's own text. If a quote is in a table row, the table's headings and units are cited, too.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.answers.claims import (
    CitedSpan,
    ClaimPart,
    Draft,
    DraftClaim,
    DroppedClaim,
    DropReason,
    PageTexts,
    Writer,
    cite,
)
from app.answers.evidence_tables import EvidenceTables
from app.answers.verification.checks import tidy
from app.answers.verification.quotes import locate_quote
from app.answers.writing.figures import cite_row
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.pacing import Pace
from app.llm.port import ChatModel, ChatRequest, Purpose
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary
from app.retrieval.passages import Passage

PROMPT_NAME = "answer"
_MAX_CLAIMS = 8
_LEAST_CHARACTERS = 1_500  # one passage
_EMPTY = {"boundary": "", "passages": "", "question": ""}
_TOO_SLOW = "The language model is too slow or too busy to read a passage in time: configure a faster one."


class _ModelClaim(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(max_length=2_000)
    passage: int
    quote: str = Field(max_length=4_000)


class _ModelAnswer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    claims: list[_ModelClaim] = Field(max_length=50)


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
    ) -> Draft:
        """Return the model's claims with located quotes.

        Raises ModelUnavailableError (also after `timeout_seconds`) and ModelNonsenseError (invalid output).
        """
        prompt = self._prompts.get_prompt(PROMPT_NAME)
        output_tokens, room = self._max_output_tokens, self._context_characters
        if self._pace is not None:
            output_tokens = self._pace.count_output(most=output_tokens, seconds=timeout_seconds)
            frame = len(question) + sum(len(message.content) for message in prompt.render(_EMPTY))
            readable = self._pace.count_characters(output_tokens=output_tokens, seconds=timeout_seconds) - frame
            room = min(room, readable)
            if room < _LEAST_CHARACTERS:
                raise ModelUnavailableError(_TOO_SLOW)
        shown = _select_passages(passages, room)
        texts = [_passage_text(passage) for passage in shown]
        boundary = new_boundary([question, *texts])
        pieces = [FencedText(f"passage {number}", text) for number, text in enumerate(texts, start=1)]
        variables = {
            "boundary": boundary,
            "passages": fence(pieces, boundary=boundary),
            "question": fence([FencedText("question", question)], boundary=boundary),
        }
        response = await self._chat.complete(
            ChatRequest(
                messages=prompt.render(variables),
                purpose=Purpose.ANSWER,
                max_output_tokens=output_tokens,
                timeout_seconds=timeout_seconds,
                schema=prompt.output_schema,
                schema_name=PROMPT_NAME,
            )
        )
        try:
            answer = _ModelAnswer.model_validate(response.parsed)
        except ValidationError as error:
            raise ModelNonsenseError from error
        claims, dropped = _located(answer.claims[:_MAX_CLAIMS], shown, pages, tables)
        return Draft(
            writer=Writer.MODEL,
            claims=tuple(claims),
            dropped=tuple(dropped),
            model=response.model,
            prompt_digest=prompt.digest,
            usage=response.usage,
        )


def _select_passages(passages: Sequence[Passage], room: int) -> list[Passage]:
    """Return the first passages that fit into `room` characters; always at least one."""
    shown: list[Passage] = []
    for passage in passages:
        room -= len(_passage_text(passage))
        if shown and room < 0:
            break
        shown.append(passage)
    return shown


def _passage_text(passage: Passage) -> str:
    about = f"[{passage.document_title}, page {passage.page_number}] {passage.heading}"
    return "\n".join(part for part in (about, passage.table_header, passage.text) if part)


def _located(
    claims: Sequence[_ModelClaim], passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables
) -> tuple[list[DraftClaim], list[DroppedClaim]]:
    located: list[DraftClaim] = []
    dropped: list[DroppedClaim] = []
    for claim in claims:
        passage = passages[claim.passage - 1] if 1 <= claim.passage <= len(passages) else None
        citations = _citations(claim.quote, passage, pages, tables) if passage else ()
        if citations:
            part = ClaimPart.SUPPORT if located else ClaimPart.ANSWER
            located.append(DraftClaim(text=claim.text, citations=citations, part=part))
        else:
            dropped.append(DroppedClaim(text=tidy(claim.text), reason=DropReason.QUOTE_NOT_FOUND))
    return located, dropped


def _citations(quote: str, passage: Passage, pages: PageTexts, tables: EvidenceTables) -> tuple[CitedSpan, ...]:
    """Cite the quote. If it is from a table's row, also cite the row, the table's headings and its units."""
    key = (passage.version_id, passage.page_number)
    page = pages.get(key)
    if page is None:
        return ()
    found = locate_quote(quote, page[passage.char_start : passage.char_end])
    if found is None:
        return ()
    start, end = passage.char_start + found[0], passage.char_start + found[1]
    quoted = cite(passage, page, start, end)
    row = tables.row_at(key, start)
    if row is None:
        return (quoted,)
    # The quote stays the evidence: the rest of its row does not become evidence, too.
    _, *context = cite_row(passage, row, row.figures, pages)
    return (quoted, *context)
