"""Lets a configured model read fields that rules leave unread, in structured output.

The model gets the passages with the fields' words, fenced as data. Its answer has no authority: a value is kept only if
it parses as the field's kind and a quote of it stands in the document, letter by letter except for blanks. A field that
the model leaves out stays unread: that a model finds nothing proves no absence.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.llm.port import ChatModel, ChatRequest, Purpose
from app.llm.prompts import FencedText, PromptLibrary, fence, new_boundary
from app.review.errors import FieldValueError
from app.review.evidence import Evidence
from app.review.proposals import Alternative, FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import parse_value
from app.review.values import FieldKind, same_value
from workers.extraction.fields.flow import Sentence
from workers.extraction.fields.general import terms_of, words_pattern
from workers.extraction.fields.grading import Confidences, learnt_confidences
from workers.extraction.fields.reader import ReadDocument, unread

PROMPT_NAME: Final = "fields"
LEARNT_AS: Final = "model"
_BATCH: Final = 6
_MOST_CHARACTERS: Final = 16_000
_OPENING: Final = 3_000
_MOST_SENTENCES: Final = 12
_MOST_TOKENS: Final = 1_500
_SURE: Final = 0.6
"""Readings of rules below this confidence are read by the model, too."""

_log = structlog.get_logger(__name__)


class _ReadField(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    key: str = Field(max_length=100)
    value: str = Field(max_length=20_000)
    quotes: tuple[str, ...] = Field(max_length=10)


class _ReadFields(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    fields: tuple[_ReadField, ...] = Field(max_length=100)


class ModelReader:
    """Asks a chat model for the values of fields. `timeout_seconds` limits each call."""

    def __init__(self, *, chat: ChatModel, prompts: PromptLibrary, timeout_seconds: float = 60.0) -> None:
        self._chat = chat
        self._prompts = prompts
        self._timeout_seconds = timeout_seconds

    async def complete(
        self, document: ReadDocument, fields: Sequence[FieldSpec], proposals: Sequence[Proposal]
    ) -> tuple[Proposal, ...]:
        """Return the proposals of rules, completed by the model: where rules read nothing or are unsure.

        Raises ModelUnavailableError, ModelNonsenseError.
        """
        wanted = [spec for spec, known in zip(fields, proposals, strict=True) if known.confidence < _SURE]
        read = {proposal.key: proposal for proposal in await self.read(document, wanted)}
        return tuple(_merged(known, read.get(known.key)) for known in proposals)

    async def read(self, document: ReadDocument, fields: Sequence[FieldSpec]) -> tuple[Proposal, ...]:
        """Return one proposal per field. Raises ModelUnavailableError, ModelNonsenseError."""
        read: dict[str, Proposal] = {}
        for batch in (fields[at : at + _BATCH] for at in range(0, len(fields), _BATCH)):
            answers = await self._ask(document, batch)
            for spec in batch:
                answer = answers.get(spec.key)
                read[spec.key] = unread(spec) if answer is None else _checked(document, spec, answer)
        return tuple(read[spec.key] for spec in fields)

    async def _ask(self, document: ReadDocument, fields: Sequence[FieldSpec]) -> Mapping[str, _ReadField]:
        prompt = self._prompts.get_prompt(PROMPT_NAME)
        described = json.dumps([_described(spec) for spec in fields], ensure_ascii=False, indent=1)
        passages = list(_passages(document, fields))
        boundary = new_boundary([described, *(passage.text for passage in passages)])
        variables = {
            "boundary": boundary,
            "fields": fence([FencedText("fields", described)], boundary=boundary),
            "passages": fence(passages, boundary=boundary),
        }
        request = ChatRequest(
            messages=prompt.render(variables),
            purpose=Purpose.EXTRACTION,
            max_output_tokens=_MOST_TOKENS,
            timeout_seconds=self._timeout_seconds,
            schema=prompt.output_schema,
            schema_name=PROMPT_NAME,
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._chat.complete(request)
            answered = _ReadFields.model_validate(response.parsed)
        except TimeoutError as error:
            raise ModelUnavailableError from error
        except ValidationError as error:
            raise ModelNonsenseError from error
        # The first answer of a field counts.
        return {each.key: each for each in reversed(answered.fields)}


class ModelCompleter:
    """Completes the readings of rules by a model, from code that is not asynchronous.

    `open_chat` opens a client for one document's calls, which is closed after them. All calls of a document together
    take at most `most_seconds`.
    """

    def __init__(
        self, *, open_chat: Callable[[], ChatModel], model: str, prompts: PromptLibrary, most_seconds: float
    ) -> None:
        self._open_chat = open_chat
        self._prompts = prompts
        self._most_seconds = most_seconds
        self.name = f"{model} {prompts.get_prompt(PROMPT_NAME).digest}"
        """Names the model and the prompt: what another one reads is another reading."""

    def complete(
        self, document: ReadDocument, fields: Sequence[FieldSpec], proposals: Sequence[Proposal]
    ) -> tuple[Proposal, ...] | None:
        """Return the completed proposals; None if the model failed, so that they can be completed later."""
        try:
            return asyncio.run(self._complete(document, fields, proposals))
        except (TimeoutError, ModelUnavailableError, ModelNonsenseError) as error:
            _log.warning("extraction.fields.model_failed", exc_info=error)
            return None

    async def _complete(
        self, document: ReadDocument, fields: Sequence[FieldSpec], proposals: Sequence[Proposal]
    ) -> tuple[Proposal, ...]:
        chat = self._open_chat()
        try:
            async with asyncio.timeout(self._most_seconds):
                return await ModelReader(chat=chat, prompts=self._prompts).complete(document, fields, proposals)
        finally:
            await chat.close()


def _described(spec: FieldSpec) -> dict[str, object]:
    described: dict[str, object] = {"key": spec.key, "title": spec.title, "kind": spec.kind.value}
    if spec.instructions:
        described["instructions"] = spec.instructions
    if spec.items is not None:
        described["items"] = spec.items.value
    if spec.unit is not None:
        described["unit"] = spec.unit
    if "enum" in spec.schema:
        described["one of"] = list(spec.schema["enum"])
    return described


def _passages(document: ReadDocument, fields: Sequence[FieldSpec]) -> Iterator[FencedText]:
    """Yield the opening of the document, and the sentences with the fields' words and their neighbours, by page."""
    flow = document.flow
    sentences = flow.sentences
    chosen = {number for number, sentence in enumerate(sentences) if sentence.start < _OPENING}
    for spec in fields:
        pattern = words_pattern(terms_of(spec))
        found = [number for number, sentence in enumerate(sentences) if pattern.search(sentence.text)]
        for number in found[:_MOST_SENTENCES]:
            chosen |= {number - 1, number, number + 1} & set(range(len(sentences)))
    pages: dict[int, list[Sentence]] = {}
    left = _MOST_CHARACTERS
    for number in sorted(chosen):
        left -= len(sentences[number].text)
        if left >= 0:
            pages.setdefault(flow.page_at(sentences[number].start), []).append(sentences[number])
    for page, own in pages.items():
        yield FencedText(f"page {page}", "\n".join(sentence.text for sentence in own))


def _checked(document: ReadDocument, spec: FieldSpec, answer: _ReadField) -> Proposal:
    """Return the proposal of an answer, or an unread field if its value or all of its quotes are wrong."""
    evidence = tuple(quote for text in answer.quotes for quote in _find(document, text))
    try:
        value = parse_value(spec.kind, answer.value, unit=spec.unit, items=spec.items or FieldKind.TEXT)
    except FieldValueError:
        return unread(spec)
    if not evidence or not _is_listed(spec, answer.value):
        return unread(spec)
    is_quoted = _is_in(answer.value, evidence)
    sentence = "The quote has the value." if is_quoted else "The quote does not have the value in its own words."
    confidences = learnt_confidences().get(LEARNT_AS, Confidences())
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=value,
        evidence=evidence,
        method=ReadingMethod.MODEL,
        confidence=confidences.of("quoted" if is_quoted else "not quoted"),
        checks=(FieldCheck("value-in-quote", is_quoted, sentence),),
    )


def _find(document: ReadDocument, quote: str) -> tuple[Evidence, ...]:
    """Return a quote's place in the document: its words in the same order, whatever the blanks between them."""
    starts, ends, joined = document.once("fields.words", lambda: _words(document.flow.text))
    plain = " ".join(document.flow.plain(quote).split())
    at = joined.find(plain) if plain else -1
    if at < 0:
        return ()
    first = joined.count(" ", 0, at)
    last = first + plain.count(" ")
    begins = starts[first] + at - (joined.rfind(" ", 0, at) + 1)
    word_end = joined.find(" ", at + len(plain))
    stop = ends[last] - ((len(joined) if word_end < 0 else word_end) - (at + len(plain)))
    return document.flow.evidence(begins, stop)


def _words(text: str) -> tuple[list[int], list[int], str]:
    """Return the places where words start and end, and the words joined by single blanks."""
    starts, ends, words = [], [], []
    at = 0
    for word in text.split():
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
        ends.append(at)
        words.append(word)
    return starts, ends, " ".join(words)


def _is_listed(spec: FieldSpec, text: str) -> bool:
    words = spec.schema.get("enum")
    return not words or text.strip().casefold() in {str(word).casefold() for word in words}


def _is_in(text: str, evidence: Sequence[Evidence]) -> bool:
    """Return whether the quotes have the value's own words."""
    quotes = " ".join(" ".join(quote.quote.split()) for quote in evidence).casefold()
    parts = [part for line in text.splitlines() for part in line.split("\t")]
    return all(" ".join(part.split()).casefold() in quotes for part in parts if part.strip())


def _merged(known: Proposal, read: Proposal | None) -> Proposal:
    """Return the rule's proposal, completed by what the model read."""
    if read is None or read.value is None:
        return known
    if known.state is ProposalState.FOUND:
        if same_value(known.value, read.value):
            agreed = FieldCheck("model-agrees", passed=True, sentence="The model reads the same value.")
            return replace(known, checks=(*known.checks, agreed))
        other = Alternative(read.value, read.evidence, "the model's reading")
        disagrees = FieldCheck("model-agrees", passed=False, sentence="The model reads another value.")
        return replace(known, alternatives=(*known.alternatives, other), checks=(*known.checks, disagrees))
    return replace(read, search=known.search, checks=(*known.checks, *read.checks))
