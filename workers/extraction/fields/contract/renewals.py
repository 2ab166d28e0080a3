"""Renewals of a contract: how long one is, and the notice that stops it."""

import re
from decimal import Decimal
from typing import Final

from app.review.schemas.definition import FieldSpec
from app.review.values import DurationValue
from workers.extraction.fields.contract.term_sentences import TERM_WORD, is_before_end
from workers.extraction.fields.contract.terms import find_term
from workers.extraction.fields.flow import Sentence
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.lengths import LENGTH, read_length
from workers.extraction.fields.reader import ReadDocument

_RENEWAL_TERMS: Final = ("renew", "automatically extended", "successive", "additional term", "option to extend")
_NOTICE_TERMS: Final = ("notice of non-renewal", "days prior to the end of the term", "not to renew")

# Words that speak of a term after the initial one. "Continue" does so only with a period or "thereafter" beside it.
_RENEWS: Final = re.compile(
    r"\b(?:renew(?:s|ed|al|als|able|ing)?|exten(?:d(?:s|ed|ing)?|sions?)|prolong(?:s|ed|ation)?|roll(?:s|ed)? +over"
    r"|evergreen|successive"
    r"|(?:additional|further|subsequent|more|consecutive) +(?:[\w()-]+ +){0,5}?(?:terms?|periods?|increments?)"
    r"|(?:from +)?(?:year|month)[- ]+(?:to|by)[- ]+(?:year|month)"
    r"|continu\w+ +(?:\w+ +){0,3}?(?:thereafter|automatically|from +(?:year|month))"
    r"|thereafter +(?:\w+ +){0,3}?continu\w+)\b",
    re.IGNORECASE,
)
_RENEWED_AGREEMENT: Final = re.compile(
    r"\b(?:agreement|term|contract|franchise|license|lease|maintenance|addendum|renewal|services?|engagement"
    r"|appointment|subscription|periods?|it +(?:shall|will|is|may|renews))\b",
    re.IGNORECASE,
)
_NO_RENEWAL: Final = re.compile(
    r"\b(?:no +right +to +renew|not +renew(?:able|ed +unless)|may +not +be +renewed"
    r"|shall +not +(?:be +)?(?:automatically +)?renew|extend +the +time|extension +of +(?:time"
    r"|credit)|delivery|due +date|patent|renewals? +of +(?:any|the +(?:mark|trademark|registration))"
    r"|trademark +registration|insurance|cure|warrant(?:y|ies)|confidential\w*|force +majeure|payment +period)\b",
    re.IGNORECASE,
)
_SPEAKS_OF_RENEWAL: Final = re.compile(r"\brenew|\bexten|\bterm\b|\bprolong|\binitial +period\b", re.IGNORECASE)
_OF_OTHERS: Final = re.compile(r"\b(?:insur\w+|polic(?:y|ies)|certificates?|letters? +of +credit)\b", re.IGNORECASE)
_NOTICE: Final = re.compile(
    r"\b(?:notice|notif\w+|writ(?:ten|ing)|advise\w*|inform\w*|elects?|intent\w*|objects?|objection)\b", re.IGNORECASE
)
_STOPS: Final = re.compile(
    r"\b(?:non-?(?:renew|exten)\w*|not +(?:\w+ +){0,3}(?:renew\w*|extend\w*|continue|prolong\w*|go +on)|unless|until"
    r"|terminat\w+|determined|cancel\w*|intent\w* +(?:not +)?to|discontinue|opt +out|elects? +not|election +not|decline"
    r"|prevent\w*|objects?|objection|(?:does|do) +not +(?:want|wish|intend|desire)|save +where)\b",
    re.IGNORECASE,
)
_AUTOMATIC: Final = re.compile(
    r"\bautomatic\w*\b[^.;]{0,80}\b(?:renew|exten|prolong|continu)"
    r"|\b(?:renew|exten|prolong|continu)\w*\b[^.;]{0,60}\bautomatic|\broll(?:s|ed)? +over\b|\brenews +itself\b"
    r"|\bevergreen\b|\bwithout +(?:any +)?(?:further +)?(?:act|action|notice)\b",
    re.IGNORECASE,
)
_BY_CHOICE: Final = re.compile(
    r"\b(?:options?|right|elect\w*|may|take +up)\b[^.;]{0,60}\b(?:renew|exten|further|additional)", re.IGNORECASE
)


@graded_rule("contract.renewal_term", version=5)
def read_renewal_term(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the length of a renewal."""
    best: tuple[int, DurationValue, Sentence] | None = None
    term = find_term(document)
    for sentence, stated, weight in _renewals(document):
        length, points = stated, weight
        if (
            length is None
            and points >= 5
            and term is not None
            and term.length is not None
            and not term.length.perpetual
        ):
            # A renewal on the same terms, without a length of its own, is as long as the initial term.
            points, length = points - 3, term.length
        if length is not None and (best is None or points > best[0]):
            best = points, length, sentence
    if best is None:
        return Graded(None, (), "absent", _RENEWAL_TERMS, is_absent=True)
    points, length, sentence = best
    evidence = document.flow.evidence(sentence.start, sentence.end)
    return Graded(length, evidence, "automatic" if points >= 5 else "by choice", _RENEWAL_TERMS)


@graded_rule("contract.notice_to_terminate_renewal", version=5)
def read_notice(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read how long before the end of a term a party must stop the renewal."""
    best: tuple[int, DurationValue, Sentence] | None = None
    for sentence, points in _near_renewals(document):
        text = sentence.text
        if not (_NOTICE.search(text) and _STOPS.search(text)) or _OF_OTHERS.search(text):
            continue
        for found in LENGTH.finditer(text):
            length = read_length(found["length"])
            if length is None or not is_before_end(text, found):
                continue
            own = points + 2 * bool(
                re.search(r"\bnon-?renew|\bnot +(?:\w+ +){0,3}(?:renew|extend)|\bunless\b", text, re.IGNORECASE)
            )
            if best is None or own > best[0]:
                best = own, length, sentence
    if best is None:
        return Graded(None, (), "absent", _NOTICE_TERMS, is_absent=True)
    points, length, sentence = best
    evidence = document.flow.evidence(sentence.start, sentence.end)
    return Graded(length, evidence, "sure" if points >= 5 else "weak", _NOTICE_TERMS)


def _renewals(document: ReadDocument) -> "list[tuple[Sentence, DurationValue | None, int]]":
    return document.once("contract.renewals", lambda: list(_find_renewals(document)))


def _find_renewals(document: ReadDocument) -> "list[tuple[Sentence, DurationValue | None, int]]":
    read = []
    for sentence in document.flow.sentences:
        text = sentence.text
        found = _RENEWS.search(text)
        if found is None or not (_RENEWED_AGREEMENT.search(text) or _AUTOMATIC.search(text)):
            continue
        if _NO_RENEWAL.search(text):
            continue
        points = 1 + 4 * bool(_AUTOMATIC.search(text))
        points += 2 * bool(TERM_WORD.search(text)) + bool(
            re.search(r"\bsuccessive|\badditional\b|\bfurther\b", text, re.IGNORECASE)
        )
        points += 2 * bool(_BY_CHOICE.search(text))
        read.append((sentence, _renewal_length(text, found.start()), points))
    return read


def _renewal_length(text: str, at: int) -> DurationValue | None:
    if re.search(r"year[- ]+(?:to|by)[- ]+year", text, re.IGNORECASE):
        return DurationValue(Decimal(1), "year")
    found_each = re.search(
        r"\b(?:renew|exten)\w*\b[^.;]{0,40}\b(?:(?:each|every) +(?P<unit>year|month)"
        r"|(?P<adverb>annually|yearly|monthly))\b(?! +period)",
        text,
        re.IGNORECASE,
    )
    if found_each:
        is_month = (found_each["unit"] or found_each["adverb"]).lower().startswith("month")
        return DurationValue(Decimal(1), "month" if is_month else "year")
    if re.search(r"month[- ]+(?:to|by)[- ]+month", text, re.IGNORECASE):
        return DurationValue(Decimal(1), "month")
    for found in LENGTH.finditer(text):
        length = read_length(found["length"])
        if length is None or is_before_end(text, found) or length.unit == "day":
            continue
        before = text[max(found.start() - 110, 0) : found.start()]
        after = text[found.end() : found.end() + 60]
        if re.match(
            r"[\w ,]{0,20}\b(?:following|after) +(?:the +|such +|any +)?(?:expir|terminat|earlier)",
            after,
            re.IGNORECASE,
        ):
            continue
        renews = re.search(
            r"\b(?:renew\w*|exten\w+|prolong\w*|roll\w* +over|evergreen|successive|consecutive|additional|further"
            r"|subsequent(?! +to)|another|more)\b",
            before,
            re.IGNORECASE,
        )
        ahead = re.match(r"[\w() -]{0,30}\b(?:renewal|extension|extended|terms?|periods?|each)\b", after, re.IGNORECASE)
        if (renews and found.start() > at - 40) or (
            ahead and re.search(r"\b(?:renewal|extension)\b", after, re.IGNORECASE)
        ):
            return length
    return None


def _near_renewals(document: ReadDocument) -> "list[tuple[Sentence, int]]":
    """Return the sentences about renewal and their neighbours, with points."""
    sentences = document.flow.sentences
    index = {sentence.start: number for number, sentence in enumerate(sentences)}
    near: dict[int, tuple[Sentence, int]] = {}
    for sentence, length, points in _renewals(document):
        number = index[sentence.start]
        near[number] = sentence, points + (length is not None)
        for other in (number - 1, number + 1, number + 2):
            if 0 <= other < len(sentences) and other not in near and _SPEAKS_OF_RENEWAL.search(sentences[other].text):
                near[other] = sentences[other], points - 2
    return list(near.values())
