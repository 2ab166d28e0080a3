"""Read the turns before a follow-up, and understand it, in one transaction of its user."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.events import AnswerView
from app.answers.reading import read_answers
from app.conversations.errors import TurnNotFoundError
from app.conversations.following.context import Answered, Earlier, NameSpan, Unclear, Understood
from app.conversations.following.frames import Frame
from app.conversations.following.names import find_spans
from app.conversations.following.periods import mentions_of
from app.conversations.following.proposed import ModelContext, check_proposed, new_names
from app.conversations.following.reading import understand
from app.conversations.following.replaced import BEFORE_NAME
from app.conversations.models import Turn
from app.conversations.peers import find_peers
from app.conversations.repository import ConversationRepository
from app.conversations.views import QuestionParts, scope_record
from app.core.principal import Principal
from app.issuers.names import Issuer
from app.issuers.reading import find_issuers
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.issuers import VisibleIssuer, name_forms
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.repository import Candidate, SearchRepository
from app.retrieval.scope import ScopeFinder
from app.retrieval.visible_issuers import list_visible

_READER = QuestionReader(vocabulary=FinanceVocabulary())
_MOST_QUESTIONS = 3
_MOST_NAMES = 60
_LONGEST_TEXT = 600
_LOST = "The question before used a document that you can no longer see. Ask the whole question."


@dataclass(frozen=True, slots=True)
class TurnReader:
    """Understands the turns of a user's conversation. `scope` is that of the new turn."""

    session: Session
    principal: Principal
    conversation_id: UUID
    scope: SearchFilters

    def read(self, words: str) -> tuple[Understood | Unclear, QuestionParts]:
        """Return how words are understood after the conversation's turns, and the parts of the complete question."""
        repository = ConversationRepository(self.session)
        last = repository.find_last_answered(self.conversation_id)
        stored = None if last is None else repository.find_readings([last.id]).get(last.id)
        before = "" if stored is None or stored.question is None else stored.question
        issuers = self._list_issuers(words, f"{BEFORE_NAME}{words}", before)

        def find_names(text: str) -> tuple[NameSpan, ...]:
            return find_spans(text, issuers)

        if last is not None and stored is None:
            reading = understand(words, None, find_names, lost=_LOST)
        elif last is None or stored is None or stored.question is None:
            reading = understand(words, None, find_names)
        else:
            earlier = Earlier(
                question=stored.question,
                answered=lambda: self._answered(last),
                learnt_from=frozenset(stored.learnt_from),
                has_scope=self._has_scope(last),
                is_part=self._is_part,
                find_peers=lambda names: find_peers(self.session, names),
            )
            reading = understand(words, earlier, find_names)
        return reading, self.parts(reading.question if isinstance(reading, Understood) else "")

    def read_context(self, words: str) -> ModelContext | None:
        """Return what a model gets to complete a follow-up; None if the user may not see the question before."""
        repository = ConversationRepository(self.session)
        turns = repository.list_last_answered(self.conversation_id, limit=_MOST_QUESTIONS)
        readings = repository.find_readings([turn.id for turn in turns])
        if not turns or turns[-1].id not in readings:
            return None
        seen = [readings[turn.id] for turn in turns if turn.id in readings]
        answered = self._answered(turns[-1])
        rows = SearchRepository(self.session).list_candidates(SearchFilters())
        names = dict.fromkeys(row.issuer for row in rows if row.issuer)
        learnt = answered.documents.union(*(reading.learnt_from for reading in seen))
        return ModelContext(
            follow_up=words,
            questions=tuple(reading.question[:_LONGEST_TEXT] for reading in seen if reading.question),
            answer=answered.text[:_LONGEST_TEXT],
            names=tuple(list(names)[:_MOST_NAMES]),
            learnt_from=learnt,
        )

    def check(self, proposed: str, context: ModelContext) -> tuple[Understood, QuestionParts] | None:
        """Return a model's proposal as what was understood, and its parts; None if it is refused."""
        issuers = self._list_issuers(proposed)

        def find_names(text: str) -> tuple[NameSpan, ...]:
            return find_spans(text, issuers)

        found = check_proposed(proposed, context, find_names)
        if found is None:
            return None
        names = new_names(found.question, context, find_names)
        rows = self._list_documents([form for name in names for form in name_forms(name)])[1] if names else ()
        learnt = found.learnt_from.union(row.document_id for row in rows)
        return replace(found, learnt_from=learnt), self.parts(found.question)

    def edit(self, words: str, turn_id: UUID) -> tuple[Understood, QuestionParts, str]:
        """Return the user's edit of how a turn was understood, its parts, and the words of that turn.

        Raises TurnNotFoundError, also if the user may no longer see how the turn was understood.
        """
        repository = ConversationRepository(self.session)
        turn = repository.find_turn(self.conversation_id, turn_id)
        reading = repository.find_readings([turn_id]).get(turn_id)
        if turn is None or reading is None:
            raise TurnNotFoundError
        learnt = frozenset(reading.learnt_from)
        return Understood(words, learnt_from=learnt), self.parts(words), turn.words if learnt else words

    def parts(self, question: str) -> QuestionParts:
        """Return the parts of a complete question."""
        if not question:
            return QuestionParts()
        issuers = self._list_issuers(question)
        frame = Frame.of(question, lambda text: find_spans(text, issuers))
        return QuestionParts(
            issuers=frame.names(),
            subject=frame.measure or frame.topic,
            periods=tuple(dict.fromkeys(mention.period.text for mention in frame.periods)),
        )

    def _has_scope(self, last: Turn) -> bool:
        """Return whether the scope says which issuers are meant: it names them, or the user has just changed it."""
        return bool(self.scope.issuers or self.scope.document_ids) or last.scope != scope_record(self.scope)

    def _list_issuers(self, *texts: str) -> list[VisibleIssuer]:
        entities, rows = self._list_documents([form for text in texts for form in name_forms(text)])
        return list_visible(rows, entities)

    def _list_documents(self, forms: list[str]) -> tuple[Sequence[Issuer], Sequence[Candidate]]:
        """Return the issuers with names of these forms, and their visible documents."""
        entities = find_issuers(self.session, forms)
        records = [record for entity in entities for record in entity.ids]
        return entities, SearchRepository(self.session).list_candidates(
            SearchFilters(), name_forms=forms, records=records
        )

    def _is_part(self, name: str) -> bool:
        """Return whether visible documents have a name that is not a company's."""
        finder = ScopeFinder(self.session, SearchRepository(self.session), _READER, SearchFilters())
        understanding = finder.find(_READER.read(f"What was the revenue of {name}?")).understanding
        is_issuer = bool(understanding.issuer_keys) and not understanding.is_implied
        return not (is_issuer or name in understanding.absent_issuers or name in understanding.unseen_names)

    def _answered(self, turn: Turn) -> Answered:
        """Return the issuer, the periods and the text of the first claim of a turn's answer."""
        if turn.question_id is None:
            return Answered()
        view = read_answers(self.session, self.principal, [turn.question_id]).get(turn.question_id)
        if view is None or not view.claims:
            return Answered()
        return self._said(view)

    def _said(self, view: AnswerView) -> Answered:
        first = view.claims[0]
        documents = frozenset(span.document_id for span in first.citations)
        issuers = [first.subject.issuer] if first.subject.issuer else self._issuers_of(documents)
        period = first.subject.period or next((each.period.label() for each in mentions_of(first.text)), None)
        return Answered(issuers[0] if len(issuers) == 1 else None, (period,) if period else (), first.text, documents)

    def _issuers_of(self, documents: frozenset[UUID]) -> list[str]:
        return ConversationRepository(self.session).list_issuers(documents)
