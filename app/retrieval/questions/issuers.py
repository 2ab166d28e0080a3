"""Find the issuers that a question names.

Only issuers with visible documents are matched: a question that names a hidden issuer is treated like a question
that names an unknown one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from app.documents.issuers import normalise_issuer
from app.retrieval.questions.common_words import is_acronym_of_finance, is_place
from app.retrieval.questions.spans import QuestionWords

_MOST_FORMS = 1_500
_MOST_JOINED = 3
_AND = re.compile(r"\band ")
_PLACE_PREPOSITIONS = frozenset({"in", "near", "outside", "throughout", "across", "around", "within"})


@dataclass(frozen=True, slots=True)
class VisibleIssuer:
    """An issuer with visible documents: key, name in one spelling, and aliases. An issuer that was renamed has several
    keys, with the same `entity`.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    entity: UUID | None = None

    def forms(self) -> tuple[str, ...]:
        return (self.key, *self.aliases)


@dataclass(frozen=True, slots=True)
class NamedIssuers:
    """The issuers that a phrase of a question names, at words `start` to `stop`. Several issuers may share a name."""

    text: str
    issuers: tuple[VisibleIssuer, ...]
    start: int
    stop: int

    def is_shared(self) -> bool:
        """Return whether the issuers are several, and not one that was renamed ("Wood-Mart Stores" and "Woodmart")."""
        if all(issuer.entity is not None for issuer in self.issuers):
            return len({issuer.entity for issuer in self.issuers}) > 1
        joined = sorted((issuer.key.replace(" ", "") for issuer in self.issuers), key=len)
        return any(not one.startswith(joined[0]) for one in joined[1:])


@lru_cache(maxsize=256)  # a question is read several times
def name_forms(question: str) -> tuple[str, ...]:
    """Return the phrases of the question that may name issuers, normalised like stored keys and aliases."""
    words = QuestionWords(question)
    forms: dict[str, None] = {}
    for start, length in reversed(list(words.spans())):  # in a long question, short names matter most
        forms.update(dict.fromkeys(span_forms(words, start, length)))
        if len(forms) >= _MOST_FORMS:
            break
    return tuple(forms)


def find_issuers(question: str, issuers: Iterable[VisibleIssuer]) -> tuple[VisibleIssuer, ...]:
    """Return the issuers that the question names, in order."""
    named = find_named(QuestionWords(question), issuers)
    return tuple({issuer.key: issuer for match in named for issuer in match.issuers}.values())


def find_named(words: QuestionWords, issuers: Iterable[VisibleIssuer]) -> tuple[NamedIssuers, ...]:
    """Return the phrases that name issuers, in order. Names within a longer name are ignored."""
    by_form: dict[str, dict[str, list[VisibleIssuer]]] = {}
    for issuer in issuers:
        for form in set(issuer.forms()):
            by_form.setdefault(form, {}).setdefault(issuer.key, []).append(issuer)
    if not by_form:
        return ()
    found: list[NamedIssuers] = []
    taken = [False] * len(words)
    for start, length in words.spans():
        stop = start + length
        if any(taken[start:stop]):
            continue
        word = words.words[start]
        named = _meant({form: by_form[form] for form in span_forms(words, start, length) if form in by_form})
        if length == 1 and not word.is_owner and _is_part(words, start):
            named = [issuer for issuer in named if not issuer.key.startswith(f"{normalise_issuer(word.text)} ")]
        if named:
            taken[start:stop] = [True] * length
            found.append(NamedIssuers(words.text_of(start, length), tuple(named), start, stop))
    return tuple(sorted(found, key=lambda match: match.start))


def group_issuers(named: Sequence[NamedIssuers]) -> tuple[int, ...]:
    """Return a number for each key of the named issuers, in order; keys of one issuer have the same number."""
    groups: dict[str, int] = {}
    numbers: dict[object, int] = {}
    for place, match in enumerate(named):
        is_shared = match.is_shared()
        for issuer in match.issuers:
            one = issuer.entity or (issuer.key if is_shared else place)
            groups.setdefault(issuer.key, numbers.setdefault(one, len(numbers)))
    return tuple(groups.values())


def span_forms(words: QuestionWords, start: int, length: int) -> tuple[str, ...]:
    """Return a phrase normalised like keys and like aliases: also in one word, without "and", and with its "'s"."""
    text = words.text_of(start, length)
    key = normalise_issuer(text)
    forms = [key, text.casefold()]
    if words.words[start + length - 1].is_owner:
        forms.append(normalise_issuer(words.text_of(start, length, full=True)))
    if " " in key and length <= _MOST_JOINED:
        forms.append(key.replace(" ", ""))
    if " and " in key:
        forms.append(_AND.sub("", key))
    return tuple(dict.fromkeys(form for form in forms if form))


def _is_part(words: QuestionWords, start: int) -> bool:
    """Return whether a word is a place ("in Boston"), or a place or common word that begins another name."""
    if words.before(start) in _PLACE_PREPOSITIONS:
        return True
    if not (words.common[start] or is_place(words.words[start].text)) or start + 1 == len(words):
        return False
    following = words.words[start + 1]
    is_name = following.text[:1].isalpha() and not (words.common[start + 1] or is_acronym_of_finance(following.text))
    return is_name and not following.is_first and (following.is_capital or not words.shows_names)


def _meant(by_form: Mapping[str, Mapping[str, Sequence[VisibleIssuer]]]) -> list[VisibleIssuer]:
    """Return the issuers of the forms, without those of which the name is only the first words, if another issuer has
    just this name ("Oak" names Oak Inc. rather than Oak Properties).
    """
    issuers = {key: issuers for named in by_form.values() for key, issuers in named.items()}
    exact = {form for form in by_form if form in issuers}
    own = {issuer.entity for form in exact for issuer in issuers[form] if issuer.entity is not None}
    return [
        issuer
        for key, named in issuers.items()
        for issuer in named
        if issuer.entity in own or not any(key.startswith(f"{form} ") for form in exact)
    ]
