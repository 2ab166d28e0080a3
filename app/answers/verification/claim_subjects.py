"""Find the issuer and period of a claim. Writers do not state them: they follow from the citations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from app.answers.claims import CitedSpan, DraftClaim, Subject
from app.answers.evidence_tables import EvidenceTables
from app.retrieval.passages import Passage

Subjects = Mapping[UUID, Subject]
"""The issuer and period of each document, by the id of its version."""

_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?!\d)")
_MOST_ISSUERS = 4
_LAST_MONTH_OF_UNCLEAR_LABELS = 2


def subjects_of(passages: Sequence[Passage]) -> dict[UUID, Subject]:
    """Return the issuers and periods of the passages' documents."""
    return {passage.version_id: Subject(passage.issuer, passage.period) for passage in passages}


def find_subject(claim: DraftClaim, subjects: Subjects, tables: EvidenceTables) -> Subject:
    """Return the issuers of the cited documents, and the claim's period if its citations or documents name its years.

    A claim without a period is of that of the document that it cites first.
    """
    about = [subjects[span.version_id] for span in claim.citations if span.version_id in subjects]
    issuers = list(dict.fromkeys(subject.issuer for subject in about if subject.issuer))[:_MOST_ISSUERS]
    issuer = " and ".join(filter(None, (", ".join(issuers[:-1]), *issuers[-1:]))) or None
    if claim.period is None:
        return Subject(issuer, about[0].period if about else None)
    named = set(_YEAR.findall(claim.period))
    known = {year for subject in about for year in _YEAR.findall(subject.period or "")}
    known.update(year for span in claim.citations for year in _years_of(span, tables))
    return Subject(issuer, claim.period if named <= known else None)


def _years_of(span: CitedSpan, tables: EvidenceTables) -> Iterator[str]:
    """Yield the years that a quote names, and those of its cells' periods. A fiscal year that ends in January or
    February may be named after the year in which it starts.
    """
    yield from _YEAR.findall(span.quote)
    for cell in tables.figures_in(span.page_key(), span.char_start, span.char_end):
        if cell.period is not None:
            end = cell.period.end
            yield str(end.year)
            if end.month <= _LAST_MONTH_OF_UNCLEAR_LABELS:
                yield str(end.year - 1)
