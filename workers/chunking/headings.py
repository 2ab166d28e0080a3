"""Finds the section of a passage, which is the path of headings above it, possibly on earlier pages.

The readers of file formats mark headings by their typography. In filings, the wording also identifies headings: parts
and items (Regulation S-K, Form 10-K and 10-Q), and the titles of the primary statements (Regulation S-X, articles 3 to
8).
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.documents.content.parsed import BlockKind, ParsedPage

MAX_TITLE = 90  # maximum characters of a heading in a path
MAX_DEPTH = 4  # maximum number of headings in a path

_SPACE = re.compile(r"\s+")
_PART = re.compile(r"part\s+(?:i{1,3}|iv|v|\d)\b(?!\s*,)", re.IGNORECASE)
_ITEM = re.compile(
    r"item\s*\d{1,2}[a-c]?\b(?:\.\d\d)?\s*+[.:—–-]?+\s*+"
    r"(?!(?:of|in|and|to|above|below|herein|is|was|which|that|for|or|contains|includes|discusses)\b)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:note\s+)?\d{1,2}\s*[.:—–-]\s+[A-Z]")
_ARTICLE = re.compile(r"(?:article|section)\s+[ivxlc\d.]+", re.IGNORECASE)
_CONTINUED = re.compile(r"\s*[(\[,—–-]*\s*\bcont(?:inue)?['’]?d\b\.?\s*[)\]]?", re.IGNORECASE)
_TRAILING_PAGE = re.compile(r"(?:\s*\.){2,}\s*\d+\s*$|\t\s*\d+\s*$")
_FURNITURE = re.compile(r"(?:table of contents|index|\d+|page \d+.*|[ivxlc]+|form 10-[kq].*)", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?:(?:unaudited|condensed|consolidated|interim|combined|supplementa(?:l|ry)|statements?\s+of\s+consolidated|group)\s+)*"
    r"(?:balance\s+sheets?"
    r"|statements?\s+of\s+(?:consolidated\s+)?(?:financial\s+(?:position|condition)|(?:net\s+)?income|earnings|operations"
    r"|(?:comprehensive|other\s+comprehensive)\s+(?:income|loss|earnings)|cash\s+flows?|profit\s+(?:and|or)\s+loss"
    r"|(?:changes\s+in\s+)?(?:total\s+)?(?:stockholders|shareholders|shareowners|members)?['’]?\s*equity|income\s+and\s+expense)"
    r"|(?:income|cash\s+flows?|operations|earnings)\s+statements?)"
    r"(?:\s+(?:and\s+comprehensive\s+(?:income|loss)|\(loss(?:es)?\)|\(deficit\)|and\s+\S+(?:\s+\S+){0,3}|data|information))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's cleaned title and its rank. The parts of a document have rank 0. Greater ranks are deeper."""

    title: str
    rank: int


def clean_title(text: str) -> str:
    """Return a heading as one line of at most 90 characters, without "(continued)", dotted lines and page numbers."""
    title = _TRAILING_PAGE.sub("", _SPACE.sub(" ", text[:400]).strip())
    title = _CONTINUED.sub("", title).strip(" .:—–-·•")
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def known_heading(line: str) -> Heading | None:
    """Return `line` as a heading if its wording is that of a part, item or primary statement, else None."""
    if len(line) > 160 or not _may_be_known(line.casefold()) or _TRAILING_PAGE.search(line):
        return None
    text = _SPACE.sub(" ", line).strip()
    if len(text) < 4 or text.endswith((",", ";")):
        return None
    if _PART.match(text) and len(text) < 60:
        return Heading(clean_title(text), 0)
    if _ITEM.match(text) and text[:4] in ("Item", "ITEM"):
        return Heading(clean_title(text), 1)
    bare = _CONTINUED.sub("", text).strip(" .:—–-")
    if statement_title(bare):
        return Heading(clean_title(bare), 2)
    return None


def _may_be_known(folded: str) -> bool:
    """Return whether a line has a word of a known heading. Few lines have one, so that few need the patterns."""
    return folded.lstrip()[:4] in ("part", "item") or "statement" in folded or "balance" in folded


def statement_title(text: str) -> str | None:
    """Return the title of a primary statement if `text` is one, else None. The issuer's name may precede the title."""
    found = _STATEMENT.search(text)
    if not found or not text[found.start()].isupper():
        return None
    rest = (text[: found.start()] + text[found.end() :]).strip(" -—–:.,()")
    allowed = len(rest) <= 40 and (not rest or rest[:1].isupper() or "unaudited" in rest.lower())
    return (
        found.group() if allowed and not re.search(r"[a-z]\.?$", text[: found.start()].strip(" ")[-1:] or "A") else None
    )


def marked_heading(text: str, level: int) -> Heading | None:
    """Return the heading that a reader marked with `level`, of which 1 is the outermost.

    Return None for page headers, page numbers and units lines, which readers sometimes mark as headings.
    """
    title = clean_title(text)
    if (
        len(title) < 3
        or title[0] in "(["
        or _FURNITURE.fullmatch(title)
        or not any(character.isalpha() for character in title)
    ):
        return None
    known = known_heading(text)
    if known:
        return known
    if _ARTICLE.match(title):
        return Heading(title, 2)
    return Heading(title, 3 if _NOTE.match(title) else 2 + max(level, 1))


def running_titles(pages: Iterable[ParsedPage]) -> frozenset[str]:
    """Return the running heads. These headings are repeated on so many pages that they identify no section."""
    seen: Counter[str] = Counter()
    count = 0
    for page in pages:
        count += 1
        titles = {
            clean_title(page.text[block.start : block.end]).casefold()
            for block in page.blocks
            if block.kind is BlockKind.HEADING and block.end - block.start < 200
        }
        seen.update(titles)
    enough = max(4, count // 8)
    return frozenset(title for title, times in seen.items() if times >= enough and not known_heading(title))


class SectionTrail:
    """The headings of the sections that contain the current reading position. Sections may continue on later pages."""

    def __init__(self, *, running: frozenset[str]) -> None:
        self._running = running
        self._open: list[Heading] = []

    def enter(self, heading: Heading) -> None:
        """Begin the section of `heading`. This ends sections of the same rank and of deeper ranks."""
        if heading.title.casefold() in self._running:
            return
        while self._open and self._open[-1].rank >= heading.rank:
            self._open.pop()
        self._open.append(heading)

    def path(self) -> tuple[str, ...]:
        """Return the four innermost headings' titles, from the outermost to the innermost."""
        return tuple(heading.title for heading in self._open[-MAX_DEPTH:])
