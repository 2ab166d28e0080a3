"""Learning from fictional tables of labels."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.facts.items.clarity import CONCEPT, ITEM, Clarity
from app.facts.items.rows import ItemRow
from app.facts.model import StatementKind
from evals.learning.examples import Example, Source, Truth
from evals.learning.label_tables import read_label_tables
from evals.learning.regression import fit_isotonic, fit_logistic
from evals.learning.seeds import list_seeds
from evals.learning.training import Lesson, answer, compress, lessons_of, train, true_name

_UNKNOWN = {level: Clarity([], [], []) for level in (ITEM, CONCEPT)}


def _table(company: str, number: int, rows: list[tuple[str, list[str]]]) -> str:
    listed = [
        {"label": label, "indent": 0.0, **({"concepts": own, "figures": 2} if own else {})} for label, own in rows
    ]
    return json.dumps({"company": company, "form": "10-K", "table": number, "title": [], "rows": listed})


_INCOME = [
    ("Net sales:", []),
    ("Gadgets", ["us-gaap:Revenues"]),
    ("Services", ["us-gaap:Revenues"]),
    ("Total net sales", ["us-gaap:Revenues"]),
    ("Cost of sales", ["us-gaap:CostOfRevenue"]),
    ("Gross profit", ["us-gaap:GrossProfit"]),
    ("Wages of wizards", ["own:WagesOfWizards"]),
    ("Income taxes", ["us-gaap:IncomeTaxExpenseBenefit"]),
    ("Net income", ["us-gaap:NetIncomeLoss"]),
]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    path = tmp_path / "tables.jsonl"
    lines = [_table(str(company), table, _INCOME) for company in range(4) for table in (7, 30)]
    path.write_text("\n".join(lines))
    return path


def test_first_statement_of_each_filing_is_read(tables: Path) -> None:
    examples = read_label_tables(tables)
    assert [example.company for example in examples] == ["0", "1", "2", "3"]
    assert {example.statement for example in examples} == {StatementKind.INCOME}


def test_rows_of_one_concept_are_parts_of_their_total(tables: Path) -> None:
    example = read_label_tables(tables)[0]
    truth = dict(zip([row.label for row in example.rows], example.truth, strict=True))
    assert truth["Net sales:"] is None
    assert truth["Gadgets"] == truth["Services"] == Truth("Revenues", is_part=True)
    assert truth["Total net sales"] == Truth("Revenues")
    assert truth["Wages of wizards"] == Truth("own:WagesOfWizards")
    assert example.rows[1].label_path == ("Net sales:", "Gadgets")


def test_figures_in_a_label_do_not_name_its_row(tmp_path: Path) -> None:
    rows = [*_INCOME, ("Common stock, $1 par value", ["us-gaap:CommonStockSharesIssued", "us-gaap:CommonStockValue"])]
    path = tmp_path / "tables.jsonl"
    path.write_text(_table("1", 1, rows))
    assert read_label_tables(path)[0].truth[-1] == Truth("CommonStockValue")


@pytest.fixture
def lesson(tables: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """A lesson without seeds, whose many concepts take long to learn."""
    monkeypatch.setattr("evals.learning.training.list_seeds", lambda _: iter(()))
    (lesson,) = lessons_of(read_label_tables(tables))
    return lesson


def test_model_places_labels_of_companies_left_out(lesson: Lesson) -> None:
    for fold in {lesson.folds[example.company] for example in lesson.examples}:
        model = compress(lesson, train(lesson, fold), _UNKNOWN)
        answers = answer(lesson, model, fold)[ITEM]
        placed = {
            lesson.examples[row.example].rows[row.number].label: (name, right)
            for row, name, right in zip(answers.rows, answers.names, answers.right, strict=True)
        }
        assert placed["Total net sales"] == ("Revenue", True)
        assert placed["Net income"] == ("NetIncome", True)
        assert not placed["Wages of wizards"][1]


def test_training_twice_gives_the_same_model(lesson: Lesson) -> None:
    first, second = (compress(lesson, train(lesson), _UNKNOWN) for _ in range(2))
    assert first.classes == second.classes
    assert first.vocabulary == second.vocabulary
    assert np.array_equal(first.weights, second.weights)


def test_parts_and_own_concepts_have_no_true_name(lesson: Lesson) -> None:
    names = {lesson.examples[0].rows[row.number].label: true_name(lesson, row, ITEM) for row in lesson.rows}
    assert names["Gadgets"] is None
    assert names["Wages of wizards"] is None
    assert names["Cost of sales"] == "CostOfGoodsAndServicesSold"


def test_companies_are_dealt_to_folds_in_the_same_way_each_time() -> None:
    rows = (ItemRow("Net income", figures=(Decimal(1),)),)
    examples = [
        Example(str(company), "filing", Source.HTML, StatementKind.INCOME, rows, (Truth("NetIncomeLoss"),))
        for company in range(12)
    ]
    folds = lessons_of(examples)[0].folds
    assert folds == lessons_of(examples)[0].folds
    assert sorted(folds.values()) == sorted([*range(6)] * 2)


@pytest.mark.parametrize(
    "statement", [StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW, StatementKind.EQUITY]
)
def test_seeds_have_words(statement: StatementKind) -> None:
    seeds = list(list_seeds(statement))
    assert len(seeds) > 40
    assert all(any(feature.startswith("w=") for feature in seed.features) for seed in seeds)


def test_isotonic_steps_rise_and_claim_no_certainty() -> None:
    scores = np.linspace(-3, 3, 600)
    right = (np.arange(600) % 7 > 3) | (scores > 0)
    middles, shares = fit_isotonic(scores, right)
    assert middles == sorted(middles)
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.6 < shares[-1] < 1


def test_logistic_regression_finds_the_rising_measure() -> None:
    rows = np.column_stack([np.linspace(-2, 2, 200), np.ones(200)])
    weights = fit_logistic(rows, rows[:, 0] > 0)
    assert weights[0] > 1
