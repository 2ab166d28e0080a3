"""What a follow-up question is understood from, and what understanding it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Part(StrEnum):
    """A part of a question that a follow-up may take over from the question before.

    The subject is what is asked: a measure or another topic, with its qualifiers.
    """

    ISSUER = "issuer"
    SUBJECT = "subject"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class NameSpan:
    """The name of an issuer as a text writes it, at `start` to `end`, without a possessive ending."""

    start: int
    end: int
    words: str


FindNames = Callable[[str], Sequence[NameSpan]]
"""Returns the names of issuers with documents that the user may see, in the order of the text."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the answer to the question before says, and the documents that it cites: the issuer, if it is only one, the
    periods that its first claim names, and the claim's text.
    """

    issuer: str | None = None
    periods: tuple[str, ...] = ()
    text: str = ""
    documents: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Peer:
    """An issuer that documents name as a competitor, and these documents."""

    name: str
    documents: frozenset[UUID]


def _find_no_peers(_names: Sequence[str]) -> Sequence[Peer]:
    return ()


def _is_no_part(_name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The complete question before. `answered` reads what its answer says, only when that is needed. `is_part` states
    that visible documents have a name, and not as that of another company: a product, brand, segment or place.
    `find_peers` returns the visible issuers that documents of an issuer name as its competitors.

    `learnt_from` are the documents from which words of the question were learnt. `has_scope` states that the
    conversation's scope says which issuers are meant, so that the answer's is not taken.
    """

    question: str
    answered: Callable[[], Answered] = Answered
    is_part: Callable[[str], bool] = _is_no_part
    find_peers: Callable[[Sequence[str]], Sequence[Peer]] = _find_no_peers
    learnt_from: frozenset[UUID] = frozenset()
    has_scope: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A complete question. `carried` are the parts taken from the question before; `notes` say which reading was taken
    where there are two. `learnt_from` are the documents from which some of its words were learnt.
    """

    question: str
    carried: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    learnt_from: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a follow-up is not understood, as a question to the user; `options` are follow-ups that would be. If it
    `is_open`, a model may propose what it means; else it cannot be answered, or the user has to choose.
    """

    sentence: str
    options: tuple[str, ...] = ()
    learnt_from: frozenset[UUID] = field(default=frozenset())
    is_open: bool = False
