"""Names of issuers: roles, and the record of names that several documents share."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NameRole(StrEnum):
    """What a name or identifier is to its issuer.

    `OWN`: the issuer's name. `WEAK`: its name, if the reading is not sure. `SEEN`: another name that it may have then.
    `SET`: the name that an editor gave. `SAME` and `APART` are marks of editors' mergers and splits, not names.
    """

    OWN = "own"
    WEAK = "weak"
    FORMER = "former"
    ALIAS = "alias"
    TICKER = "ticker"
    CIK = "cik"
    LEI = "lei"
    SEEN = "seen"
    SET = "set"
    SAME = "same"
    APART = "apart"


MARKS = frozenset({NameRole.SAME, NameRole.APART})


@dataclass(frozen=True, slots=True)
class RecordName:
    """A name that visible documents of one issuer record give, and in how many of them.

    `kind` is where it was read (`app.documents.metadata.NameKind`, `derived` or `editor`). Equal `link`s of two records
    are evidence that they are one issuer. `made_at` is when an editor gave the name.
    """

    record: UUID
    role: NameRole
    kind: str
    form: str
    text: str
    link: str | None
    documents: int
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuerName:
    """A name or identifier of an issuer: as printed, normalised as in questions, its role, and where it was read."""

    text: str
    form: str
    role: NameRole
    kinds: tuple[str, ...]
    documents: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as one reader sees it.

    `ids` are its records: a document is the issuer's if `documents.issuer_id` is one of them. `id` is the one of them
    that stands for the issuer. `names` are the best first, with identifiers.
    """

    id: UUID
    name: str
    ids: frozenset[UUID]
    names: tuple[IssuerName, ...]

    def list_forms(self, *roles: NameRole) -> tuple[str, ...]:
        """Return the normalised names with one of these roles; without roles, all."""
        return tuple(dict.fromkeys(name.form for name in self.names if not roles or name.role in roles))
