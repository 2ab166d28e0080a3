"""Rules for governing law, and for a change of control as an event of default."""

import re
from collections import Counter
from typing import Final

from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import TextValue, YesNoValue
from workers.extraction.fields.agreements.jurisdictions import find_laws
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of
from workers.extraction.fields.agreements.sections import find_sections
from workers.extraction.fields.reader import ReadDocument, rule

_OCCURS: Final = re.compile(
    r"\bchanges? (?:of|in) (?:the )?control(?: event| triggering event)?(?:\"|')?(?: \([^()\n]{0,80}\))? "
    r"(?:shall |has |have |will |is )?(?:have )?(?:occur|take|taken|exist|deemed)"
    r"|\b(?:occurs?|occurrence of|there (?:shall )?(?:be|is|occurs?)|occurred) (?:any |a |an? event constituting "
    r"a )?\"?change (?:of|in) control"
    r"|(?<=[\n.);:] )change (?:of|in) control(?: event)?[.;:]",
    re.I,
)
_TERMS: Final = ("events of default", "change of control", "change in control")


@rule("credit.governing_law", version=1)
def read_governing_law(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    laws = find_laws(script.flow)
    if not laws:
        return propose(document, spec, [], ("governed by", "construed in accordance with", "laws of"))
    counts = Counter(law.place for law in laws)
    own = [law for law in laws if law.is_own] or list(laws)
    best = Counter(law.place for law in own).most_common(1)[0][0]
    chosen = next(law for law in own if law.place == best)
    confidence = 0.97 if len(counts) == 1 or counts[chosen.place] * 3 > len(laws) * 2 else 0.85
    found = [Found(TextValue(chosen.place), ((chosen.start, chosen.end),), confidence)]
    for place in counts:
        if place != chosen.place:
            other = next(law for law in laws if law.place == place)
            found.append(Found(TextValue(place), ((other.start, other.end),), 0.1, "another clause"))
    return propose(document, spec, found, ("governed by",))


@rule("credit.change_of_control_default", version=1)
def read_change_of_control(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    place = script.once(_default_on_change_of_control)
    if place:
        return propose(document, spec, [Found(YesNoValue(True), (place,), 0.96)], _TERMS)
    search = document.search(_TERMS)
    has_defaults = next(find_sections(script, r"events? of default"), None) is not None
    value = YesNoValue(False) if has_defaults else None
    return Proposal(
        spec.key, ProposalState.ABSENT, value, (), ReadingMethod.RULE, 0.85 if has_defaults else 0.7, search=search
    )


def _default_on_change_of_control(script: Script) -> tuple[int, int] | None:
    done = 0
    for section in find_sections(script, r"events? of default"):
        found = _OCCURS.search(script.text, max(section.start, done), section.end)
        done = max(done, section.end)
        if found:
            start, end = script.flow.paragraph(found.start())
            return max(start, found.start() - 200), min(end, found.end() + 120)
    return None
