"""Issuers that a question names.

They are looked for among those that the principal sees, and no others: a question that names a hidden one reads like a
question that names nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.documents.issuers import normalise_issuer

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*&?")
_POSSESSIVE = re.compile(r"['’]s?$")
_LONGEST_NAME = 6
_ABBREVIATION = 4
_READ = 4_000  # characters of a question in which names are looked for


@dataclass(frozen=True, slots=True)
class VisibleIssuer:
    """An issuer of documents that the principal sees: its key, one spelling of its name, forms that people use."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()


def name_forms(question: str) -> list[str]:
    """The forms under which the question may be naming issuers: what to look for among stored keys and aliases."""
    words = _words(question)
    forms: dict[str, None] = {}
    for start in range(len(words)):
        for length in range(1, min(_LONGEST_NAME, len(words) - start) + 1):
            forms.update(dict.fromkeys(_forms(words[start : start + length], small=question.islower())))
    return list(forms)


def find_issuers(question: str, issuers: Iterable[VisibleIssuer]) -> tuple[VisibleIssuer, ...]:
    """The issuers that the question names: the longest names first, no name inside a longer one.

    A name must begin like one (a capital or a digit, unless all of the question is in small letters), and abbreviations
    of up to 4 letters must be in capitals, so that "all" or "target" in a sentence is no issuer.
    """
    by_form: dict[str, dict[str, VisibleIssuer]] = {}
    for issuer in issuers:
        for form in (issuer.key, *issuer.aliases):
            by_form.setdefault(form, {})[issuer.key] = issuer
    if not by_form:
        return ()
    words, small = _words(question), question.islower()
    found: dict[str, VisibleIssuer] = {}
    taken = [False] * len(words)
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if any(taken[start : start + length]):
                continue
            matched = [by_form[form] for form in _forms(words[start : start + length], small=small) if form in by_form]
            for issuers_of_form in matched:
                taken[start : start + length] = [True] * length
                found.update(issuers_of_form)
    return tuple(found.values())


def _words(question: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(unicodedata.normalize("NFKC", question[:_READ]))]


def _forms(span: Sequence[str], *, small: bool) -> tuple[str, ...]:
    """The span as keys and aliases are written; none when it is not written like a name."""
    first, last = span[0], _POSSESSIVE.sub("", span[-1])
    if not (small or first[0].isupper() or any(letter.isdigit() for letter in first)):
        return ()
    if len(span) == 1 and not small and len(last) <= _ABBREVIATION and not (last.isupper() or last.istitle()):
        return ()
    text = " ".join((*span[:-1], last))
    return tuple(dict.fromkeys((normalise_issuer(text), text.casefold())))
