"""Find two names that a question gives to one issuer ("Kettle, formerly known as Lantern")."""

import re
from collections.abc import Set
from itertools import islice

from app.documents.issuers import normalise_issuer
from app.retrieval.questions.common_words import is_function_word

_FORMERLY = re.compile(
    r"(?:\W+(?:was|which|has|been|then|company))*\W+(?:formerly|previously|f/k/a|fka|now known|renamed)\b"
    r"(?:\W+(?:known|called|named|trading|as|to|the))*\W+",
    re.IGNORECASE,
)
"""What stands between two names of one issuer."""
_POSSESSIVE = re.compile(r"['’]s?$")
_WORD = re.compile(r"[^\s(),?]+")
_LONGEST_NAME = 6


def list_renamed(question: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the forms that stand before and after each word such as "formerly"."""
    return [
        (_endings(question[: found.start()]), _beginnings(question[found.end() :]))
        for found in _FORMERLY.finditer(question)
    ]


def with_one_name(question: str, known: Set[str]) -> str:
    """Return the question without other names that it gives to known issuers ("Kettle (formerly Lantern)"): documents
    that the asker may see may have only one of them.
    """
    for found in reversed(list(_FORMERLY.finditer(question))):
        before, after = question[: found.start()], question[found.end() :]
        if known.isdisjoint(_endings(before)):
            if known.isdisjoint(_beginnings(after)):
                continue
            before = before[: _start_of_name(before)]
        else:
            after = after[_end_of_name(after) :]
        if "(" in found.group():
            after = after.replace(")", "", 1)
        question = f"{before.rstrip()} {after.lstrip()}"
    return question


def _endings(text: str) -> frozenset[str]:
    words = _POSSESSIVE.sub("", text).split()[-_LONGEST_NAME:]
    return frozenset(normalise_issuer(" ".join(words[at:])) for at in range(len(words)))


def _beginnings(text: str) -> frozenset[str]:
    words = text.split(None, _LONGEST_NAME)[:_LONGEST_NAME]
    return frozenset(normalise_issuer(" ".join(words[:end])) for end in range(1, len(words) + 1))


def _start_of_name(text: str) -> int:
    """Return where the name at the end of a text starts."""
    start = len(text)
    for word in list(_WORD.finditer(text))[: -_LONGEST_NAME - 1 : -1]:
        if not _is_of_name(word.group()):
            break
        start = word.start()
    return start


def _end_of_name(text: str) -> int:
    """Return where the name at the beginning of a text ends."""
    end = 0
    for word in islice(_WORD.finditer(text), _LONGEST_NAME):
        if not _is_of_name(word.group()):
            break
        end = word.end()
        if text[end : end + 1] in (")", ",", "?"):
            break
    return end


def _is_of_name(word: str) -> bool:
    return word == "&" or (word[:1].isupper() and not is_function_word(word))
