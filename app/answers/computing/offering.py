"""Figures of the ledger for answers in text: the values of the items and measures that a question names.

A model may refer to them by number. Code reads or computes them, and states each in a sentence of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.answers.claims import PageKey, PageTexts, StatedFigure, Subject
from app.answers.computing.answering import with_cells
from app.answers.computing.computed import Computed
from app.answers.computing.ledger_result import compute_from_ledger
from app.answers.computing.measures import is_percentage
from app.answers.computing.periods import take_periods
from app.answers.computing.question import FigureQuestion
from app.answers.computing.requests import FigureRequest
from app.answers.computing.sentences import (
    CitedDocument,
    Equation,
    Result,
    capital,
    citations_of,
    in_points,
    periods_in_words,
    print_result,
)
from app.answers.computing.wording import without_names
from app.answers.evidence_tables import EvidenceTables
from app.answers.offered import Offered, OfferedFigure, OfferedValue
from app.facts.formulas.expressions import At, Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.items.standard import load_items
from app.facts.label_words import label_words
from app.facts.ledger import Ledger
from app.facts.model import FactSource, FiscalLabel, StoredFact
from app.quantities.periods import Period
from app.retrieval.index.lexicon import tokenise

_MOST_CHARACTERS = 1_000
_MOST_NAMES = 4
_MOST_PERIODS = 4
_PARTS = frozenset(
    label_words(
        "segment segments division divisions region regions subsidiary subsidiaries parent guarantor guarantors unit"
        " units country countries geography geographies product products"
    )
)
_PLAIN_BEFORE = frozenset(
    label_words(
        "total consolidated reported annual quarterly positive negative healthy strong weak solid high higher low lower"
        " rising falling growing declining increased decreased improved reduced better worse drove drive drives driving"
        " caused cause explain explains affected affect influenced changed change changes growth increase decrease"
        " decline rise fall describe summarise summarize discuss although though while did do does has have had was"
        " were is are why what how which much"
    )
)
_ARTICLES = frozenset(label_words("the its their our a an"))
_LINKS = frozenset(label_words("in from of for at by per within outside"))
_EXCEPT = frozenset(label_words("excluding before after ex except without less net attributable"))
_PLAIN_AFTER = frozenset(
    label_words(
        "year years quarter quarters period periods months fiscal last latest recent company group rise rose fall fell"
        " grow grew change changed increase increased decrease decreased decline declined improve improved develop"
        " developed evolve evolved move moved"
    )
)


@dataclass(frozen=True, slots=True)
class OfferedLedger:
    """The values of an issuer that a question's words name, with the documents of its ledger by version."""

    issuer: str
    values: tuple[Computed, ...] = ()
    documents: Mapping[UUID, FactSource] = field(default_factory=dict)

    def pages(self) -> list[PageKey]:
        """Return the pages of the figures."""
        return list(dict.fromkeys(figure.key for value in self.values for figure in value.shown()))

    def read(self) -> set[UUID]:
        """Return the documents of the figures."""
        return {self.documents[version_id].document_id for version_id, _ in self.pages()}


def find_offered_names(question: str, issuers: Collection[str]) -> tuple[str, ...]:
    """Return the names of the measures and standard items of the whole issuer that a question's words name, at most
    four. "Adjusted EBITDA", "lamp revenue" and "revenue in Europe" name other figures.
    """
    words = label_words(without_names(take_periods(question[:_MOST_CHARACTERS]).rest, issuers))
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        phrase = standard_vocabulary().longest_phrase(words[at:])
        end = at + (1 if phrase is None else phrase[0])
        if phrase is not None and isinstance(phrase[1], Name) and _is_unqualified(words, at, end):
            found[phrase[1].name] = None
        at = end
    return () if _PARTS.intersection(words) else tuple(found)[:_MOST_NAMES]


def _is_unqualified(words: Sequence[str], start: int, end: int) -> bool:
    """Return whether no word before or after a name makes it that of another figure."""
    if start and tokenise(words[start - 1]) and words[start - 1] not in _PLAIN_BEFORE:
        return False
    after = [word for word in words[end : end + 3] if word not in _ARTICLES][:2]
    is_linked = len(after) == 2 and after[0] in _LINKS
    return not (after and after[0] in _EXCEPT) and not (
        is_linked and tokenise(after[1]) and after[1] not in _PLAIN_AFTER
    )


def offer_from_ledger(question: str, names: Iterable[str], issuer: str, facts: Sequence[StoredFact]) -> OfferedLedger:
    """Compute the values of items and measures for the periods that a question names: for one period, or none, also
    those of the year before. Values that are not certain are left out.
    """
    whens = _list_periods(question, Ledger(facts))
    values: list[Computed] = []
    documents: dict[UUID, FactSource] = {}
    for name in names:
        for when in whens:
            request = FigureRequest(title := _title(name), At(Name(name), when), is_percent=is_percentage(title))
            found = compute_from_ledger(FigureQuestion(question, (request,), (request,)), facts)
            if found.computed is not None:
                values.append(found.computed)
                documents |= found.documents
    return OfferedLedger(issuer, tuple(values), documents)


def _list_periods(question: str, ledger: Ledger) -> list[FiscalLabel | Period]:
    asked = list(take_periods(question[:_MOST_CHARACTERS]).all_periods())
    latest = ledger.latest()
    if not asked:
        return [] if latest is None else [replace(latest, year=latest.year - 1), latest]
    if latest is not None:
        asked = [each if each.year is not None else replace(each, year=latest.year) for each in asked]
    if len(asked) == 1 and (before := asked[0].before()) is not None:
        asked = [before, *asked]
    return [each.when() for each in asked[:_MOST_PERIODS]]


def _title(name: str) -> str:
    measure, item = standard_vocabulary().measure(name), load_items().get(name)
    return measure.title if measure is not None else item.title if item is not None else name


def offer_figures(ledgers: Sequence[OfferedLedger], pages: PageTexts, tables: EvidenceTables) -> Offered:
    """Offer the values whose figures the pages still show, by issuer and name."""
    found: dict[str, list[OfferedValue]] = {}
    for ledger in ledgers:
        documents = {
            key: CitedDocument(source.document_id, source.version_id, source.title, key[1], source.issuer)
            for key in pages
            if (source := ledger.documents.get(key[0])) is not None
        }
        for value in ledger.values:
            offered = _offer(value, ledger.issuer, documents, pages, tables)
            if offered is not None:
                found.setdefault(f"{capital(value.request.name)} of {ledger.issuer}", []).append(offered)
    sources = (source for ledger in ledgers for source in ledger.documents.values())
    figures = tuple(OfferedFigure(label, tuple(values)) for label, values in found.items())
    return Offered(figures, {source.version_id: Subject(source.issuer) for source in sources})


def _offer(
    computed: Computed,
    issuer: str,
    documents: Mapping[PageKey, CitedDocument],
    pages: PageTexts,
    tables: EvidenceTables,
) -> OfferedValue | None:
    found = with_cells(computed, pages, tables)
    if found is None or any(figure.key not in documents for figure in found.shown()):
        return None
    citations = dict.fromkeys(span for figure in found.shown() for span in citations_of(figure, documents, pages))
    working = None if found.is_single else Equation(found)
    shown = in_points(found, print_result(found.again(), found))
    stated = StatedFigure(Result(found, issuer), working, tuple(citations))
    return OfferedValue(periods_in_words(found), shown, stated)
