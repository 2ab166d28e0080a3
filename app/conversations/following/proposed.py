"""Check the complete question that a model proposes for a follow-up that the rules do not understand.

It may only use words, names, periods and figures that stand in the conversation, or names of issuers with documents
that the user may see.
"""

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from app.answers.verification.support import find_terms, list_unknown_words
from app.conversations.following.context import FindNames, Understood
from app.conversations.following.names import unknown_issuer_names

NOTE = "A language model completed this question: edit it if it is not what you mean."
_MOST_CHARACTERS = 400
_ASKING = frozenset(
    find_terms(
        "what which who whom whose when where why how much many was were is are did does do has have had will can of in"
        " for the a an and or to by as at on from with its their compare list describe explain summarise summarize name"
    )
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ModelContext:
    """What a model gets to complete a follow-up: the complete questions before, the oldest first, the first claim of
    the last answer, and names of visible issuers. `learnt_from` are the documents with words of the questions and the
    claim.
    """

    follow_up: str
    questions: tuple[str, ...]
    answer: str = ""
    names: tuple[str, ...] = ()
    learnt_from: frozenset[UUID] = frozenset()

    def text(self) -> str:
        """Return the follow-up, the questions and the answer, a line each."""
        return "\n".join((self.follow_up, *self.questions, self.answer))

    def conversation(self) -> str:
        """Return the questions and the answer, a line each, with their kinds."""
        lines = [f"Question: {question}" for question in self.questions]
        return "\n".join([*lines, *([f"Answer: {self.answer}"] if self.answer else [])])


def check_proposed(text: str, context: ModelContext, find_names: FindNames) -> Understood | None:
    """Return a proposed question as what was understood; None if it has anything that it must not use, or nothing new.

    `find_names` finds the issuers with documents that the user may see. The caller adds the documents that give the
    names (`new_names`) to `learnt_from`.
    """
    question = " ".join(unicodedata.normalize("NFKC", text).split())
    said = context.text()
    is_new = _folded(question) not in {_folded(each) for each in (context.follow_up, *context.questions)}
    is_plain = all(unicodedata.category(character)[0] != "C" for character in question)
    if not (0 < len(question) <= _MOST_CHARACTERS and is_new and is_plain):
        return None
    spans = find_names(question)
    known = {*find_terms(said), *_ASKING, *(term for span in spans for term in find_terms(span.words))}
    nameless = question
    for span in reversed(spans):
        nameless = f"{nameless[: span.start]}it{nameless[span.end :]}"
    numbers_and_names = (
        set(_DIGITS.findall(question)) - set(_DIGITS.findall(said)),
        set(unknown_issuer_names(nameless)) - set(unknown_issuer_names(said)),
        list_unknown_words(question, known),
    )
    if any(numbers_and_names):
        return None
    return Understood(question, notes=(NOTE,), learnt_from=context.learnt_from)


def new_names(question: str, context: ModelContext, find_names: FindNames) -> tuple[str, ...]:
    """Return the names of issuers in a proposed question that are not in the conversation."""
    said = context.text().casefold()
    return tuple(span.words for span in find_names(question) if span.words.casefold() not in said)


def _folded(text: str) -> str:
    return " ".join(find_terms(text))
