"""Find where a text names issuers, and put other names in their place."""

import re
from collections.abc import Iterable, Sequence

from app.conversations.following.context import NameSpan
from app.retrieval.questions.issuers import VisibleIssuer, find_named
from app.retrieval.questions.names import Role
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.spans import QuestionWords
from app.retrieval.questions.vocabulary import FinanceVocabulary

_READER = QuestionReader(vocabulary=FinanceVocabulary())
_REGIONS = re.compile(
    r"(?:(?:north|south|latin|central|north and south) america|americas|emea|europe(?:an union)?|apac"
    r"|asia(?:[- ]pacific)?"
    r"|africa|middle east|oceania|international|domestic|worldwide|rest of (?:the )?world"
    r"|greater china|china|japan|india"
    r"|germany|france|italy|spain|canada|mexico|brazil|australia|(?:the )?united (?:states|kingdom)"
    r"|(?:the )?u\.?[sk]\.?)",
    re.IGNORECASE,
)


def find_spans(text: str, issuers: Iterable[VisibleIssuer]) -> tuple[NameSpan, ...]:
    """Return where a text names the issuers, in order."""
    words = QuestionWords(text)
    return tuple(
        NameSpan(first.start, last.start + len(last.text), match.text)
        for match in find_named(words, issuers)
        for first, last in [(words.words[match.start], words.words[match.stop - 1])]
    )


def unknown_names(words: str) -> tuple[str, ...]:
    """Return the names in the words of a follow-up that no visible issuer has."""
    found = _READER.find_mentions(QuestionWords(f"What were the results of {words}?"), ())
    return tuple(mention.text for mention in found if mention.is_certain and not is_region(mention.text))


def unknown_issuer_names(text: str) -> tuple[str, ...]:
    """Return the names that stand for an issuer in a complete question, and that no visible issuer has."""
    found = _READER.find_mentions(QuestionWords(text), ())
    subjects = (each for each in found if each.is_certain and each.role is not Role.OTHER)
    return tuple(dict.fromkeys(each.text for each in subjects if not is_region(each.text)))


def is_region(words: str) -> bool:
    """Return whether words name a region of the world, by which companies report."""
    return _REGIONS.fullmatch(words.strip()) is not None


def replace_names(text: str, spans: Sequence[NameSpan], new: str) -> str:
    """Replace the names in a text with a name, or a list of names. Only the first place of names keeps one."""
    if not spans:
        return text
    first, last = spans[0], spans[-1]
    between = text[first.end : last.start] if len(spans) > 1 else ""
    end = (
        last.end
        if re.fullmatch(r"[\s,&]*(?:and|or|vs\.?|versus|with|to|&|,|'s|’s|\s)*[\s,]*", between, re.I)
        else first.end
    )
    return f"{text[: first.start]}{new}{text[end:]}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
