"""Summaries of sections with a chat model: each part is summarised by itself, then the parts are joined.

A part's summary depends on its text and the prompt alone. It is kept by their digests, but only for one version of a
document. If it served other documents, an answer that used no model would reveal that somebody, perhaps in another
tenant, had the same text summarised. Nothing relies on a kept summary: for each question its claims are cited and
verified against pages that the reader may see.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from app.answers.claims import Draft, DraftClaim, DroppedClaim, PageTexts, Writer
from app.answers.evidence_tables import EvidenceTables
from app.answers.sections import ChosenSections, SectionPart
from app.answers.verification.checks import ClaimChecker
from app.answers.writing.arriving import MOST_CLAIMS, ArrivingClaims
from app.answers.writing.model_writer import TOO_SLOW
from app.answers.writing.numbered import NumberedPassages, NumberedStatement, number_passages, number_statements
from app.answers.writing.referring import ModelAnswer, OnClaim, cite_claim, cite_raw
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.pacing import Pace
from app.llm.port import ChatModel, ChatRequest, OnText, Purpose, TokenUsage
from app.llm.prompts import FencedText, Prompt, PromptLibrary, fence, new_boundary

PART, JOINED = "summary-part", "summary"
_FOR_PARTS = 0.7
"""The share of the time for parts; the rest is for joining them."""
_NOTHING = "The section has no text that can be read."
_LEAST_OUTPUT = 100


@dataclass(frozen=True, slots=True)
class _Answer:
    """A model's claims about a part."""

    claims: ModelAnswer
    usage: TokenUsage


class SectionWriter:
    """Summarises chosen sections. A request has text up to `context_characters`; up to `at_once` are sent at once. The
    summaries of the last `kept_parts` parts are kept. With a `pace`, only what the model can read in time is sent, as
    one part.
    """

    def __init__(
        self,
        *,
        chat: ChatModel,
        prompts: PromptLibrary,
        max_output_tokens: int = 800,
        context_characters: int = 16_000,
        at_once: int = 4,
        kept_parts: int = 512,
        pace: Pace | None = None,
    ) -> None:
        self._chat = chat
        self._prompts = prompts
        self._max_output_tokens = max_output_tokens
        self._context_characters = context_characters
        self._at_once = at_once
        self._kept_parts = kept_parts
        self._pace = pace
        self._kept: OrderedDict[str, ModelAnswer] = OrderedDict()

    @property
    def model(self) -> str:
        return self._chat.model

    async def write(
        self,
        question: str,
        chosen: ChosenSections,
        pages: PageTexts,
        tables: EvidenceTables,
        *,
        given: frozenset[str],
        timeout_seconds: float,
        on_claim: OnClaim | None = None,
    ) -> Draft:
        """Return the claims of a summary. `on_claim` is awaited with each of them as it arrives. Parts that were not
        read in time are in `left_out`.

        Raises ModelUnavailableError, ModelNonsenseError and TimeoutError if no part was read.
        """
        until = asyncio.get_running_loop().time() + timeout_seconds
        parts = await asyncio.to_thread(self._number, chosen.parts, pages, tables)
        if not parts:
            raise ModelUnavailableError(_NOTHING)
        if self._pace is not None:
            await self._pace.refresh()
            self._check_pace(self._pace, [numbered for _, numbered in parts], timeout_seconds)
        if len(parts) == 1:
            async with asyncio.timeout(timeout_seconds):
                return await self._write_one(*parts[0], pages, timeout_seconds, on_claim)
        answers = await self._read_parts(parts, timeout_seconds * _FOR_PARTS)
        pairs = list(zip(parts, answers, strict=True))
        read = [(numbered, answer) for (_, numbered), answer in pairs if isinstance(answer, _Answer)]
        if not read:
            raise next(error for error in answers if not isinstance(error, _Answer))
        left_out = tuple(part.place for (part, _), answer in pairs if not isinstance(answer, _Answer))
        checker = ClaimChecker(pages, tables, given=given)
        by_part = [await asyncio.to_thread(_list_verified, checker, part, answer, pages) for part, answer in read]
        usage = sum((answer.usage for _, answer in read), TokenUsage())
        left = until - asyncio.get_running_loop().time()
        fresh = ClaimChecker(pages, tables, given=given)
        return await self._join(question, by_part, pages, usage, left_out, left, on_claim, fresh)

    def _number(
        self, parts: Sequence[SectionPart], pages: PageTexts, tables: EvidenceTables
    ) -> list[tuple[SectionPart, NumberedPassages]]:
        """Number the parts. One with many tables is longer with its marks, so that it needs several requests."""
        found: list[tuple[SectionPart, NumberedPassages]] = []
        for part in parts:
            left = part.passages
            while left:
                numbered = number_passages(left, pages, tables, room=self._context_characters)
                if numbered.texts:
                    found.append((replace(part, passages=left[: numbered.read]), numbered))
                left = left[numbered.read :]
        return found

    def _check_pace(self, pace: Pace, parts: Sequence[NumberedPassages], seconds: float) -> None:
        output = pace.count_output(most=self._max_output_tokens, seconds=seconds)
        length = sum(len(text) for part in parts for text in part.texts)
        frame = sum(len(message.content) for message in self._request_of("", (), seconds).messages)
        is_readable = length + frame <= pace.count_characters(output_tokens=output, seconds=seconds)
        if len(parts) > 1 or output < _LEAST_OUTPUT or not is_readable:
            raise ModelUnavailableError(TOO_SLOW)

    async def _write_one(
        self,
        part: SectionPart,
        numbered: NumberedPassages,
        pages: PageTexts,
        seconds: float,
        on_claim: OnClaim | None,
    ) -> Draft:
        kept = self._find(part, numbered)
        arriving = ArrivingClaims()

        async def hear(text: str) -> None:
            for raw in arriving.add(text):
                cited = cite_raw(raw, numbered, pages)
                if cited is not None and on_claim is not None:
                    await on_claim(cited)

        request = self._request_of(part.heading, numbered.texts, seconds, hear if on_claim is not None else None)
        answer = _Answer(kept, TokenUsage()) if kept is not None else await self._ask(request, part, numbered)
        return self._draft(answer.claims, numbered, pages, self._prompts.get_prompt(PART), answer.usage)

    async def _read_parts(
        self, parts: Sequence[tuple[SectionPart, NumberedPassages]], seconds: float
    ) -> list[_Answer | Exception]:
        """Read the parts, at most so many at once. A part that fails, or is late, gives its error."""
        turns = asyncio.Semaphore(self._at_once)

        async def read(part: SectionPart, of: NumberedPassages) -> _Answer:
            if (kept := self._find(part, of)) is not None:
                return _Answer(kept, TokenUsage())
            async with turns:
                return await self._ask(self._request_of(part.heading, of.texts, seconds), part, of)

        tasks = [asyncio.create_task(read(*each)) for each in parts]
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        answers: list[_Answer | Exception] = []
        for result in ended:
            if isinstance(result, asyncio.CancelledError):
                answers.append(ModelUnavailableError())
            elif isinstance(result, _Answer | ModelUnavailableError | ModelNonsenseError):
                answers.append(result)
            else:
                raise result
        return answers

    async def _join(
        self,
        question: str,
        by_part: Sequence[Sequence[DraftClaim]],
        pages: PageTexts,
        usage: TokenUsage,
        left_out: tuple[str, ...],
        seconds: float,
        on_claim: OnClaim | None,
        checker: ClaimChecker,
    ) -> Draft:
        """Join the verified claims of the parts. If the model fails, or nothing that it writes is supported, the first
        claims of each part are the summary.
        """
        statements = [NumberedStatement(claim.text, claim.citations) for claims in by_part for claim in claims]
        numbered = number_statements(statements)
        prompt = self._prompts.get_prompt(JOINED)
        boundary = new_boundary([question, *numbered.texts])
        arriving = ArrivingClaims()
        heard: list[DraftClaim] = []

        async def hear(text: str) -> None:
            for raw in arriving.add(text):
                cited = cite_raw(raw, numbered, pages)
                if cited is not None and on_claim is not None:
                    heard.append(cited)
                    await on_claim(cited)

        request = ChatRequest(
            messages=prompt.render(
                {
                    "boundary": boundary,
                    "statements": fence([FencedText("statements", numbered.texts[0])], boundary=boundary),
                    "question": fence([FencedText("question", question)], boundary=boundary),
                }
            ),
            purpose=Purpose.ANSWER,
            max_output_tokens=self._max_output_tokens,
            timeout_seconds=max(seconds, 1e-3),
            schema=prompt.output_schema,
            schema_name=JOINED,
            on_text=None if on_claim is None else hear,
        )
        joined = self._draft(ModelAnswer(claims=[]), numbered, pages, prompt, usage, left_out)
        if not statements:
            return joined
        first = _first_of_each(by_part)
        try:
            async with asyncio.timeout(seconds):
                response = await self._chat.complete(request)
            answer = _parse(response.parsed)
        except (TimeoutError, ModelUnavailableError, ModelNonsenseError):
            return replace(joined, claims=tuple(heard) or first)
        joined = self._draft(answer, numbered, pages, prompt, usage + response.usage, left_out)
        is_supported = await asyncio.to_thread(lambda: any(checker.check(each).claim for each in joined.claims))
        return joined if is_supported else replace(joined, claims=(*joined.claims, *first))

    def _draft(
        self,
        answer: ModelAnswer,
        numbered: NumberedPassages,
        pages: PageTexts,
        prompt: Prompt,
        usage: TokenUsage,
        left_out: tuple[str, ...] = (),
    ) -> Draft:
        cited = [cite_claim(claim, numbered, pages) for claim in answer.claims[:MOST_CLAIMS]]
        return Draft(
            writer=Writer.MODEL,
            claims=tuple(claim for claim in cited if isinstance(claim, DraftClaim)),
            dropped=tuple(claim for claim in cited if isinstance(claim, DroppedClaim)),
            model=self.model,
            prompt_digest=prompt.digest,
            usage=usage,
            left_out=left_out,
        )

    def _request_of(
        self, heading: str, texts: Sequence[str], seconds: float, on_text: OnText | None = None
    ) -> ChatRequest:
        prompt = self._prompts.get_prompt(PART)
        boundary = new_boundary([heading, *texts])
        pieces = [FencedText(f"passage {number}", text) for number, text in enumerate(texts, start=1)]
        variables = {
            "boundary": boundary,
            "section": fence([FencedText("section", heading)], boundary=boundary),
            "passages": fence(pieces, boundary=boundary),
        }
        return ChatRequest(
            messages=prompt.render(variables),
            purpose=Purpose.ANSWER,
            max_output_tokens=self._max_output_tokens,
            timeout_seconds=seconds,
            schema=prompt.output_schema,
            schema_name=PART,
            on_text=on_text,
        )

    async def _ask(self, request: ChatRequest, part: SectionPart, numbered: NumberedPassages) -> _Answer:
        response = await self._chat.complete(request)
        answer = _parse(response.parsed)
        self._kept[self._key(part, numbered)] = answer
        if len(self._kept) > self._kept_parts:
            self._kept.popitem(last=False)
        return _Answer(answer, response.usage)

    def _find(self, part: SectionPart, numbered: NumberedPassages) -> ModelAnswer | None:
        key = self._key(part, numbered)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _key(self, part: SectionPart, numbered: NumberedPassages) -> str:
        digest = hashlib.sha256(f"{self.model} {self._max_output_tokens}".encode())
        version = str(part.passages[0].version_id)
        for text in (version, self._prompts.get_prompt(PART).digest, part.heading, *numbered.texts):
            digest.update(f"\n{len(text)} {text}".encode())
        return digest.hexdigest()


def _parse(parsed: object) -> ModelAnswer:
    try:
        return ModelAnswer.model_validate(parsed)
    except ValidationError as error:
        raise ModelNonsenseError from error


def _list_verified(
    checker: ClaimChecker, numbered: NumberedPassages, answer: _Answer, pages: PageTexts
) -> list[DraftClaim]:
    cited = (cite_claim(claim, numbered, pages) for claim in answer.claims.claims[:MOST_CLAIMS])
    checked = (checker.check(claim).claim for claim in cited if isinstance(claim, DraftClaim))
    return [claim for claim in checked if claim is not None]


def _first_of_each(by_part: Sequence[Sequence[DraftClaim]]) -> tuple[DraftClaim, ...]:
    """Return up to eight claims: the first of each part, then the second of each, in the order of the text."""
    places = sorted((rank, part) for part, claims in enumerate(by_part) for rank in range(len(claims)))[:MOST_CLAIMS]
    return tuple(by_part[part][rank] for part, rank in sorted((part, rank) for rank, part in places))
