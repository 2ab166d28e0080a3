"""Asks made questions of the filings of their company, with the search of `EvidenceGatherer`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.llm.port import Embedder
from app.retrieval.evidence import EvidenceGatherer, RankedPages
from app.retrieval.limits import SearchLimits
from app.retrieval.priors import document_priors
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.vocabulary import FinanceVocabulary
from evals.learning.ranking.library import Filing, MemoryRepository
from evals.learning.ranking.made_questions import MadeQuestion

_EXACT = SearchLimits(exact_chunks=10**9)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with its candidate pages. `right` has the indexes of right pages, a group for each group of the
    question that has candidates. `filings` has the index of each page's filing.
    """

    made: MadeQuestion
    document_type: str
    found: RankedPages
    right: tuple[npt.NDArray[np.int64], ...]
    filings: npt.NDArray[np.int64]


def ask(filings: Sequence[Filing], questions: Sequence[MadeQuestion], embedder: Embedder) -> Iterator[AskedQuestion]:
    """Ask each question of all filings of its company."""
    reader = QuestionReader(vocabulary=FinanceVocabulary())
    repository = MemoryRepository(filings)
    for made in questions:
        places = np.asarray([number for number, each in enumerate(filings) if each.company == made.company])
        scope = [filings[number].candidate for number in places.tolist()]
        understanding = reader.read(made.text)
        gatherer = EvidenceGatherer(
            repository=repository,
            scope=scope,
            priors=document_priors(scope, understanding),
            space_id=0,
            limits=_EXACT,
        )
        found = gatherer.collect(embedder.embed_query(understanding.core), understanding, depth=_EXACT.list_length)
        if found is None:
            continue
        of_pages = places[found.pages.documents]
        pages = {
            key: place for place, key in enumerate(zip(of_pages.tolist(), found.pages.numbers.tolist(), strict=True))
        }
        right = [np.asarray(sorted(pages[page] for page in group if page in pages), np.int64) for group in made.pages]
        yield AskedQuestion(
            made=made,
            document_type=filings[made.filing].metadata.document_type.value,
            found=found,
            right=tuple(group for group in right if len(group)),
            filings=of_pages,
        )
