"""Find the issuers that a question names.

Only issuers with visible documents are matched: a question that names a hidden issuer is treated like a question
without an issuer.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.documents.issuers import normalise_issuer

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*&?")
_POSSESSIVE = re.compile(r"['’]s?$")
_LONGEST_NAME = 6
_ABBREVIATION = 4
_READ = 4_000  # names are searched in the first 4,000 characters of a question


@dataclass(frozen=True, slots=True)
class VisibleIssuer:
    """An issuer with visible documents: key, name in one spelling, and aliases."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()


def name_forms(question: str) -> list[str]:
    """Return the phrases of the question that may name issuers, normalised like stored keys and aliases."""
    words = _words(question)
    forms: dict[str, None] = {}
    for start in range(len(words)):
        for length in range(1, min(_LONGEST_NAME, len(words) - start) + 1):
            forms.update(dict.fromkeys(_forms(words[start : start + length], small=question.islower())))
    return list(forms)


def find_issuers(question: str, issuers: Iterable[VisibleIssuer]) -> tuple[VisibleIssuer, ...]:
    """Return the issuers that the question names, longest names first. Names within a longer name are ignored.

    A name must begin with a capital or contain a digit, unless the whole question is lower case. A single word of up to
    4 letters must have a capital, even if it contains a digit. Therefore "all" or "target" in a sentence is not an
    issuer.
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


def find_by_first_words(names: Iterable[Sequence[str]], issuers: Iterable[VisibleIssuer]) -> VisibleIssuer | None:
    """Return the only issuer that starts with one of the names ("Example" for "Example Glassworks"), with that name as
    an alias; None if there is none, or more than one.
    """
    forms = [form for words in names if (form := normalise_issuer(" ".join(words)))]
    found = {
        issuer.key: replace(issuer, aliases=(*issuer.aliases, form))
        for issuer in issuers
        for form in forms
        if issuer.key.startswith(f"{form} ")
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _words(question: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(unicodedata.normalize("NFKC", question[:_READ]))]


def _forms(span: Sequence[str], *, small: bool) -> tuple[str, ...]:
    """Return the span normalised like keys and like aliases; empty if it is not written like a name."""
    first, last = span[0], _POSSESSIVE.sub("", span[-1])
    if not (small or first[0].isupper() or any(letter.isdigit() for letter in first)):
        return ()
    if len(span) == 1 and not small and len(last) <= _ABBREVIATION and not (last.isupper() or last.istitle()):
        return ()
    text = " ".join((*span[:-1], last))
    return tuple(dict.fromkeys((normalise_issuer(text), text.casefold())))
