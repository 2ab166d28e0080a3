"""Cuts the elements of an HTML file into the pages that were stored of it, with the place of each character."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
import numpy.typing as npt

from app.documents.markup.alignment import NOWHERE, align, squeeze
from app.documents.markup.nodes import VOID, Leaf, Node

Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class FiledPage:
    """A page as it was filed: `parts` are markup and text in turns, beginning with markup. `places` has, for each
    character of the texts that `squeeze` keeps, its number in the squeezed stored text of the page, or NOWHERE.
    """

    parts: tuple[str, ...]
    places: Places


@dataclass(slots=True)
class _Sheet:
    parts: list[str] = field(default_factory=lambda: [""])
    places: list[Places] = field(default_factory=list)

    def mark_up(self, markup: str) -> None:
        if len(self.parts) % 2:
            self.parts[-1] += markup
        else:
            self.parts.append(markup)

    def write(self, text: str, places: Places) -> None:
        self.parts.append(text)
        self.parts.append("")
        self.places.append(places)


@dataclass(slots=True)
class _Piece:
    """A text on one page; `page` is None for text that is on no stored page."""

    text: str
    page: int | None
    places: Places


_Pages = tuple[int, int] | None
"""The first and the last page of an element, or None without any text of a page."""


def cut_pages(top: Node, texts: Sequence[str], link_to: Callable[[int, str], str]) -> tuple[FiledPage, ...]:
    """Return the page for each of the stored `texts`. `link_to` returns the address of a place by its page's number
    (from 1) and its name; for places on the same page, the number is 0.
    """
    return _Cutter(top, texts, link_to).cut()


class _Cutter:
    def __init__(self, top: Node, texts: Sequence[str], link_to: Callable[[int, str], str]) -> None:
        self._top = top
        self._link_to = link_to
        self._starts = np.cumsum([0, *(len(squeeze(text)) for text in texts)], dtype=np.int32)
        leaves = list(_leaves(top))
        squeezed = [squeeze(leaf.text) for leaf in leaves]
        places = align(texts, "".join(squeezed))
        ends = np.cumsum([len(each) for each in squeezed]).tolist()
        self._pieces: dict[int, list[_Piece]] = {}
        start = 0
        for leaf, end in zip(leaves, ends, strict=True):
            self._pieces[id(leaf)] = self._split(leaf.text, places[start:end])
            start = end
        self._pages: dict[int, _Pages] = {}
        self._find_pages(top)
        self._ids: dict[int, str] = {}
        self._targets: dict[str, tuple[int, str]] = {}
        self._find_places()
        self._sheets = [_Sheet() for _ in texts] or [_Sheet()]
        self._now = 0
        self._open: list[Node] = []

    def cut(self) -> tuple[FiledPage, ...]:
        self._emit(self._top)
        nothing = np.zeros(0, np.int32)
        return tuple(FiledPage(tuple(sheet.parts), np.concatenate([nothing, *sheet.places])) for sheet in self._sheets)

    def _split(self, text: str, places: Places) -> list[_Piece]:
        """Return the text as pieces on one page each."""
        seen = places[places != NOWHERE]
        if not len(seen):
            return [_Piece(text, None, places)]
        first, last = (int(np.searchsorted(self._starts, each, "right")) - 1 for each in (seen.min(), seen.max()))
        if first == last:
            return [_Piece(text, first, self._within(places, first))]
        pieces: list[_Piece] = []
        pages = np.where(places == NOWHERE, NOWHERE, np.searchsorted(self._starts, places, "right") - 1)
        start = begin = count = 0
        now: int | None = None
        for offset, character in enumerate(text):
            if not squeeze(character):
                continue
            page = int(pages[count])
            if page not in (NOWHERE, now):
                if now is not None:
                    pieces.append(_Piece(text[start:offset], now, self._within(places[begin:count], now)))
                    start, begin = offset, count
                now = page
            count += 1
        pieces.append(_Piece(text[start:], now, self._within(places[begin:], now or 0)))
        return pieces

    def _within(self, places: Places, page: int) -> Places:
        """Return the places counted from the page's start."""
        start, end = self._starts[page], self._starts[page + 1]
        return np.where((places >= start) & (places < end), places - start, NOWHERE).astype(np.int32)

    def _find_pages(self, node: Node) -> _Pages:
        first: int | None = None
        last = 0
        for child in node.children:
            found = self._found(child) if isinstance(child, Leaf) else self._find_pages(child)
            if found is not None:
                first = found[0] if first is None else min(first, found[0])
                last = max(last, found[1])
        self._pages[id(node)] = own = None if first is None else (first, last)
        return own

    def _find_places(self) -> None:
        """Find the pages of the places that links lead to. A place without text is on the page of the text after it."""
        page = len(self._starts) - 2
        for each in reversed(list(_walk(self._top))):
            found = self._found(each)
            page = page if found is None else found[0]
            if isinstance(each, Node) and each.names:
                self._ids[id(each)] = f"x{len(self._ids)}"
                self._pages[id(each)] = self._pages[id(each)] or (page, page)
                self._targets.update(dict.fromkeys(each.names, (page, self._ids[id(each)])))

    def _found(self, part: Node | Leaf) -> _Pages:
        if isinstance(part, Node):
            return self._pages[id(part)]
        numbers = [piece.page for piece in self._pieces[id(part)] if piece.page is not None]
        return (min(numbers), max(numbers)) if numbers else None

    def _emit(self, node: Node) -> None:
        pages = self._pages[id(node)]
        if pages is not None:
            self._turn(pages[0])
        self._sheets[self._now].mark_up(self._opening(node))
        if node.tag in VOID:
            return
        self._open.append(node)
        for child in node.children:
            if isinstance(child, Node):
                self._emit(child)
                continue
            for piece in self._pieces[id(child)]:
                if piece.page is not None:
                    self._turn(piece.page)
                self._sheets[self._now].write(piece.text, piece.places)
        self._open.pop()
        self._sheets[self._now].mark_up(f"</{node.tag}>")

    def _turn(self, page: int) -> None:
        """Go on on a page: close the open elements on the page before, and open them again."""
        if page == self._now:
            return
        self._sheets[self._now].mark_up("".join(f"</{node.tag}>" for node in reversed(self._open)))
        self._now = page
        self._sheets[page].mark_up("".join(f"<{node.tag}{node.attributes}>{_widths(node)}" for node in self._open))

    def _opening(self, node: Node) -> str:
        own = self._ids.get(id(node))
        name = f' id="{own}"' if own else ""
        target = self._targets.get(node.link) if node.link is not None else None
        if target is None:
            return f"<{node.tag}{node.attributes}{name}>"
        address = self._link_to(0 if target[0] == self._now else target[0] + 1, target[1])
        return f'<{node.tag}{node.attributes}{name} href="{escape(address)}">'


def _widths(node: Node) -> str:
    """Return the columns' widths that a part of a table needs: its `col` elements, or its first row without text."""
    for child in node.children[:2]:
        if isinstance(child, Node) and child.tag in ("colgroup", "tr") and not any(_texts(child)):
            return _markup(child)
    return ""


def _texts(node: Node) -> Iterator[str]:
    for leaf in _leaves(node):
        yield leaf.text.strip()


def _markup(node: Node) -> str:
    inner = "".join(_markup(child) for child in node.children if isinstance(child, Node))
    return f"<{node.tag}{node.attributes}>" + ("" if node.tag in VOID else f"{inner}</{node.tag}>")


def _leaves(node: Node) -> Iterator[Leaf]:
    for child in node.children:
        if isinstance(child, Leaf):
            yield child
        else:
            yield from _leaves(child)


def _walk(node: Node) -> Iterator[Node | Leaf]:
    yield node
    for child in node.children:
        if isinstance(child, Leaf):
            yield child
        else:
            yield from _walk(child)
