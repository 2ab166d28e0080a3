"""The name that a contract gives itself."""

import re
from typing import Final

from app.review.schemas.definition import FieldSpec
from app.review.values import TextValue
from workers.extraction.fields.contract.opening import NAMING, find_opening
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_TERMS: Final = ("title", "This … Agreement", "heading of the first page")
_FIRST: Final = 6_000
_KIND: Final = re.compile(rf"\b{NAMING}s?\b", re.IGNORECASE)
_NOT_TITLE: Final = re.compile(
    r"^(?:exhibit|schedule|annex|appendix|attachment)\b[ .]*['\"]?[\dA-Z]{0,3}(?:[.-]\d+)*['\"]?$|\b(?:table +of "
    r"+contents|confidential|pursuant|omitted|filed|page|between|among|execution +(?:copy|version)|draft)\b|:$",
    re.IGNORECASE,
)
# This Supply Agreement ("Agreement"), THIS LICENSE AGREEMENT is made
_THIS: Final = re.compile(
    rf"\b(?:This|THIS) +(?P<name>(?:[A-Z][\w&,/'-]*|of|and|the|for|to|&|\(\d{{4}} [A-Z]\w+\)) *(?:"
    rf"(?:[A-Z][\w&,/'.-]*|of|and|the|for|to|in|&|No\.) +){{0,10}}?(?i:{NAMING}(?: +(?:agreement|contract"
    rf"|order))?))\b",
)
_WITH_PARTIES: Final = re.compile(r" +(?:by +and +)?(?:between|among|with)\b", re.IGNORECASE)
_GENERIC: Final = re.compile(rf"^(?:the +)?{NAMING}$", re.IGNORECASE)


@graded_rule("contract.document_name", version=1)
def read_document_name(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the title above the opening, or the name in the opening words."""
    opening = find_opening(document)
    flow = document.flow
    limit = opening.parties if opening else _FIRST
    stated = next(
        (
            found
            for found in _THIS.finditer(flow.text, opening.start if opening else 0, limit + 200)
            if not _GENERIC.match(found["name"])
        ),
        None,
    )
    titles = list(_titles(document, opening.start if opening else _FIRST))
    if stated is not None:
        name = " ".join(stated["name"].split())
        same = [title for title in titles if _plain(title[0]) == _plain(name)]
        evidence = flow.evidence(stated.start("name"), stated.end("name"))
        return Graded(TextValue(name), evidence, "title and opening" if same else "opening", _TERMS)
    if titles:
        name, start, end = titles[-1] if opening else titles[0]
        return Graded(TextValue(name), flow.evidence(start, end), "title", _TERMS)
    return Graded(None, (), "none", _TERMS)


def _titles(document: ReadDocument, limit: int) -> "list[tuple[str, int, int]]":
    """Return the lines before the opening that name a contract: text, and place in the flow."""
    text = document.flow.text
    titles = []
    for found in re.finditer(
        r"(?:^|  +)(?P<title>[A-Z\"(][^:;]{4,140}?)(?=  +|$| THIS | This )", text[: max(limit, 400)]
    ):
        title = _WITH_PARTIES.split(found["title"])[0].strip(" \"'.")
        letters = [letter for letter in title if letter.isalpha()]
        is_title = sum(letter.isupper() for letter in letters) > 0.6 * len(letters) or title.istitle()
        if is_title and _KIND.search(title) and not _NOT_TITLE.search(title):
            titles.append((title, found.start("title"), found.start("title") + len(title)))
    return titles


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())
