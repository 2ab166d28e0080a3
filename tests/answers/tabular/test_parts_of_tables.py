"""Questions about segments, regions and products are answered from one table, or declined: never with the total."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from app.answers.computing.answering import Evidence
from app.answers.computing.notices import Declined
from app.answers.evidence_tables import EvidenceTables
from app.answers.tabular.answering import answer_parts
from app.documents.issuers import normalise_issuer
from app.retrieval.passages import Passage
from workers.extraction.tables.reading import read_tables
from workers.parsing.reader import parse_file

KEY = normalise_issuer("Quillmark Corporation")
NAMED = {
    "issuer_names": ("Quillmark Corporation",),
    "issuer_keys": (KEY,),
    "issuer_forms": (frozenset({KEY, "quillmark"}),),
}

SEGMENTS = """<p>Our segments are Paper, Ink and Binding. Segment revenue was as follows:</p><table>
<tr><td>(Dollars in millions)</td><td colspan=2>Year ended December 31,</td></tr>
<tr><td></td><td>2025</td><td>2024</td></tr>
<tr><td>Paper</td><td>$1,204</td><td>$1,180</td></tr>
<tr><td>Ink</td><td>640</td><td>560</td></tr>
<tr><td>Binding</td><td>311</td><td>402</td></tr>
<tr><td>Corporate and eliminations</td><td>(35)</td><td>(30)</td></tr>
<tr><td>Total revenue</td><td>$2,120</td><td>$2,112</td></tr></table>"""

IN_COLUMNS = """<h3>Segment information</h3><table>
<tr><td>Year ended December 31, 2025 (in millions)</td><td>Paper</td><td>Ink</td><td>Binding</td><td>Total</td></tr>
<tr><td>Net sales</td><td>$1,204</td><td>$640</td><td>$311</td><td>$2,155</td></tr>
<tr><td>Operating income</td><td>144</td><td>96</td><td>(12)</td><td>228</td></tr></table>"""

REGIONS = """<p>The following table presents comparable sales:</p><table>
<tr><td></td><td>Fiscal 2025</td><td>Fiscal 2024</td></tr>
<tr><td>Comparable sales</td><td></td><td></td></tr>
<tr><td>North America</td><td>(1.4)%</td><td>2.0%</td></tr>
<tr><td>Europe</td><td>3.1%</td><td>2.2%</td></tr>
<tr><td>Asia Pacific</td><td>8.6%</td><td>0.4%</td></tr></table>"""

UNSUMMED = """<p>Revenue of our largest customers and other information:</p><table>
<tr><td>(in millions)</td><td>2025</td><td>2024</td></tr>
<tr><td>Orders taken</td><td>$12</td><td>$14</td></tr>
<tr><td>Orders shipped</td><td>10</td><td>11</td></tr></table>"""


@pytest.fixture
def ask(tmp_path, understand) -> Callable[[str, str], list[str] | Declined | None]:
    """Return the shown claims, with "+" before those that only support the answer."""

    def answer(body: str, question: str) -> list[str] | Declined | None:
        path = tmp_path / "report.html"
        path.write_text(f"<html><body><h1>Quillmark Corporation</h1>{body}</body></html>")
        parsed = parse_file(path, filename=path.name)
        version, tables = uuid4(), read_tables(parsed)
        pages = {(version, at): page.text for at, page in enumerate(parsed.pages, start=1)}
        passages = [
            Passage(1, uuid4(), version, "Quillmark 10-K", "Quillmark Corporation", "10-K", "FY2025", number, 0,
                    len(text), "Quillmark", "", text, "text", 1.0, number)
            for (_, number), text in pages.items()
        ]  # fmt: skip
        placed = {(version, 1): [table for table in tables if 1 in table.pages]}
        evidence = Evidence(passages, pages, EvidenceTables(placed))
        found = answer_parts(question, replace(understand(question), **NAMED), (), evidence)
        if found is None or isinstance(found, Declined):
            return found
        return [f"{'' if claim.part.value == 'answer' else '+ '}{claim.text}" for claim in found.draft.shown]

    return answer


def test_list_by_segment_states_each_and_its_total(ask) -> None:
    assert ask(SEGMENTS, "What was Quillmark's revenue by segment in 2025?") == [
        "Paper — Year ended December 31, 2025: $1,204 million",
        "Ink — Year ended December 31, 2025: $640 million",
        "Binding — Year ended December 31, 2025: $311 million",
        "Corporate and eliminations — Year ended December 31, 2025: -$35 million",
        "+ Total revenue — Year ended December 31, 2025: $2,120 million",
    ]


def test_segments_in_columns_are_listed_with_their_row(ask) -> None:
    found = ask(IN_COLUMNS, "Quillmark operating income by segment 2025")
    assert isinstance(found, list)
    assert [text for text in found if "Binding" in text and "12" in text]
    assert len([text for text in found if not text.startswith("+")]) == 3


def test_largest_segment_leaves_out_corporate_items_and_cites_each_row(ask) -> None:
    found = ask(SEGMENTS, "Which Quillmark segment had the lowest revenue in 2025?")
    assert isinstance(found, list)
    assert found[0] == "Binding, lowest by revenue — FY2025: $311 million; next: Ink, $640 million"
    assert len(found) == 4


def test_fastest_growth_is_computed_from_both_years(ask) -> None:
    found = ask(SEGMENTS, "Which segment of Quillmark grew fastest in 2025?")
    assert isinstance(found, list)
    assert found[0] == "Ink, highest growth of revenue — FY2025: 14.3%; next: Paper, 2%"
    assert "2024: $560 million" in found[2]


def test_fall_names_only_a_segment_that_fell(ask) -> None:
    found = ask(SEGMENTS, "In which segment did Quillmark's revenue fall the most in 2025?")
    assert isinstance(found, list)
    assert found[0].startswith("Binding, steepest fall in revenue — FY2025: -22.6%")
    grown = SEGMENTS.replace("<td>402</td>", "<td>302</td>").replace("$2,112", "$2,012")
    assert ask(grown, "In which segment did Quillmark's revenue fall the most in 2025?") is None


def test_region_with_strongest_comparable_sales_is_ranked_by_percentages(ask) -> None:
    found = ask(REGIONS, "Which region had the strongest comparable sales at Quillmark in fiscal 2025?")
    assert isinstance(found, list)
    assert found[0].startswith("Asia Pacific, strongest by comparable sales")


@pytest.mark.parametrize(
    ("body", "question"),
    [
        (UNSUMMED, "What was Quillmark's revenue by segment in 2025?"),
        (SEGMENTS, "What was Quillmark's operating income by segment in 2025?"),
        (SEGMENTS, "What was Quillmark's revenue by segment in 2023?"),
        (SEGMENTS, "What was Quillmark's revenue by country in 2025?"),
    ],
)
def test_list_that_no_table_surely_has_is_declined(ask, body, question) -> None:
    found = ask(body, question)
    assert isinstance(found, Declined)
    assert found.sentence.startswith("No table surely lists")


def test_question_without_parts_is_left_to_others(ask) -> None:
    assert ask(SEGMENTS, "What was Quillmark's revenue in 2025?") is None
