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
    """The first claim of the answer to the question before: its issuer, if there is only one, the periods that it
    names, its text, and the documents that it cites.
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
    """The complete question before. `answered` reads the first claim of its answer, only when it is needed. `is_part`
    returns whether visible documents have a name that is not a company's: a product, brand, segment or place.
    `find_peers` returns the visible issuers that documents of an issuer name as its competitors.

    `learnt_from` are the documents from which words of the question were learnt. `has_scope` states that the
    conversation's scope names the issuers that are meant, so that the issuer of the answer is not used.
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
    """Why a follow-up is not understood, as a sentence to the user; `options` are follow-ups to choose from. If
    `is_open`, a model may propose a complete question; else there is no answer, or the user has to choose.
    """

    sentence: str
    options: tuple[str, ...] = ()
    learnt_from: frozenset[UUID] = field(default=frozenset())
    is_open: bool = False
