"""Columns of prose are read one after another, and a table is not taken for columns."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from workers.parsing.pdf.document import parse_pdf

MakePdf = Callable[..., Path]
NOUNS = ["demand", "capacity", "markets", "costs", "mills", "paper", "prices", "volumes", "margin", "interest"]
VERBS = ["the", "of", "and", "to", "during", "most", "across", "for", "while", "remain", "expects", "fall", "run"]


def fill_column(canvas: Canvas, words: list[str], width: float, lines: int, size: float) -> list[str]:
    """Return lines of whole words that are at most as wide as the column."""
    made = [""]
    for word in words:
        longer = f"{made[-1]} {word}".strip()
        if canvas.stringWidth(longer, "Helvetica", size) <= width:
            made[-1] = longer
        elif len(made) == lines:
            break
        else:
            made.append(word)
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.sampled_from([2, 2, 3]),
    gutter=st.floats(14, 40),
    size=st.floats(8, 10),
    lines=st.integers(7, 30),
    shift=st.floats(0, 6),
    heading=st.booleans(),
    shorter=st.sampled_from([0.0, 0.0, 0.4]),
    seed=st.integers(0, 1000),
)
def test_ragged_columns_are_read_one_after_another(
    make_pdf: MakePdf,
    count: int,
    gutter: float,
    size: float,
    lines: int,
    shift: float,
    heading: bool,
    shorter: float,
    seed: int,
) -> None:
    chosen = Random(seed)
    width = (492 - gutter * (count - 1)) / count
    texts: list[list[str]] = []

    def draw(canvas: Canvas) -> None:
        texts.clear()
        if heading:
            canvas.setFont("Helvetica-Bold", 15)
            canvas.drawString(60, 740, "A heading that extends over all of the columns of this page")
        canvas.setFont("Helvetica", size)
        for column in range(count):
            words = [chosen.choice(NOUNS if index % 3 == 0 else VERBS) for index in range(600)]
            words[0] = words[0].capitalize()
            most = round(lines * (1 - shorter)) if column else lines
            texts.append(fill_column(canvas, words, width, most, size))
            texts[-1][-1] += "."
        for row in range(lines):
            for column, made in enumerate(texts):
                y = 710 - row * size * 1.2 - (shift if column == count - 1 else 0)
                if row < len(made):
                    canvas.drawString(60 + column * (width + gutter), y, made[row])

    (page,) = parse_pdf(make_pdf(draw)).pages
    found = page.text.split()
    expected = " ".join(line for made in texts for line in made).split()
    assert found[len(found) - len(expected) :] == expected


@pytest.mark.parametrize(("font", "space"), [("Helvetica", 8.0), ("Courier", 0.0)])
def test_words_with_wide_equal_gaps_are_prose(make_pdf: MakePdf, font: str, space: float) -> None:
    lines = [
        "THE PARTIES AGREE THAT no amendment",
        "of this agreement is valid unless both",
        "parties have signed it in writing.",
    ]

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            text = canvas.beginText(72, 700 - 12 * number)
            text.setFont(font, 8)
            text.setWordSpace(space)
            text.textOut(line)
            canvas.drawText(text)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert page.text.split("\n") == lines


def test_table_of_words_is_read_by_rows(make_pdf: MakePdf) -> None:
    rows = [
        ("Interest rate risk", "Swaps exchange variable rates of interest"),
        ("Currency risk of sales", "Forwards fix the exchange rates of sales"),
        ("Risk of energy prices", "Contracts fix the prices of most purchases"),
        ("Credit risk of customers", "Insurance covers the largest receivables"),
        ("Liquidity risk", "Credit lines exceed the debts of the year"),
        ("Risk of a breach of data", "Servers are tested by an outside firm"),
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for index, (name, answer) in enumerate(rows):
            canvas.drawString(72, 700 - 20 * index, name)
            canvas.drawString(300, 700 - 20 * index, answer)

    (page,) = parse_pdf(make_pdf(draw)).pages
    assert [line.split("\t") for line in page.text.split("\n")] == [list(row) for row in rows]
