"""Answer with lists: the bullets after a lead, the enumeration of a sentence, the headings of a section, or the labels
of a table's rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.answers.claims import ClaimPart, DraftClaim, cite
from app.answers.writing.candidates import page_key
from app.answers.writing.choosing import Chosen, choose, is_enough
from app.answers.writing.figures import cite_row, name_period, row_sentence
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.tables.rows import FigureRow, list_figure_rows

_MOST_ITEMS = 12
_LEAST_ITEMS = 2
_LEAST = 0.5
_SHORTEN = 160
_COUNTED = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|following)\b", re.IGNORECASE)
_COMMAS = re.compile(
    r"(?:[^,;:.]{2,120}[,;] ){1,20}(?:and|or|as well as) [^,;.]{2,120}|\b\w+(?: \w+){0,4} and \w+", re.IGNORECASE
)
_MANY = re.compile(r"[^,;:]{2,120}(?:[,;] [^,;:]{2,120}){1,20},? (?:and|or|as well as) ", re.IGNORECASE)
_TOTAL = re.compile(r"^(?:sub)?total\b|\btotal$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _List:
    """A list with how well it fits: a lead (None for a table) and claims of its items."""

    score: float
    claims: tuple[DraftClaim, ...]
    features: Mapping[str, float]


LIST = "list"


def write_list(reading: Reading) -> Written | None:
    """Return the items of the list that fits best; None without one."""
    chosen = choose(reading, LIST)
    found = [*_bulleted(reading, chosen), *_enumerated(reading, chosen)]
    best = max(found, key=lambda each: each.score, default=None)
    if best is None or not is_enough(reading, LIST, chosen):
        best = max(_rows(reading), key=lambda each: each.score, default=None)
        if best is None or best.score < _LEAST:
            return None
    return written(LIST, best.score, best.claims, best.features)


def _bulleted(reading: Reading, chosen: Sequence[Chosen]) -> Iterator[_List]:
    """Yield lists of bullets, by the sentence or heading that leads them."""
    for each in chosen:
        lead = each.fit.said
        if not (lead.text.rstrip().endswith(":") or lead.is_heading or _COUNTED.search(lead.text)):
            continue
        items = list_items(reading, lead)
        if len(items) >= _LEAST_ITEMS:
            claims = [_item(reading, item) for item in items[:_MOST_ITEMS]]
            opening = [] if lead.is_heading else [reading.texts.claim(lead, ClaimPart.ANSWER)]
            yield _List(each.sure * _BULLETS, (*opening, *claims), {"items": float(len(items)), **each.features})


def list_items(reading: Reading, lead: Said) -> list[Said]:
    """Return the bullets after a lead, which other leads may follow first."""
    items: list[Said] = []
    for following in reading.texts.after(lead):
        if following.is_bullet:
            items.append(following)
        elif items or not following.text.rstrip().endswith(":"):
            break
    return items


_BULLETS = 1.3
_ROWS = 1.1
_OF_TITLE = 0.7
"""The weight of rows that only the table's title names."""
_ENUMERATED = 1.2
_ONE_PAIR = 0.8


def _item(reading: Reading, said: Said) -> DraftClaim:
    """Quote an item: a long one only up to the end of its first part."""
    claim = reading.texts.claim(said, ClaimPart.ANSWER)
    if len(claim.text) <= _SHORTEN:
        return claim
    page = reading.pages[page_key(said.passage)]
    quote = page[said.start : said.end]
    cut = next(
        (at for at in (_first(quote, mark) for mark in (". ", "; ", ", which", ": ", " – ", " — ")) if at > _LEAST_CUT),
        None,
    )
    if cut is None:
        return claim
    shorter = cite(said.passage, page, said.start, said.start + cut)
    text = " ".join(shorter.quote.split())
    return DraftClaim(re.sub(r"^\W+", "", text), (shorter,), part=ClaimPart.ANSWER)


_LEAST_CUT = 12


def _first(text: str, mark: str) -> int:
    at = text.find(mark)
    return at if at >= 0 else -1


def _enumerated(reading: Reading, chosen: Sequence[Chosen]) -> Iterator[_List]:
    """Yield sentences that enumerate: "four segments: A, B, C and D"."""
    for each in chosen:
        said = each.fit.said
        if said.is_heading or len(said.text) > _LONGEST_SENTENCE or not _COMMAS.search(said.text):
            continue
        shape = _ENUMERATED if _MANY.search(said.text) else _ONE_PAIR
        yield _List(each.sure * shape, (reading.texts.claim(said, ClaimPart.ANSWER),), each.features)


def _rows(reading: Reading) -> Iterator[_List]:
    """Yield the rows of tables whose labels or titles have the question's terms."""
    seen: set[int] = set()
    for rank, key in enumerate(dict.fromkeys(page_key(unit.passage) for unit in reading.texts.units), start=1):
        for table in reading.tables.all_tables().get(key, ()):
            if id(table) in seen:
                continue
            seen.add(id(table))
            rows = [row for row in list_figure_rows(table, page=key[1]) if row.label and not _TOTAL.search(row.label)]
            about = table.title or ""
            if not _has_head(reading, f"{about} {' '.join(row.label for row in rows)}"):
                continue
            fitting = [row for row in rows if _has(reading, row.label)]
            coverage = _coverage(reading, " ".join((about, *(row.label for row in rows))))
            of_title = _coverage(reading, about)
            chosen = rows if of_title >= coverage > 0 and len(fitting) < _LEAST_ITEMS else fitting
            if len(chosen) < _LEAST_ITEMS or len(chosen) > _MOST_ROWS:
                continue
            passage = next(unit.passage for unit in reading.texts.units if page_key(unit.passage) == key)
            claims = [_row(reading, row, passage) for row in chosen[:_MOST_ITEMS]]
            features = {"coverage": coverage, "items": float(len(chosen)), "rank": float(rank)}
            prior = _ROWS if chosen is fitting else _OF_TITLE
            yield _List(coverage * prior * (0.9 + 0.1 / rank), tuple(claims), features)


_MOST_ROWS = 25


def _row(reading: Reading, row: FigureRow, passage: Passage) -> DraftClaim:
    figures = row.figures[:1]
    citations = cite_row(passage, row, figures, reading.pages)
    return DraftClaim(row_sentence(row, figures), citations, part=ClaimPart.ANSWER, period=name_period(figures))


_LONGEST_SENTENCE = 500


def _has_head(reading: Reading, text: str) -> bool:
    """Return whether a text has the first of the question's terms, which names what is to be listed, or another word
    for it.
    """
    terms = frozenset(tokenise(text))
    head = next((term for term in tokenise(reading.understanding.core) if term in reading.asked.terms), None)
    return head is None or head in terms or bool(reading.asked.related.get(head, frozenset()) & terms)


def _has(reading: Reading, text: str) -> bool:
    terms = set(tokenise(text))
    return any(term in terms or reading.asked.related.get(term, frozenset()) & terms for term in reading.asked.terms)


def _coverage(reading: Reading, text: str) -> float:
    terms, asked = set(tokenise(text)), reading.asked
    said = [term for term in asked.terms if term in terms or asked.related.get(term, frozenset()) & terms]
    return len(said) / len(asked.terms) if asked.terms else 0.0
