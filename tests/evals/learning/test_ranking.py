"""Learning the ranker from questions about fictional filings."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.metadata import DocumentMetadata, DocumentType, FiscalPeriod
from app.facts.model import Fact, FiscalLabel, Measure, Method, Place, StatementKind
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.quantities.periods import Period
from app.retrieval.ranker import SIGNALS
from evals.learning.ranking.__main__ import learn
from evals.learning.ranking.asking import ask
from evals.learning.ranking.fitting import Lesson, fit, lesson_of, shortened
from evals.learning.ranking.library import Filing, ReadFiling, index_filings
from evals.learning.ranking.made_questions import make_questions
from evals.learning.ranking.measuring import ABLATIONS, folds_of, measure

TEXTS = (
    ("Business", "The company mills timber and sells planks to builders. Competition comes from other mills nearby."),
    ("Risk Factors", "Demand for timber may fall, prices of logs may rise, and storms may close our mills for weeks."),
    (
        "Legal Proceedings",
        "A neighbour has sued over noise from the saws. We believe that the claim has no merit at all.",
    ),
    ("Net Sales", "Net sales rose because builders bought more planks, partially offset by lower prices in the north."),
    ("Income Statement", "Net sales 412 380\nCost of sales 240 225\nNet income 61 55"),
    ("Income Taxes", "The effective tax rate was lower because of credits for planting trees in the southern forests."),
)


def _fact(label: str, item: str, value: int, year: int) -> Fact:
    return Fact(
        label=label, label_path=(label,), period=Period(date(year, 1, 1), date(year, 12, 31)), value=Decimal(value),
        measure=Measure.MONEY, scale=6, currency="USD", method=Method.TABLE, place=Place(5, 0, 3, 1, 1, 1),
        confidence=0.9, statement=StatementKind.INCOME, item=item, fiscal=FiscalLabel(year),
    )  # fmt: skip


def _filing(issuer: str, year: int) -> ReadFiling:
    drafts = tuple(
        ChunkDraft(number, ChunkKind.TABLE if number == 4 else ChunkKind.TEXT, number + 1, 0, len(text),
                   f"{issuer} · 10-K · FY{year} · {heading}", "", text, (heading,), 100)
        for number, (heading, text) in enumerate(TEXTS)
    )  # fmt: skip
    metadata = DocumentMetadata(
        title=f"{issuer} {year}", issuer=issuer, document_type=DocumentType.FORM_10K, fiscal_year=year,
        fiscal_period=FiscalPeriod.FY, period_end=date(year, 12, 31),
    )  # fmt: skip
    facts = (_fact("Net sales", "Revenue", 412 + year, year), _fact("Net income", "NetIncome", 61 + year, year))
    return ReadFiling(f"{issuer} {year}", metadata, facts, drafts)


NAMES = ("Alder Mills Inc.", "Birch Lumber Corp.", "Cedar Boards Inc.", "Dogwood Planks Ltd.")


@pytest.fixture(scope="module")
def filings() -> list[Filing]:
    return index_filings([_filing(name, year) for name in NAMES for year in (2030, 2031)], WordLlamaEmbedder())


@pytest.fixture(scope="module")
def lessons(filings: list[Filing]) -> list[Lesson]:
    return [lesson_of(asked) for asked in ask(filings, make_questions(filings), WordLlamaEmbedder())]


def test_questions_are_the_same_each_time_and_about_pages_of_their_filing(filings: list[Filing]) -> None:
    made = make_questions(filings)
    assert made == make_questions(filings)
    assert {"item", "measure", "judgement", "heading", "topic"} <= {question.kind for question in made}
    for question in made:
        assert question.company == filings[question.filing].company
        assert {filing for group in question.pages for filing, _ in group} == {question.filing}
        assert "{" not in question.text


def test_figures_are_asked_of_the_page_that_states_them(filings: list[Filing]) -> None:
    asked = [question for question in make_questions(filings) if question.kind.startswith("item")]
    assert asked
    assert all(page == 5 for question in asked for group in question.pages for _, page in group)


def test_names_of_one_issuer_are_one_company() -> None:
    first = _filing("Alder Mills Inc.", 2030)
    renamed = replace(
        first, metadata=replace(first.metadata, issuer="Elm Corp.", issuer_aliases=("alder mills", "elm"))
    )
    made = index_filings([first, renamed, _filing("Birch Lumber Corp.", 2030)], WordLlamaEmbedder())
    assert made[0].company == made[1].company != made[2].company


def test_weights_rank_the_right_pages_first(lessons: list[Lesson]) -> None:
    weights = fit(lessons)
    found = measure(lessons, [lesson.rows @ weights for lesson in lessons])
    assert found["all"].recall[0] > 0.7
    assert found["all"].document > 0.9
    assert found["all"].recall[0] > measure(lessons, [lesson.rows[:, 0] for lesson in lessons])["all"].recall[0]


def test_signals_left_out_have_no_weight(lessons: list[Lesson]) -> None:
    for name, without in ABLATIONS.items():
        assert without <= set(SIGNALS), name
    weights = fit(lessons, without=ABLATIONS["dense"])
    dense = [any(part in ABLATIONS["dense"] for part in name.split(" x ")) for name in SIGNALS]
    assert not weights[dense].any()
    assert weights[np.logical_not(dense)].any()


def test_companies_are_dealt_to_folds(lessons: list[Lesson]) -> None:
    assert sorted(folds_of(lessons).values()) == [0, 1, 2, 3]


def test_short_lessons_keep_the_right_pages(lessons: list[Lesson]) -> None:
    long = replace(lessons[0], rows=np.repeat(lessons[0].rows, 20, axis=0), right=(np.asarray([7, 90]),))
    short = shortened(long, np.random.default_rng(0))
    assert len(short.rows) <= 62 < len(long.rows)
    assert np.array_equal(short.rows[short.right[0]], long.rows[long.right[0]])


def test_learning_writes_a_weight_for_each_signal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "ranker.json"
    learn([_filing(name, year) for name in NAMES for year in (2030, 2031)], place, with_ablation=False)
    assert set(json.loads(place.read_text())) == set(SIGNALS)
    printed = capsys.readouterr().out
    assert "companies left out" in printed
    assert "in sample" in printed
