"""Conversations: ask turns, list and change conversations.

Each turn is understood from what its user may see of the turns before at that moment. It is stored in the transaction
that stores its answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.early_claims import Authorise
from app.answers.events import AnswerDone, SourcesFound
from app.answers.questions import AsTurn, parse_question
from app.answers.reading import read_answers
from app.answers.service import AnswerService
from app.audit.service import record
from app.conversations.errors import MOST_TURNS, ConversationFullError, ConversationNotFoundError, TurnNotFoundError
from app.conversations.following.context import Unclear, Understood
from app.conversations.following.proposed import ModelContext
from app.conversations.models import Conversation, Turn
from app.conversations.proposing import FollowUpProposer
from app.conversations.reading import TurnReader
from app.conversations.repository import ConversationRepository
from app.conversations.views import (
    ConversationView,
    NamedObject,
    ReadingView,
    ScopeView,
    TurnDone,
    TurnEvent,
    TurnUnderstood,
    TurnView,
    restore_scope,
    scope_record,
)
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.identity.holding import hold_key
from app.retrieval.filters import SearchFilters

_TITLE = 80
UNTITLED = "New conversation"


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What a user asks next. `edits` is the turn whose understood question `words` replace; `scope` replaces the
    conversation's.
    """

    words: str
    scope: SearchFilters | None = None
    edits: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A turn that is understood, before it is answered. `context` is set if a model is to complete the follow-up."""

    words: str
    scope: SearchFilters
    reading: Understood | Unclear
    view: ReadingView
    shown_scope: ScopeView
    title: str | None
    context: ModelContext | None = None


class ConversationService:
    """Keeps the conversations of each user. Nobody else sees them. With a `proposer`, a model completes follow-ups that
    the rules do not understand.
    """

    def __init__(
        self, *, database: Database, answers: AnswerService, clock: Clock, proposer: FollowUpProposer | None = None
    ) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self._proposer = proposer

    # --- conversations ------------------------------------------------------------------------------------------------

    def create(self, principal: Principal, *, title: str | None, scope: SearchFilters) -> ConversationView:
        """Create a conversation without turns."""
        now, conversation_id = self._clock.now(), new_id()
        with self._database.transaction(principal) as session:
            repository = ConversationRepository(session)
            repository.insert_conversation(
                {
                    "id": conversation_id,
                    "tenant_id": principal.tenant_id,
                    "user_id": principal.user_id,
                    "title": title or UNTITLED,
                    "scope": scope_record(scope),
                    "created_at": now,
                    "changed_at": now,
                }
            )
            _record(session, principal, "created", conversation_id)
            return _conversation(session, _find(repository, conversation_id))

    def get(self, principal: Principal, conversation_id: UUID) -> ConversationView:
        """Return a conversation. Raises ConversationNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            return _conversation(session, _find(ConversationRepository(session), conversation_id))

    def list_conversations(self, principal: Principal, page: PageRequest) -> PageOf[ConversationView]:
        """List the user's conversations, those with the newest turn first. Raises InvalidCursorError."""
        before = _parse_moment(page)
        with self._database.transaction(principal, snapshot=True) as session:
            found = ConversationRepository(session).list_conversations(before=before, limit=page.limit + 1)
            shown = [_conversation(session, each) for each in found[: page.limit]]
        last = shown[-1] if len(found) > page.limit else None
        cursor = None if last is None else encode_cursor(f"{last.changed_at.isoformat()} {last.id}")
        return PageOf(items=shown, next_cursor=cursor)

    def update(
        self, principal: Principal, conversation_id: UUID, *, title: str | None, scope: SearchFilters | None
    ) -> ConversationView:
        """Rename a conversation, or change the scope of its next turns. Raises ConversationNotFoundError."""
        changes: dict[str, Any] = {} if title is None else {"title": title}
        if scope is not None:
            changes["scope"] = scope_record(scope)
        with self._database.transaction(principal) as session:
            repository = ConversationRepository(session)
            _find(repository, conversation_id)
            if changes:
                repository.update_conversation(conversation_id, changes)
                _record(session, principal, "changed", conversation_id, fields=sorted(changes))
            session.expire_all()
            return _conversation(session, _find(repository, conversation_id))

    def delete(self, principal: Principal, conversation_id: UUID) -> None:
        """Delete a conversation with its turns, questions and answers. Raises ConversationNotFoundError."""
        with self._database.transaction(principal) as session:
            repository = ConversationRepository(session)
            _find(repository, conversation_id, lock=True)
            repository.delete_conversation(conversation_id)
            _record(session, principal, "deleted", conversation_id)

    # --- turns --------------------------------------------------------------------------------------------------------

    def list_turns(self, principal: Principal, conversation_id: UUID, page: PageRequest) -> PageOf[TurnView]:
        """List a conversation's turns with their answers, oldest first, as far as the user may see them now.

        Raises ConversationNotFoundError, InvalidCursorError.
        """
        after = parse_uuid_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = ConversationRepository(session)
            _find(repository, conversation_id)
            turns = list(repository.list_turns(conversation_id, after=after, limit=page.limit + 1))
            shown = _turns(session, principal, turns[: page.limit])
        more = len(turns) > page.limit
        return PageOf(items=shown, next_cursor=encode_cursor(str(shown[-1].id)) if more else None)

    def get_turn(self, principal: Principal, conversation_id: UUID, turn_id: UUID) -> TurnView:
        """Return a turn with its answer. Raises ConversationNotFoundError, TurnNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = ConversationRepository(session)
            _find(repository, conversation_id)
            turn = repository.find_turn(conversation_id, turn_id)
            if turn is None:
                raise TurnNotFoundError
            return _turns(session, principal, [turn])[0]

    async def understand(self, principal: Principal, conversation_id: UUID, request: TurnRequest) -> ReadingView:
        """Return how a turn would be understood, and store nothing. Raises the errors of `ask`."""
        return (await self._understand(principal, conversation_id, request)).view

    async def ask(
        self, principal: Principal, conversation_id: UUID, request: TurnRequest, authorise: Authorise | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Yield how the turn is understood, then the events of its answer, then the stored turn. A turn that is unclear
        has no answer.

        Raises before the first event: ConversationNotFoundError, ConversationFullError, TurnNotFoundError, and the
        errors of `AnswerService.ask`.
        """
        read = await self._understand(principal, conversation_id, request)
        if isinstance(read.reading, Unclear):
            yield TurnDone(await self._ask_back(principal, conversation_id, read, authorise))
            return
        turn = self._as_turn(principal, conversation_id, read, read.reading)
        async with aclosing(self._answers.ask(principal, read.reading.question, read.scope, authorise, turn)) as events:
            async for event in events:
                if isinstance(event, SourcesFound):
                    yield TurnUnderstood(self._view(conversation_id, event.question_id, read))
                    yield event
                elif isinstance(event, AnswerDone):
                    yield event
                    done = event.answer.question_id
                    yield TurnDone(await asyncio.to_thread(self.get_turn, principal, conversation_id, done))
                else:
                    yield event

    async def answer(
        self, principal: Principal, conversation_id: UUID, request: TurnRequest, authorise: Authorise | None = None
    ) -> TurnView:
        """Return the stored turn with its answer. Raises the same errors as `ask`."""
        read = await self._understand(principal, conversation_id, request)
        if isinstance(read.reading, Unclear):
            return await self._ask_back(principal, conversation_id, read, authorise)
        turn = self._as_turn(principal, conversation_id, read, read.reading)
        answer = await self._answers.answer(principal, read.reading.question, read.scope, authorise, turn)
        return await asyncio.to_thread(self.get_turn, principal, conversation_id, answer.question_id)

    async def _ask_back(
        self, principal: Principal, conversation_id: UUID, read: _Read, authorise: Authorise | None
    ) -> TurnView:
        if authorise is not None:
            principal = await authorise()
        return await asyncio.to_thread(self._store_unclear, principal, conversation_id, read)

    def _as_turn(self, principal: Principal, conversation_id: UUID, read: _Read, reading: Understood) -> AsTurn:
        def store(session: Session, question_id: UUID) -> None:
            self._store(session, principal, conversation_id, read, question_id, question_id)

        return AsTurn(read.words if reading.learnt_from else reading.question, store)

    async def _understand(self, principal: Principal, conversation_id: UUID, request: TurnRequest) -> _Read:
        """Read a turn by the rules; if they do not understand it, as a model proposes. The call holds no connection."""
        read = await asyncio.to_thread(self._read, principal, conversation_id, request)
        if self._proposer is None or read.context is None:
            return read
        proposed = await self._proposer.propose(read.context)
        if proposed is None:
            return read
        return await asyncio.to_thread(self._check, principal, conversation_id, read, read.context, proposed)

    def _check(
        self, principal: Principal, conversation_id: UUID, read: _Read, context: ModelContext, proposed: str
    ) -> _Read:
        with self._database.transaction(principal, snapshot=True) as session:
            checked = TurnReader(session, principal, conversation_id, read.scope).check(proposed, context)
        if checked is None:
            return read
        reading, parts = checked
        return replace(read, reading=reading, view=ReadingView.of(reading, parts))

    def _read(self, principal: Principal, conversation_id: UUID, request: TurnRequest) -> _Read:
        words = parse_question(request.words)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = ConversationRepository(session)
            conversation = _find(repository, conversation_id)
            count = repository.count_turns(conversation_id)
            if count >= MOST_TURNS:
                raise ConversationFullError
            scope = restore_scope(conversation.scope) if request.scope is None else request.scope
            reader = TurnReader(session, principal, conversation_id, scope)
            reading: Understood | Unclear
            if request.edits is None:
                reading, parts = reader.read(words)
            else:
                reading, parts, words = reader.edit(words, request.edits)
            title = _shortened(words) if count == 0 and conversation.title == UNTITLED else None
            view = ReadingView.of(reading, parts, is_edited=request.edits is not None)
            is_open = self._proposer is not None and isinstance(reading, Unclear) and reading.is_open
            context = reader.read_context(words) if is_open else None
            return _Read(words, scope, reading, view, _scope(session, scope), title, context)

    def _store_unclear(self, principal: Principal, conversation_id: UUID, read: _Read) -> TurnView:
        turn_id = new_id()
        with self._database.transaction(principal) as session:
            hold_key(session, principal, self._clock.now())
            self._store(session, principal, conversation_id, read, turn_id, None)
        return self._view(conversation_id, turn_id, read)

    def _store(
        self,
        session: Session,
        principal: Principal,
        conversation_id: UUID,
        read: _Read,
        turn_id: UUID,
        question_id: UUID | None,
    ) -> None:
        """Store a turn in the transaction of `session`. Raises ConversationNotFoundError, ConversationFullError."""
        repository, now = ConversationRepository(session), self._clock.now()
        _find(repository, conversation_id, lock=True)
        if repository.count_turns(conversation_id) >= MOST_TURNS:  # another turn was stored since this one was read
            raise ConversationFullError
        reading = read.reading
        repository.insert_turn(
            {
                "id": turn_id,
                "tenant_id": principal.tenant_id,
                "conversation_id": conversation_id,
                "question_id": question_id,
                "words": read.words,
                "scope": scope_record(read.scope),
                "asked_at": now,
            },
            {
                "turn_id": turn_id,
                "tenant_id": principal.tenant_id,
                "question": read.view.question,
                "reading": read.view.as_record(),
                "learnt_from": sorted(reading.learnt_from),
            },
        )
        changes: dict[str, Any] = {"scope": scope_record(read.scope), "changed_at": now}
        repository.update_conversation(
            conversation_id, changes if read.title is None else changes | {"title": read.title}
        )
        _record(session, principal, "asked", conversation_id, turn=str(turn_id), answered=question_id is not None)

    def _view(self, conversation_id: UUID, turn_id: UUID, read: _Read) -> TurnView:
        return TurnView(turn_id, conversation_id, read.words, self._clock.now(), read.shown_scope, read.view, None)


def _find(repository: ConversationRepository, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    found = repository.find_conversation(conversation_id, lock=lock)
    if found is None:
        raise ConversationNotFoundError
    return found


def _record(session: Session, principal: Principal, what: str, conversation_id: UUID, **detail: object) -> None:
    action = f"conversations.conversation.{what}"
    record(session, principal, action, object_type="conversation", object_id=conversation_id, detail=detail)


def _conversation(session: Session, row: Conversation) -> ConversationView:
    scope = _scope(session, restore_scope(row.scope))
    return ConversationView(row.id, row.title, scope, row.created_at, row.changed_at)


def _turns(session: Session, principal: Principal, turns: Sequence[Turn]) -> list[TurnView]:
    """Return turns with what the user may see of their readings and answers now."""
    repository = ConversationRepository(session)
    readings = repository.find_readings([turn.id for turn in turns])
    asked = [turn.question_id for turn in turns if turn.question_id is not None]
    answers = read_answers(session, principal, asked)
    verdicts = repository.find_verdicts(asked, principal.user_id)
    return [
        TurnView(
            id=turn.id,
            conversation_id=turn.conversation_id,
            words=turn.words,
            asked_at=turn.asked_at,
            scope=_scope(session, restore_scope(turn.scope)),
            reading=None if stored is None else ReadingView.restore(stored.question, stored.reading),
            answer=None if turn.question_id is None else answers.get(turn.question_id),
            verdict=None if turn.question_id is None else verdicts.get(turn.question_id),
        )
        for turn in turns
        for stored in [readings.get(turn.id)]
    ]


def _scope(session: Session, filters: SearchFilters) -> ScopeView:
    """Return a scope with the names of what the user may see of it."""
    repository = ConversationRepository(session)
    collections = repository.name_collections(filters.collection_ids)
    documents = repository.name_documents(filters.document_ids)
    issuers = repository.name_issuers(filters.issuers)
    named = sum(len(set(names)) for names in (filters.collection_ids, filters.document_ids, filters.issuers))
    return ScopeView(
        filters=filters,
        collections=tuple(
            NamedObject(each, collections[each])
            for each in dict.fromkeys(filters.collection_ids)
            if each in collections
        ),
        documents=tuple(
            NamedObject(each, documents[each]) for each in dict.fromkeys(filters.document_ids) if each in documents
        ),
        issuers=tuple(dict.fromkeys(issuers[name] for name in filters.issuers if name in issuers)),
        hidden=named - len(collections) - len(documents) - len(issuers),
    )


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


def _parse_moment(page: PageRequest) -> tuple[datetime, UUID] | None:
    after = page.after()
    if after is None:
        return None
    try:
        moment, conversation_id = after.split(" ")
        return datetime.fromisoformat(moment), UUID(conversation_id)
    except ValueError as error:
        raise InvalidCursorError from error
