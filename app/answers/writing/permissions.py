"""Answer whether an agreement permits something, or has a covenant, with the clause that says so.

A covenant seldom forbids outright: it restricts, with exceptions. The clause is the answer then, without a bare "No". A
clause that does not name what is asked about, such as the one beside it, is no answer: the question is declined.
"""

import re
from collections.abc import Iterator

from app.answers.claims import ClaimPart, DraftClaim, cite
from app.answers.everyday import related_terms
from app.answers.writing.candidates import page_key
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise

_PERMITS = re.compile(
    r"\b(?:permit(?:s|ted)?|allow(?:s|ed)?|prohibit(?:s|ed)?|forbid(?:s|den)?|restrict(?:s|ed)?|bar(?:s|red)?)\b"
    r"|^\W*(?:can|may)\b",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"^\W*(?:does|do|is|are)\b[^?]{0,80}?\b(?:have|contain|include|impose|require|set|there|subject to)\b",
    re.IGNORECASE,
)
_AGREEMENT = re.compile(
    r"\b(?:agreements?|covenants?|indentures?|facility|facilities|contract|notes|loan documents?|lenders?|bonds?)\b",
    re.IGNORECASE,
)
_RESTRICTS = re.compile(
    r"\b(?:shall|will|may|must|agrees?(?: that it will| to)?) not\b|\bnot (?:permit|declare|make|pay|incur|sell)\b"
    r"|\b(?:no|neither|none of)\b.{0,120}\b(?:shall|will|may)\b|\b(?:prohibit|restrict|limit)(?:s|ed)?\b"
    r"|\bwithout (?:the )?(?:prior )?(?:written )?consent\b",
    re.IGNORECASE,
)
_ALLOWS = re.compile(
    r"\bmay (?:declare|make|pay|incur|create|sell|assign|transfer|at any time)\b|\bpermitted to\b", re.I
)
_EXCEPTS = re.compile(
    r"\b(?:except|unless|other than|provided|so long as|if|subject to|until|permitted|without)\b|:\s*$", re.IGNORECASE
)
_LEVEL = re.compile(
    r"\b(?:shall|will|must|permit|less than|greater than|exceed|at least|at most|not more)\b", re.IGNORECASE
)
_COVENANT = re.compile(r"\b(?:covenants?|ratios?|minimum|maximum|tests?)\b", re.IGNORECASE)
_FORM = frozenset(
    tokenise(
        "permit permits permitted allow allows allowed prohibit prohibits prohibited forbid forbids forbidden restrict "
        "restricts restricted limit limits bar barred can may able agreement agreements credit covenant covenants "
        "indenture facility contract notes loan borrower issuer company guarantor lender lenders have has contain "
        "contains include includes impose imposes require requires there subject pay pays paying make makes making "
        "minimum maximum min max any under terms financial test it its the set sets"
    )
)
_AGREEMENTS = frozenset({"credit-agreement", "contract", "indenture", "notes-offering", "prospectus"})
_PAYMENTS = frozenset(tokenise("dividends distributions"))
_RESTRICTED = re.compile(r"\brestricted payments?\b", re.IGNORECASE)
_MOST_EXCEPTIONS = 4
_LONGEST = 1_200
PERMISSION, EXISTENCE = "permission", "existence"


def asks_permission(reading: Reading) -> bool:
    """Return whether a question asks what an agreement permits."""
    return _PERMITS.search(reading.understanding.core) is not None and _is_of_agreement(reading)


def write_permission(reading: Reading) -> Written | None:
    """Return the clause that restricts or permits what a question names, with its exceptions; None without one."""
    subject = _subject(reading)
    if not subject:
        return None
    clauses = [unit for unit in _units(reading) if _is_about(unit.text, subject) and _says(unit.text)]
    best = next(iter(clauses), None)
    if best is None:
        return None
    is_bare = _RESTRICTS.search(best.text) is not None and not _EXCEPTS.search(best.text)
    text = f"{'Yes' if _asks_restriction(reading) else 'No'}: {best.text}" if is_bare else None
    claims = [reading.texts.claim(best, ClaimPart.ANSWER, text)]
    if best.text.rstrip().endswith((":", ";", ",")):
        claims += [reading.texts.claim(each, ClaimPart.SUPPORT) for each in _exceptions(reading, best)]
    return written(PERMISSION, 1.0, claims, {"clauses": float(len(clauses))})


def asks_existence(reading: Reading) -> bool:
    """Return whether a question asks whether an agreement has a covenant."""
    core = reading.understanding.core
    is_covenant = _HAS.search(core) is not None and _COVENANT.search(core) is not None
    return is_covenant and _is_of_agreement(reading) and len(_subject(reading)) >= _LEAST_TERMS


def write_existence(reading: Reading) -> Written | None:
    """Return "Yes" with the covenant that a question names; None without one: no page can show that there is none."""
    subject = _subject(reading)
    for unit in _units(reading):
        lead = reading.texts.before(unit)
        is_led = lead is not None and lead.paragraph == unit.paragraph and len(lead.text) < _SHORT_LEAD
        said = f"{lead.text} {unit.text}" if is_led and lead is not None else unit.text
        if subject <= frozenset(tokenise(said)) and _LEVEL.search(unit.text) and re.search(r"\d", unit.text):
            start = lead.start if is_led and lead is not None else unit.start
            page = reading.pages[page_key(unit.passage)]
            citation = cite(unit.passage, page, start, unit.end)
            claim = DraftClaim(f"Yes: {' '.join(citation.quote.split())}", (citation,), part=ClaimPart.ANSWER)
            return written(EXISTENCE, 1.0, [claim], {"terms": float(len(subject))})
    return None


_LEAST_TERMS = 2
_SHORT_LEAD = 80  # characters


def _is_of_agreement(reading: Reading) -> bool:
    if _AGREEMENT.search(reading.understanding.core):
        return True
    return bool(reading.passages) and reading.passages[0].document_type in _AGREEMENTS


def _subject(reading: Reading) -> frozenset[str]:
    """Return the stems of what a question asks about, without the words that ask."""
    return reading.asked.terms - _FORM


def _units(reading: Reading) -> Iterator[Said]:
    return (fit.said for fit in reading.ranked if not fit.said.is_heading and len(fit.said.text) <= _LONGEST)


def _is_about(text: str, subject: frozenset[str]) -> bool:
    """Return whether a clause has each word of a subject, or another word for it."""
    terms, related = frozenset(tokenise(text)), related_terms(subject)
    if not subject.isdisjoint(_PAYMENTS) and _RESTRICTED.search(text):
        return True
    return all(term in terms or not terms.isdisjoint(related.get(term, frozenset())) for term in subject)


def _says(text: str) -> bool:
    return _RESTRICTS.search(text) is not None or _ALLOWS.search(text) is not None


def _asks_restriction(reading: Reading) -> bool:
    return re.search(r"\b(?:prohibit|forbid|restrict|bar)", reading.understanding.core, re.IGNORECASE) is not None


def _exceptions(reading: Reading, clause: Said) -> list[Said]:
    found: list[Said] = []
    for following in reading.texts.after(clause):
        if not following.is_bullet or len(found) == _MOST_EXCEPTIONS:
            break
        found.append(following)
    return found
