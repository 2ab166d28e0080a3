"""Lessons: that the rows with a label are, or are not, a standard item, as a correction of an editor says.

A field of a report line was corrected to the figure of another row, or its line is absent although the machine read
one. Then the row that the editor chose is the field's item, and the row that the machine chose is not. A value that a
person typed without a cell counts if exactly one row of the item's statement states it.

A lesson applies to documents of the same issuer and the same access class as the document that it is from
(docs/adr/0020-learning-from-corrections.md).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.facts.directed import is_same_amount, value_of
from app.facts.items.standard import StandardItem, load_items
from app.facts.model import Fact, Measure, StatementKind, is_of_group
from app.review.evidence import decode_evidence
from app.review.fields.views import decode_stored
from app.review.values import QuantityValue

_WORD: Final = re.compile(r"[^\W_]+")
_ASIDE: Final = re.compile(r"\((?:notes? )?[\w, ]{1,6}\)", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Lesson:
    """That rows of a statement with a label are an item (`is_item`), or are not. `label` and `parent` (the label above
    it, or "") are as `label_key` has them; `printed` is the label as the document prints it. `field_id` and `revision`
    name the decision that it is from.
    """

    field_id: UUID
    revision: int
    document_id: UUID
    item: str
    statement: StatementKind
    label: str
    parent: str
    printed: str
    is_item: bool
    made_by: UUID
    made_at: datetime

    @property
    def sentence(self) -> str:
        """Return the lesson as a sentence without a full stop."""
        return f"“{self.printed}” {'is' if self.is_item else 'is not'} {title_of(self.item)}"

    def is_about(self, fact: Fact) -> bool:
        """Return whether a fact is of a row with this label. Of two rows with different labels above, it is not."""
        label, parent = _keys(fact)
        if (fact.statement, label) != (self.statement, self.label):
            return False
        return not self.parent or not parent or parent == self.parent


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A decided field of a report line: what a person said, and what the machine had said before."""

    field_id: UUID
    revision: int
    document_id: UUID
    answer: str | None
    value: dict[str, object] | None
    evidence: Sequence[dict[str, object]]
    read_evidence: Sequence[dict[str, object]]
    made_by: UUID
    made_at: datetime


def lessons_of(line: DecidedLine, item: StandardItem, facts: Sequence[Fact]) -> list[Lesson]:
    """Return what a decision teaches, by the facts of its document: none, if the person chose the row that the machine
    had read, or no row at all.
    """
    own = [fact for fact in facts if is_of_group(fact.dimensions, fact.label)]
    read = _row_at(own, line.read_evidence)
    chosen = None
    if line.answer == "found":
        chosen = _row_at(own, line.evidence) or _row_stating(own, item, line.value)
        if chosen is None or (read is not None and _keys(chosen) == _keys(read)):
            return []
    elif line.answer != "absent":
        return []
    rows = ((chosen, True), (read, False))
    return [_lesson(line, item, fact, is_item=is_item) for fact, is_item in rows if fact is not None]


def rule_on(lessons: Iterable[Lesson], item: str, fact: Fact) -> bool | None:
    """Return whether a fact's row is an item, by the newest lesson about it; None if there is none. `lessons` are the
    newest first.
    """
    return next((each.is_item for each in lessons if each.item == item and each.is_about(fact)), None)


def signature_of(lessons: Iterable[Lesson], item: str) -> str:
    """Return the SHA-256 (hex) of what is learnt about an item, as a part of the name of a reading; "" for nothing."""
    seen: dict[tuple[str, str, str], bool] = {}
    for each in lessons:
        if each.item == item:
            seen.setdefault((each.statement.value, each.label, each.parent), each.is_item)
    return hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest() if seen else ""


def label_key(label: str) -> str:
    """Return a label without case, punctuation, years, and references to notes in parentheses."""
    words = _WORD.findall(_ASIDE.sub(" ", label).casefold())
    return " ".join(word for word in words if not _YEAR.fullmatch(word))


def title_of(item: str) -> str:
    """Return the name of an item for people."""
    found = load_items().get(item)
    return item if found is None else found.title


def _keys(fact: Fact) -> tuple[str, str]:
    parent = fact.label_path[-2] if len(fact.label_path) > 1 else ""
    return label_key(fact.label), label_key(parent)


def _row_at(facts: Iterable[Fact], evidence: Sequence[dict[str, object]]) -> Fact | None:
    if not evidence:
        return None
    cell = decode_evidence(evidence[0])
    if cell.table is None or cell.row is None:
        return None
    return next((fact for fact in facts if (fact.place.table, fact.place.row) == (cell.table, cell.row)), None)


def _row_stating(facts: Iterable[Fact], item: StandardItem, value: dict[str, object] | None) -> Fact | None:
    """Return the only row of the item's statement that states a value."""
    typed = None if value is None else decode_stored(value)
    if not isinstance(typed, QuantityValue):
        return None
    found = [
        fact
        for fact in facts
        if fact.statement is item.statement
        and fact.measure is not Measure.PERCENT
        and (typed.period is None or fact.period == typed.period)
        and is_same_amount(typed.number, value_of(item, fact), fact)
    ]
    return found[0] if len({_keys(fact) for fact in found}) == 1 else None


def _lesson(line: DecidedLine, item: StandardItem, fact: Fact, *, is_item: bool) -> Lesson:
    label, parent = _keys(fact)
    return Lesson(
        field_id=line.field_id,
        revision=line.revision,
        document_id=line.document_id,
        item=item.name,
        statement=fact.statement,
        label=label,
        parent=parent,
        printed=fact.label,
        is_item=is_item,
        made_by=line.made_by,
        made_at=line.made_at,
    )
