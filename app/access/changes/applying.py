"""Apply lists of policy changes for imports and previews. Each change runs the code of the API endpoint for this change
and writes an audit event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.changes.references import References
from app.access.collections.editing import Subject
from app.access.collections.moving import CollectionEdit, Mover
from app.access.collections.repository import NewGrant
from app.access.errors import (
    ClearanceNotFoundError,
    CollectionNotFoundError,
    ExclusionNotFoundError,
    GrantNotFoundError,
    LabelNotFoundError,
)
from app.access.models import Clearance, Exclusion, Grant
from app.access.policy.editing import Place, PolicyEditor
from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.identity.errors import GroupNotFoundError
from app.identity.group_repository import Members
from app.identity.groups import add_to_group, remove_from_group


class ChangeKind(StrEnum):
    """The kind of a change; each comment names the fields that the kind requires."""

    GRANT = "grant"  # user or group; collection, document or pack
    REVOKE = "revoke"  # user or group; collection, document or pack
    LABEL = "label"  # label; collection or document
    UNLABEL = "unlabel"  # label; collection or document
    CLEAR = "clear"  # label; user or group
    UNCLEAR = "unclear"  # label; user or group
    EXCLUDE = "exclude"  # document; user or group
    INCLUDE = "include"  # document; user or group
    JOIN = "join"  # user, into (a group)
    LEAVE = "leave"  # user, into (a group)
    NEST = "nest"  # group, into (a group)
    UNNEST = "unnest"  # group, into (a group)
    MOVE = "move"  # collection or document; into (a collection, or empty for the top level)


_INTO_GROUPS = frozenset({ChangeKind.JOIN, ChangeKind.LEAVE, ChangeKind.NEST, ChangeKind.UNNEST})


@dataclass(frozen=True, slots=True)
class Change:
    """One change. It names users by ID or e-mail address; groups, collections, packs and labels by ID or name."""

    kind: ChangeKind
    user: str | None = None
    group: str | None = None
    collection: str | None = None
    document: UUID | None = None
    pack: str | None = None
    label: str | None = None
    into: str | None = None
    level: int = 1
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The IDs of the objects that a change names."""

    user_id: UUID | None = None
    group_id: UUID | None = None
    collection_id: UUID | None = None
    document_id: UUID | None = None
    pack_id: UUID | None = None
    label_id: UUID | None = None
    into_id: UUID | None = None


class ChangeMaker:
    """Applies policy changes in one database session."""

    def __init__(self, session: Session, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self._editor = PolicyEditor(session, principal)
        self._references = References(session)

    def resolve(self, change: Change) -> Resolved:
        """Return the IDs of the objects that the change names."""
        find = self._references
        find_into = find.find_group if change.kind in _INTO_GROUPS else find.find_collection
        return Resolved(
            user_id=find.find_user(change.user),
            group_id=find.find_group(change.group),
            collection_id=find.find_collection(change.collection),
            document_id=change.document,
            pack_id=find.find_pack(change.pack),
            label_id=find.find_label(change.label),
            into_id=find_into(change.into),
        )

    def make(self, change: Change) -> None:
        """Apply the change. A rejected change raises the same error as in its API endpoint, and has no effect."""
        named = self.resolve(change)
        match change.kind:
            case ChangeKind.GRANT:
                self._grant(change, named)
            case ChangeKind.LABEL | ChangeKind.UNLABEL:
                self._label(change.kind, named)
            case ChangeKind.CLEAR if named.label_id is not None:
                self._editor.create_clearance(named.label_id, _subject(change, named))
            case ChangeKind.EXCLUDE if named.document_id is not None:
                self._editor.create_exclusion(named.document_id, _subject(change, named))
            case ChangeKind.REVOKE | ChangeKind.UNCLEAR | ChangeKind.INCLUDE:
                self._take_back(change.kind, named)
            case ChangeKind.MOVE:
                self._move(named)
            case _:
                self._join(change.kind, named)

    def _grant(self, change: Change, named: Resolved) -> None:
        self._editor.create_grant(
            NewGrant(
                user_id=named.user_id,
                group_id=named.group_id,
                collection_id=named.collection_id,
                document_id=named.document_id,
                pack_id=named.pack_id,
                level=change.level,
                expires_at=change.expires_at,
            )
        )

    def _label(self, kind: ChangeKind, named: Resolved) -> None:
        place = Place(collection_id=named.collection_id, document_id=named.document_id)
        if named.label_id is None:
            raise LabelNotFoundError
        if kind is ChangeKind.LABEL:
            self._editor.put_label(place, named.label_id)
        else:
            self._editor.take_label(place, named.label_id)

    def _take_back(self, kind: ChangeKind, named: Resolved) -> None:
        """Delete all grants, clearances or exclusions of the subject on the object."""
        missing: type[FootnoteError]
        take: Callable[[UUID], None]
        if kind is ChangeKind.REVOKE:
            things = (
                Grant.collection_id.is_not_distinct_from(named.collection_id),
                Grant.document_id.is_not_distinct_from(named.document_id),
                Grant.pack_id.is_not_distinct_from(named.pack_id),
            )
            query = select(Grant.id).where(*things, Grant.subject_id == _one(named))
            missing, take = GrantNotFoundError, self._editor.delete_grant
        elif kind is ChangeKind.UNCLEAR:
            of_label = Clearance.label_id == named.label_id
            query = select(Clearance.id).where(of_label, Clearance.subject_id == _one(named))
            missing, take = ClearanceNotFoundError, self._editor.delete_clearance
        else:
            of_document = Exclusion.document_id == named.document_id
            query = select(Exclusion.id).where(of_document, Exclusion.subject_id == _one(named))
            missing, take = ExclusionNotFoundError, self._editor.delete_exclusion
        found = self._session.scalars(query).all()
        if not found:
            raise missing
        for row_id in found:
            take(row_id)

    def _move(self, named: Resolved) -> None:
        mover = Mover(self._session, self._principal)
        if named.collection_id is not None:
            edit = CollectionEdit(moves=True, parent_id=named.into_id)
            mover.edit_collection(named.collection_id, edit, revision=None)
        elif named.document_id is not None and named.into_id is not None:
            mover.move_document(named.document_id, named.into_id)
        else:
            raise CollectionNotFoundError

    def _join(self, kind: ChangeKind, named: Resolved) -> None:
        members = Members(
            user_ids=frozenset({named.user_id} - {None}),  # type: ignore[arg-type]  # None is removed
            group_ids=frozenset({named.group_id} - {None}),  # type: ignore[arg-type]
        )
        if named.into_id is None:
            raise GroupNotFoundError
        change = add_to_group if kind in {ChangeKind.JOIN, ChangeKind.NEST} else remove_from_group
        change(self._session, self._principal, named.into_id, members)


def _subject(change: Change, named: Resolved) -> Subject:
    return Subject(user_id=named.user_id, group_id=named.group_id, expires_at=change.expires_at)


def _one(named: Resolved) -> UUID | None:
    return named.user_id or named.group_id
