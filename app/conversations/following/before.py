"""The question before a follow-up, with what a follow-up may take from it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.answers.computing.requests import AskedPeriod
from app.conversations.following.context import Earlier, FindNames, Part, Unclear, Understood
from app.conversations.following.frames import Frame
from app.conversations.following.names import listed, unknown_issuer_names
from app.conversations.following.periods import insert_last, mentions_of
from app.retrieval.questions.vocabulary import FinanceVocabulary

Reading = Understood | Unclear

_VOCABULARY = FinanceVocabulary()


@dataclass(slots=True)
class Before:
    """The question before. `follow_up` are the words of the follow-up. It records from which documents words are
    learnt, and in `notes` which of two readings is chosen.
    """

    earlier: Earlier
    find_names: FindNames
    follow_up: str
    notes: list[str] = field(default_factory=list)
    _is_learnt: bool = False
    _learnt: frozenset[UUID] = frozenset()
    _frame: Frame | None = None

    @property
    def frame(self) -> Frame:
        """The parts of the question before."""
        if self._frame is None:
            # Places of names are those in the normalised text.
            self._frame = Frame.of(unicodedata.normalize("NFKC", self.earlier.question), self.find_names)
        return self._frame

    def names(self) -> tuple[str, ...]:
        """Return the issuers of the question, or of its answer if neither the question nor the scope names one."""
        names = self.frame.names() or unknown_issuer_names(self.frame.text)
        if names or self.earlier.has_scope:
            return names
        issuer = self.earlier.answered().issuer
        if issuer is None:
            return ()
        self._is_learnt = True
        return (issuer,)

    def of_names(self) -> str:
        """Return the issuers as a phrase that begins with a blank, or nothing."""
        names = self.names()
        return f" of {listed(names)}" if names else ""

    def named(self, text: str) -> str:
        """Return a text with the issuers of the question before, if it names none."""
        if self.find_names(text) or unknown_issuer_names(text):
            return text
        names = self.names()
        return insert_last(text, f"for {listed(names)}") if names else text

    def periods(self) -> Sequence[AskedPeriod]:
        """Return the periods of the question, or of its answer."""
        if self.frame.periods:
            return [mention.period for mention in self.frame.periods]
        found = [mention.period for words in self.earlier.answered().periods for mention in mentions_of(words)]
        self._is_learnt = self._is_learnt or bool(found)
        return found

    def understood(self, text: str, carried: Sequence[Part]) -> Understood:
        """Return a complete question with the parts that it takes from the one before."""
        kept = [part for part in dict.fromkeys(carried) if part is not Part.PERIOD or self.frame.periods]
        if not (self._is_learnt or self.frame.names() or unknown_issuer_names(self.frame.text)):
            kept = [part for part in kept if part is not Part.ISSUER]
        return Understood(text, tuple(kept), tuple(self.notes), self.learnt_from())

    def unclear(self, sentence: str, options: Sequence[str] = ()) -> Unclear:
        """Return a question to the user."""
        return Unclear(sentence, tuple(options), self.learnt_from(), is_open=not options)

    def impossible(self, sentence: str) -> Unclear:
        """Return why a follow-up cannot be answered."""
        return Unclear(sentence, (), self.learnt_from())

    def needs_figure(self) -> Unclear:
        """Return why a follow-up that needs a figure in the question before is unclear."""
        return self.unclear(f"“{self.follow_up}” needs a figure in the question before. Ask the whole question.")

    def learn(self, documents: frozenset[UUID] = frozenset()) -> None:
        """Record that the reading uses words of documents; without any, of those that the answer before cites."""
        self._learnt |= documents
        self._is_learnt = self._is_learnt or not documents

    def learnt_from(self) -> frozenset[UUID]:
        """Return the documents from which words were learnt."""
        of_answer = self.earlier.answered().documents if self._is_learnt else frozenset()
        return self.earlier.learnt_from | self._learnt | of_answer


ALL = (Part.ISSUER, Part.SUBJECT, Part.PERIOD)


def is_metric(words: str) -> bool:
    """Return whether words name a figure of statements that is widely known."""
    return any(_VOCABULARY.find_metrics(words))
