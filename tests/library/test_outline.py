"""The outline of a document has each heading once, on the page where its text begins."""

from app.library.service import read_outline


def test_headings_are_listed_where_their_text_begins() -> None:
    paths = [
        (1, []),
        (2, ["Part I"]),
        (2, ["Part I", "Item 1.  Business"]),
        (3, ["Part I", "Item 1.  Business"]),
        (4, ["Part I", "Item 2"]),
        (9, ["Part II", "Item 5"]),
    ]
    assert [(each.depth, each.title, each.page) for each in read_outline(paths)] == [
        (1, "Part I", 2),
        (2, "Item 1. Business", 2),
        (2, "Item 2", 4),
        (1, "Part II", 9),
        (2, "Item 5", 9),
    ]


def test_a_heading_that_comes_again_is_listed_again() -> None:
    paths = [(1, ["Notes"]), (2, ["Other"]), (3, ["Notes"])]
    assert [each.title for each in read_outline(paths)] == ["Notes", "Other", "Notes"]


def test_very_long_and_empty_headings_do_no_harm() -> None:
    (entry,) = read_outline([(1, ["", "x" * 1000])])
    assert len(entry.title) < 200
