"""The name that a contract gives itself."""

import re
from collections.abc import Iterator
from typing import Final

from app.review.evidence import Evidence, evidence_at
from app.review.schemas.definition import FieldSpec
from app.review.values import TextValue
from workers.extraction.fields.contract.opening import NAMING, find_opening
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_TERMS: Final = ("title", "This … Agreement", "heading of the first pages")
_FIRST: Final = 6_000
_FIRST_PAGES: Final = 3
_MOST_LINES: Final = 60
_LONGEST: Final = 160
_ENDS: Final = re.compile(
    rf"\b{NAMING}s?(?: +(?:agreement|contract|order))?(?: *\([^()]{{1,60}}\)| +no\.? *[\dA-Z-]+)? *$", re.IGNORECASE
)
# AGREEMENT FOR CATERING SERVICES
_BEGINS: Final = re.compile(rf"^{NAMING} +(?:for|of|on|regarding|concerning|relating +to) +[A-Z]", re.IGNORECASE)
_NOT_TITLE: Final = re.compile(
    r"^(?:exhibit|schedule|annex|appendix|attachment)\b|\b(?:table +of +contents|confidential"
    r"|pursuant|omitted|filed|page|execution +(?:copy|version)|draft|whereas|hereby)\b|:$",
    re.IGNORECASE,
)
# This Supply Agreement ("Agreement"), THIS LICENSE AGREEMENT is made
_THIS: Final = re.compile(
    rf"\b(?:This|THIS) +(?P<name>(?:[A-Z][\w&,/'-]*|of|and|the|for|to|&) *(?:(?:[A-Z][\w&,/'.-]*|of"
    rf"|and|the|for|to|in|&|No\.) +){{0,10}}?(?i:{NAMING}(?: +(?:agreement|contract|order))?))\b",
)
# SERVICES AGREEMENT, dated as of
_BARE: Final = re.compile(
    rf"(?P<name>(?:[A-Z][\w&/'-]* +){{1,8}}?(?i:{NAMING})),? +(?:is +)?(?:dated|made|entered|effective)\b"
)
_WITH_PARTIES: Final = re.compile(
    r" +(?:(?:by +and +)?(?:between|among|with)|dated|effective|for +the +benefit)\b.*", re.IGNORECASE
)
_FORM_OF: Final = re.compile(r"^(?:form|draft|copy) +of +(?:the +|a +)?", re.IGNORECASE)
_GENERIC: Final = re.compile(rf"^(?:(?:the|this) +)?{NAMING}$", re.IGNORECASE)


@graded_rule("contract.document_name", version=4)
def read_document_name(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the name in the opening words, or the title of the first pages."""
    stated, titles = _stated_name(document), list(_titles(document))
    if stated is not None and not (titles and find_opening(document) is None):
        name, evidence = stated
        same = any(_plain(title) == _plain(name) for title, _ in titles)
        return Graded(TextValue(name), evidence, "title and opening" if same else "opening", _TERMS)
    if titles:
        title, quote = titles[0]
        return Graded(TextValue(title), (quote,), "title", _TERMS)
    return Graded(None, (), "none", _TERMS)


def find_document_name(document: ReadDocument) -> tuple[str, Evidence] | None:
    """Return the contract's name and where it stands, or None."""
    stated = _stated_name(document)
    return next(_titles(document), None) if stated is None else (stated[0], stated[1][0])


def _stated_name(document: ReadDocument) -> tuple[str, tuple[Evidence, ...]] | None:
    """Return the name in the opening words."""
    opening = find_opening(document)
    flow = document.flow
    start, end = (opening.start, opening.parties + 200) if opening else (0, _FIRST)
    found = [*_THIS.finditer(flow.text, start, end), *_BARE.finditer(flow.text, start, end)]
    stated = next((each for each in found if not _GENERIC.match(each["name"])), None)
    if stated is None:
        return None
    return " ".join(stated["name"].split()), flow.evidence(stated.start("name"), stated.end("name"))


def _titles(document: ReadDocument) -> Iterator[tuple[str, Evidence]]:
    """Yield the lines of the first pages that name a contract, in order."""
    for page in document.parsed.pages[:_FIRST_PAGES]:
        start = 0
        for line in page.text.split("\n")[:_MOST_LINES]:
            title = _FORM_OF.sub("", _WITH_PARTIES.sub("", " ".join(line[:_LONGEST].split()))).strip(" \"'“”.")
            if _is_title(title):
                yield title, evidence_at(page.number, page.text, start, start + len(line))
            start += len(line) + 1


def _is_title(title: str) -> bool:
    letters = [letter for letter in title if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    is_written_so = capitals > 0.6 * len(letters) or all(
        word[:1].isupper() or word in ("of", "and", "the", "for", "to", "in", "&") for word in title.split()
    )
    return (
        bool(letters)
        and is_written_so
        and bool(_ENDS.search(title) or _BEGINS.search(title))
        and not _NOT_TITLE.search(title)
    )


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
