"""Drafts and computed ledgers are kept, and used again only for exactly what was read."""

import asyncio
from dataclasses import replace

from app.answers.computing.question import FigureQuestion
from app.answers.ledgers import read_ledgers
from app.answers.service import AnswerService
from app.answers.writing.by_kind import BuiltInWriter
from app.answers.writing.drafting import Drafter
from app.core.clock import SystemClock
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.observability.metrics import Metrics
from app.relevance.cross_encoder import built_in_reader
from app.retrieval.filters import SearchFilters
from tests.facts.made_facts import make_fact, write_facts


class CountingWriter(BuiltInWriter):
    drafts = 0

    def read(self, *arguments):
        self.drafts += 1
        return super().read(*arguments)


def test_draft_is_made_again_only_from_other_texts(office, grant) -> None:
    writer = CountingWriter(reader=built_in_reader(), embedder=WordLlamaEmbedder())
    service = AnswerService(
        database=office.database.api,
        search=office.search,
        drafter=Drafter(extractive=writer),
        clock=SystemClock(),
        metrics=Metrics(),
    )

    def ask(principal):
        return asyncio.run(service.answer(principal, "Why did net income rise in fiscal 2022?"))

    first, again = ask(office.owner), ask(office.owner)
    assert (len(first.shown()) > 0, writer.drafts) == (True, 1)
    own = {"question_id": again.question_id, "asked_at": again.asked_at, "duration_ms": again.duration_ms}
    assert again == replace(first, **own)
    assert service.get_question(office.owner, again.question_id).shown() == first.shown()
    assert (len(ask(office.other).shown()), writer.drafts) == (0, 2)
    close = grant()
    assert (ask(office.other).shown(), writer.drafts) == (first.shown(), 3)
    close()
    assert (len(ask(office.other).shown()), writer.drafts) == (0, 3)
    office.rows("UPDATE pages SET text = text || ' Later.'")
    ask(office.owner)
    assert writer.drafts == 4


def test_ledger_is_computed_again_when_its_document_changes(office, understand) -> None:
    office.rows(
        "UPDATE documents SET current_version_id = :version, issuer = 'Plain Holdings', issuer_key = 'plain'"
        " WHERE id = :document",
        version=office.version,
        document=office.document,
    )
    with office.database.owner.transaction(office.owner) as session:
        write_facts(session, office.owner.tenant_id, office.document, office.version, [make_fact()])
    question = "What was Plain Holdings' revenue in FY2031?"
    named = {"issuer_names": ("Plain Holdings",), "issuer_keys": ("plain",), "issuer_forms": (frozenset({"plain"}),)}
    understanding = replace(understand(question), **named)

    def read(principal):
        with office.database.api.transaction(principal) as session:
            figure = FigureQuestion.of(question, understanding)
            (ledger,) = read_ledgers(session, figure, understanding, SearchFilters())
            return ledger

    first = read(office.owner)
    assert first.computed is not None
    assert read(office.owner) is first
    assert read(office.other).documents == {}
    office.rows("UPDATE documents SET title = 'Renamed' WHERE id = :document", document=office.document)
    assert [source.title for source in read(office.owner).documents.values()] == ["Renamed"]
