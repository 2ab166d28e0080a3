"""Properties of a composed page, for arbitrary words at arbitrary positions."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.parsing.pdf.normal import normalise_word
from workers.parsing.pdf.page import compose_page
from workers.parsing.pdf.words import Beside, PageWords

TOKENS = st.one_of(
    st.sampled_from(
        ["$", "(", ")", "%", "—", "•", "2023", "(1,234)", "$5", "12.5%", "Total", "ended", "December", "31,"]
    ),
    st.text(st.characters(categories=["L", "N", "Sc", "Pd"]), min_size=1, max_size=8),
)


@st.composite
def page_words(draw: st.DrawFn) -> PageWords:
    """Generate words on a coarse grid, so that lines, columns and overlaps occur. Some are rotated or very large."""
    texts = draw(st.lists(TOKENS, max_size=60))
    count = len(texts)
    spots = draw(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 12)), min_size=count, max_size=count))
    sizes = draw(st.lists(st.sampled_from([0.0, 6.0, 10.0, 10.0, 10.0, 30.0]), min_size=count, max_size=count))
    boxes = [
        [40 * column, 14 * line, 40 * column + 5 * len(text), 14 * line + size]
        for text, (column, line), size in zip(texts, spots, sizes, strict=True)
    ]
    return PageWords(
        texts=texts,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        width=612.0,
        height=792.0,
        turn=draw(st.sampled_from([0, 1, 3])),
        turned=np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool),
        sizes=np.array(sizes, np.float32),
        baselines=np.array([box[3] for box in boxes], np.float32),
        bold=np.arange(count) % 3 == 0,
        rules=np.zeros((0, 4), np.float32),
        marks=tuple(Beside(index, "1", before=index % 2 == 0) for index in range(0, count, 5)),
    )


@settings(max_examples=50, deadline=None)
@given(page_words())
def test_every_word_occurs_once_at_its_span(words: PageWords) -> None:
    draft = compose_page(1, words, list)
    said = [draft.text[start:end] for start, end in draft.words.spans.tolist()]
    assert Counter(said) == Counter(words.texts)
    assert Counter(map(tuple, draft.words.boxes.tolist())) == Counter(map(tuple, words.boxes.tolist()))
    assert "".join(said) == "".join(draft.text.split())
    assert (draft.words.spans[1:, 0] >= draft.words.spans[:-1, 1]).all()
    assert len(draft.marks) == len(words.marks)
    assert {mark.offset for mark in draft.marks} <= set(draft.words.spans.ravel().tolist())


@settings(max_examples=50, deadline=None)
@given(page_words())
def test_blocks_rows_and_cells_are_in_order_within_the_text(words: PageWords) -> None:
    draft = compose_page(1, words, list)
    assert "\n\n".join(draft.text[block.start : block.end] for block in draft.blocks) == draft.text
    for block in draft.blocks:
        if not block.rows:
            continue
        lines = draft.text[block.start : block.end].split("\n")
        assert [draft.text[row.start : row.end] for row in block.rows] == lines
        for row in block.rows:
            cells = [draft.text[cell.start : cell.end] for cell in row.cells]
            assert "\t".join(cells) == draft.text[row.start : row.end]
            columns = [cell.column for cell in row.cells]
            assert columns == sorted(columns)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=12))
def test_normalised_word_is_storable_and_readable(word: str) -> None:
    found = normalise_word(word)
    found.encode()
    assert not set(found) & set("\u00ad\u200b\ufb01\ufeff")
    assert normalise_word(found) == found
