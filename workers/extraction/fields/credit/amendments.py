"""Reads what an amendment changes: replaced words, replaced definitions, and what it adds or deletes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import QuantityValue
from workers.extraction.fields.agreements.figures import find_money
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of, table, text
from workers.extraction.fields.reader import ReadDocument, rule

_AMENDED: Final = re.compile(
    r"\b(?:is|are|be|shall be)(?: hereby)?(?: further)?(?: amended|(?: hereby)? deleted| replaced| restated| "
    r"modified| inserted| added)|\bhereby (?:amends?|deletes?|replaces?|adds?|inserts?)\b|\bby (?:deleting"
    r"|replacing|inserting|adding|amending|substituting)\b",
    re.I,
)
_SECTION: Final = re.compile(
    r"(?:Section|Clause|Article|Schedule|Exhibit|Annex|paragraph) (\d{1,3}(?:\.\d{1,3}){0,3}"
    r"(?:\([A-Za-z0-9]{1,4}\)){0,4}|[A-Z0-9][\w.-]{0,8}|[IVX]{1,6})|(?:definitions?|defined terms?) (?:of |"
    r"(?:for )?the term )?\"([^\"\n]{2,90})\"|\"([^\"\n]{2,90})\" (?:definition|in Section)",
    re.I,
)
_QUOTE: Final = r"\"([^\"]{1,1500})\""
_REPLACING: Final = re.compile(
    rf"(?:replac\w+|delet\w+|substitut\w+|strik\w+|amend\w+)[^\"\n;]{{0,140}}?{_QUOTE}[^\"\n;]{{0,160}}?(?:with"
    rf"|by|for|therefor|substitut\w+|insert\w+|replac\w+|and)[^\"\n;]{{0,120}}?{_QUOTE}",
    re.I,
)
_DEFINED: Final = r"(\"{1,2}[^\"\n]{2,90}\" (?:means|shall mean)[^\n\"]{3,1500})"
_NEW: Final = re.compile(r"(\"{1,2}([^\"\n]{2,90})\" (?:means|shall mean)[^\n\"]{3,1500})")
_OF_TERMS: Final = re.compile(r"\bdefinitions?\b|\bdefined terms?\b", re.I)
_ADDING: Final = re.compile(
    rf"(?:add\w*|insert\w*|includ\w*)\b[^\"\n]{{0,260}}?[:\n ]{{1,2}}(?:{_DEFINED}|{_QUOTE})", re.I
)
_RESTATED: Final = re.compile(
    rf"(?:amended and restated|restated|replaced|deleted)(?: in (?:its|their) entirety)?[^\"\n]{{0,160}}?(?:as "
    rf"follows|with the following|to read|the following)[^\"\n]{{0,60}}[:\n ]{{1,3}}(?:{_DEFINED}|{_QUOTE}|"
    rf"([^\n]{{10,1500}}))",
    re.I,
)
_DELETED: Final = re.compile(
    r"(?:is|are)(?: hereby)? deleted(?: in (?:its|their) entirety)?(?=[.;,]| and (?:of no|replaced with "
    r"\"?\[?reserved))",
    re.I,
)
_MARKED: Final = re.compile(r"stricken|struck|underlin|strikethrough|conformed copy|blacklin", re.I)
"""An amendment by marks in the conformed agreement, whose deleted words are not in the text."""

_LONGEST_CLAUSE: Final = 3_500
COLUMNS: Final = ("Provision", "From", "To", "Added")
_TERMS: Final = (
    "is hereby amended",
    "by deleting",
    "by replacing",
    "by inserting",
    "amended and restated in its entirety",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of `provision`: words `before` that become `after`, or words that are `added`."""

    provision: str | None
    before: str | None
    after: str | None
    added: str | None
    start: int
    end: int


def read_changes(script: Script) -> tuple[Change, ...]:
    """Return the changes that an amendment states in words, in order."""
    changes = []
    seen: set[tuple[int, int]] = set()
    for first, last in script.amending:
        for start, end in _clauses(script.text, first, last):
            for change in _of_clause(script.text, start, end):
                if (change.start, change.end) not in seen:
                    seen.add((change.start, change.end))
                    changes.append(change)
    return tuple(changes[:80])


def find_change(script: Script, term: str) -> Change | None:
    """Return the last change of the words of a defined term's definition."""
    changes = [each for each in script.once(read_changes) if each.before and each.after]
    return next((each for each in reversed(changes) if (each.provision or "").casefold() == term.casefold()), None)


def find_new_amount(script: Script, term: str, amount: QuantityValue) -> tuple[QuantityValue, Change] | None:
    """Return the amount that an amendment puts in the place of a defined term's amount, and the change."""
    change = find_change(script, term)
    if change is None:
        return None
    before, after = (next(find_money(words or ""), None) for words in (change.before, change.after))
    is_replaced = before is not None and after is not None and before.value == amount
    return (after.value, change) if is_replaced and after is not None else None


def _clauses(front: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs that amend something, each up to the next one that does or that has a number."""
    lines = [(match.start(), match.end()) for match in re.compile(r"[^\n]+").finditer(front, first, last)]
    number = 0
    while number < len(lines):
        start, end = lines[number]
        number += 1
        if not _AMENDED.search(front, start, end) or _MARKED.search(front, start, end):
            continue
        while (
            number < len(lines)
            and lines[number][1] - start < _LONGEST_CLAUSE
            and re.search(r"[:\"]$", front[start:end].rstrip())
            and front[start:end].count('"') % 2 == (0 if front[start:end].rstrip().endswith(":") else 1)
        ):
            end = lines[number][1]
            number += 1
        if _OF_TERMS.search(front, start, end):
            while number < len(lines) and front[lines[number][0]] == '"' and lines[number][1] - start < _LONGEST_CLAUSE:
                end = lines[number][1]
                number += 1
        yield start, min(end, start + _LONGEST_CLAUSE)


def _of_clause(whole: str, start: int, end: int) -> Iterator[Change]:
    clause = whole[start:end]
    provisions = [match for match in _SECTION.finditer(clause) if not _is_own_number(clause, match)]
    used: list[tuple[int, int]] = []

    def provision(at: int) -> str | None:
        before = [match for match in provisions if match.start() <= at and not _is_in(match.start(), used)]
        named = next((match for match in before if match.group(2) or match.group(3)), None) or (
            before[0] if before else None
        )
        if named is None:
            return None
        return next(group for group in named.groups() if group)

    for found in _REPLACING.finditer(clause):
        yield Change(
            provision(found.start()),
            found.group(1).strip(" ,"),
            found.group(2).strip(),
            None,
            start,
            start + found.end(),
        )
        used.append(found.span())
    for found in _RESTATED.finditer(clause):
        if not _is_in(found.start(), used):
            used.append(found.span())
            if found.group(1):
                for term, stop, words in _defined(clause, found.start(1)):
                    used.append((found.start(1), stop))
                    yield Change(term, None, words, None, start, start + stop)
                continue
            after = _bare(found.group(2) or found.group(3))
            yield Change(provision(found.start()), None, after, None, start, start + found.end())
    for found in _ADDING.finditer(clause):
        if not _is_in(found.start(), used):
            used.append(found.span())
            if found.group(1):
                for term, stop, words in _defined(clause, found.start(1)):
                    used.append((found.start(1), stop))
                    yield Change(term, None, None, words, start, start + stop)
                continue
            added = _bare(found.group(2))
            yield Change(provision(found.start()), None, None, added, start, start + found.end())
    if not used and (deleted := _DELETED.search(clause)):
        yield Change(provision(deleted.start()), None, "deleted", None, start, start + deleted.end())


def _defined(clause: str, start: int) -> Iterator[tuple[str, int, str]]:
    """Yield the terms that new definitions define, where each definition ends, and its words."""
    for found in _NEW.finditer(clause, start):
        yield found.group(2), found.end(), _bare(found.group(1))


def _is_own_number(clause: str, match: re.Match[str]) -> bool:
    """Return whether a number is that of the amendment's own section: "SECTION 1. Amendments"."""
    is_first = match.start() == 0 or clause[match.start() - 1] == "\n"
    return is_first and clause[match.end() : match.end() + 2] in (". ", ".\n") and "." not in (match.group(1) or ".")


def _bare(words: str) -> str:
    """Return new words without the marks around them: the outer quotation mark, and a full stop or semicolon."""
    plain = words.strip("; .")
    return plain[1:] if plain.startswith('""') else plain


def _is_in(at: int, used: list[tuple[int, int]]) -> bool:
    return any(first <= at < last for first, last in used)


@rule("credit.amended_terms", version=1)
def read_amended_terms(document: ReadDocument, spec: FieldSpec) -> Proposal:
    changes = script_of(document).once(read_changes)
    if not changes:
        return propose(document, spec, [], _TERMS, absent=0.85)
    rows = ((text(each.provision), text(each.before), text(each.after), text(each.added)) for each in changes)
    places = tuple(dict.fromkeys((each.start, each.end) for each in changes))
    confidence = 0.88 if all(each.provision for each in changes) else 0.7
    return propose(document, spec, [Found(table(COLUMNS, rows), places, confidence)], _TERMS)
