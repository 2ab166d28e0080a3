"""Response schemas of access explanations: IDs, levels, and names of groups, collections, labels and packs."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.access.collections.schemas import LEVELS, Level
from app.access.reports.decisions import Closing, Holding, Opening
from app.access.reports.explaining import Explanation

_SENTENCE = (
    'Ana may read it: the group "credit desk", which Ana is in through "London", is viewer of the collection '
    '"Leveraged loans", which contains it in a subcollection.'
)


class ReasonKind(StrEnum):
    """The kind of a reason. A `grant` gives access, an expired grant has no effect, and all other kinds deny access."""

    GRANT = "grant"
    EXPIRED_GRANT = "expired-grant"
    LABEL = "label"
    EXCLUSION = "exclusion"
    USER_DISABLED = "user-disabled"
    DOCUMENT_DELETED = "document-deleted"
    USER_ABSENT = "user-absent"
    DOCUMENT_ABSENT = "document-absent"


class NamedOut(BaseModel):
    """An object with its name. `name` is always null for a document."""

    id: UUID
    name: str | None


class ReasonOut(BaseModel):
    """A reason why the user may or may not read the document. `opens` is true if the reason gives access. `id` is the
    ID of the grant, label or exclusion; reasons of other kinds have none.
    """

    kind: ReasonKind = Field(examples=["grant"])
    opens: bool = Field(examples=[True])
    id: UUID | None = None
    name: str | None = Field(default=None, description="A label's name.", examples=[None])
    level: Level | None = Field(default=None, examples=["viewer"])
    on: Literal["collection", "document", "pack"] | None = Field(default=None, examples=["collection"])
    object: NamedOut | None = None
    through: list[NamedOut] = Field(
        default=[],
        description="The nested groups through which the right or exclusion applies to the user. The user is a direct "
        "member of the first group. The list is empty if the right or exclusion names the user.",
    )
    ended_at: datetime | None = Field(
        default=None, description="When the grant, or the user's last clearance for the label, expired."
    )


class ExplanationOut(BaseModel):
    """Why a user may or may not read a document."""

    document_id: UUID
    user_id: UUID
    time: datetime
    visible: bool = Field(examples=[True])
    level: Level | None
    sentence: str = Field(examples=[_SENTENCE])
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationOut":
        names, verdict = explanation.moment.names, explanation.verdict
        absent = (
            (explanation.moment.user is None, ReasonKind.USER_ABSENT),
            (explanation.moment.document is None, ReasonKind.DOCUMENT_ABSENT),
            (verdict.is_disabled, ReasonKind.USER_DISABLED),
            (verdict.is_deleted, ReasonKind.DOCUMENT_DELETED),
        )
        return cls(
            document_id=explanation.document_id,
            user_id=explanation.user_id,
            time=explanation.moment.time,
            visible=verdict.is_visible,
            level=LEVELS.get(verdict.level),
            sentence=explanation.sentence,
            reasons=[
                *(ReasonOut(kind=kind, opens=False) for applies, kind in absent if applies),
                *(_closing(closing, names) for closing in verdict.closings),
                *(_opening(opening, names) for opening in verdict.openings),
            ],
        )


def _opening(opening: Opening, names: Mapping[str, str]) -> ReasonOut:
    return ReasonOut(
        kind=ReasonKind.EXPIRED_GRANT if opening.has_expired else ReasonKind.GRANT,
        opens=not opening.has_expired,
        id=UUID(opening.grant_id),
        level=LEVELS[opening.level],
        on=opening.on,
        object=_named(opening.object_id, names),
        through=_through(opening.held, names),
        ended_at=opening.expires_at if opening.has_expired else None,
    )


def _closing(closing: Closing, names: Mapping[str, str]) -> ReasonOut:
    return ReasonOut(
        kind=ReasonKind(closing.kind),
        opens=False,
        id=UUID(closing.id),
        name=names.get(closing.id),
        on=closing.on,
        object=_named(closing.object_id, names),
        through=_through(closing.held, names),
        ended_at=closing.cleared_until,
    )


def _named(thing_id: str, names: Mapping[str, str]) -> NamedOut:
    return NamedOut(id=UUID(thing_id), name=names.get(thing_id))


def _through(held: Holding, names: Mapping[str, str]) -> list[NamedOut]:
    return [_named(group, names) for group in held.groups]
