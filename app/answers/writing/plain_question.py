"""A question as a reader understands it: "the company" instead of names that its texts have as "we" or not at all."""

import re
from collections.abc import Iterator

from app.retrieval.questions.understanding import Understanding

_FORMS = r"(?:,? (?:holdings?|inc|corp|corporation|company|co|plc|ltd|limited|llc|group)\b\.?){0,3}"
_POSSESSIVE = r"(?P<of>['’]s\b|['’](?!\w))?"


def write_plainly(understanding: Understanding) -> str:
    """Return the question's core with "the company" for the issuers' names, if it names one issuer."""
    core = " ".join(understanding.core.split())
    if len(set(understanding.issuer_groups)) > 1:
        return core
    for form in _forms(understanding):
        words = r"\W{0,2}".join(map(re.escape, form))
        name = re.compile(rf"(?<!\w)(?:the )?{words}{_FORMS}{_POSSESSIVE}(?!\w)", re.IGNORECASE)
        core = name.sub(lambda match: "the company's" if match["of"] else "the company", core)
    return core


def _forms(understanding: Understanding) -> Iterator[list[str]]:
    """Yield the words of each form of the issuers' names, the longest first."""
    forms = {form for each in understanding.issuer_forms for form in each}
    forms |= {*understanding.issuer_names, *(text for text, _ in understanding.respelt)}
    for form in sorted(forms, key=lambda text: (-len(text), text)):
        if words := re.findall(r"\w+", form):
            yield words
