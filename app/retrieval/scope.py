"""Decide, over the visible documents, which issuers a question is about, and which documents are searched for it.

Evidence decides, not one reading of a document's metadata:
- Documents of the named issuers are searched, and, with less weight, documents whose issuer is unknown or doubtful, if
  their text shows the name. Documents of other issuers are not searched, unless the question asks for others, too.
- Other names are looked up in the texts of the visible documents. If the question asks for figures of a name that no
  document has, or of a company that documents only mention as another one, this is an absent issuer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.issuers.names import Issuer
from app.issuers.reading import find_issuers, list_issuers_of
from app.retrieval.filters import SearchFilters
from app.retrieval.name_evidence import NameEvidence, find_names, terms_of
from app.retrieval.questions.coverage import Coverage, Reported
from app.retrieval.questions.issuers import NamedIssuers, find_named, name_forms
from app.retrieval.questions.names import Mention, Role
from app.retrieval.questions.near_names import NearName, Nearness, find_near
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.spans import QuestionWords, singular
from app.retrieval.questions.understanding import Understanding
from app.retrieval.repository import Candidate, SearchRepository, UnsureDocument
from app.retrieval.unseen_names import list_unseen
from app.retrieval.visible_issuers import Documents, list_visible, with_current_names, with_entities, with_records

UNSURE_WEIGHT = 0.5
"""The weight of documents that have a named issuer in their text, but not in certain metadata."""
_OFTEN = 0.02  # the share of a document's chunks with the name of its own issuer; mentions of others are rarer
_FEW = 3
_AT_BEGINNING = 3  # chunks
_OWN_SHARE = 0.05  # the least share of chunks with a name that is the issuer's own: its product, segment or subsidiary
_MOST_OF_ALL = 0.8
_LONGEST_TICKER = 5
_FEW_KEYS = 8
# "Which companies name Example as a competitor?" asks for others' documents.
_ASKS_OTHERS = re.compile(
    r"\b(?:which|what|any|other|all|how many) (?:other )?(?:companies|company|issuers?|firms?|borrowers?|lenders?|"
    r"peers?|rivals?|filers?|documents?|filings?)\b"
    r"|\bwho (?:else |all )?(?:compet|suppl|buys?|sells?|mentions?|names?|lists?|cites?|owns?|lends?)"
    r"|\b(?:compar\w+|versus|vs\.?|relative to|than|against)\b.{0,60}"
    r"\b(?:peers?|competitors?|rivals?|others|industry|sector)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The understanding of a question, the documents to search, and the weight (0 to 1) of each."""

    understanding: Understanding
    candidates: list[Candidate]
    weights: list[float]


class ScopeFinder:
    """Finds the scope of one question in one transaction."""

    def __init__(
        self, session: Session, repository: SearchRepository, reader: QuestionReader, filters: SearchFilters
    ) -> None:
        self._session = session
        self._repository = repository
        self._reader = reader
        self._filters = with_records(session, filters)

    def find(self, asked: Understanding) -> Scope:
        """Return the scope. Only visible documents count, so that hidden issuers are like unknown ones."""
        scope = self._find(asked)
        return replace(scope, understanding=_with_coverage(scope.understanding, scope.candidates))

    def _find(self, asked: Understanding) -> Scope:
        words = QuestionWords(asked.core)
        forms = name_forms(asked.core)
        entities: Sequence[Issuer] = find_issuers(self._session, forms)
        records = [record for entity in entities for record in entity.ids]
        rows = self._repository.list_candidates(self._filters, name_forms=forms, records=records)
        rows = with_current_names(rows, entities)
        named = find_named(words, list_visible(rows, entities))
        mentions = self._reader.find_mentions(words, named)
        others = [one for one in mentions if one.role is Role.COMPARED] if named else list(mentions)
        asks_others = _ASKS_OTHERS.search(asked.core) is not None
        if named and not others and not asks_others:
            scope = self._among_named(asked.naming(named), Documents.of(named, entities), rows)
            unseen = list_unseen(self._repository, words, mentions, named, scope.candidates)
            return replace(scope, understanding=replace(scope.understanding, unseen_names=unseen))
        every = with_current_names(self._repository.list_candidates(self._filters), entities)
        near, respelt = self._find_near(words, named, others, every)
        if near:
            entities = (*entities, *self._list_entities(near, every))
            named = with_entities(tuple(sorted((*named, *near), key=lambda match: match.start)), every, entities)
        understood = replace(asked.naming(named), respelt=respelt)
        found = {at for match in named for at in range(match.start, match.stop)}
        others = [one for one in others if found.isdisjoint(range(one.start, one.stop))]
        if not named:
            return self._among_all(understood, others, every)
        understood = replace(understood, absent_issuers=tuple(self._absent(others, every)))
        if asks_others:
            return Scope(understood, every, [1.0] * len(every))
        return self._among_named(understood, Documents.of(named, entities), every)

    def _list_entities(self, named: Sequence[NamedIssuers], rows: Sequence[Candidate]) -> tuple[Issuer, ...]:
        keys = {issuer.key for match in named for issuer in match.issuers}
        records = {row.issuer_id for row in rows if row.issuer_key in keys and row.issuer_id is not None}
        return list_issuers_of(self._session, list(records))

    def _find_near(
        self,
        words: QuestionWords,
        named: Sequence[NamedIssuers],
        others: Sequence[Mention],
        every: Sequence[Candidate],
    ) -> tuple[tuple[NamedIssuers, ...], tuple[tuple[str, str], ...]]:
        """Return the issuers that other phrases nearly name. A word that documents use is no misspelling of a name."""
        near = find_near(words, list_visible(every), named)
        if named:  # beside an issuer, only what is compared with it
            at = {place for one in others for place in range(one.start, one.stop)}
            near = tuple(one for one in near if not at.isdisjoint(range(one.named.start, one.named.stop)))
        misspelt = [one for one in near if one.nearness is Nearness.MISSPELT]
        used = self._list_used(misspelt, every) if misspelt else frozenset()
        near = tuple(one for one in near if one.named.text not in used or one.nearness is not Nearness.MISSPELT)
        respelt = tuple(
            (one.named.text, issuer.name)
            for one in near
            if one.nearness is not Nearness.FIRST_WORDS
            for issuer in one.named.issuers
        )
        return tuple(one.named for one in near), respelt

    def _list_used(self, misspelt: Sequence[NearName], every: Sequence[Candidate]) -> frozenset[str]:
        """Return the misspelt names that documents use as other words. For one with the stem of the name, their texts
        must have it letter by letter.
        """
        terms = {one.named.text: terms_of(one.named.text.split()) for one in misspelt}
        counts = self._repository.count_terms([term for each in terms.values() for term in each])
        used = {text for text, each in terms.items() if each and all(map(counts.get, each))}
        alike = [one for one in misspelt if one.named.text in used and _is_of_name(terms[one.named.text], one.named)]
        documents = {row.document_id: row.chunk_count for row in every}
        evidence = find_names(self._repository, [one.named.text.split() for one in alike], documents) if alike else []
        own = {
            one.named.text for one, found in zip(alike, evidence, strict=True) if found is None or _is_owner(one.named)
        }
        return frozenset(used - own)

    def _among_named(self, understood: Understanding, wanted: Documents, rows: Sequence[Candidate]) -> Scope:
        """Return the documents of the named issuers, and those without a certain issuer whose text has such a name."""
        understood = replace(
            understood,
            issuer_records=frozenset() if wanted.keys else wanted.records,
            key_records=tuple(wanted.by_key.get(key, frozenset()) for key in understood.issuer_keys),
        )
        scope = [row for row in rows if wanted.has(row)]
        weights = [1.0] * len(scope)
        unsure = {
            found.document_id: found
            for key in understood.issuer_keys
            if (terms := terms_of(key.split()))
            for found in self._repository.list_unsure(terms)
        }
        missing = unsure.keys() - {row.document_id for row in scope}
        if missing:
            allowed = self._repository.list_candidates(self._filters, documents=missing)
            own = [row for row in allowed if _is_own(unsure[row.document_id], row)]
            scope += own
            weights += [UNSURE_WEIGHT] * len(own)
        return Scope(understood, _attributed(scope, understood), weights)

    def _absent(self, others: Sequence[Mention], every: Sequence[Candidate]) -> list[str]:
        """Return the names of companies that the question compares with an issuer, and that no document is of."""
        evidence = self._look_up(others, every)
        return [
            one.text
            for one, found in zip(others, evidence, strict=True)
            if found is None or (not _own_documents(one, found, every) and _is_absent(one, found, every))
        ]

    def _look_up(self, mentions: Sequence[Mention], every: Sequence[Candidate]) -> list[NameEvidence | None]:
        documents = {row.document_id: row.chunk_count for row in every}
        return find_names(self._repository, [one.words for one in mentions], documents) if mentions else []

    def _among_all(self, asked: Understanding, mentions: Sequence[Mention], every: list[Candidate]) -> Scope:
        """Return the scope of a question that names no visible issuer."""
        evidence = list(zip(mentions, self._look_up(mentions, every), strict=True))
        absent: list[str] = []
        unseen: list[str] = []
        must_mention: list[tuple[str, ...]] = []
        rows = every
        phrase: str | None = None
        for mention, found in evidence:
            is_subject = mention.role is not Role.OTHER
            if found is None:
                if is_subject or mention.is_certain:
                    (absent if is_subject else unseen).append(mention.text)
                continue
            own = _own_documents(mention, found, every) if is_subject or mention.is_certain else []
            if mention.is_certain and own and len(rows) == len(every):
                rows, phrase = own, mention.text if is_subject else None
            if is_subject and not own and _is_absent(mention, found, every):
                absent.append(mention.text)
            elif mention.is_certain and not _may_be_ticker(mention):
                must_mention.append(tuple(map(singular, mention.words)))
        asked = replace(
            asked,
            absent_issuers=tuple(absent),
            unseen_names=tuple(unseen),
            must_mention=tuple(must_mention),
        )
        issuers = list_visible(rows)
        if 1 < len(issuers) <= _FEW_KEYS:  # one issuer may have several keys
            issuers = list_visible(rows, self._list_entities([NamedIssuers("", tuple(issuers), 0, 0)], rows))
        only = NamedIssuers(phrase or issuers[0].name, tuple(issuers), 0, 0) if issuers else None
        if only is None or only.is_shared():
            asked = replace(asked, is_open=only is not None)
        elif not absent and not unseen:
            asked = replace(asked.naming([only]), is_implied=True)
        return Scope(asked, rows, [1.0] * len(rows))


def _is_of_name(terms: Sequence[int], named: NamedIssuers) -> bool:
    """Return whether the terms of a phrase are all terms of the issuers' names."""
    return {term for issuer in named.issuers for term in terms_of(issuer.key.split())}.issuperset(terms)


def _is_owner(named: NamedIssuers) -> bool:
    """Return whether a phrase is the beginning of a name with an "s" of an owner."""
    bare = named.text.casefold().removesuffix("s")
    return any(f"{issuer.key} ".startswith(f"{bare} ") for issuer in named.issuers)


def _attributed(rows: Sequence[Candidate], understood: Understanding) -> list[Candidate]:
    """Return the documents; those without a certain issuer get the named issuer."""
    keys = set(understood.issuer_keys)
    if len(set(understood.issuer_names)) != 1:
        return list(rows)
    names = [row.issuer for row in rows if row.issuer_key in keys and row.issuer]
    name = names[-1] if names else understood.issuer_names[0]
    return [
        row if row.issuer_key in keys else replace(row, issuer=name, issuer_key=understood.issuer_keys[0])
        for row in rows
    ]


def _with_coverage(understood: Understanding, rows: Sequence[Candidate]) -> Understanding:
    coverage = Coverage.of(
        Reported(row.document_type, row.fiscal_year, row.fiscal_period, row.period_end, row.filing_date) for row in rows
    )
    missing = coverage.list_missing(understood.periods, understood.core, wants_figure=understood.wants_figure)
    return replace(understood, coverage=coverage, missing_periods=missing)


def _is_own(found: UnsureDocument, row: Candidate) -> bool:
    """Return whether a document has a name as often, or as early, as documents have the name of their issuer."""
    return found.first < _AT_BEGINNING or found.count >= max(_FEW, _OFTEN * row.chunk_count)


def _own_documents(mention: Mention, found: NameEvidence, every: Sequence[Candidate]) -> list[Candidate]:
    """Return the documents of the issuer that has a product, segment or subsidiary of this name, or the documents
    without a certain issuer that begin with it; nothing if there are none.
    """
    if _is_unnamed(mention, found):
        return []
    by_issuer: dict[str | None, list[Candidate]] = {}
    for row in every:
        issuer = row.visible_issuer()
        by_issuer.setdefault(None if issuer is None else issuer.key, []).append(row)
    unsure = [
        row
        for row in by_issuer.get(None, ())
        if (hits := found.documents.get(row.document_id)) is not None
        and (hits.is_at_beginning or hits.count >= max(_FEW, _OFTEN * row.chunk_count))
    ]
    if unsure:
        return unsure
    if found.is_mostly_rival():
        return []
    counts = {
        key: sum(hits.count for row in rows if (hits := found.documents.get(row.document_id)))
        for key, rows in by_issuer.items()
    }
    key = max(counts, key=lambda each: counts[each])
    own = by_issuer[key]
    total = sum(row.chunk_count for row in own if row.document_id in found.documents)
    is_most = counts[key] >= _MOST_OF_ALL * sum(counts.values())
    return own if key is not None and is_most and total and counts[key] >= _OWN_SHARE * total else []


def _is_absent(mention: Mention, found: NameEvidence, every: Sequence[Candidate]) -> bool:
    """Return whether the documents that rarely mention a name mean another company by it: they write its legal form,
    call it a competitor, or are of several issuers.
    """
    if mention.is_loose:
        return found.is_mostly_company()
    if _is_unnamed(mention, found):
        return True
    if found.is_own() or (not mention.is_certain and not found.is_proper_name()):
        return False
    return found.is_company() or len({row.issuer_key for row in every if row.document_id in found.documents}) > 1


def _is_unnamed(mention: Mention, found: NameEvidence) -> bool:
    """Return whether a common word with a capital is the name of a company that no document names ("Summit's")."""
    is_word = not mention.is_certain and len(mention.words) == 1 and mention.text[:1].isupper()
    return is_word and found.is_common_noun()


def _may_be_ticker(mention: Mention) -> bool:
    return len(mention.words) == 1 and mention.text.isupper() and len(mention.text) <= _LONGEST_TICKER
