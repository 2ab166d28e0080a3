"""Response schemas of access reports: IDs, names of groups, collections, labels and packs, and numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.access.collections.schemas import LEVELS, Level
from app.access.models import Clearance, Grant
from app.access.reports.decisions import Holding, Object
from app.access.reports.explain_schemas import NamedOut
from app.access.reports.views import GovernedCollection
from app.access.reports.watching import MOST, PersonView, ReaderView

Names = Mapping[UUID, str]


class WayOut(BaseModel):
    """A grant to the user or to one of the user's groups. `through` lists the nested groups, from a group of which the
    user is a direct member to the group that the grant names. It is empty if the grant names the user.
    """

    grant_id: UUID
    level: Level
    on: Literal["collection", "document", "pack"] = Field(examples=["collection"])
    object: NamedOut
    through: list[NamedOut]
    expires_at: datetime | None

    @classmethod
    def of(cls, grant: Grant, held: Mapping[str, Holding], names: Names) -> "WayOut":
        on, object_id = _object(grant)
        return cls(
            grant_id=grant.id,
            level=LEVELS[grant.level],
            on=on,
            object=NamedOut(id=object_id, name=names.get(object_id)),
            through=_through(held, grant.subject_id, names),
            expires_at=grant.expires_at,
        )


class HeldClearanceOut(BaseModel):
    """A clearance of the user or of one of the user's groups. `through` lists the nested groups, from a group of which
    the user is a direct member to the group that the clearance names. It is empty if the clearance names the user.
    """

    id: UUID
    label: NamedOut
    through: list[NamedOut]
    expires_at: datetime | None

    @classmethod
    def of(cls, clearance: Clearance, held: Mapping[str, Holding], names: Names) -> "HeldClearanceOut":
        return cls(
            id=clearance.id,
            label=NamedOut(id=clearance.label_id, name=names.get(clearance.label_id)),
            through=_through(held, clearance.subject_id, names),
            expires_at=clearance.expires_at,
        )


class MembershipOut(BaseModel):
    """A group that contains the user. `through` lists the nested groups, from a group of which the user is a direct
    member to this group. It includes both.
    """

    id: UUID
    name: str | None = Field(examples=["credit desk"])
    direct: bool
    through: list[NamedOut]


class SeenCollectionOut(BaseModel):
    id: UUID
    name: str
    level: Level
    documents: int = Field(examples=[412])


class PersonOut(BaseModel):
    """A user's groups, grants and clearances, and the collections with documents that the user may read. `grants` and
    `clearances` have at most `most` items each.
    """

    id: UUID
    name: str = Field(examples=["Ana"])
    email: str
    roles: list[str]
    disabled_at: datetime | None = Field(examples=[None])
    groups: list[MembershipOut]
    grants: list[WayOut]
    clearances: list[HeldClearanceOut]
    collections: list[SeenCollectionOut]
    documents: int = Field(description="The number of documents that the user may read.", examples=[412])
    most: int = Field(default=MOST, examples=[MOST])

    @classmethod
    def of(cls, view: PersonView) -> "PersonOut":
        groups = [(group, holding) for group, holding in view.held.items() if holding.groups]
        return cls(
            id=view.user.id,
            name=view.user.name,
            email=view.user.email,
            roles=sorted(view.user.roles),
            disabled_at=view.user.disabled_at,
            groups=[
                MembershipOut(
                    id=UUID(group),
                    name=view.names.get(UUID(group)),
                    direct=len(holding.groups) == 1,
                    through=_through(view.held, UUID(group), view.names),
                )
                for group, holding in groups
            ],
            grants=[WayOut.of(grant, view.held, view.names) for grant in view.grants],
            clearances=[HeldClearanceOut.of(each, view.held, view.names) for each in view.clearances],
            collections=[
                SeenCollectionOut(id=each.id, name=each.name, level=LEVELS[each.level], documents=each.documents)
                for each in view.collections
            ],
            documents=sum(each.documents for each in view.collections),
        )


class GovernedCollectionOut(BaseModel):
    """A collection as administrators and auditors see it. `labels` and `grants` (a number) leave out the labels and
    grants of parent collections.
    """

    id: UUID
    name: str
    parent_id: UUID | None = Field(examples=[None])
    labels: list[NamedOut]
    documents: int = Field(examples=[412])
    grants: int = Field(examples=[9])

    @classmethod
    def of(cls, found: GovernedCollection) -> "GovernedCollectionOut":
        return cls(
            id=found.id,
            name=found.name,
            parent_id=found.parent_id,
            labels=[NamedOut(id=label.id, name=label.name) for label in found.labels],
            documents=found.documents,
            grants=found.grants,
        )


class ReaderOut(BaseModel):
    """A reader of a document, with the grants that give access to it."""

    user_id: UUID
    name: str = Field(examples=["Ana"])
    email: str
    level: Level
    ways: list[WayOut]

    @classmethod
    def of(cls, view: ReaderView) -> "ReaderOut":
        user = view.reader.user
        return cls(
            user_id=user.id,
            name=user.name,
            email=user.email,
            level=LEVELS[view.reader.level],
            ways=[WayOut.of(grant, view.held, view.names) for grant in view.grants],
        )


def _object(grant: Grant) -> tuple[Object, UUID]:
    things: tuple[tuple[Object, UUID | None], ...] = (
        ("collection", grant.collection_id),
        ("document", grant.document_id),
        ("pack", grant.pack_id),
    )
    return next((on, object_id) for on, object_id in things if object_id is not None)


def _through(held: Mapping[str, Holding], subject_id: UUID, names: Names) -> list[NamedOut]:
    return [NamedOut(id=UUID(group), name=names.get(UUID(group))) for group in held[str(subject_id)].groups]
