"""Retrieval: is a page that holds the evidence among the first k distinct pages, with all documents as one store?

Data: `pdfs/` (the documents; `doc_name` is a file's name without ending) and `questions.jsonl`, one question a line
with `financebench_id` (or `id`), `question` and `evidence` (`doc_name`, `page_index` counted from 0).
`documents.jsonl` may be there and is not read: what a document is, the system has to find out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol
from uuid import UUID

from app.core.principal import Principal
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.passages import Passage
from app.retrieval.service import RetrievalService, SearchResult
from app.stack.home import Home
from evals.engine import Case, DataMissingError, SuiteContext, SuiteResult, require_file
from evals.store import home_name, open_store

DEPTHS = (1, 5, 10, 20)
Names = Mapping[UUID, tuple[str, ...]]
"""Document → the names of its files, without their endings: files of the same bytes are one document."""
PASSAGES = 60  # enough for 20 distinct pages


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with the pages that hold its evidence: (document name, page from 1)."""

    id: str
    text: str
    evidence: frozenset[tuple[str, int]]


class Search(Protocol):
    """What is measured: `RetrievalService.search`."""

    def search(self, principal: Principal, question: str, *, k: int) -> SearchResult: ...


class RetrievalSuite:
    """Implements `Suite`."""

    name = "retrieval"
    version = "1"
    purpose = "evidence page among the first k pages found, all documents as one store"

    def run(self, context: SuiteContext) -> SuiteResult:
        questions = read_questions(require_file(context.data, "questions.jsonl"))
        files = sorted(path for path in require_file(context.data, "pdfs").iterdir() if path.is_file())
        home = Home.at(context.homes / home_name(context.data_digest))
        with open_store(home, files, say=context.say) as store:
            service = RetrievalService(database=store.database, embedder=WordLlamaEmbedder())
            names = {document: tuple(Path(name).stem for name in files) for document, files in store.files.items()}
            context.say(f"Asking {len(questions)} questions of {len(names)} documents")
            cases = [score_question(service, store.principal, question, names) for question in questions]
        return SuiteResult(metrics=summarise(cases), cases=cases)


def read_questions(path: Path) -> list[AskedQuestion]:
    """Raises DataMissingError for a line that is not a question with evidence."""
    questions: list[AskedQuestion] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            evidence = frozenset((item["doc_name"], int(item["page_index"]) + 1) for item in row["evidence"])
            name = str(row.get("financebench_id") or row.get("id") or number)
            questions.append(AskedQuestion(name, row["question"], evidence))
        except (ValueError, KeyError, TypeError) as error:
            raise DataMissingError(f"Line {number} of {path} is not a question with evidence.") from error
    return questions


def score_question(search: Search, principal: Principal, question: AskedQuestion, names: Names) -> Case:
    """The case of one question: its score is the reciprocal rank of the first evidence page."""
    result = search.search(principal, question.text, k=PASSAGES)
    pages = distinct_pages(result.passages, names)
    ranks = [rank for rank, (files, page) in enumerate(pages, 1) if any((f, page) in question.evidence for f in files)]
    wanted = {name for name, _ in question.evidence}
    rank = ranks[0] if ranks else None
    if rank is not None:
        reason = f"evidence page at rank {rank}"
    elif wanted.isdisjoint(chain.from_iterable(names.values())):
        reason = "the evidence's document is not in the store"
    else:
        reason = f"no evidence page among {len(pages)} pages"
    return Case(
        id=question.id,
        score=1 / rank if rank else 0.0,
        reason=reason,
        details={
            "rank": rank,
            "first_document_right": bool(pages) and not wanted.isdisjoint(pages[0][0]),
            "evidence": [list(page) for page in sorted(question.evidence)],
            "found": [[*files, page] for files, page in pages[:10]],
            "understood": result.understanding.as_record(),
        },
    )


def distinct_pages(passages: Sequence[Passage], names: Names) -> list[tuple[tuple[str, ...], int]]:
    """(the document's file names, page) in the order in which they were first found."""
    return list(dict.fromkeys((names.get(passage.document_id, ()), passage.page_number) for passage in passages))


def summarise(cases: Sequence[Case]) -> dict[str, float]:
    """`recall@k`, `mrr`, and `doc@1`: the first page is of a document that holds evidence."""
    count = max(1, len(cases))
    ranks = [case.details["rank"] for case in cases]
    metrics = {
        f"recall@{depth}": sum(isinstance(rank, int) and rank <= depth for rank in ranks) / count for depth in DEPTHS
    }
    metrics["mrr"] = sum(case.score or 0.0 for case in cases) / count
    metrics["doc@1"] = sum(case.details["first_document_right"] is True for case in cases) / count
    return metrics
