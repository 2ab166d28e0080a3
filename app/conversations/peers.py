"""Find the visible issuers that an issuer's documents name as its competitors."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversations.following.context import Peer
from app.documents.models import Page
from app.issuers.reading import find_issuers, list_issuers_of
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.issuers import find_named, name_forms
from app.retrieval.questions.spans import QuestionWords
from app.retrieval.repository import SearchRepository
from app.retrieval.visible_issuers import Documents, list_visible

_MOST_DOCUMENTS = 12
_MOST_PAGES = 60
_LONGEST = 1_500
_SENTENCE = re.compile(r"(?<=[.;:])\s+")
_RIVALS = re.compile(r"\b(?:competitors?|compet(?:es?|ing|ition)|rivals?|peers?)\b", re.IGNORECASE)


def find_peers(session: Session, names: Sequence[str]) -> tuple[Peer, ...]:
    """Return the issuers with visible documents that the documents of the named issuers name beside "competitors", in
    one sentence, each with the documents that do so.
    """
    repository = SearchRepository(session)
    asked = f"What about {' and '.join(names)}?"
    entities = find_issuers(session, name_forms(asked))
    every = repository.list_candidates(SearchFilters())
    records = list({row.issuer_id for row in every if row.issuer_id is not None})
    visible = list_visible(every, list_issuers_of(session, records))
    own = Documents.of(find_named(QuestionWords(asked), visible), entities)
    ids = [row.document_id for row in every if own.has(row)][-_MOST_DOCUMENTS:]
    others = [issuer for issuer in visible if not any(own.has(row) and row.issuer_key == issuer.key for row in every)]
    query = select(Page.document_id, Page.text).where(Page.document_id.in_(ids), Page.text.ilike("%compet%"))
    found: dict[str, set[UUID]] = {}
    for row in session.execute(query.limit(_MOST_PAGES)) if ids else ():
        for sentence in _SENTENCE.split(row.text):
            if _RIVALS.search(sentence):
                for match in find_named(QuestionWords(sentence[:_LONGEST]), others):
                    found.setdefault(match.issuers[0].name, set()).add(row.document_id)
    return tuple(Peer(name, frozenset(documents)) for name, documents in found.items())
