"""Take a complete question apart: its issuers, periods, measure and qualifiers; and write a question of such parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answers.computing.question import FigureQuestion
from app.conversations.following.context import FindNames, NameSpan
from app.conversations.following.names import is_region, listed
from app.conversations.following.periods import Mention, mentions_of, period_phrase
from app.retrieval.questions.understanding import Understanding

_QUALIFIER = re.compile(
    r"\bfor the parent company only\b|\bby (?:(?:business|operating|reportable|geographic) )?"
    r"(?:segment|region|country|division|product|geography)s?\b"
    r"|,? ?\bas a (?:percentage|share|multiple|ratio) of [^?]{2,80}?(?= (?:in|for|of|at|during|from) |\?|$)"
    r"|\bper (?:diluted |basic )?share\b(?= basis)|\bin (?:euros|dollars|pounds|yen|(?:thousand|million|billion)s)\b",
    re.IGNORECASE,
)
_LOOSE_END = re.compile(r"\b(?:of|for|in|at|by|the|and|to)\s*$", re.IGNORECASE)
_TOPIC = re.compile(
    r"^(?P<ask>(?:who|what|which|when|where) (?:is|are|was|were)|(?:describe|explain|summari[sz]e|list))\s+"
    r"(?P<topic>[^?]{2,160})\??$",
    re.IGNORECASE,
)
_OPERATION = re.compile(
    r"(?:(?:percentage|annual|average|yearly|compound annual|year[- ]over[- ]year) )?"
    r"(?:change|growth(?: rate)?|increase|decrease|difference|cagr|average|total|sum) (?:in|of)\b",
    re.IGNORECASE,
)
_OF_PART = re.compile(r" (?:of|in|for) (?:the )?[^?]{2,60}?(?:segment|division|business unit|region)$", re.IGNORECASE)
_LAST_OF = re.compile(r" (?:of|in|for) (?:the )?(?P<of>[^?]{2,40})$", re.IGNORECASE)
_HEAD = re.compile(r" (?:of|in|for|as|per|from|on|at|by)\b", re.IGNORECASE)
_PLURAL = re.compile(r"(?:[^s]s|sales|people|r&d expenses)$", re.IGNORECASE)
_SINGULAR = re.compile(r"(?:ss|us|is|eps|ebitdas|capex|gross|basis|news|class)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """A complete question in parts. `measure` is what a question for a figure asks for, in its words; None for others.
    `topic` is what another question asks about ("auditor", "maturity of the notes"); `ask` is how it begins.
    """

    text: str
    issuers: tuple[NameSpan, ...]
    periods: tuple[Mention, ...]
    measure: str | None
    qualifiers: tuple[str, ...]
    ask: str | None = None
    topic: str | None = None

    @classmethod
    def of(cls, text: str, find_names: FindNames) -> "Frame":
        """Take a question apart."""
        issuers = tuple(find_names(text))
        qualifiers = tuple(" ".join(found.group().strip(" ,").split()) for found in _QUALIFIER.finditer(text))
        bare = " ".join(_QUALIFIER.sub(" ", text).split())
        names = tuple(span.words for span in issuers)
        words = {word.casefold() for name in names for word in name.split()}
        understanding = Understanding(core=bare, issuer_names=names, issuer_forms=(frozenset(words),) if words else ())
        asked = FigureQuestion.of(bare, understanding)
        measure = None if asked is None else _trimmed(asked.of_tables[0].name)
        topic = None if measure else _TOPIC.match(text)
        return cls(
            text=text,
            issuers=issuers,
            periods=mentions_of(text),
            measure=measure or None,
            qualifiers=qualifiers,
            ask=topic["ask"] if topic else None,
            topic=_topic_of(topic["topic"], names) if topic else None,
        )

    def names(self) -> tuple[str, ...]:
        """Return the issuers' names as the question writes them, each once."""
        return tuple(dict.fromkeys(span.words for span in self.issuers))

    def period_phrase(self) -> str:
        """Return the question's words for its periods, with their preposition."""
        return period_phrase(self.text, self.periods)

    def years(self) -> tuple[int, ...]:
        """Return the years of the periods, ascending."""
        return tuple(sorted({mention.period.year for mention in self.periods if mention.period.year is not None}))


def write_question(measure: str, names: Sequence[str], periods: str, qualifiers: Sequence[str] = ()) -> str:
    """Return a question for a figure. `periods` is a phrase with its preposition, or empty."""
    of = f"of {listed(names)}" if names else ""
    head = _HEAD.split(measure, maxsplit=1)[0]
    verb = "were" if is_plural(head) else "was"
    measure = f"the {measure}" if _OPERATION.match(measure) else measure
    return f"{' '.join(filter(None, ('What', verb, measure, of, periods, *qualifiers)))}?"


def without_part(measure: str) -> str:
    """Return a measure without the segment or region that it is of."""
    bare = _OF_PART.sub("", measure)
    tail = _LAST_OF.search(bare)
    return bare[: tail.start()] if tail is not None and is_region(tail["of"]) else bare


def is_plural(words: str) -> bool:
    """Return whether words are the name of several things ("net sales"), as far as their ending tells."""
    return _PLURAL.search(words) is not None and _SINGULAR.search(words) is None


def _trimmed(name: str) -> str:
    before = None
    while name != before:
        before, name = name, _LOOSE_END.sub("", name.strip(" ,.'’"))
    return re.sub(r"\b(?:of|for|at|by)\s+(?=(?:of|for|in|at|by|as|from)\b)", "", name).strip()


def _topic_of(topic: str, names: Sequence[str]) -> str:
    """Return what a question is about, without its issuers."""
    for name in names:
        topic = re.sub(rf"(?:\b(?:of|for|at|by)\s+)?(?:the\s+)?\b{re.escape(name)}(?:['’]s?)?(?!\w)", " ", topic)
    return _trimmed(" ".join(topic.split()))
