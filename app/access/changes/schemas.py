"""Request and response schemas of previews and imports of changes."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from app.access.changes.applying import Change, ChangeKind
from app.access.changes.previewing import Difference, Preview
from app.access.changes.service import MOST_CHANGES
from app.access.collections.schemas import NUMBERS, Level, one_of
from app.http.text import Line

# Maps each kind to groups of fields. A change must have exactly one field of each group.
_NEEDS: Mapping[ChangeKind, tuple[tuple[str, ...], ...]] = {
    ChangeKind.GRANT: (("user", "group"), ("collection", "document", "pack")),
    ChangeKind.REVOKE: (("user", "group"), ("collection", "document", "pack")),
    ChangeKind.LABEL: (("label",), ("collection", "document")),
    ChangeKind.UNLABEL: (("label",), ("collection", "document")),
    ChangeKind.CLEAR: (("label",), ("user", "group")),
    ChangeKind.UNCLEAR: (("label",), ("user", "group")),
    ChangeKind.EXCLUDE: (("document",), ("user", "group")),
    ChangeKind.INCLUDE: (("document",), ("user", "group")),
    ChangeKind.JOIN: (("user",), ("into",)),
    ChangeKind.LEAVE: (("user",), ("into",)),
    ChangeKind.NEST: (("group",), ("into",)),
    ChangeKind.UNNEST: (("group",), ("into",)),
    ChangeKind.MOVE: (("collection", "document"),),
}
_ENDING = {ChangeKind.GRANT, ChangeKind.CLEAR, ChangeKind.EXCLUDE}
_NAMES = ("user", "group", "collection", "document", "pack", "label", "into")


def _shape(kind: ChangeKind) -> JsonDict:
    """Return the JSON schema of a change of one kind."""
    parts = [one_of(*either) for either in _NEEDS[kind]]
    absent = [name for name in _NAMES if name not in _allowed(kind)] + ([] if kind in _ENDING else ["expires_at"])
    nulls: dict[str, JsonDict] = {name: {"type": "null"} for name in absent}
    if "pack" in _allowed(kind):
        parts.append({"anyOf": [_where(pack={"type": "null"}), _where(level={"const": Level.VIEWER.value})]})
    if kind is ChangeKind.MOVE:
        parts.append(
            {"anyOf": [_where(document={"type": "null"}), {**_where(into={"type": "string"}), "required": ["into"]}]}
        )
    return {**_where(change={"const": kind.value}, **nulls), "allOf": [*parts]}


def _where(**properties: JsonDict) -> JsonDict:
    return {"properties": {**properties}}


def _allowed(kind: ChangeKind) -> set[str]:
    """Return the fields that a change of this kind may have."""
    return {name for either in _NEEDS[kind] for name in either} | ({"into"} if kind is ChangeKind.MOVE else set())


class ChangeIn(BaseModel):
    """One change of the policy. It names users by ID or e-mail address; groups, collections, packs and labels by ID or
    name. docs/access.md lists the fields of each kind.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [_shape(kind) for kind in ChangeKind],
            "examples": [
                {"change": "grant", "group": "credit desk", "collection": "Leveraged loans", "level": "viewer"}
            ],
        },
    )

    change: ChangeKind
    user: Line | None = None
    group: Line | None = None
    collection: Line | None = None
    document: UUID | None = None
    pack: Line | None = None
    label: Line | None = None
    into: Line | None = Field(
        default=None, description="The group (join, leave, nest, unnest) or the new parent (move)."
    )
    level: Level = Level.VIEWER
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = _NEEDS[self.change]
        for either in needs:
            if sum(getattr(self, name) is not None for name in either) != 1:
                raise ValueError(f"'{self.change}' needs {'one of ' if len(either) > 1 else ''}{', '.join(either)}")
        allowed = {name for either in needs for name in either} | (
            {"into"} if self.change is ChangeKind.MOVE else set()
        )
        given = {name for name in _NAMES if getattr(self, name) is not None}
        if given - allowed:
            raise ValueError(f"'{self.change}' must not have {', '.join(sorted(given - allowed))}")
        if self.expires_at is not None and self.change not in _ENDING:
            raise ValueError(f"'{self.change}' must not have expires_at")
        if self.pack is not None and self.level is not Level.VIEWER:
            raise ValueError("a grant of a pack must have the level viewer")
        if self.change is ChangeKind.MOVE and self.document is not None and self.into is None:
            raise ValueError("a document can only be moved into a collection: set into")
        return self

    def to_change(self) -> Change:
        return Change(
            kind=self.change,
            user=self.user,
            group=self.group,
            collection=self.collection,
            document=self.document,
            pack=self.pack,
            label=self.label,
            into=self.into,
            level=NUMBERS[self.level],
            expires_at=self.expires_at,
        )


class ChangesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    changes: Annotated[list[ChangeIn], Field(min_length=1, max_length=MOST_CHANGES)]

    def to_changes(self) -> list[Change]:
        return [change.to_change() for change in self.changes]


class PersonDifferenceOut(BaseModel):
    user_id: UUID
    name: str = Field(examples=["Ana"])
    documents: int = Field(examples=[412])


class DifferenceOut(BaseModel):
    """The number of documents to which users gain or lose access, and the number of these users. `sample` has up to ten
    of the users.
    """

    documents: int = Field(examples=[412])
    people: int = Field(examples=[9])
    sample: list[PersonDifferenceOut]

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        return cls.model_validate(difference, from_attributes=True)


class PreviewOut(BaseModel):
    """Access that users would gain (`opens`) or lose (`closes`). Nothing was changed. `whole` is true if all affected
    users are included.
    """

    opens: DifferenceOut
    closes: DifferenceOut
    sentence: str = Field(examples=["This would open 412 documents to 9 people and close none."])
    people_looked_at: int = Field(examples=[40])
    whole: bool

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        return cls(
            opens=DifferenceOut.of(preview.opens),
            closes=DifferenceOut.of(preview.closes),
            sentence=preview.sentence,
            people_looked_at=preview.people_looked_at,
            whole=preview.is_whole,
        )


class ImportOut(BaseModel):
    """The number of applied changes. A dry run applies none, and returns the preview."""

    made: int = Field(examples=[1])
    preview: PreviewOut | None = Field(examples=[None])
