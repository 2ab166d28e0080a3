"""The built-in writer: it answers each kind of question in the form that the kind asks for, without a language model.

Each kind has its writers, the preferred first. A writer returns nothing if no sentence or row is sure enough; then the
question is declined, and the nearest sentences are shown as evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.answers.claims import ClaimPart, Draft, DraftClaim, PageTexts, Writer, WriterScore
from app.answers.evidence_tables import EvidenceTables
from app.answers.kinds import Expected, QuestionKind, read_kind
from app.answers.writing.definitions import write_definition
from app.answers.writing.facts import write_both, write_fact
from app.answers.writing.kind_writer import Reading, Written
from app.answers.writing.lists import write_list
from app.answers.writing.numbers_asked import asked_amount
from app.answers.writing.plain_question import write_plainly
from app.answers.writing.reasons import write_reason
from app.answers.writing.rows import RowFinder
from app.answers.writing.said import Fit, Texts, rank
from app.answers.writing.summaries import write_summary
from app.answers.writing.verdicts import write_verdict
from app.llm.port import Embedder
from app.relevance.port import Reader
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

NOTICE = "No language model wrote this: these are the sentences and table rows that fit the question best."

KindWriter = Callable[[Reading], Written | None]

WRITERS: dict[QuestionKind, tuple[KindWriter, ...]] = {
    QuestionKind.FACT: (write_both, write_fact),
    QuestionKind.DATE: (write_both, write_fact),
    QuestionKind.LIST: (write_list, write_fact),
    QuestionKind.WHY: (write_reason,),
    QuestionKind.YES_NO: (write_verdict,),
    QuestionKind.DEFINITION: (write_definition, write_fact),
    QuestionKind.SUMMARY: (write_summary,),
    QuestionKind.CHANGE: (write_fact,),
    QuestionKind.COMPARISON: (write_fact,),
    QuestionKind.FIGURE: (write_both, write_fact),
}
MOST_RELATED = 3
_LEAST_RELATED = 0.34
"""A sentence with less of the question's terms is not shown as related."""
_OF_CHANGE = 1.3
_LOGITS_OF_CHANGE = 10.0
_OF_ROWS = frozenset({QuestionKind.FIGURE, QuestionKind.CHANGE, QuestionKind.COMPARISON})


class BuiltInWriter:
    """Drafts an answer from passages without a language model. Thread-safe.

    `reader` and `embedder` compare sentences with the question. Without them, its words alone choose the sentences.
    """

    def __init__(self, *, reader: Reader | None = None, embedder: Embedder | None = None) -> None:
        self._reader = reader
        self._embedder = embedder

    def write(
        self,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> Draft:
        """Return the claims that answer, and related ones; only related ones if nothing is sure enough."""
        reading = self.read(understanding, passages, pages, tables)
        rows = RowFinder(reading)
        found = self._answer(reading, rows)
        return self._draft(reading, found, rows)

    def find_evidence(
        self,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> Draft:
        """Return up to three related claims, without an answer."""
        reading = self.read(understanding, passages, pages, tables)
        return self._draft(reading, None, RowFinder(reading))

    def read(
        self,
        understanding: Understanding,
        passages: Sequence[Passage],
        pages: PageTexts,
        tables: EvidenceTables,
    ) -> Reading:
        """Read a question and the texts of its passages. Only those of amendments count, if it asks for them."""
        asked = read_kind(understanding)
        amended = [passage for passage in passages if passage.document_type.endswith("/A")]
        passages = amended if understanding.wants_amended and amended else passages
        texts = Texts.of(asked, understanding, passages, pages, tables)
        ranked = rank(asked, understanding, texts)
        return Reading(
            asked, understanding, passages, texts, ranked, pages, tables, reader=self._reader, embedder=self._embedder
        )

    def _answer(self, reading: Reading, rows: RowFinder) -> Written | None:
        asked = reading.asked
        is_amount = bool(asked_amount(reading))
        kind = QuestionKind.FIGURE if is_amount else asked.kind
        found = next(filter(None, (write(reading) for write in WRITERS[kind])), None)
        if kind not in _OF_ROWS and asked.expected is not Expected.COUNT:
            return found
        row = rows.write()
        return row or found if row is None or found is None else _better(reading, row, found)

    def _draft(self, reading: Reading, found: Written | None, rows: RowFinder) -> Draft:
        claims = () if found is None else found.claims
        score = WriterScore("none", 0.0) if found is None else found.score
        related = _related(reading, claims)
        if len(related) < MOST_RELATED and (reading.understanding.wants_number or reading.asked.kind in _OF_ROWS):
            near = rows.list_near()
            texts = {claim.text for claim in (*claims, *related)}
            related += [row for row in near if row.text not in texts][: MOST_RELATED - len(related)]
        return Draft(writer=Writer.EXTRACTIVE, claims=(*claims, *related), score=score)


def _better(reading: Reading, row: Written, found: Written) -> Written:
    """Return a row or a sentence, whichever the reader prefers."""
    # A row shows both periods of a change exactly.
    prior = _OF_CHANGE if reading.asked.kind is QuestionKind.CHANGE else 1.0
    if reading.reader is None:
        return row if prior * row.score.raw > found.score.raw else found
    question = write_plainly(reading.understanding)
    of_row, of_found = reading.reader.score(question, [row.claims[0].text, found.claims[0].text])
    return row if of_row + _LOGITS_OF_CHANGE * (prior - 1.0) > of_found else found


def _related(reading: Reading, claims: Sequence[DraftClaim]) -> list[DraftClaim]:
    """Return the sentences that fit best beside the claims, without their words."""
    cited = {(span.version_id, span.page_number, span.char_start) for claim in claims for span in claim.citations}
    shown: dict[str, DraftClaim] = {}
    for fit in reading.ranked:
        if len(shown) == MOST_RELATED or fit.coverage < _LEAST_RELATED:
            break
        claim = _claim(reading, fit)
        span = claim.citations[0]
        is_lead = fit.said.is_heading or fit.said.text.rstrip().endswith(":")
        if not is_lead and (span.version_id, span.page_number, span.char_start) not in cited:
            shown.setdefault(claim.text, claim)
    return [replace(claim, part=ClaimPart.RELATED) for claim in shown.values()]


def _claim(reading: Reading, fit: Fit) -> DraftClaim:
    return reading.texts.claim(fit.said, ClaimPart.RELATED)
