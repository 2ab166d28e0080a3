"""Judges a document's metadata. The comparison of names shares no code with the reading of names."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.documents.metadata import DocumentMetadata
from evals.datasets.described import Description

SIGNED_BEFORE = timedelta(days=5)
"""Reports are signed up to a few days before they are filed, and a report itself prints only the first date."""

_WORD = re.compile(r"[a-z0-9]+")
_LEGAL = frozenset(
    """the inc incorporated corp corporation co company companies ltd limited llc lp llp plc sa nv ag se group holding
    holdings trust com and of""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_SMALL = frozenset({"of", "and", "the", "for"})


class Outcome(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class JudgedField:
    """A field with its outcome, and the values that were read and that are right."""

    name: str
    outcome: Outcome
    read: str
    truth: str


def names_alike(read: str, truth: str) -> bool:
    """Return whether a name that was read is the true one: without case, accents, punctuation and legal form.

    The name read may have more words at its end ("Example Stores, Inc." for "Example") or other blanks, and the true
    one may be its initials.
    """
    found, right = _words(read), _words(truth)
    if not found or not right:
        return False
    joined, wanted = "".join(found), "".join(right)
    if joined == wanted or found[: len(right)] == right or (len(wanted) > 4 and joined.startswith(wanted)):
        return True
    return len(found) > 1 and wanted == "".join(word[0] for word in found)


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(folded.replace("'", "").replace(".", "" if re.search(r"\b\w\.\w\.", folded) else " "))
    return [word for word in words if word not in _LEGAL] or [word for word in words if word not in _SMALL]


def drop_unfounded_labels(truth: Description, text: str) -> Description:
    """Return the truth without those labels of a publisher that the document contradicts.

    A label can be another name of the company than the one that the document has, count fiscal years by the calendar
    year of their ends while the document counts otherwise, or be the type of another document of the same day.
    """
    unfounded = set()
    if not any(_is_named(text, name) for name in truth.issuer):
        unfounded.add("issuer")
    if truth.document_type in _SEC_FORMS and not _FORM_COVER.search(text):
        unfounded.add("document_type")
    if truth.fiscal_year is not None:
        named, before = (_count_year(text, year) for year in (truth.fiscal_year, truth.fiscal_year - 1))
        if before > 2 and before >= 2 * named:
            unfounded.add("fiscal_year")
    return Description(**truth.model_dump(exclude=unfounded, exclude_unset=True))


_SEC_FORMS = ("10-K", "10-Q", "8-K")
_FORM_COVER = re.compile(r"exact\s+name\s+of", re.IGNORECASE)


def _is_named(text: str, label: str) -> bool:
    """Return whether a text names a company five times or more, in the label's own capitals or in all capitals."""
    forms = "|".join(re.escape(form).replace(r"\ ", r"[\s-]*") for form in (label, label.upper()))
    return len(re.findall(rf"(?<!\w)(?:{forms})(?!\w)", text)) >= 5


def _count_year(text: str, year: int) -> int:
    return len(re.findall(rf"\bfiscal(?:\s+year)?\s+{year}\b|\bquarter\s+of\s+{year}\b", text, re.IGNORECASE))


def judge_metadata(read: DocumentMetadata, truth: Description) -> tuple[JudgedField, ...]:
    """Judge each field that the truth states."""
    judged: list[JudgedField] = []
    if truth.issuer:
        alike = any(names_alike(read.issuer or "", name) for name in truth.issuer)
        judged.append(_judged("issuer", read.issuer, truth.issuer[0], alike))
    for name in ("document_type", "fiscal_year", "fiscal_period", "period_end", "filing_date"):
        if name in truth.model_fields_set:
            value, right = getattr(read, name), getattr(truth, name)
            judged.append(_judged(name, value, right, value == right))
    if truth.filing_date:
        near = read.filing_date is not None and abs(truth.filing_date - read.filing_date) <= SIGNED_BEFORE
        judged.append(_judged("filing_date_near", read.filing_date, truth.filing_date, near))
    if truth.reported:
        days = [day for day in (read.filing_date, read.period_end) if day]
        judged.append(_judged("reported", " or ".join(map(str, days)) or None, truth.reported, truth.reported in days))
    return tuple(judged)


def _judged(name: str, value: object, right: object, is_right: bool) -> JudgedField:
    missing = value is None or value == "other"
    outcome = Outcome.RIGHT if is_right else Outcome.MISSING if missing else Outcome.WRONG
    return JudgedField(name, outcome, "" if value is None else str(value), "" if right is None else str(right))


def count_matches(read: Sequence[str], truth: Sequence[str], alike: Callable[[str, str], bool] = names_alike) -> int:
    """Return how many of `truth` have a name of their own in `read`."""
    left, found = list(read), 0
    for name in truth:
        match = next((each for each in left if alike(each, name)), None)
        if match is not None:
            left.remove(match)
            found += 1
    return found


def by_role(parties: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Group (name, role) by role."""
    grouped: dict[str, list[str]] = {}
    for name, role in parties:
        grouped.setdefault(role, []).append(name)
    return grouped
