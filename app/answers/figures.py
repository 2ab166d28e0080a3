"""Answer a question for figures without a writer: of the parts of a whole, or a single one that is read or computed."""

from collections.abc import Sequence
from dataclasses import replace

from app.answers.claims import FIRST_PASSAGES
from app.answers.computing.answering import Answered, Evidence, answer_figure
from app.answers.computing.ledger_result import LedgerResult
from app.answers.computing.notices import Declined
from app.answers.computing.printed_measures import is_stated_otherwise
from app.answers.computing.question import FigureQuestion
from app.answers.computing.requests import Ranking
from app.answers.tabular.answering import answer_parts
from app.retrieval.questions.understanding import Understanding


def find_figures(
    question: str,
    figure: FigureQuestion | None,
    ledgers: Sequence[LedgerResult],
    understanding: Understanding,
    evidence: Evidence,
) -> Answered | Declined | None:
    """Return the verified answer, `Declined` with what is missing, or None if the question asks for no figures.

    The ledger knows all parts of an issuer; a table, those that it lists. A question for the figure of each part is
    declined if no table has them.
    """
    first = replace(evidence, passages=evidence.passages[:FIRST_PASSAGES])
    ranks = figure is not None and isinstance(figure.of_ledger[0].asked, Ranking)
    ranked = answer_figure(figure, ledgers, understanding, first) if figure is not None and ranks else None
    if isinstance(ranked, Answered):
        return ranked
    parts = answer_parts(question, understanding, ledgers, evidence)
    if parts is not None or figure is None or ranks:
        return parts or ranked
    computed = ledgers[0].computed if len(ledgers) == 1 else None
    if computed is not None and is_stated_otherwise(figure, computed, first.pages):
        return None  # the writer quotes the sentence
    return answer_figure(figure, ledgers, understanding, first)
