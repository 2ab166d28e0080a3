"""Reading one document: its headings, printed page numbers, and passages with given words."""

import pytest

from app.retrieval.reading.repository import SectionStart
from app.retrieval.reading.service import MOST_HITS, find_hits, headings_of, printed_number


def test_headings_are_listed_once_where_their_text_begins():
    sections = [
        SectionStart(1, ()),
        SectionStart(2, ("Part I", "Item 1. Business")),
        SectionStart(3, ("Part I", "Item 1. Business")),
        SectionStart(4, ("Part I", "Item 2.  Properties")),
        SectionStart(9, ("Part II", "Item 1. Business")),
    ]
    assert [(each.title, each.page, each.level) for each in headings_of(sections)] == [
        ("Part I", 2, 1),
        ("Item 1. Business", 2, 2),
        ("Item 2. Properties", 4, 2),
        ("Part II", 9, 1),
        ("Item 1. Business", 9, 2),
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Contents", "See the notes.\n55\n", "55"),
        ("Contents", "See the notes.\nPage 12", "12"),
        ("F-3\nNotes", "and so on.", "F-3"),
        ("Contents", "- iv -", "iv"),
        ("Net sales", "Total 3,614", None),
        ("", "", None),
    ],
)
def test_printed_page_numbers_are_the_last_or_first_line(first, last, expected):
    assert printed_number(first, last) == expected


def test_phrase_is_found_in_any_case_over_line_ends():
    text = "The Net\nLeverage Ratio is 3.5x. A net leverage ratio of 4.0x ends the facility."
    hits = find_hits([(7, text)], ["net", "leverage", "RATIO"])
    assert [text[hit.start : hit.end] for hit in hits] == ["Net\nLeverage Ratio", "net leverage ratio"]
    assert (hits[0].page, hits[0].before, hits[0].found) == (7, "The ", "Net Leverage Ratio")
    assert hits[1].after == " of 4.0x ends the facility."


def test_text_around_a_hit_has_whole_words():
    text = "word " * 30 + "covenant" + " word" * 30
    (hit,) = find_hits([(1, text)], ["covenant"])
    assert {*hit.before.split(), *hit.after.split()} == {"word"}


def test_special_characters_are_words():
    assert [hit.found for hit in find_hits([(1, "costs (net) 50% and 5000")], ["50%"])] == ["50%"]


def test_hits_are_limited():
    assert len(find_hits([(1, "a " * 2 * MOST_HITS)], ["a"])) == MOST_HITS + 1
