"""Documents read and indexed in memory, which answer the searches of `EvidenceGatherer` without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
import numpy.typing as npt

from app.core.errors import FootnoteError
from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.content.statements import StatementRecogniser
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentMetadata
from app.facts.model import Fact
from app.llm.port import Embedder, Vectors
from app.retrieval.index.postings import pack_layout, pack_postings
from app.retrieval.index.writing import heading_terms
from app.retrieval.repository import Candidate, Graph, Near, SearchRepository, TermRows
from evals.environment.reading import read_document, reading_pool
from workers.chunking.chunker import ChunkingParams, chunk_document
from workers.extraction.facts.reading import read_document_facts
from workers.pipeline.indexing import weigh_terms


@dataclass(frozen=True, slots=True)
class ReadFiling:
    """A filing as the stages of ingestion read it."""

    name: str
    metadata: DocumentMetadata
    facts: tuple[Fact, ...]
    drafts: tuple[ChunkDraft, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing in memory, with its index. `company` is the same for all names of one issuer."""

    read: ReadFiling
    company: str
    candidate: Candidate
    postings: Mapping[int, tuple[int, bytes]]
    vectors: Vectors

    @property
    def metadata(self) -> DocumentMetadata:
        return self.read.metadata


def read_filings(paths: Sequence[Path]) -> list[ReadFiling]:
    """Read files in several processes. Files that cannot be read, or name no issuer, are left out."""
    with reading_pool() as pool:
        found = [filing for filing in pool.map(_read, paths) if filing is not None]
    return [filing for filing in found if filing.drafts and filing.metadata.issuer]


def index_filings(filings: Sequence[ReadFiling], embedder: Embedder) -> list[Filing]:
    """Index filings as ingestion does."""
    recogniser = StatementRecogniser()
    companies = _companies(filings)
    return [_index(filing, companies[number], recogniser, embedder) for number, filing in enumerate(filings)]


def _read(path: Path) -> ReadFiling | None:
    try:
        document = read_document(path)
    except FootnoteError:
        return None
    facts = read_document_facts(document.parsed, document.tables, document.metadata)
    drafts = chunk_document(document.parsed, document.metadata, params=ChunkingParams())
    return ReadFiling(path.stem, document.metadata, facts, drafts)


def _companies(filings: Sequence[ReadFiling]) -> list[str]:
    """Return each filing's company: filings that share a name, an alias or a ticker have the same one."""
    groups: list[set[str]] = []
    for filing in filings:
        own = {normalise_issuer(filing.metadata.issuer or ""), *filing.metadata.issuer_aliases}
        joined = own.union(*(group for group in groups if group & own))
        groups = [*(group for group in groups if not group & own), joined]
    names = [normalise_issuer(filing.metadata.issuer or "") for filing in filings]
    return [min(next(group for group in groups if name in group)) for name in names]


def _index(filing: ReadFiling, company: str, recogniser: StatementRecogniser, embedder: Embedder) -> Filing:
    drafts, metadata = filing.drafts, filing.metadata
    pages, texts = [draft.page_number for draft in drafts], [draft.indexed_text() for draft in drafts]
    statements = recogniser.by_page(pages, [draft.text for draft in drafts])
    packed = pack_postings([weigh_terms(text) for text in texts], heading_terms(drafts))
    identity = uuid5(NAMESPACE_URL, filing.name)
    candidate = Candidate(
        document_id=identity,
        version_id=identity,
        chunk_count=len(drafts),
        title=metadata.title,
        issuer=metadata.issuer,
        issuer_key=company,
        issuer_aliases=None,
        issuer_id=None,
        document_type=metadata.document_type.value,
        fiscal_year=metadata.fiscal_year,
        fiscal_period=metadata.fiscal_period and metadata.fiscal_period.value,
        period_end=metadata.period_end,
        filing_date=metadata.filing_date,
        layout=pack_layout(pages, [draft.kind is ChunkKind.TABLE for draft in drafts], statements),
    )
    return Filing(
        read=filing,
        company=company,
        candidate=candidate,
        postings=dict(zip(packed.term_ids, zip(packed.counts, packed.packed, strict=True), strict=True)),
        vectors=embedder.embed_documents(texts),
    )


class MemoryRepository(SearchRepository):
    """The statements of a search over filings in memory."""

    def __init__(self, filings: Sequence[Filing]) -> None:
        self._filings = {filing.candidate.document_id: filing for filing in filings}

    def list_terms(self, terms: Sequence[int], documents: Sequence[UUID]) -> list[TermRows]:
        found = []
        for term in terms:
            rows = [
                (place, *row)
                for place, document in enumerate(documents, 1)
                if (row := self._filings[document].postings.get(term)) is not None
            ]
            if rows:
                places, counts, packed = zip(*rows, strict=True)
                found.append(TermRows(term, places, counts, b"".join(packed)))
        return found

    def count_terms(self, terms: Sequence[int]) -> dict[int, int]:
        every = self._filings.values()
        return {term: sum(filing.postings.get(term, (0, b""))[0] for filing in every) for term in terms}

    def find_nearest(
        self,
        vector: npt.NDArray[np.float32],
        documents: Sequence[UUID],
        *,
        space_id: int,  # noqa: ARG002 - filings in memory have vectors of one space
        limit: int,
    ) -> Near:
        parts = [self._filings[document].vectors @ vector for document in documents]
        similarities = np.concatenate(parts)
        order = np.argsort(-similarities, kind="stable")[:limit]
        places = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        ordinals = np.concatenate([np.arange(len(part)) for part in parts])
        return Near(places[order], ordinals[order], similarities[order])

    def find_graph(self, space_id: int) -> Graph | None:  # noqa: ARG002 - all vectors are compared
        return None
