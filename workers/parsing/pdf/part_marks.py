"""Composes a page's words from its characters, with the footnote marks beside them."""

from itertools import chain, compress

import numpy as np
import numpy.typing as npt

from workers.parsing.pdf.calls import Boxes
from workers.parsing.pdf.lone_marks import find_lone, has_mark_chars, part_by_chars
from workers.parsing.pdf.marks import part_glued
from workers.parsing.pdf.normal import has_odd_chars, normalise_word
from workers.parsing.pdf.words import Beside, CharReader, Floats, Mask, Measures, PageWords, WordDraft

_SIGNS = tuple(".,;:)]%")
_MAX_SIGN_GAP = 0.15
"""The maximum distance of a punctuation mark from the footnote mark before it, relative to the type size."""


def collect_deleted(chars: CharReader, spans: npt.NDArray[np.int32], struck: Mask) -> list[Beside]:
    """Return the text that is struck through, beside the words that stay."""
    deleted: list[Beside] = []
    words: list[str] = []
    stay = -1
    for (start, end), is_struck in zip(spans.tolist(), struck.tolist(), strict=True):
        if is_struck:
            words.append(normalise_word(chars.text[start:end].replace(" ", "")))
            continue
        if words:
            deleted.append(Beside(max(stay, 0), " ".join(words), before=stay < 0))
            words = []
        stay += 1
    if words:
        deleted.append(Beside(max(stay, 0), " ".join(words)))
    return deleted


def part_marks(
    draft: WordDraft,
    measures: Measures,
    straight: Mask,
    chars: CharReader,
    *,
    rules: Boxes,
    deleted: list[Beside],
    ends: Floats | None,
) -> PageWords:
    """Return the words without their footnote marks. `measures` are those of the words' first characters. `rules`,
    `deleted` and `ends` are those of `PageWords`, for the words of the draft.
    """
    text = chars.text
    # Two lists of numbers are made in a third of the time of a list of pairs.
    texts = [text[start:end] for start, end in zip(*draft.spans.T.tolist(), strict=True)]
    if _has_blanks(draft.spans, chars.codes):
        # A letter-spaced word has inferred blanks between its letters.
        texts = [text.replace(" ", "") for text in texts]
    boxes = draft.boxes
    is_measured = straight & (measures.sizes > 0)
    glued = part_glued(draft.spans, draft.first, draft.last, is_measured, chars)
    marks = glued.marks
    _, _, rights, _ = chars.frame.to_upright(boxes, chars.turn)
    if glued.changed:
        rights = rights.copy()
        _shorten(glued.changed, texts, boxes, measures, chars)
    if has_odd_chars(chars.text):
        texts = [normalise_word(text) for text in texts]
    measures.lefts, _, measures.rights, _ = chars.frame.to_upright(boxes, chars.turn)
    if has_mark_chars(chars.text):
        for index, (text, labels) in part_by_chars(texts).items():
            texts[index] = text
            marks += [Beside(index, label) for label in labels]
    lone = find_lone(texts, measures, is_measured)
    marks += chain.from_iterable(lone.values())
    keep = np.array([bool(text) for text in texts], bool)
    keep[list(lone)] = False
    if marks:
        _join_signs(_ends_of_marks(marks, lone, rights), texts, boxes, measures, keep)
    if not keep.all():
        marks, deleted = _moved(marks, keep), _moved(deleted, keep)
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
        deleted=tuple(deleted),
        ends=None if ends is None else ends[keep],
    )


def _has_blanks(spans: npt.NDArray[np.int32], codes: npt.NDArray[np.uint32]) -> bool:
    """Return whether any word has a blank between its first and last character."""
    blanks = np.cumsum(codes == ord(" "))
    return bool((blanks[spans[:, 0]] != blanks[spans[:, 1] - 1]).any())


def _shorten(
    changed: dict[int, list[int]], texts: list[str], boxes: Boxes, measures: Measures, chars: CharReader
) -> None:
    """Replace the texts, boxes and measures of words by those of the characters that stay."""
    for word, kept in changed.items():
        texts[word] = "".join(chars.text[index] for index in kept)
        indexes = np.array(kept, np.int32)
        found = chars.boxes_of(indexes)
        boxes[word] = [*found[:, :2].min(axis=0), *found[:, 2:].max(axis=0)]
        first = chars.measure(indexes[:1])
        measures.sizes[word], measures.baselines[word] = first.sizes[0], first.baselines[0]
        measures.bold[word] = first.bold[0]


def _ends_of_marks(marks: list[Beside], lone: dict[int, list[Beside]], ends: Floats) -> dict[int, float]:
    """Return where the marks after words end: index of the word → right edge."""
    found = {mark.word: float(ends[mark.word]) for mark in marks if not mark.before}
    for index, labels in lone.items():
        word = labels[0].word
        if word in found:
            found[word] = max(found[word], float(ends[index]))
    return found


def _join_signs(ends: dict[int, float], texts: list[str], boxes: Boxes, measures: Measures, keep: Mask) -> None:
    """Join the punctuation after a mark to the word before it. pdfium begins a new word after the mark."""
    for word, end in ends.items():
        following = word + 1
        while following < len(texts) and not keep[following]:
            following += 1
        if following == len(texts) or not texts[following].startswith(_SIGNS):
            continue
        size = measures.sizes[word]
        if (
            abs(measures.lefts[following] - end) <= _MAX_SIGN_GAP * size
            and abs(measures.baselines[following] - measures.baselines[word]) <= _MAX_SIGN_GAP * size
        ):
            texts[word] += texts[following]
            both = boxes[[word, following]]
            boxes[word] = [*both[:, :2].min(axis=0), *both[:, 2:].max(axis=0)]
            keep[following] = False


def _moved(marks: list[Beside], keep: Mask) -> list[Beside]:
    """Return the marks with the indexes that their words have without the others. A mark of a dropped word is beside
    the word before it, or at the start of the page, before the first word.
    """
    if not keep.any():
        return marks
    places = np.cumsum(keep) - 1
    moved: list[Beside] = []
    for mark in marks:
        place = int(places[mark.word])
        if keep[mark.word]:
            moved.append(Beside(place, mark.text, mark.before))
        else:
            moved.append(Beside(max(place, 0), mark.text, before=place < 0))
    return moved
