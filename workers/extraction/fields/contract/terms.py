"""The term of a contract: its initial length, its end, its renewals, and the notice that stops them."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.review.proposals import FieldCheck
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue, DurationValue
from workers.extraction.fields.contract.dates import find_agreement_date, find_effective_date
from workers.extraction.fields.days import add_duration, find_days
from workers.extraction.fields.flow import Sentence
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.lengths import LENGTH, read_length
from workers.extraction.fields.reader import ReadDocument

_END_TERMS: Final = ("initial term", "term of this agreement", "shall expire", "until", "period of … years")
_RENEWAL_TERMS: Final = ("renew", "automatically extended", "successive", "additional term", "option to extend")
_NOTICE_TERMS: Final = ("notice of non-renewal", "days prior to the end of the term", "not to renew")

_ANNIVERSARY: Final = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|fifteenth"
    r"|twentieth)|(?P<digits>\d{1,2})(?:st|nd|rd|th))(?: ?\(\d{1,2}(?:st|nd|rd"
    r"|th)?\))? +(?:year +)?anniversary +(?:of +(?:the|its|such|this)|thereof|hereof)\b",
    re.IGNORECASE,
)
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "fifteenth": 15, "twentieth": 20,
}  # fmt: skip
_TERM: Final = re.compile(r"\bterm\b|\bperiod of this\b|\bduration\b", re.IGNORECASE)
_RUNS: Final = re.compile(
    r"\b(?:commenc\w+|begin\w*|continu\w+|remain\w*|expir\w+|end(?:s|ing)?|terminat\w+|extend\w*|is"
    r"|be|in +(?:full +)?(?:force|effect)|valid|effective|run|last|shall +have|has|for|until|through)\b",
    re.IGNORECASE,
)
_OTHER_TERM: Final = re.compile(
    r"\b(?:warrant\w*|confidential\w*|non-?compet\w*|survive\w*|payment +terms?|statute|audit\w*"
    r"|retain\w*|records?|invoice\w*|cure[ds]?|thereafter +termin|insurance|days? +(?:of|after|from"
    r"|following) +(?:receipt|the +date +of +(?:such|receipt)|notice)|guarant\w+|lock-?up|tail"
    r"|after +(?:the +)?(?:expiration|termination)|following +(?:the +)?(?:expiration|termination"
    r"|any)|patent|option +period|force +majeure|sublease|employment|wind-?down"
    r"|transition +period)\b",
    re.IGNORECASE,
)
_RENEWS: Final = re.compile(
    r"\b(?:renew(?:s|ed|al|als|able|ing)?|extend(?:s|ed)?|extensions?|successive"
    r"|additional +(?:\w+ +){0,4}?(?:terms?|periods?)|from +year[- ]+to[- ]+year|(?:year"
    r"|month)[- ]to[- ](?:year|month)"
    r"|continue +thereafter)\b",
    re.IGNORECASE,
)
_RENEWED_AGREEMENT: Final = re.compile(
    r"\b(?:agreement|term|contract|franchise|license|lease|maintenance|addendum|renewal|services?)\b", re.IGNORECASE
)
_NO_RENEWAL: Final = re.compile(
    r"\b(?:no +right +to +renew|not +renewable|may +not +be +renewed"
    r"|shall +not +(?:be +)?(?:automatically +)?renew|extend +the +time|extension +of +(?:time"
    r"|credit)|delivery|due +date|patent|renewals? +of +(?:any|the +(?:mark|trademark|registration))"
    r"|trademark +registration|insurance)\b",
    re.IGNORECASE,
)
_BEFORE_END: Final = re.compile(
    r"^[^.;]{0,60}?\b(?:prior +to|before|in +advance +of|preceding|advance|of +the +end|notice)\b",
    re.IGNORECASE,
)
_NOTICE: Final = re.compile(r"\b(?:notice|notif\w+|written|advise\w*|inform\w*|elects?|intent\w*)\b", re.IGNORECASE)
_STOPS: Final = re.compile(
    r"\b(?:non-?renew\w*|not +(?:\w+ +){0,3}(?:renew\w*|extend\w*|continue)|unless|terminat\w+"
    r"|cancel\w*|intent\w* +(?:not +)?to|discontinue|opt +out|elects? +not|election +not|decline)\b",
    re.IGNORECASE,
)
_PERPETUAL: Final = re.compile(
    r"\b(?:perpetual|in +perpetuity|indefinite(?:ly)?|no +(?:fixed|expiration|set)|until +(?:it +is +"
    r"|this +agreement +is +|such +time +as +it +is +)?(?:earlier +|sooner +|validly +)?(?:terminated"
    r"|cancel+ed)|until +termination|(?:until|through) +(?:the +)?(?:completion|termination"
    r"|the +expiration +of +the +last|all +(?:of +)?(?:the +)?(?:obligations|services))|evergreen"
    r"|unless +and +until +terminated|not +be +terminable)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """What a contract says about its initial term: its length or last day, and the sentence."""

    length: DurationValue | None
    last: date | None
    sentence: Sentence
    points: int


def find_term(document: ReadDocument) -> Term | None:
    """Return the initial term of a contract, or None if no sentence states it."""
    return document.once("contract.term", lambda: _find(document))


@graded_rule("contract.initial_term", version=3)
def read_initial_term(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the length of the initial term: perpetual if it has no end."""
    term = find_term(document)
    if term is None or term.length is None:
        return Graded(None, (), "absent", _END_TERMS, is_absent=True)
    grade = "perpetual" if term.length.perpetual else "length"
    return Graded(term.length, document.flow.evidence(term.sentence.start, term.sentence.end), grade, _END_TERMS)


@graded_rule("contract.expiration_date", version=3)
def read_expiration_date(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read or compute the day on which the initial term ends."""
    term = find_term(document)
    if term is None:
        return Graded(None, (), "absent", _END_TERMS, is_absent=True)
    evidence = document.flow.evidence(term.sentence.start, term.sentence.end)
    if term.last is not None:
        return Graded(DateValue(term.last), evidence, "stated", _END_TERMS)
    if term.length is None or term.length.perpetual:
        check = FieldCheck(
            "has-an-end", passed=True, sentence="The term has no end: it runs until a party terminates it."
        )
        return Graded(None, evidence, "perpetual", _END_TERMS, is_absent=True, checks=(check,))
    effective, (agreement, _) = find_effective_date(document), find_agreement_date(document)
    start = effective or agreement
    last = add_duration(start.day, term.length) if start is not None else None
    if start is None or last is None:
        check = FieldCheck(
            "start-known", passed=False, sentence="The term has a length, but its first day is not stated."
        )
        return Graded(None, evidence, "no start", _END_TERMS, checks=(check,))
    check = FieldCheck("computed", passed=True, sentence=f"The term counted from {start.day.isoformat()}.")
    evidence = (*evidence, *document.flow.evidence(start.start, start.end))
    grade = "computed from effective date" if effective else "computed from agreement date"
    return Graded(DateValue(last), evidence, grade, _END_TERMS, checks=(check,))


@graded_rule("contract.renewal_term", version=3)
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


@graded_rule("contract.notice_to_terminate_renewal", version=3)
def read_notice(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read how long before the end of a term a party must stop the renewal."""
    best: tuple[int, DurationValue, Sentence] | None = None
    for sentence, points in _near_renewals(document):
        text = sentence.text
        if not (_NOTICE.search(text) and _STOPS.search(text)):
            continue
        for found in LENGTH.finditer(text):
            length = read_length(found["length"])
            if length is None or not _is_before_end(text, found):
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


def _is_before_end(text: str, found: re.Match[str]) -> bool:
    """Return whether a length is that of a notice: "at least 30 days prior to", "sixty (60) days' written notice"."""
    after = text[found.end() : found.end() + 120]
    before = text[max(found.start() - 50, 0) : found.start()].lower()
    if re.match(
        r"['’s]* *(?:prior|advance|written|in +advance|before|preceding|advanced)", after.strip(" '’"), re.IGNORECASE
    ):
        return True
    at_least = re.search(
        r"(?:at +least|not +less +than|no +less +than|minimum +of|within|more +than|upon|later +than|least)[\w ()]*$",
        before,
    )
    return bool(at_least and _BEFORE_END.match(after))


def _renewals(document: ReadDocument) -> "list[tuple[Sentence, DurationValue | None, int]]":
    return document.once("contract.renewals", lambda: list(_find_renewals(document)))


def _find_renewals(document: ReadDocument) -> "list[tuple[Sentence, DurationValue | None, int]]":
    read = []
    for sentence in document.flow.sentences:
        text = sentence.text
        found = _RENEWS.search(text)
        if found is None or not _RENEWED_AGREEMENT.search(text):
            continue
        if _NO_RENEWAL.search(text) or not re.search(
            r"\brenew|\bextend|\bextension|\bsuccessive|(?:year|month)[- ]+to[- ]+(?:year|month)"
            r"|\badditional +(?:\w+ +){0,4}(?:term|period)",
            text,
            re.IGNORECASE,
        ):
            continue
        points = 1 + 4 * bool(
            re.search(
                r"\bautomatic\w*\b[^.;]{0,80}\b(?:renew|exten)|\b(?:renew|exten)\w*\b[^.;]{0,60}\bautomatic",
                text,
                re.IGNORECASE,
            )
        )
        points += 2 * bool(_TERM.search(text)) + bool(
            re.search(r"\bsuccessive|\badditional\b|\bfurther\b", text, re.IGNORECASE)
        )
        points += 2 * bool(
            re.search(r"\b(?:option|right|elect\w*|may)\b[^.;]{0,60}\b(?:renew|extend)", text, re.IGNORECASE)
        )
        read.append((sentence, _renewal_length(text, found.start()), points))
    return read


def _renewal_length(text: str, at: int) -> DurationValue | None:
    if re.search(r"year[- ]+to[- ]+year", text, re.IGNORECASE):
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
    if re.search(r"month[- ]+to[- ]+month", text, re.IGNORECASE):
        return DurationValue(Decimal(1), "month")
    for found in LENGTH.finditer(text):
        length = read_length(found["length"])
        if length is None or _is_before_end(text, found) or length.unit == "day":
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
            r"\b(?:renew\w*|exten\w+|successive|additional|further|subsequent|another)\b", before, re.IGNORECASE
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
            if (
                0 <= other < len(sentences)
                and other not in near
                and re.search(r"\brenew|\bexten|\bterm\b", sentences[other].text, re.IGNORECASE)
            ):
                near[other] = sentences[other], points - 2
    return list(near.values())


def _find(document: ReadDocument) -> Term | None:
    best: Term | None = None
    for number, sentence in enumerate(document.flow.sentences):
        text = sentence.text
        if not _TERM.search(text) and not re.search(
            r"\b(?:agreement|contract)\b[^.;]{0,120}\b(?:expire|remain|continu|in +effect"
            r"|terminate\b[^.;]{0,40}\bon|valid)|\bexpiration +date\b|\bin +(?:full +)?force +and +effect\b",
            text,
            re.IGNORECASE,
        ):
            continue
        for term in _terms(sentence):
            points = term.points - min(number // 400, 2)
            if best is None or points > best.points:
                best = Term(term.length, term.last, sentence, points)
    return best if best is not None and best.points >= 4 else None


def _terms(sentence: Sentence) -> "list[Term]":
    """Return what a sentence may say about the initial term."""
    text = sentence.text
    base = 2 * bool(
        re.search(
            r"\b(?:initial|primary|original|base) +term\b|\bterm +of +(?:this|the) +(?:agreement"
            r"|contract|franchise|exhibit|addendum|license)|\bthis +(?:agreement|contract|addendum"
            r"|exhibit|maintenance)\b",
            text,
            re.IGNORECASE,
        )
    )
    base += 2 * bool(
        re.match(
            r"(?:[\d.()a-zA-Z]{1,6} +)?(?:[Tt]he +)?(?:initial +|contract +)?term\b"
            r"|[\d.()]{0,6} *(?:term|duration)\b|unless +(?:earlier|sooner|otherwise)|this +agreement|subject +to",
            text,
            re.IGNORECASE,
        )
    )
    base += (
        bool(re.search(r"\((?:the|this|collectively)?,? *[\"'](?:initial +|primary +)?term[\"']", text, re.IGNORECASE))
        * 2
    )
    base -= 3 * bool(_OTHER_TERM.search(text))
    terms = []
    for day in find_days(text):
        before = text[max(day.start - 90, 0) : day.start].lower()
        if re.search(
            r"\b(?:expir\w+|end(?:s|ing)?|terminat\w+|until|through|to|extend\w*|thru"
            r"|conclude\w*)\b(?:[\w ,:\"'()]{0,40})$",
            before,
        ) and re.search(r"\b(?:term|agreement|contract|expir|effect)", text, re.IGNORECASE):
            named = re.search(r"\bexpir(?:ation|y) +date[\"']?[ :,-]*(?:is|means|shall +be|of)?[ :,]*$", before)
            terms.append(Term(None, day.day, sentence, base + (6 if named else 5)))
    for found in LENGTH.finditer(text):
        length = read_length(found["length"])
        if (
            length is None
            or _is_before_end(text, found)
            or (length.unit == "day" and length.count is not None and length.count < 60)
        ):
            continue
        before, after = text[max(found.start() - 120, 0) : found.start()], text[found.end() : found.end() + 100]
        renewing = re.search(
            r"\b(?:renew\w*|exten(?:d|sion)\w*|additional|successive|further|subsequent)\b[^.;]{0,60}$",
            before,
            re.IGNORECASE,
        )
        states = re.search(
            r"\b(?:term|period|duration|continue|effect|force|valid|is|be|for|of|until|on)\b[\w ,()\"'-]{0,40}$",
            before,
            re.IGNORECASE,
        )
        starts = re.match(
            r"['’]*[^.;]{0,50}?\b(?:from|commencing|beginning|after|following|thereafter|unless|term"
            r"|period|\(the|\")",
            after,
            re.IGNORECASE,
        )
        ends = re.search(
            r"\b(?:agreement|contract|term)\b[^.;]{0,80}\b(?:of|for|be|is|until|continue\w*|effect"
            r"|force|expire\w*|last)\b[^.;]{0,50}$",
            before,
            re.IGNORECASE,
        )
        if states and not renewing:
            terms.append(Term(length, None, sentence, base + 1 + bool(starts) + bool(ends) + (length.unit == "year")))
    for found in _ANNIVERSARY.finditer(text):
        years = int(found["digits"]) if found["digits"] else _ORDINALS[found["word"].lower()]
        before = text[max(found.start() - 140, 0) : found.start()]
        ends = re.search(
            r"\b(?:expir\w+|end\w*|terminat\w+|until|through|continu\w+|effect|force)\b", before, re.IGNORECASE
        )
        if ends:
            terms.append(Term(DurationValue(Decimal(years), "year"), None, sentence, base + 4))
    if (
        _PERPETUAL.search(text)
        and re.search(r"\b(?:agreement|term|contract)\b", text, re.IGNORECASE)
        and _RUNS.search(text)
    ):
        lasts = re.search(
            r"\b(?:continue|remain|effect|force|term|valid|commence)\w*\b[^.;]{0,120}?" + _PERPETUAL.pattern,
            text,
            re.IGNORECASE,
        )
        terms.append(Term(DurationValue(None, None, perpetual=True), None, sentence, base + (2 if lasts else 0)))
    return terms
