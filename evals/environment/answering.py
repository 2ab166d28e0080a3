"""Asks questions as a principal through the product's own answer service, and builds their traces."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.answers.claims import ClaimPart
from app.answers.events import AnswerDone, AnswerView, ClaimVerified, SourcesFound
from app.answers.repository import AnswerRepository
from app.answers.service import AnswerService
from app.answers.writing.by_kind import BuiltInWriter
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import PROMPT_NAME, ModelWriter
from app.answers.writing.section_writer import JOINED, PART, SectionWriter
from app.core.clock import SystemClock
from app.core.principal import Principal
from app.db.session import Database
from app.llm.local_server import LOCAL_MODEL, LocalModelServer
from app.llm.port import ChatModel
from app.llm.prompts import PromptLibrary
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.observability.metrics import Metrics
from app.relevance.cross_encoder import built_in_reader
from app.retrieval.filters import SearchFilters
from app.retrieval.passages import Passage
from app.retrieval.service import RetrievalService
from app.settings import ChatSettings, Settings
from evals.environment.cassettes import RecordedChat, cassettes_of
from evals.environment.context import SuiteContext, Used
from evals.environment.live import build_live
from evals.environment.store import Names, describe_space

PATIENCE_SECONDS = 600.0
PROMPTS = (PROMPT_NAME, PART, JOINED)
"""The prompts of answers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's answer, and the passages from which it was drafted.

    `dropped` contains each dropped sentence with the reason. `first_seconds` is the time to the first verified sentence
    (None if there was none). `seconds` is the total time.
    """

    passages: tuple[Passage, ...]
    answer: AnswerView
    dropped: tuple[tuple[str, str], ...]
    first_seconds: float | None
    seconds: float

    def texts(self) -> list[str]:
        return [claim.text for claim in self.answer.claims]

    def leading(self) -> int:
        """Return the number of claims that answer the question; those after them support the answer."""
        return sum(claim.part is ClaimPart.ANSWER for claim in self.answer.claims)

    def subject(self) -> str:
        """Return the first claim with the issuer and the period that are shown beside it."""
        if not self.answer.claims:
            return ""
        first = self.answer.claims[0]
        return " ".join(filter(None, (first.text, first.subject.issuer, first.subject.period)))

    def cited_pages(self, names: Names) -> list[tuple[tuple[str, ...], int]]:
        """Return the cited pages without duplicates, as (the document's file names, page number from 1)."""
        spans = [span for claim in self.answer.claims for span in claim.citations]
        return list(dict.fromkeys((names.get(span.document_id, ()), span.page_number) for span in spans))

    def trace(self, names: Names) -> dict[str, object]:
        """Return the retrieved passages by rank, the claims, and the dropped sentences with reasons.

        The trace contains no ids and no times.
        """
        return {
            "status": self.answer.status.value,
            "writer": self.answer.writer,
            "degraded": self.answer.degraded,
            "model": self.answer.model,
            "retrieved": [
                {
                    "rank": passage.rank,
                    "documents": list(names.get(passage.document_id, ())),
                    "page": passage.page_number,
                    "kind": passage.kind,
                    "heading": passage.heading,
                }
                for passage in self.passages
            ],
            "claims": [
                {
                    "text": claim.text,
                    "part": claim.part.value,
                    "subject": str(claim.subject),
                    "citations": [
                        {
                            "documents": list(names.get(span.document_id, ())),
                            "page": span.page_number,
                            "from": span.char_start,
                            "to": span.char_end,
                            "quote": span.quote,
                        }
                        for span in claim.citations
                    ],
                }
                for claim in self.answer.shown()
            ],
            "dropped": [{"text": text, "reason": reason} for text, reason in self.dropped],
        }


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks questions; safe to use from several threads."""

    service: AnswerService
    database: Database

    def ask(self, principal: Principal, question: str, filters: SearchFilters | None = None) -> Asked:
        """Ask a question. Raises the errors of `AnswerService.ask`, and CassetteMissingError."""
        return asyncio.run(self._ask(principal, question, filters))

    async def _ask(self, principal: Principal, question: str, filters: SearchFilters | None) -> Asked:
        began, first = time.perf_counter(), None
        passages: Sequence[Passage] = ()
        async for event in self.service.ask(principal, question, filters):
            if isinstance(event, SourcesFound):
                passages = event.passages
            elif isinstance(event, ClaimVerified) and first is None:
                first = time.perf_counter() - began
            elif isinstance(event, AnswerDone):
                answer = event.answer
        seconds = time.perf_counter() - began
        with self.database.transaction(principal) as session:
            claims = AnswerRepository(session).list_claims([answer.question_id])
            dropped = tuple((claim.text, str(claim.dropped_reason)) for claim in claims if claim.dropped_reason)
        return Asked(tuple(passages), answer, dropped, first, seconds)


def build_asking(
    database: Database, *, chat: ChatModel | None, computes: bool = True, built_in: BuiltInWriter | None = None
) -> Asking:
    """Build the answer service for a store. `chat` drafts the answers, or the writer `built_in` if `chat` is None.

    Without `computes`, they also draft the answers with figures, which Footnote otherwise computes before it asks them.
    """
    embedder = WordLlamaEmbedder()
    writer = sections = None
    if chat is not None:
        settings = Settings()
        writer, most = build_writer(chat, settings), settings.chat.max_output_tokens
        sections = SectionWriter(chat=chat, prompts=PromptLibrary(), max_output_tokens=most)
    service = AnswerService(
        database=database,
        search=RetrievalService(database=database, embedder=embedder),
        drafter=Drafter(
            extractive=built_in or BuiltInWriter(reader=built_in_reader(), embedder=embedder),
            model=writer,
            sections=sections,
            timeout_seconds=PATIENCE_SECONDS,
            summary_seconds=PATIENCE_SECONDS,
        ),
        clock=SystemClock(),
        metrics=Metrics(),
        computes=computes,
    )
    return Asking(service, database)


def build_writer(chat: ChatModel, settings: Settings) -> ModelWriter:
    """Build the product's own writer, with the parameters of the settings."""
    return ModelWriter(chat=chat, prompts=PromptLibrary(), max_output_tokens=settings.chat.max_output_tokens)


@contextmanager
def open_chat(context: SuiteContext, settings: Settings) -> Iterator[ChatModel | None]:
    """Open the configured model, or yield None. Unless `live`, the model replays responses from cassettes."""
    chat = settings.chat
    if not chat.model:
        yield None
        return
    cassettes = cassettes_of(context)
    yield RecordedChat(model=chat.model, cassettes=cassettes, live=_live(chat) if context.live else None)


@contextmanager
def open_recorded_chat(context: SuiteContext) -> Iterator[ChatModel]:
    """Open the configured model, or else the local model. Unless `live`, the model replays responses from cassettes."""
    settings = Settings()
    if settings.chat.model:
        with open_chat(context, settings) as chat:
            assert chat is not None
            yield chat
        return
    cassettes = cassettes_of(context)
    if not context.live:
        yield RecordedChat(model=LOCAL_MODEL, cassettes=cassettes)
        return
    with LocalModelServer() as server:
        local = settings.chat.model_copy(update={"base_url": server.base_url, "model": LOCAL_MODEL})
        yield RecordedChat(model=LOCAL_MODEL, cassettes=cassettes, live=_live(local))


def describe_recorded(chat: ChatModel) -> Used:
    """Describe the model of `open_recorded_chat` for the run's record."""
    settings = Settings()
    return describe_use(chat, settings)


def describe_use(chat: ChatModel | None, settings: Settings) -> Used:
    """Describe the model and parameters for the run's record."""
    space = describe_space(WordLlamaEmbedder().space)
    if chat is None:
        return Used(embedding_space=space)
    return Used(
        embedding_space=space,
        model=chat.model,
        parameters={"temperature": 0.0, "seed": 0, "max_output_tokens": settings.chat.max_output_tokens},
        prompts={name: PromptLibrary().get_prompt(name).digest for name in PROMPTS},
    )


def _live(settings: ChatSettings) -> ChatModel | None:
    return build_live(
        base_url=settings.base_url,
        api_key=settings.api_key,
        model=settings.model,
        price_in=settings.price_in,
        price_out=settings.price_out,
    )
