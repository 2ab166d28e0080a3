"""Look up names in visible documents: how often each document has a name, and in which words.

The lookup reads the index of the words, and the texts of a few chunks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.retrieval.index.lexicon import term_id, tokenise
from app.retrieval.index.postings import ORDINAL_MASK, POSTING
from app.retrieval.questions.spans import SHORT, singular
from app.retrieval.repository import SearchRepository, TermRows

_MOST_DOCUMENTS = 40
_MOST_TEXTS = 24
_TEXTS_OF_ONE = 3
_FIRST_CHUNKS = 3
_AROUND = 160  # characters
_FEW_ARTICLES = 0.2
_ARTICLE = re.compile(r"\b(?:the|an?|any|each|such|all|no|our|its|their|other|this|that|every)\s+$", re.IGNORECASE)
_BEGIN = re.compile(r"(?:^|[.!?:;|\n\t•–—-])[\s\W]*$")
_LEGAL_FORM = re.compile(
    r"^,?\s+(?:&\s+)?(?:Inc|Corp|Co|Company|Corporation|Incorporated|Ltd|Limited|plc|PLC|LLC|L\.?P|N\.V|S\.A|AG|SE|ASA|"
    r"Holdings?|Group|Bancorp)\b"
)
_RIVAL = re.compile(r"compet|rival|peer", re.IGNORECASE)
_OWN_BEFORE = re.compile(
    r"\b(?:our|subsidiar(?:y|ies),?|acquired|acquiring|acquisition of|merged with|merger with|"
    r"formerly(?: known as)?|d/b/a|brands?(?: such as)?|divisions?|segments?)\s+$",
    re.IGNORECASE,
)
_OWN_AFTER = re.compile(
    r"^(?:['’]s)?[\s,]+(?:segment|business|division|brand|product|subsidiary|acquisition|merger|transaction|operations?|"
    r"platform|app|unit|an? (?:wholly|majority|subsidiary|division))\b",
    re.IGNORECASE,
)
_PERSON_BEFORE = re.compile(r"\b(?:Mr|Ms|Mrs|Dr|Messrs)\.?\s+(?:[A-Z][\w.]*\s+){0,2}$")
_PERSON_AFTER = re.compile(
    r"^,?\s+(?:\(?(?:age|aged)\b|\d\d\b"
    r"|(?:our |the |its |former )?(?:Chief|President|Chair\w*|Executive|Senior|Director|Vice)\b)",
    re.IGNORECASE,
)
_OWN_PART = 0.3  # of all places where a name stands


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The chunks of a document that have all words of a name: their count, and whether one is among its first three."""

    count: int
    is_at_beginning: bool


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """The documents with a name, and the texts around it. `contexts` are (before, name, after) of each place."""

    documents: Mapping[UUID, DocumentHits]
    contexts: tuple[tuple[str, str, str], ...]

    def is_proper_name(self) -> bool:
        """Return whether the texts write the name with capitals, and hardly ever after an article: "General Paper", but
        not "the Operating Margin" or "any Permitted Debt".
        """
        is_capital = all(
            word[:1].isupper() or len(word) < SHORT for _, name, _ in self.contexts for word in name.split()
        )
        articles = sum(_ARTICLE.search(before) is not None for before, _, _ in self.contexts)
        return is_capital and articles <= _FEW_ARTICLES * len(self.contexts)

    def is_common_noun(self) -> bool:
        """Return whether the texts have the word in small letters, and with a capital only where a sentence or line
        begins: then it names nobody there.
        """
        inner = [name[:1].islower() for before, name, _ in self.contexts if not _BEGIN.search(before)]
        return bool(inner) and all(inner)

    def is_company(self) -> bool:
        """Return whether the texts write the name with a legal form, or as a competitor's."""
        return any(_LEGAL_FORM.match(after) or _RIVAL.search(before + after) for before, _, after in self.contexts)

    def is_mostly_company(self) -> bool:
        """Return whether most texts write the name with a legal form, or as a competitor's."""
        others = sum(
            _LEGAL_FORM.match(after) is not None or _RIVAL.search(before + after) is not None
            for before, _, after in self.contexts
        )
        return 2 * others > len(self.contexts)

    def is_mostly_rival(self) -> bool:
        """Return whether most texts write the name as a competitor's, and none as that of an own business."""
        rivals = sum(_RIVAL.search(before + after) is not None for before, _, after in self.contexts)
        own = any(_OWN_BEFORE.search(before) or _OWN_AFTER.match(after) for before, _, after in self.contexts)
        return 2 * rivals > len(self.contexts) and not own

    def is_own(self) -> bool:
        """Return whether the texts show a business or product of their own issuers, or a person."""
        own = sum(
            any(pattern.search(before) for pattern in (_OWN_BEFORE, _PERSON_BEFORE))
            or any(pattern.search(after) for pattern in (_OWN_AFTER, _PERSON_AFTER))
            for before, _, after in self.contexts
        )
        return own >= _OWN_PART * len(self.contexts)


def terms_of(name: Sequence[str]) -> list[int]:
    """Return the ids of the terms that each mention of a name has."""
    found: dict[int, None] = {}
    for word in name:
        terms = tokenise(word)
        for term in terms[1:] or terms:
            found[term_id(term)] = None
    return list(found)


def find_names(
    repository: SearchRepository, names: Sequence[Sequence[str]], documents: Mapping[UUID, int]
) -> list[NameEvidence | None]:
    """Look up names in the documents. None stands for a name that none of them has.

    `documents` has the documents to read, with their numbers of chunks.
    """
    terms = [terms_of(name) for name in names]
    counts = repository.list_term_documents({term for each in terms for term in each})
    return [
        _find_name(repository, name, of_name, counts, documents) if of_name else None
        for name, of_name in zip(names, terms, strict=True)
    ]


def _find_name(
    repository: SearchRepository,
    name: Sequence[str],
    terms: Sequence[int],
    counts: Mapping[int, Mapping[UUID, int]],
    documents: Mapping[UUID, int],
) -> NameEvidence | None:
    empty: Mapping[UUID, int] = {}
    each = [counts.get(term, empty) for term in terms]
    rarest = min(each, key=len)
    fewest = {
        document: min(of_term[document] for of_term in each)
        for document in rarest
        if document in documents and all(document in of_term for of_term in each)
    }
    ids = sorted(fewest, key=lambda document: (-fewest[document] / max(1, documents[document]), str(document)))
    ids = ids[:_MOST_DOCUMENTS]
    ordinals = _common_ordinals(repository.list_terms(terms, ids), len(terms), len(ids)) if ids else []
    places = [(ids[at], int(ordinal)) for at, found in enumerate(ordinals) for ordinal in found[:_TEXTS_OF_ONE]]
    pattern = re.compile(r"[\W_]{1,3}".join(map(re.escape, map(singular, name))) + r"s?\b", re.IGNORECASE)
    contexts: list[tuple[str, str, str]] = []
    having: set[UUID] = set()
    for (document, _), chunk in repository.list_chunks(places[:_MOST_TEXTS]).items() if places else ():
        for match in pattern.finditer(f"{chunk.heading}\n{chunk.text}"):
            text = match.string
            before = text[max(0, match.start() - _AROUND) : match.start()]
            contexts.append((before, match.group(), text[match.end() :][:_AROUND]))
            having.add(document)
    if not having:
        return None
    hits = {
        ids[at]: DocumentHits(len(found), bool(found[0] < _FIRST_CHUNKS))
        for at, found in enumerate(ordinals)
        if len(found) and ids[at] in having
    }
    return NameEvidence(hits, tuple(contexts))


def _common_ordinals(rows: Sequence[TermRows], terms: int, documents: int) -> list[npt.NDArray[np.int64]]:
    """Return, for each document, the ordinals of the chunks that have all terms."""
    found: list[list[npt.NDArray[np.int64]]] = [[] for _ in range(documents)]
    for row in rows:
        records = (np.frombuffer(row.packed, POSTING)["ordinal"] & ORDINAL_MASK).astype(np.int64)
        ends = np.cumsum(row.counts)
        for place, count, end in zip(row.documents, row.counts, ends.tolist(), strict=True):
            found[place - 1].append(records[end - count : end])
    nothing = np.zeros(0, np.int64)
    common: list[npt.NDArray[np.int64]] = []
    for each in found:
        chunks = each[0] if len(each) == terms else nothing
        for other in each[1:]:
            chunks = np.intersect1d(chunks, other)
        common.append(np.sort(chunks))
    return common
