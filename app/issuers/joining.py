"""Joins issuer records into issuers, from the names that one reader may see.

The result depends only on the set of names: neither on their order, nor on when documents were published.

1. Records that an editor's merger marks are one issuer.
2. Records with a CIK, and records that an editor split off, are never joined by other evidence. If the name of a record
   that was split off stays with the other documents, no other record is joined with it, either.
3. Any other record belongs to the only issuer with the same LEI; else to the only one with the same name; else to the
   only one of which one's name is the other's former name. If several issuers match, it stays alone.
4. Records that match no issuer so far are joined with each other by the same evidence.
5. A record without a sure name belongs to the only issuer that has its name, else its ticker, else a name that it
   mentions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.issuers.names import MARKS, Issuer, IssuerName, NameRole, RecordName

_FIRM = frozenset({NameRole.CIK, NameRole.APART})
_ORDER = tuple(NameRole)
_LEVELS: tuple[tuple[frozenset[NameRole], frozenset[NameRole]], ...] = (
    (frozenset({NameRole.LEI}), frozenset({NameRole.LEI})),
    (frozenset({NameRole.OWN}), frozenset({NameRole.OWN})),
    (frozenset({NameRole.OWN}), frozenset({NameRole.FORMER})),
    (frozenset({NameRole.FORMER}), frozenset({NameRole.OWN})),
)
"""The roles of equal links that join a record with an issuer, by which of them a match is looked for first."""
_UNSURE_LEVELS = (
    (frozenset({NameRole.WEAK}), frozenset({NameRole.OWN})),
    (frozenset({NameRole.WEAK}), frozenset({NameRole.FORMER})),
    (frozenset({NameRole.TICKER}), frozenset({NameRole.TICKER})),
    (frozenset({NameRole.SEEN}), frozenset({NameRole.OWN})),
)

Links = Mapping[NameRole, frozenset[str]]


@dataclass(slots=True)
class _Entity:
    records: set[UUID]
    links: dict[NameRole, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, record: UUID, links: Links) -> None:
        self.records.add(record)
        for role, found in links.items():
            self.links[role] |= found


def join_records(names: Iterable[RecordName]) -> list[Issuer]:
    """Return the issuers of the records, by ID. Names are complete if they have all those of each record, and all names
    of other records with an equal link.
    """
    by_record: dict[UUID, list[RecordName]] = defaultdict(list)
    for name in names:
        by_record[name.record].append(name)
    links = {record: _links(own) for record, own in by_record.items()}
    merged = _unite({record: found.get(NameRole.SAME, frozenset()) for record, found in links.items()})
    firm = [len(group) > 1 or bool(_FIRM & links[group[0]].keys()) for group in merged]
    entities = [_entity(group, links) for group, is_firm in zip(merged, firm, strict=True) if is_firm]
    loose = {group[0]: links[group[0]] for group, is_firm in zip(merged, firm, strict=True) if not is_firm}
    sure = {record: found for record, found in loose.items() if found.keys() & {NameRole.OWN, NameRole.LEI}}
    alone = _attach(entities, sure, _LEVELS)
    entities += [_entity(group, links) for group in _unite({record: _evidence(links[record]) for record in alone[0]})]
    entities += [_entity([record], links) for record in alone[1]]
    unsure = {record: found for record, found in loose.items() if record not in sure}
    left = _attach(entities, unsure, _UNSURE_LEVELS, rounds=1)
    entities += [_entity([record], links) for group in left for record in group]
    return sorted((_issuer(entity.records, by_record) for entity in entities), key=lambda issuer: issuer.id)


def _links(names: Sequence[RecordName]) -> Links:
    if any(name.role is NameRole.APART and name.made_at is not None for name in names):
        names = [name for name in names if name.role in MARKS]
    found: dict[NameRole, set[str]] = defaultdict(set)
    for name in names:
        if name.link is not None or name.role in _FIRM:
            found[name.role].add(name.link or "")
    return {role: frozenset(each) for role, each in found.items()}


def _entity(records: Iterable[UUID], links: Mapping[UUID, Links]) -> _Entity:
    entity = _Entity(set())
    for record in records:
        entity.add(record, links[record])
    return entity


def _evidence(links: Links) -> frozenset[str]:
    return frozenset().union(*(links.get(role, ()) for role in (NameRole.LEI, NameRole.OWN, NameRole.FORMER)))


def _unite(keys: Mapping[UUID, Iterable[str]]) -> list[list[UUID]]:
    """Return the records in groups that are connected by equal keys; groups and records by ID."""
    parents = {record: record for record in keys}

    def root(record: UUID) -> UUID:
        while parents[record] != record:
            parents[record] = record = parents[parents[record]]
        return record

    first: dict[str, UUID] = {}
    for record, found in keys.items():
        for key in found:
            low, high = sorted((root(record), root(first.setdefault(key, record))))
            parents[high] = low
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for record in sorted(keys):
        groups[root(record)].append(record)
    return list(groups.values())


def _attach(
    entities: Sequence[_Entity],
    loose: Mapping[UUID, Links],
    levels: Sequence[tuple[frozenset[NameRole], frozenset[NameRole]]],
    *,
    rounds: int | None = None,
) -> tuple[list[UUID], list[UUID]]:
    """Add each loose record to the only entity that it matches, until no more match. In a round, all records are
    compared with the entities of the round before. Return the records that match none, and those that match several.
    """
    left = dict(loose)
    while True:
        index = _index(entities)
        matched = {record: _matches(index, links, levels) for record, links in left.items()}
        single = {record: next(iter(found)) for record, found in matched.items() if len(found) == 1}
        for record, place in single.items():
            entities[place].add(record, left.pop(record))
        rounds = None if rounds is None else rounds - 1
        if not single or rounds == 0:
            return [record for record in left if not matched[record]], [record for record in left if matched[record]]


def _index(entities: Sequence[_Entity]) -> Mapping[tuple[NameRole, str], set[int]]:
    index: dict[tuple[NameRole, str], set[int]] = defaultdict(set)
    for place, entity in enumerate(entities):
        for role, found in entity.links.items():
            for link in found:
                index[role, link].add(place)
    return index


def _matches(
    index: Mapping[tuple[NameRole, str], set[int]],
    links: Links,
    levels: Sequence[tuple[frozenset[NameRole], frozenset[NameRole]]],
) -> set[int]:
    """Return the places of the entities that match at the first level at which any does."""
    for mine, theirs in levels:
        keys = [(role, link) for own in mine for link in links.get(own, ()) for role in theirs]
        found = set[int]().union(*(index.get(key, ()) for key in keys))
        if found:
            return found
    return set()


def _issuer(records: set[UUID], by_record: Mapping[UUID, Sequence[RecordName]]) -> Issuer:
    names = [name for record in sorted(records) for name in by_record[record]]
    standing = _choose_record(records, names)
    shown = _merge_names(name for name in names if name.role not in MARKS)
    is_led = any(name.role is NameRole.SAME and name.made_at is not None for name in names)
    named = [name for name in names if name.record == standing] if is_led else names
    return Issuer(standing, _choose_name(named, names), frozenset(records), shown)


def _choose_record(records: set[UUID], names: Iterable[RecordName]) -> UUID:
    """Return the record that stands for the issuer: one that led the newest mergers, else one with an identifier."""
    leading: dict[datetime, set[UUID]] = defaultdict(set)
    firm: set[UUID] = set()
    for name in names:
        if name.role is NameRole.SAME and name.made_at is not None:
            leading[name.made_at].add(name.record)
        elif name.role in _FIRM:
            firm.add(name.record)
    left = records
    for _, led in sorted(leading.items(), reverse=True):
        left = left & led or left
    return min(left & firm or left)


def _merge_names(names: Iterable[RecordName]) -> tuple[IssuerName, ...]:
    """Return each name once for each role, best first: by role, then by the number of documents."""
    by_form: dict[tuple[NameRole, str], list[RecordName]] = defaultdict(list)
    for name in names:
        by_form[name.role, name.form].append(name)
    found = [
        IssuerName(
            text=_best_text(same),
            form=form,
            role=role,
            kinds=tuple(sorted({name.kind for name in same})),
            documents=max(name.documents for name in same),
        )
        for (role, form), same in by_form.items()
    ]
    return tuple(sorted(found, key=lambda name: (_ORDER.index(name.role), -name.documents, name.form)))


def _choose_name(named: Sequence[RecordName], names: Sequence[RecordName]) -> str:
    """Return the name to show: an editor's newest, else the own name that is no former one and most documents have."""
    given = [name for name in names if name.role is NameRole.SET and name.made_at is not None]
    if given:
        return max(given, key=lambda name: (name.made_at, name.text)).text
    former = {name.link for name in names if name.role is NameRole.FORMER}
    for source in (named, names):
        for role in (NameRole.OWN, NameRole.WEAK, NameRole.SEEN, NameRole.ALIAS, NameRole.TICKER, NameRole.CIK):
            of_role = [name for name in source if name.role is role]
            current = [name for name in of_role if name.link not in former] or of_role
            if current:
                counts: dict[str, int] = defaultdict(int)
                for name in current:
                    counts[name.form] += name.documents
                best = min(counts, key=lambda form: (-counts[form], form))
                return _best_text([name for name in current if name.form == best])
    return ""


def _best_text(names: Sequence[RecordName]) -> str:
    """Return the most frequent spelling; of equal ones, one that is not all capitals."""
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name.text] += name.documents
    return min(counts, key=lambda text: (-counts[text], text.isupper(), text))


def choose(issuers: Iterable[Issuer], records: Iterable[UUID]) -> Iterator[Issuer]:
    """Yield the issuers that have one of the records."""
    wanted = frozenset(records)
    return (issuer for issuer in issuers if issuer.ids & wanted)
