"""Composes a page's words from its characters, with the footnote marks beside them."""

from itertools import chain, compress

import numpy as np

from workers.parsing.pdf.calls import Boxes
from workers.parsing.pdf.lone_marks import find_lone, has_mark_chars, part_by_chars
from workers.parsing.pdf.marks import part_glued
from workers.parsing.pdf.normal import has_odd_chars, normalise_word
from workers.parsing.pdf.words import Beside, CharReader, Mask, Measures, PageWords, WordDraft


def part_marks(draft: WordDraft, measures: Measures, straight: Mask, chars: CharReader, rules: Boxes) -> PageWords:
    """Return the words, without their marks. `measures` are those of their first characters, and `rules` the
    boxes of the page's lines.
    """
    texts = [chars.text[start:end] for start, end in draft.spans.tolist()]
    boxes = draft.boxes()
    glued = part_glued(draft.spans, draft.first, draft.last, straight, chars)
    marks = glued.marks
    if glued.changed:
        _shorten(glued.changed, texts, boxes, measures, chars)
    if has_odd_chars(chars.text):
        texts = [normalise_word(text) for text in texts]
    measures.lefts, _, measures.rights, _ = chars.frame.to_upright(boxes, chars.turn)
    if has_mark_chars(chars.text):
        for index, (text, labels) in part_by_chars(texts).items():
            texts[index] = text
            marks += [Beside(index, label) for label in labels]
    lone = find_lone(texts, measures, straight)
    marks += chain.from_iterable(lone.values())
    keep = np.array([bool(text) for text in texts], bool)
    keep[list(lone)] = False
    marks = _moved(marks, keep)
    return PageWords(
        texts=list(compress(texts, keep.tolist())),
        boxes=boxes[keep],
        width=chars.frame.width,
        height=chars.frame.height,
        turn=chars.turn,
        turned=~straight[keep],
        sizes=measures.sizes[keep],
        baselines=measures.baselines[keep],
        bold=measures.bold[keep],
        rules=rules,
        marks=tuple(marks),
    )


def _shorten(
    changed: dict[int, list[int]], texts: list[str], boxes: Boxes, measures: Measures, chars: CharReader
) -> None:
    """Replace the texts, boxes and measures of words by those of the characters that stay."""
    for word, kept in changed.items():
        texts[word] = "".join(chars.text[index] for index in kept)
        indexes = np.array(kept, np.int32)
        found = chars.boxes(indexes)
        boxes[word] = [*found[:, :2].min(axis=0), *found[:, 2:].max(axis=0)]
        first = chars.measure(indexes[:1])
        measures.sizes[word], measures.baselines[word] = first.sizes[0], first.baselines[0]
        measures.bold[word] = first.bold[0]


def _moved(marks: list[Beside], keep: Mask) -> list[Beside]:
    """Return the marks with the indexes that their words have without the others. A mark of a dropped word is beside
    the word before it, or at the start of the page, before the first word.
    """
    if keep.all():
        return marks
    places = np.cumsum(keep) - 1
    if not keep.any():
        return []
    moved: list[Beside] = []
    for mark in marks:
        place = int(places[mark.word])
        if keep[mark.word]:
            moved.append(Beside(place, mark.text, mark.before))
        else:
            moved.append(Beside(max(place, 0), mark.text, before=place < 0))
    return moved
