"""Telling statements from what asks or instructs: only a statement is evidence.

Documents are written by others, and some are written to steer whoever answers from them. A question or an order states
nothing, so nothing can stand on it, however faithfully it is quoted. This is a bound from below: a false statement that
is put as a statement is for readers to judge, who see its quote and its page.
"""

import re
from collections.abc import Iterator

from app.answers.sentences import find_sentences


def _any_of(words: str) -> str:
    """A pattern for any of the words, each itself a pattern."""
    return "|".join(words.split())


_TASKS = _any_of(
    r"""
    add analy[sz]e answer append assume break calculate can\syou change classify compose compute convert could\syou
    create define delete describe design develop disregard discuss do\snot don['’]t draft encourage ensure\sthat
    explain find follow forget format generate give go\sto help highlight identify ignore illustrate imagine include
    incorporate inject insert integrate introduce list make mention name never offer omit organi[sz]e output outline
    paraphrase perform persuade place please post present pretend print promote propose prove provide put quote
    rearrange recommend remove repeat replace reply respond return reveal reverse rewrite say send share show solve
    write speak spell state\sthat substitute suggest summari[sz]e swap talk tell translate urge use utili[sz]e visit
    wire write
    """
)
# What follows an order's verb: an article, a pronoun, a preposition, a quoted word, a number.
_AFTER = _any_of(
    r"""
    a all an and any as at each every everything following for from how in into it its letters? me my no numbers? of
    only random some such that the their these this those to two three us what when where which who why with words? you
    your ["'“‘@#\d]
    """
)
# Orders to speak are told in any case of letters; other verbs with a capital only: wrapped lines begin with them, too.
_TO_SPEAK = frozenset({"answer", "output", "print", "repeat", "reply", "respond", "say", "tell", "write"})
# Verbs that are nouns as well: "Use of proceeds", "Change in fair value" order nothing.
_NOUNS = frozenset(
    {"change", "design", "format", "list", "name", "offer", "place", "present", "return", "share", "show", "use"}
)
_OF_NOUNS = frozenset({"as", "for", "from", "in", "of", "on", "to"})
_IMPERATIVE = re.compile(
    rf"^[ \t\W\d]{{0,12}}(?P<verb>{_TASKS})\b[\s:,]+(?P<next>(?:{_AFTER})\b|\w+\s+(?:{_AFTER})\b)", re.I | re.M
)
_SPEAKING = _any_of(
    "answers? describes? ignores? outputs? prints? repeats? reply replies responds? says? states? summari[sz]es? tells?"
)
_ADDRESS = re.compile(
    r"\b(?:language models?|ai model|ai assistant|chat ?bot|system prompt|llm)\b"
    r"|\bassistant\s+(?:must|should|has|shall|will|is to|needs?)\b"
    r"|<<\s*(?:data|end)\b|\[/?INST\]|<\|?/?(?:im_start|im_end|system|assistant|user)\b"
    r"|^[ \t]*(?:(?:system|user|human)\s*:|assistant\s*[:,])"
    r"|\b(?:ignore|disregard|forget|override)\b[^.\n]{0,60}"
    r"\b(?:above|previous|prior|earlier|before|instructions?|rules?)\b"
    r"|\b(?:your|the)\s+(?:\w+\s+){0,3}(?:answer|response|reply|output|instructions?|prompt)\s+(?:is|are|must|should|has)\b"
    r"|\byour\s+(?:\w+\s+)?(?:answer|response|reply|output)\b"
    rf"|\b(?:whoever|anyone who|when(?:ever)? you|if you|before you)\s+(?:{_SPEAKING}|are an? (?:ai|model))\b"
    rf"|\byou (?:must|should|have to|need to|will now|to)\s+(?:now\s+)?(?:{_SPEAKING})\b",
    re.I | re.M,
)
_QUESTION_END = re.compile(r"\?[\"'”’)\]]*$")
_LONG = 600


def blank_instructions(text: str) -> str:
    """The text with every question and every order in it replaced by blanks: offsets stay as they are."""
    pieces: list[str] = []
    at = 0
    for first, end in _not_statements(text):
        start = max(first, at)
        if end > start:
            pieces += [text[at:start], " " * (end - start)]
            at = end
    return "".join([*pieces, text[at:]])


def _not_statements(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _units(text):
        unit = text[start:end]
        if _QUESTION_END.search(unit) and len(unit) < _LONG:
            yield start, end
            continue
        address = _ADDRESS.search(unit)
        if address:
            yield (start, end) if len(unit) < _LONG else (start + max(0, address.start() - _LONG // 2), end)
            continue
        order = None if "\t" in unit else next(filter(_is_order, _IMPERATIVE.finditer(unit)), None)
        if order:
            yield start + order.start(), end


def _is_order(match: re.Match[str]) -> bool:
    verb, following = match["verb"], match["next"].lower().split()
    if verb.lower() in _NOUNS and not _OF_NOUNS.isdisjoint(following):
        return False
    return verb[0].isupper() or verb.lower() in _TO_SPEAK


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Sentences; each row of a table (a line with a tab) by itself."""
    at = 0
    for line in re.finditer(r"[^\n]*\t[^\n]*(?:\n|\Z)", text):
        yield from ((at + first, at + last) for first, last in find_sentences(text[at : line.start()]))
        yield line.span()
        at = line.end()
    yield from ((at + first, at + last) for first, last in find_sentences(text[at:]))
