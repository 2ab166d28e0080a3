"""How well the figures of a table's parts fit a question: by the measure, the kind of the parts, and the period."""

import re
from functools import lru_cache

from app.answers.computing.ledger_figures import other_names
from app.answers.computing.periods import find_periods
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.table_places import Place
from app.answers.computing.terms import FRAME, SOFT, terms_of
from app.answers.places import names_place
from app.answers.tabular.asking import Axis
from app.answers.tabular.groups import Group
from app.facts.items.names import find_items
from app.quantities.durations import find_durations
from app.quantities.headings import find_years
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage

_AROUND = 0.7
"""The weight of a word of the measure that only the table's title or the lines above it have."""
_OF_HEADING = 0.8
_OF_CROSSED = 0.3
_KINDS = {
    Axis.SEGMENT: re.compile(
        r"\b(?:segments?|divisions?|business units?|lines? of business|banners?)\b", re.IGNORECASE
    ),
    Axis.REGION: re.compile(
        r"\b(?:geograph\w*|regions?|countr(?:y|ies)|areas?|states?|territor(?:y|ies))\b", re.IGNORECASE
    ),
    Axis.PRODUCT: re.compile(r"\b(?:products?|categor(?:y|ies)|services?|disaggregat\w*)\b", re.IGNORECASE),
    Axis.CHANNEL: re.compile(r"\bchannels?\b", re.IGNORECASE),
    Axis.CUSTOMER: re.compile(r"\bcustomers?\b", re.IGNORECASE),
}
_SOLD = re.compile(
    r"(?:net |total )?(?:products?|services?|equipment|goods|merchandise|subscriptions?|licen[cs]es?|rentals?|parts)"
    r"(?: and (?:products?|services?|support|maintenance|other))?(?: (?:net )?(?:sales|revenues?))?",
    re.IGNORECASE,
)
"""What is sold, as a part of revenue: no segment or region."""
_HALF = 0.5
_GENERIC = frozenset(
    tokenise(
        "total amount actual reported consolidated summarized net percent percentage operating business segment "
        "segments reportable balance ending all company group inc corporation plc ltd worldwide global overall external"
    )
)
_OF_OTHER = 0.05
_OF_LINES = 0.4
_QUARTER = 3  # months


def kind_fit(axis: Axis, group: Group, heading: str) -> float:
    """Return how surely the parts are of the kind that a question asks for: by their names, or the words nearest to
    the table. `heading` is that of the section.
    """
    named = [part for part in group.parts if not part.is_remainder]
    are_places = sum(names_place(part.name) for part in named) >= max(1.0, _HALF * len(named))
    if are_places and axis in (Axis.REGION, Axis.PRODUCT, Axis.CHANNEL, Axis.CUSTOMER):
        return 1.0 if axis is Axis.REGION else 0.0
    if axis in (Axis.SEGMENT, Axis.REGION) and any(_SOLD.fullmatch(part.name) for part in named):
        return 0.0
    text = " ".join((*group.lines, *group.heads))
    kinds = [kind for kind, words in _KINDS.items() if words.search(text)]
    if axis not in kinds:
        return _OF_HEADING if _KINDS[axis].search(heading.rpartition("·")[2]) else 0.0
    if not _KINDS[axis].search(" ".join((*group.nearest, *group.heads))):
        return _OF_LINES
    if len(kinds) == 1:
        return 1.0
    # A table of products by segments has the segments beside each other.
    return _OF_HEADING if group.is_row is (axis in (Axis.SEGMENT, Axis.REGION)) else _OF_CROSSED


def measure_fit(measure: str, group: Group, given: frozenset[str]) -> float:
    """Return how much of the name of a measure, or of another name of the same item, a group has in its headings, or in
    the lines above it; 0 if its headings name something else. `given` are terms that headings may have besides: those
    of the issuer and of the kind of parts.
    """
    items = frozenset(find_items(measure))
    named = [frozenset(find_items(text)) for text in group.heads]
    if items and any(each and items.isdisjoint(each) for each in named):
        return 0.0
    return max(_fit(name, group, given) for name in _names_of(measure))


def is_of_document(place: Place, period: AskedPeriod, passage: Passage) -> bool:
    """Return whether a figure without a period in its headings is of the period that its whole document reports on."""
    headings = (*place.cell.header_path, *place.row.label_path)
    if place.cell.period is not None or any(find_years(text) for text in headings) or passage.period is None:
        return False
    lengths = {found.duration.months for text in headings for found in find_durations(text)}
    if not any(asked.label() == period.label() for _, _, asked in find_periods(passage.period)):
        return False
    return lengths <= {_QUARTER} if period.part.startswith("Q") else not lengths


@lru_cache(maxsize=512)
def _names_of(measure: str) -> tuple[str, ...]:
    """Return the words for a measure: those of the question, and other names of the same item."""
    return (measure, *other_names(measure, None))


def _fit(name: str, group: Group, given: frozenset[str]) -> float:
    hard = terms_of(name) - SOFT or terms_of(name)
    each = [terms_of(text) - FRAME - SOFT for text in group.heads]
    heads, around = frozenset[str]().union(*each), terms_of(" ".join(group.lines))
    own = hard | given
    if not hard or any(terms and terms.isdisjoint(own) and not terms <= _GENERIC for terms in each):
        return 0.0  # another measure, or one part of another whole
    if group.is_row and any(not hard.isdisjoint(terms_of(part)) for part in group.names):
        return 0.0  # measures beside each other
    others = heads - own - _GENERIC
    weight = sum(1.0 if term in heads else _AROUND if term in around else 0.0 for term in hard) / len(hard)
    return weight - _OF_OTHER * len(others)
