"""Aligns two token sequences of the same document, so that a place in one can be found in the other.

The method is that of patience diff: tokens whose context occurs once in both sequences are anchors, and the gaps
between anchors are aligned in the same way with shorter contexts, or by their longest common subsequence if they are
small. Tokens of a gap whose order differs (columns that one reader reads line by line) are matched if they occur once
on both sides.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

import numpy as np

CONTEXTS = (8, 5, 3, 2, 1)
"""The numbers of tokens of a context that have to occur once, longest first."""

MOST_CELLS = 4_000_000
"""The largest gap that is aligned by its longest common subsequence: the product of both lengths."""

REACH = 60
"""The number of tokens around a gap that are searched for a token of the gap in another order."""


def align(left: Sequence[str], right: Sequence[str]) -> list[int]:
    """Return for each token of `left` the index of its token in `right`, or -1."""
    ids: dict[str, int] = {}
    a = [ids.setdefault(token, len(ids)) for token in left]
    b = [ids.setdefault(token, len(ids)) for token in right]
    matched = [-1] * len(a)
    waiting = [(0, len(a), 0, len(b), 0)]
    gaps: list[tuple[int, int, int, int]] = []
    while waiting:
        low, high, first, last, depth = waiting.pop()
        while low < high and first < last and a[low] == b[first]:
            matched[low] = first
            low, first = low + 1, first + 1
        while low < high and first < last and a[high - 1] == b[last - 1]:
            high, last = high - 1, last - 1
            matched[high] = last
        if low == high or first == last:
            if low < high:
                gaps.append((low, high, first, last))
            continue
        anchors = _anchors(a, b, (low, high, first, last), CONTEXTS[depth]) if depth < len(CONTEXTS) else []
        if not anchors and depth < len(CONTEXTS):
            waiting.append((low, high, first, last, depth + 1))
            continue
        if not anchors:
            _match_common(a, b, (low, high, first, last), matched)
            gaps.append((low, high, first, last))
            continue
        edges = [(low, first), *((i + 1, j + 1) for i, j in anchors)]
        ends = [*anchors, (high, last)]
        for i, j in anchors:
            matched[i] = j
        waiting.extend((i, i2, j, j2, depth) for (i, j), (i2, j2) in zip(edges, ends, strict=True) if i < i2)
    _match_elsewhere(a, b, gaps, matched)
    return matched


def _anchors(a: list[int], b: list[int], span: tuple[int, int, int, int], width: int) -> list[tuple[int, int]]:
    """Return pairs of places whose context of `width` tokens occurs once in both parts, in the order of both."""
    low, high, first, last = span
    places = _once(a, low, high, width)
    others = _once(b, first, last, width)
    pairs = sorted((place, others[context]) for context, place in places.items() if context in others)
    return _increasing(pairs)


def _once(tokens: list[int], low: int, high: int, width: int) -> dict[tuple[int, ...], int]:
    seen: dict[tuple[int, ...], int] = {}
    repeated: set[tuple[int, ...]] = set()
    for place in range(low, high - width + 1):
        context = tuple(tokens[place : place + width])
        if context in seen:
            repeated.add(context)
        seen[context] = place
    return {context: place for context, place in seen.items() if context not in repeated}


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence of the pairs in which both places increase."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        position = bisect_left(ends, place)
        before.append(last[position - 1] if position else -1)
        if position == len(ends):
            ends.append(place)
            last.append(index)
        else:
            ends[position], last[position] = place, index
    found: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _match_common(a: list[int], b: list[int], span: tuple[int, int, int, int], matched: list[int]) -> None:
    """Match the tokens of a longest common subsequence of both parts, unless the parts are too long."""
    low, high, first, last = span
    rows, columns = high - low, last - first
    if rows * columns > MOST_CELLS:
        return
    other = np.asarray(b[first:last])
    lengths = np.zeros((rows + 1, columns + 1), np.int32)
    for row in range(rows - 1, -1, -1):
        taken = lengths[row + 1, 1:] + (other == a[low + row])
        best = np.maximum(lengths[row + 1, :-1], taken)
        lengths[row, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    row = column = 0
    while row < rows and column < columns:
        if a[low + row] == b[first + column] and lengths[row, column] == lengths[row + 1, column + 1] + 1:
            matched[low + row] = first + column
            row, column = row + 1, column + 1
        elif lengths[row + 1, column] >= lengths[row, column + 1]:
            row += 1
        else:
            column += 1


def _match_elsewhere(a: list[int], b: list[int], gaps: list[tuple[int, int, int, int]], matched: list[int]) -> None:
    """Match tokens of a gap that occur once in it, and once among the unmatched tokens near it on the other side."""
    used = {place for place in matched if place >= 0}
    for low, high, first, last in gaps:
        left = [place for place in range(low, high) if matched[place] < 0]
        near = range(max(0, first - REACH), min(len(b), last + REACH))
        right = [place for place in near if place not in used]
        counts, others = Counter(a[place] for place in left), Counter(b[place] for place in right)
        places = {b[place]: place for place in right}
        for place in left:
            token = a[place]
            if counts[token] == 1 and others[token] == 1:
                matched[place] = places[token]
                used.add(places[token])
