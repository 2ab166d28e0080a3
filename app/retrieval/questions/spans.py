"""Split a question into words, and decide which of its phrases are written like names."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.retrieval.questions.common_words import is_acronym_of_finance, is_common_word, is_function_word

LONGEST_NAME = 6
SHORT = 4
_READ = 4_000  # names are searched in the first 4,000 characters of a question
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*(?:&(?=\W|$))?")
_OWNER = re.compile(r"['’](?:s\b|(?![^\W_]))", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
# The point after an initial ("J. Example") or a title ends no sentence.
_BEGIN = re.compile(r"(?:^|(?<!\b[A-Za-z])(?<!\b[SDM][trs])(?<!\bvs)[.!?:]\s+)[\W_]*")
_AUXILIARIES = frozenset("did does do has have had will".split())  # noqa: SIM905 - a list of words
_AFTER_OWNED = frozenset(
    """in for at as during and or vs versus from over since change develop evolve compare rise fall move
    improve""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_OWN = frozenset("its their our your his her this that these those each any".split())  # noqa: SIM905 - a list of words
_DETERMINERS = _OWN | {"the", "a", "an", "some", "no", "every"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question at `start` to `end`; `text` is without "'s", which `is_owner` records."""

    text: str
    full: str
    start: int
    end: int
    is_first: bool
    is_owner: bool

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper() or self.text[:1].isdigit() or any(map(str.isupper, self.text[1:]))


class QuestionWords:
    """The words of a question.

    `shows_names` is false if letters' case shows no names: the question is in small letters or in capitals, or writes
    each word with a capital. Acronyms and first words of sentences show nothing either.
    """

    def __init__(self, question: str) -> None:
        self.text = unicodedata.normalize("NFKC", question[:_READ])
        begins = {match.end() for match in _BEGIN.finditer(self.text)}
        self.words = tuple(self._split(begins))
        self.is_upper = self.text.isupper()
        inner = [word for word in self.words if not word.is_first and word.text[:1].isalpha()]
        titled = [word for word in inner if word.text[:1].isupper() and not word.text.isupper()]
        is_title = any(is_function_word(word.text) for word in titled if word.text != "I")
        self.shows_names = bool(titled) and not is_title

    def __len__(self) -> int:
        return len(self.words)

    def _split(self, begins: set[int]) -> Iterator[Word]:
        for match in _WORD.finditer(self.text):
            full = match.group()
            bare = _POSSESSIVE.sub("", full)
            is_owner = bare != full or _OWNER.match(self.text, match.end()) is not None
            yield Word(bare or full, full, match.start(), match.end(), match.start() in begins, is_owner)

    @cached_property
    def common(self) -> tuple[bool, ...]:
        return tuple(is_common_word(word.text) for word in self.words)

    @cached_property
    def functional(self) -> tuple[bool, ...]:
        return tuple(is_function_word(word.text) for word in self.words)

    def before(self, start: int) -> str:
        """Return the word before a place, in small letters; "" at the beginning of a sentence."""
        return "" if start == 0 or self.words[start].is_first else self.words[start - 1].text.casefold()

    def is_name_like(self, start: int, length: int) -> bool:
        """Return whether a phrase may be the name of an issuer, if there is an issuer of that name.

        A common word is a name only where letters' case or its place in the sentence shows it: "target" is no issuer
        in "reached its target", but may be one in "Target's revenue" and in "did target grow".
        """
        return self._is_word_like(start) if length == 1 else self._is_phrase_like(start, length)

    def _is_phrase_like(self, start: int, length: int) -> bool:
        stop = start + length
        words = self.words[start:stop]
        if words[0].text.casefold() == "the":
            return self._is_phrase_like(start + 1, length - 1) if length > 2 else self._is_word_like(start + 1)
        if any(self.functional[at] and not self.words[at].text[:1].isupper() for at in (start, stop - 1)):
            return False
        if not all(self.common[start:stop]):
            return True
        if self.shows_names:
            return any(word.is_capital for word in words if not word.is_first)
        return not all(self.functional[start:stop]) and self.before(start) not in _DETERMINERS

    def _is_word_like(self, start: int) -> bool:
        word = self.words[start]
        is_acronym = word.text.isupper() and len(word.text) > 1 and not self.is_upper
        if self.functional[start]:
            return is_acronym
        if word.is_owner or is_acronym_of_finance(word.text):
            return word.is_owner
        if not self.common[start]:
            is_long = len(word.text) > 2 or word.text[-1].isdigit()
            return word.is_capital or (is_long and self.before(start) not in _DETERMINERS)
        if is_acronym or not self.shows_names:
            return is_acronym or self._is_subject(start)
        return word.is_capital and self._is_common_name(start)

    def _is_common_name(self, start: int) -> bool:
        """Return whether a common word with a capital is a name: no part of a longer phrase with capitals ("the Target
        Date Fund"), and not just the first word of a sentence.
        """
        following = self.words[start + 1] if start + 1 < len(self.words) else None
        if self.before(start) in _OWN or (following and following.text.istitle() and not following.is_first):
            return False
        return not self.words[start].is_first or self._is_subject(start)

    def _is_subject(self, start: int) -> bool:
        before = self.before(start)
        if self.words[start].is_first:
            return len(self) > 2 and start + 1 < len(self) and not self.functional[start + 1]
        after = self.words[start + 1].text.casefold() if start + 1 < len(self.words) else ""
        if before in _AUXILIARIES:
            return not after.endswith("s")
        return before in ("of", "for") and (after in _AFTER_OWNED or after[:1].isdigit() or not after)

    def text_of(self, start: int, length: int, *, full: bool = False) -> str:
        """Return the text of a phrase, without "'s" at its end; with it if `full`."""
        last = self.words[start + length - 1]
        return self.text[self.words[start].start : last.end if full else last.start + len(last.text)]

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield (start, length) of the phrases that may be names, longest first, then in order."""
        for length in range(min(LONGEST_NAME, len(self.words)), 0, -1):
            for start in range(len(self.words) - length + 1):
                inner = self.words[start + 1 : start + length]
                if not any(word.is_first for word in inner) and self.is_name_like(start, length):
                    yield start, length


def singular(word: str) -> str:
    """Return a name's word without the "s" of a plural ("ExamplePhones"); short words and those in capitals stay."""
    is_plural = word.endswith("s") and not word.endswith("ss") and len(word) > SHORT
    return word[:-1] if is_plural else word
