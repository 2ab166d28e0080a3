"""Figures are chosen in the currency that a question names, or else in the issuer's, and never converted."""

from dataclasses import replace

import pytest

from app.answers.computing.answering import Evidence, answer_figure
from app.answers.computing.currencies import find_asked_currency, list_translated
from app.answers.computing.grammar import read_requests
from app.answers.computing.ledger_result import compute_from_ledger
from app.answers.computing.notices import Declined
from app.answers.computing.question import FigureQuestion
from app.documents.issuers import normalise_issuer
from app.facts.model import Fact, FactSource, FiscalLabel, Measure, Method, Place, StatementKind, StoredFact
from app.tables.rows import quantity_of

KEY = normalise_issuer("Plain Holdings")
PAGE = """Consolidated Statements of Operations
(in millions)

In	2021	2022	2022
Ferry revenues	$900	$950	$1,026
"""


@pytest.mark.parametrize(
    ("question", "currency"),
    [
        ("What were revenues in 2024 in euros?", "EUR"),
        ("What were revenues in US dollars in 2024?", "USD"),
        ("What was revenue in € millions in 2023?", "EUR"),
        ("How much (in USD billions) was paid in FY2020?", "USD"),
        ("What was revenue in 2020 in millions of Canadian dollars?", "CAD"),
        ("What were sales in Germany in pounds in 2022?", "GBP"),
        ("What was revenue in $ millions in 2022?", "$"),
        ("What were borrowings denominated in euros in 2024?", None),
        ("What was revenue in Canadian stores in 2024?", None),
        ("What was tax in the US in 2024?", None),
    ],
)
def test_currency_of_the_answer_is_read(question, currency) -> None:
    assert find_asked_currency(question) == currency


@pytest.mark.parametrize("words", ["euros", "US dollars", "€", "millions of euros", "Swiss francs"])
def test_currency_is_no_part_of_the_item(words) -> None:
    assert str(read_requests(f"What were revenues in {words} in 2024?")[0].asked) == '"revenues"[FY2024]'


@pytest.mark.parametrize(
    ("amounts", "translated"),
    [
        ([(2023, "EUR"), (2024, "EUR"), (2024, "USD")], [2]),
        ([(2023, "EUR"), (2023, "USD"), (2024, "USD")], [0]),
        ([(2024, "EUR"), (2024, "USD")], []),
        ([(2022, "USD"), (2023, "EUR"), (2024, "EUR")], []),  # the issuer changed its currency
        ([(2023, "EUR"), (2024, "EUR"), (None, "USD"), (2024, None)], []),
    ],
)
def test_translation_covers_fewer_periods(amounts, translated) -> None:
    assert list_translated(amounts) == translated


@pytest.fixture
def ask(library, understand):
    """Ask about a table in euros, whose last column is in US dollars: of the table, or of its facts."""
    passage = library.add(PAGE, number=3, units_line="(in millions)")
    key = (passage.version_id, 3)
    table = library.stored_tables[key][0]
    cells = [
        replace(cell, value=replace(cell.value, unit="USD" if cell.column == 3 else "EUR")) if cell.value else cell
        for cell in table.cells
    ]
    library.stored_tables[key] = [replace(table, cells=tuple(cells))]
    source = FactSource(
        passage.document_id, passage.version_id, KEY, "Plain Holdings", "Plain Holdings 20-F", "20-F", None
    )

    def fact(cell) -> StoredFact:
        value = quantity_of(cell)
        return StoredFact(
            Fact(
                label="Ferry revenues",
                label_path=("Ferry revenues",),
                period=cell.period,
                value=value.value.scaleb(6),
                measure=Measure.MONEY,
                scale=6,
                currency=value.unit,
                method=Method.STATEMENT,
                place=Place(3, *cell.spans[0], 1, cell.row, cell.column),
                confidence=0.97,
                statement=StatementKind.INCOME,
                item="Revenue",
                fiscal=FiscalLabel(cell.period.end.year),
            ),
            cell.column,
            source,
        )

    facts = [fact(cell) for cell in cells if cell.value]

    def texts(question: str, *, of_ledger: bool, columns=(1, 2, 3)) -> list[str] | Declined | None:
        understanding = replace(
            understand(question), issuer_names=("Plain Holdings",), issuer_keys=(KEY,), issuer_forms=(frozenset({KEY}),)
        )
        figure = FigureQuestion.of(question, understanding)
        assert figure is not None
        known = [each for each in facts if each.fact.place.column in columns]
        ledgers = (compute_from_ledger(figure, known),) if of_ledger else ()
        evidence = Evidence([] if of_ledger else library.passages, library.pages, library.tables)
        found = answer_figure(figure, ledgers, understanding, evidence)
        return found if found is None or isinstance(found, Declined) else [claim.text for claim in found.draft.shown]

    return texts


@pytest.mark.parametrize("of_ledger", [True, False])
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "What were Plain Holdings' ferry revenues in 2022 in euros?",
            "€950 million",
        ),
        (
            "What were Plain Holdings' ferry revenues in US dollars in 2022?",
            "$1,026 million",
        ),
        ("What were Plain Holdings' ferry revenues in 2022?", "€950 million"),
    ],
)
def test_figure_is_of_the_asked_or_the_reporting_currency(ask, question, answer, of_ledger) -> None:
    assert ask(question, of_ledger=of_ledger) == [f"Ferry revenues of Plain Holdings — 2022: {answer}"]


@pytest.mark.parametrize("of_ledger", [True, False])
@pytest.mark.parametrize("words", ["pounds in 2022", "US dollars in 2021"])
def test_nothing_is_converted(ask, words, of_ledger) -> None:
    assert isinstance(
        ask(f"What were Plain Holdings' ferry revenues in {words}?", of_ledger=of_ledger), Declined | None
    )


def test_two_currencies_equally_often_are_doubtful(ask) -> None:
    question = "What were Plain Holdings' ferry revenues in 2022?"
    assert ask(question, of_ledger=True, columns=(2, 3)) is None
    assert ask(question, of_ledger=True, columns=(1, 2)) == ["Ferry revenues of Plain Holdings — 2022: €950 million"]
