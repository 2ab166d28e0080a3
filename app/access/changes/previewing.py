"""Preview the access that users would gain or lose: apply the changes in a savepoint, then roll them back.

The preview compares the access classes that each affected user may read before and after the changes. It counts the
documents of each class. It compares documents named in the changes one by one, because the changes can move them to
another class. It ignores levels: a viewer who becomes an editor is not counted.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.changes.applying import Change, ChangeKind, Resolved
from app.identity.models import User

MOST_PEOPLE = 2000
_AT_ONCE = 100
_SECONDS = 8.0
"""Maximum seconds for reading users' access before the changes are applied. After the changes,
`look_after` reads the same users' access again. This takes about as long, and the changed rows stay locked during it.
"""
_SAMPLE = 10
_FOR_ALL = frozenset({ChangeKind.LABEL, ChangeKind.UNLABEL, ChangeKind.MOVE})


@dataclass(frozen=True, slots=True)
class PersonDifference:
    user_id: UUID
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The number of documents that users gain or lose, and the number of these users. `sample` has up to ten users."""

    documents: int = 0
    people: int = 0
    sample: tuple[PersonDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The result of a preview: access that users would gain (`opens`) or lose (`closes`). `is_whole` is False if only
    some of the affected users were compared.
    """

    opens: Difference
    closes: Difference
    people_looked_at: int
    is_whole: bool
    sentence: str


@dataclass(slots=True)
class _Seen:
    """Access at one time: the access classes that each user may read, and the class of each document named in the
    changes.
    """

    classes: dict[UUID, frozenset[int]] = field(default_factory=dict)
    documents: dict[UUID, int] = field(default_factory=dict)


class Previewer:
    """Compares the access of affected users: call `look_before`, apply the changes, call `look_after`, roll back, then
    call `compare`.
    """

    def __init__(self, session: Session, changes: Sequence[tuple[Change, Resolved]]) -> None:
        self._session = session
        self._documents = sorted({named.document_id for _, named in changes if named.document_id is not None})
        subjects = {each for _, named in changes for each in (named.user_id, named.group_id) if each is not None}
        wanted = None if any(change.kind in _FOR_ALL for change, _ in changes) else sorted(subjects)
        query = text("SELECT * FROM list_people(:subjects, :most)")
        found = session.scalars(query, {"subjects": wanted, "most": MOST_PEOPLE + 1}).all()
        self._people: list[UUID] = list(found[:MOST_PEOPLE])
        self._is_whole = len(found) <= MOST_PEOPLE

    def look_before(self) -> _Seen:
        """Read the users' access before the changes. Users not yet read at the time limit are left out."""
        started, seen, looked_at = time.monotonic(), _Seen(), 0
        while looked_at < len(self._people) and time.monotonic() - started < _SECONDS:
            seen.classes |= self._classes_of(self._people[looked_at : looked_at + _AT_ONCE])
            looked_at += _AT_ONCE
        self._is_whole = self._is_whole and looked_at >= len(self._people)
        self._people = self._people[:looked_at]
        seen.documents = self._classes_of_documents()
        return seen

    def look_after(self) -> _Seen:
        """Read the access of the same users again."""
        seen = _Seen()
        for start in range(0, len(self._people), _AT_ONCE):
            seen.classes |= self._classes_of(self._people[start : start + _AT_ONCE])
        seen.documents = self._classes_of_documents()
        return seen

    def compare(self, before: _Seen, after: _Seen) -> Preview:
        """Compare the access before and after the changes. Call this after the rollback, because it counts documents in
        their current classes.
        """
        opens, closes = self._difference(before, after), self._difference(after, before)
        people = len(self._people)
        return Preview(opens, closes, people, self._is_whole, _sentence(opens, closes, people, is_whole=self._is_whole))

    def _difference(self, less: _Seen, more: _Seen) -> Difference:
        """Count the documents that users may read in `more` but not in `less`."""
        gained = {person: more.classes[person] - less.classes[person] for person in self._people}
        counts = self._count(frozenset[int]().union(*gained.values()))
        single = {person: self._gained_documents(person, less, more) for person in self._people}
        by_person = {
            person: sum(counts.get(each, 0) for each in gained[person]) + len(single[person]) for person in self._people
        }
        some = [person for person, documents in by_person.items() if documents]
        return Difference(
            documents=sum(counts.values()) + len(frozenset[UUID]().union(*single.values())),
            people=len(some),
            sample=self._sample({person: by_person[person] for person in some[:_SAMPLE]}),
        )

    def _gained_documents(self, person: UUID, less: _Seen, more: _Seen) -> frozenset[UUID]:
        return frozenset(
            document
            for document in self._documents
            if more.documents.get(document) in more.classes[person]
            and less.documents.get(document) not in less.classes[person]
        )

    def _count(self, classes: Iterable[int]) -> dict[int, int]:
        """Return the number of documents in each class, excluding the documents named in the changes."""
        query = text("SELECT class_id, documents FROM count_documents(:classes)")
        counts = {row.class_id: row.documents for row in self._session.execute(query, {"classes": list(classes)})}
        for class_id in self._classes_of_documents().values():
            if class_id in counts:
                counts[class_id] -= 1
        return counts

    def _classes_of(self, people: Sequence[UUID]) -> dict[UUID, frozenset[int]]:
        query = text("SELECT user_id, class_ids FROM classes_of_people(:people)")
        found = {
            row.user_id: frozenset(row.class_ids) for row in self._session.execute(query, {"people": list(people)})
        }
        return {person: found.get(person, frozenset()) for person in people}

    def _classes_of_documents(self) -> dict[UUID, int]:
        query = text("SELECT document_id, class_id FROM classes_of_documents(:documents)")
        return {row.document_id: row.class_id for row in self._session.execute(query, {"documents": self._documents})}

    def _sample(self, documents: Mapping[UUID, int]) -> tuple[PersonDifference, ...]:
        users = self._session.execute(select(User.id, User.name).where(User.id.in_(list(documents))).order_by(User.id))
        return tuple(PersonDifference(user_id, name, documents[user_id]) for user_id, name in users)


def _sentence(opens: Difference, closes: Difference, people: int, *, is_whole: bool) -> str:
    limit = "" if is_whole else f" Only the first {people} people were compared: there are more."
    if not opens.documents and not closes.documents:
        return f"This would open no document to anybody and close none.{limit}"
    opened = f"open {_count(opens, 'to')}" if opens.documents else "open none"
    closed = f"close {_count(closes, 'to')}" if closes.documents else "close none"
    return f"This would {opened} and {closed}.{limit}"


def _count(difference: Difference, to: str) -> str:
    documents = "1 document" if difference.documents == 1 else f"{difference.documents} documents"
    people = "1 person" if difference.people == 1 else f"{difference.people} people"
    return f"{documents} {to} {people}"
