"""The issuers of visible documents, as questions name them: entities, and names of documents without an entity."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.documents.issuers import normalise_issuer
from app.issuers.names import Issuer, NameRole
from app.issuers.reading import find_meant
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.issuers import NamedIssuers, VisibleIssuer
from app.retrieval.repository import Candidate

_NAMES = (NameRole.OWN, NameRole.SET, NameRole.WEAK, NameRole.FORMER, NameRole.ALIAS, NameRole.TICKER)
_OF_KEYS = (NameRole.OWN, NameRole.SET, NameRole.FORMER)


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of some issuers: by the records of their entities, or by keys if no entity is known.

    `by_key` maps a key to the records of its entity.
    """

    records: frozenset[UUID]
    keys: frozenset[str]
    by_key: Mapping[str, frozenset[UUID]]

    @classmethod
    def of(cls, named: Iterable[NamedIssuers], entities: Sequence[Issuer]) -> "Documents":
        issuers = [issuer for match in named for issuer in match.issuers]
        records = {entity.id: entity.ids for entity in entities}
        by_key: dict[str, frozenset[UUID]] = {}
        for issuer in issuers:
            if issuer.entity in records:
                by_key[issuer.key] = by_key.get(issuer.key, frozenset()) | records[issuer.entity]
        keys = frozenset(issuer.key for issuer in issuers if issuer.entity is None)
        return cls(frozenset[UUID]().union(*by_key.values()), keys, by_key)

    def has(self, row: Candidate) -> bool:
        return row.issuer_id in self.records or row.issuer_key in self.keys


def _current_forms(entity: Issuer) -> frozenset[str]:
    """Return the current names of an issuer: the one that an editor gave, else its own names without former ones."""
    own = frozenset(entity.list_forms(NameRole.OWN))
    given = frozenset((normalise_issuer(entity.name),))
    if entity.list_forms(NameRole.SET):
        return given
    return given | (own - frozenset(entity.list_forms(NameRole.FORMER)) or own)


def list_taken(entities: Sequence[Issuer]) -> Mapping[UUID, frozenset[str]]:
    """Return entity → its earlier names that another issuer has now, such as after a split: they mean the other one."""
    current = {entity.id: _current_forms(entity) for entity in entities}
    return {
        entity.id: frozenset(
            form
            for form in entity.list_forms(*_OF_KEYS)
            if form not in current[entity.id]
            and any(form in forms for other, forms in current.items() if other != entity.id)
        )
        for entity in entities
    }


def with_current_names(rows: Sequence[Candidate], entities: Sequence[Issuer]) -> list[Candidate]:
    """Return the documents. One that prints a name that another issuer has now gets its issuer's current name."""
    taken = list_taken(entities)
    renamed = {record: entity for entity in entities if taken[entity.id] for record in entity.ids}
    return [
        replace(row, issuer=entity.name, issuer_key=normalise_issuer(entity.name))
        if row.issuer_id is not None
        and (entity := renamed.get(row.issuer_id)) is not None
        and row.issuer_key in taken[entity.id]
        else row
        for row in rows
    ]


def list_visible(rows: Iterable[Candidate], entities: Sequence[Issuer] = ()) -> list[VisibleIssuer]:
    """Return each issuer of the documents once for each key, with all its names. Keys that cannot be names are left
    out, unless an entity is known.
    """
    by_record = {record: entity for entity in entities for record in entity.ids}
    taken = list_taken(entities)
    forms = {
        entity.id: tuple(form for form in entity.list_forms(*_NAMES) if form not in taken[entity.id])
        for entity in entities
    }
    found: dict[tuple[UUID | None, str], VisibleIssuer] = {}
    for row in rows:
        entity = None if row.issuer_id is None else by_record.get(row.issuer_id)
        issuer = row.visible_issuer()
        if entity is not None:
            is_own = issuer is not None and issuer.key in entity.list_forms(*_OF_KEYS)
            key = issuer.key if issuer is not None and is_own else normalise_issuer(entity.name)
            if (entity.id, key) not in found:
                found[entity.id, key] = VisibleIssuer(key, entity.name, forms[entity.id], entity.id)
        elif issuer is not None:
            known = found.setdefault((None, issuer.key), issuer)
            if known.aliases != issuer.aliases:
                aliases = tuple(dict.fromkeys((*known.aliases, *issuer.aliases)))
                found[None, issuer.key] = replace(known, aliases=aliases)
    return list(found.values())


def with_entities(
    named: Sequence[NamedIssuers], rows: Sequence[Candidate], entities: Sequence[Issuer]
) -> tuple[NamedIssuers, ...]:
    """Return the matches with the entities of the issuers that they name, and with all keys of these entities."""
    visible = list_visible(rows, entities)
    entity_of = {row.issuer_key: entity.id for entity in entities for row in rows if row.issuer_id in entity.ids}
    result: list[NamedIssuers] = []
    for match in named:
        issuers: dict[tuple[UUID | None, str], VisibleIssuer] = {}
        for issuer in match.issuers:
            entity = issuer.entity or entity_of.get(issuer.key)
            same = [one for one in visible if entity is not None and one.entity == entity] or [issuer]
            issuers.update({(one.entity, one.key): one for one in same})
        result.append(replace(match, issuers=tuple(issuers.values())))
    return tuple(result)


def with_records(session: Session, filters: SearchFilters) -> SearchFilters:
    """Return filters with the records of the issuers that they mean: a ticker or a former name stands for the issuer's
    documents, and a name that two issuers print only for those of the issuer that has it.
    """
    meant = find_meant(session, filters.issuers) if filters.issuers else {}
    records = sorted({record for issuers in meant.values() for issuer in issuers for record in issuer.ids})
    return replace(filters, issuer_records=tuple(records))


def keys_of_filters(session: Session, filters: SearchFilters) -> frozenset[str]:
    """Return the normalised names of the filters' issuers; empty without any."""
    meant = find_meant(session, filters.issuers) if filters.issuers else {}
    found = [issuer for issuers in meant.values() for issuer in issuers]
    forms = (form for issuer in found for form in (normalise_issuer(issuer.name), *issuer.list_forms(*_OF_KEYS)))
    return frozenset((*map(normalise_issuer, filters.issuers), *forms))
