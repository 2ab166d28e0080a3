"""Follow-ups that name an issuer, a period or a measure in place of that of the question before."""

import re
from collections.abc import Sequence

from app.conversations.following import phrases
from app.conversations.following.before import Before, Reading, is_metric
from app.conversations.following.context import NameSpan, Part, Unclear
from app.conversations.following.frames import is_plural, without_part, write_question
from app.conversations.following.moved import with_periods
from app.conversations.following.names import is_region, listed, replace_names, unknown_issuer_names, unknown_names
from app.conversations.following.periods import Mention, Named, Wanted, insert_last, mentions_of, read_wanted

_OF = r"(?:for|of|at|by|from|with|in|to|on)"
_LEAD = re.compile(rf"^(?:{_OF}\s+)?(?:(?:the|its|their)\s+)?", re.IGNORECASE)
_TAIL = re.compile(rf"\s*\b(?:{_OF}|and|the|or)$|[,;:\s]+$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(rf"(?:\b(?:{_OF}|and|or|the|vs|versus|but)\b|[,&\s]|['’]s?\b)*", re.IGNORECASE)
_PART_WORD = re.compile(r"\b(?:segments?|divisions?|business unit|region|business)\b", re.IGNORECASE)
BEFORE_NAME = "What about the results of "
_LONGEST_TOPIC = 90
_WHY = re.compile(r"why (?:did|has|have|do|does|is|was|were) (?P<what>.+)", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:fall|rise|grow|drop|decline|decrease|increase|improve|worsen|change|lower"
    r"|higher)\b(?=\W*(?:in\b|from\b|during\b|\?|$))",
    re.IGNORECASE,
)
_OPERATION = re.compile(
    r"(?:the )?(?:(?:percentage|annual|average|total|year[- ]over[- ]year) )?(?:change"
    r"|growth(?: rate)?|increase|decrease|difference"
    r"|cagr|average) (?:in|of) ",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:auditors?|trustee|agents?|borrowers?|guarantors?|underwriters?|ceo|cfo"
    r"|chief \w+(?: \w+)? officer|chair(?:man|woman)?"
    r"|president|directors?|lenders?|depositary|registrar|counsel|owners?|shareholders?|sponsors?|accountants?)$",
    re.IGNORECASE,
)


def read_replacements(bare: str, before: Before) -> Reading:
    """Return the question before with what the follow-up names, or ask what is meant."""
    compare = phrases.COMPARE.match(bare)
    named = bare if compare is None else compare["what"]
    spans = _names_in(named, before)
    names = tuple(dict.fromkeys(span.words for span in spans))
    rest = _without(named, spans)
    phrase, wanted = _period_of(rest)
    phrase = _bare(phrase)
    if phrase and not names:
        unknown = unknown_names(phrase)
        is_name = bool(unknown) and listed(unknown) == phrase and not is_region(phrase) and not is_metric(phrase)
        if is_name and not before.earlier.is_part(phrase):
            names, phrase = unknown, ""
    if not (names or phrase or wanted) or len(phrase) > _LONGEST_TOPIC:
        return _not_clear(before)
    return _replaced(names, wanted, phrase, before, is_added=compare is not None)


def _names_in(words: str, before: Before) -> tuple[NameSpan, ...]:
    """Return the issuers that a phrase names; its first word may be one, although it begins a sentence."""
    start = len(BEFORE_NAME)
    spans = before.find_names(f"{BEFORE_NAME}{words}")
    return tuple(NameSpan(span.start - start, span.end - start, span.words) for span in spans if span.start >= start)


def _replaced(names: Sequence[str], wanted: Wanted | None, phrase: str, before: Before, *, is_added: bool) -> Reading:
    carried: list[Part] = []
    text = before.frame.text
    if phrase:
        made = _with_phrase(phrase, before)
        if isinstance(made, Unclear):
            return made
        text = made
    else:
        carried.append(Part.SUBJECT)
    if names:
        text = _with_names(_of_whole(text, phrase, before), names, before, is_added=is_added)
    else:
        text = before.named(text)
        carried.append(Part.ISSUER)
    if wanted is not None:
        moved = with_periods(text, wanted, before, is_added=is_added)
        if isinstance(moved, Unclear):
            return moved
        text = moved
    else:
        carried.append(Part.PERIOD)
    return before.understood(text, carried)


def _of_whole(text: str, phrase: str, before: Before) -> str:
    """Return a question without the segment of the issuer before: another issuer has other segments."""
    frame = before.frame
    whole = without_part(frame.measure or "")
    if phrase or not whole or whole == frame.measure or is_region((frame.measure or "").rsplit(" ", 1)[-1]):
        return text
    before.notes.append("The segment is left out, because it belongs to the company of the question before.")
    return write_question(whole, before.names(), frame.period_phrase())


def _with_names(text: str, names: Sequence[str], before: Before, *, is_added: bool) -> str:
    spans = before.find_names(text) or _spans_of(text, unknown_issuer_names(text))
    new = tuple(dict.fromkeys((*(span.words for span in spans), *names))) if is_added else names
    return replace_names(text, spans, listed(new)) if spans else insert_last(text, f"for {listed(new)}")


def _spans_of(text: str, names: Sequence[str]) -> list[NameSpan]:
    """Return where a text has names that no visible issuer has."""
    return [NameSpan(at, at + len(name), name) for name in names if (at := text.find(name)) >= 0]


def _with_phrase(phrase: str, before: Before) -> str | Unclear:
    """Return the question before about another measure, a part of the issuer, or another topic."""
    frame = before.frame
    if frame.measure is not None and _is_part(phrase, before):
        kind = "" if _PART_WORD.search(phrase) else " segment"
        measure = f"{without_part(frame.measure)} of the {phrase}{kind}"
        return write_question(measure, before.names(), frame.period_phrase())
    if (why := _WHY.match(frame.text)) is not None:
        verb = _VERB.search(why["what"])
        periods = f" {frame.period_phrase()}" if frame.periods else ""
        return f"Why did {phrase}{before.of_names()} {'change' if verb is None else verb.group()}{periods}?"
    asks_who = frame.ask is not None and frame.ask.lower().startswith("who")
    if _ROLE.search(phrase) and (asks_who or not is_metric(phrase)):
        return f"Who {'are' if is_plural(phrase) else 'is'} the {phrase}{before.of_names()}?"
    if frame.measure is not None or is_metric(phrase):
        operation = None if _OPERATION.match(phrase) else _OPERATION.match(frame.measure or "")
        measure = phrase if operation is None else f"{operation.group()}{phrase}"
        return write_question(measure, before.names(), frame.period_phrase(), _kept(frame.qualifiers))
    if frame.topic is not None:
        return f"What {'are' if is_plural(phrase) else 'is'} the {phrase}{before.of_names()}?"
    return _not_clear(before)


def _is_part(phrase: str, before: Before) -> bool:
    """Return whether a phrase names a part of an issuer: a segment, a region, or a product with a capital."""
    if is_region(phrase) or _PART_WORD.search(phrase):
        return True
    return not phrase.islower() and not is_metric(phrase) and before.earlier.is_part(phrase)


def _kept(qualifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the qualifiers that another measure keeps: its entity and its parts, not what it is a share of."""
    return tuple(each for each in qualifiers if not each.lower().startswith(("as ", "per ")))


def _period_of(rest: str) -> tuple[str, Wanted | None]:
    """Split the words of a follow-up other than names into a phrase and a period."""
    if not rest:
        return "", None
    if (wanted := read_wanted(rest)) is not None:
        return "", wanted
    if mentions := mentions_of(rest):
        return _split(rest, mentions)
    words = rest.split()
    for at in range(1, len(words)):  # "capex the year before"
        tail = " ".join(words[at:])
        if len(words) - at <= _LONGEST_PERIOD and (wanted := read_wanted(tail)) is not None:
            return " ".join(words[:at]), wanted
    return rest, None


_LONGEST_PERIOD = 8


def _split(rest: str, mentions: Sequence[Mention]) -> tuple[str, Wanted]:
    start, end = mentions[0].start, mentions[-1].end
    lead = re.sub(
        rf"(?:\b(?:{_OF}|as of|as at|during|over|the|end|year|fiscal|ended|ending|quarter|years)\s+)+$",
        "",
        rest[:start],
        flags=re.IGNORECASE,
    )
    return f"{lead} {rest[end:]}".strip(), Named.of(rest, mentions)


def _without(text: str, spans: Sequence[NameSpan]) -> str:
    """Return a text without names and the words that link them to the rest."""
    left, end = [], 0
    for span in spans:
        left.append(text[end : span.start])
        end = span.end
    left.append(re.sub(r"^['’]s?\b", "", text[end:]))
    kept = [part for part in left if not _BETWEEN_NAMES.fullmatch(part)]
    return _TAIL.sub("", " ".join(part.strip() for part in kept)).strip(" ,")


def _bare(phrase: str) -> str:
    before = None
    while phrase != before:
        before, phrase = phrase, _TAIL.sub("", _LEAD.sub("", phrase.strip(" ,;:?.")))
    return phrase


def _not_clear(before: Before) -> Unclear:
    return before.unclear(
        f"It is not clear what “{before.follow_up}” changes in the question before. Ask the whole question."
    )
