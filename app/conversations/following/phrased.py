"""Follow-ups that change the question before without naming an issuer or a period ("why?", "by segment")."""

import re

from app.answers.computing.currencies import find_asked_currency, is_in_currency
from app.conversations.following import phrases
from app.conversations.following.before import ALL, Before, Reading
from app.conversations.following.context import Part
from app.conversations.following.frames import without_part, write_question
from app.conversations.following.names import listed, replace_names
from app.conversations.following.periods import insert_last, mentions_of, read_wanted

_MOVED = re.compile(
    r"^(?:the )?(?:percentage )?(?:change|growth|increase|decrease|difference) (?:in|of) ", re.IGNORECASE
)
_ENTITY = re.compile(r" ?\bfor the parent company only\b| ?\bfor the (?:non-?)?guarantors?\b", re.IGNORECASE)
_EARNINGS = re.compile(r"(?:the )?(?:net )?(?:income|earnings|profit|loss)", re.IGNORECASE)
_NOT_CONSOLIDATED = (
    "Footnote cannot answer for the parent company or the guarantors alone yet. Ask what the condensed financial "
    "information of the parent or of the guarantors says, and read its pages."
)
_SIGN = re.compile(r"[$€£¥₹]|\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR)\b")
_CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_RIVAL = re.compile(r"\b(?:compet|rival|peer)", re.IGNORECASE)
_MOST_OPTIONS = 8
_SUMS = ("average", "total", "sum")
_CONVERT = re.compile(r"^convert(?:ed)? (?:it |that |them )?(?:in)?to\b", re.IGNORECASE)


def read_phrase(bare: str, before: Before) -> Reading | None:
    """Return the reading of a phrase, or None if it is none of these."""
    return next((found for read in _READERS if (found := read(bare, before)) is not None), None)


def _source(bare: str, before: Before) -> Reading | None:
    """Ask the question before again: the answer cites its pages and shows its formula."""
    return before.understood(before.frame.text, ALL) if phrases.SOURCE.fullmatch(bare) else None


def _qualifier(bare: str, before: Before) -> Reading | None:
    """Return the reading of a unit, an entity, a statement, or of parts."""
    if (found := phrases.BY_PARTS.fullmatch(bare)) is not None:
        return _qualified(f"by {_singular((found['axis'] or found['axis2'] or found['axis3']).lower())}", before)
    if phrases.CURRENCY.fullmatch(bare):
        return _in_currency(_CONVERT.sub("in", bare), before)
    if phrases.UNIT.fullmatch(bare):
        return _qualified(bare, before)
    if phrases.PARENT.fullmatch(bare) or phrases.GUARANTORS.fullmatch(bare):
        return before.impossible(_NOT_CONSOLIDATED)
    found = phrases.STATEMENT.fullmatch(bare)
    return None if found is None else _qualified(f"in the {found['statement']}", before)


def _in_currency(words: str, before: Before) -> Reading:
    """Ask in a currency, unless the answer before states its figure in another one: nothing is converted."""
    asked = find_asked_currency(words)
    stated = _SIGN.findall(before.earlier.answered().text) if before.frame.measure else []
    units = {_CURRENCIES.get(sign, sign) for sign in stated}
    if units and not any(is_in_currency(unit, asked) for unit in units):
        before.learn()
        return before.impossible(
            "The documents state this figure in another currency. Footnote converts no currencies."
        )
    return _qualified(words, before)


def _consolidated(bare: str, before: Before) -> Reading | None:
    frame = before.frame
    if phrases.CONSOLIDATED.fullmatch(bare) is None:
        return None
    whole = without_part(frame.measure or "")
    if whole != (frame.measure or ""):
        return before.understood(write_question(whole, before.names(), frame.period_phrase()), ALL)
    return before.understood(before.named(_ENTITY.sub("", frame.text)), ALL)


def _why(bare: str, before: Before) -> Reading | None:
    asked, frame = phrases.WHY.fullmatch(bare), before.frame
    if asked is None:
        return None
    if frame.measure is None:
        return before.unclear("What should be explained? Name the figure or the event.")
    verb = (asked["verb"] or "change").lower()
    moved = "change" if verb in ("happen", "move") else verb
    periods = f" {phrase}" if (phrase := frame.period_phrase()) else ""
    text = f"Why did {_MOVED.sub('', frame.measure)}{before.of_names()} {moved}{periods}?"
    return before.understood(text, ALL)


def _qualified(words: str, before: Before) -> Reading:
    """Add a qualifier to the question before, in place of one that begins with the same word."""
    frame = before.frame
    if frame.measure is None:
        return before.needs_figure()
    text = frame.text
    for old in frame.qualifiers:
        if old.split()[0].lower() == words.split(maxsplit=1)[0].lower():
            text = " ".join(text.replace(old, " ").split())
    return before.understood(before.named(insert_last(text, words)), ALL)


def _share(bare: str, before: Before) -> Reading | None:
    asked, frame = phrases.SHARE.fullmatch(bare), before.frame
    if asked is None or phrases.PER_SHARE.fullmatch(bare) or asked["over"] in ("quarter", "year", "segment"):
        return None
    other = asked["of"] or asked["to"] or asked["over"] or asked["what"]
    if mentions_of(bare) or before.find_names(other) or read_wanted(other) is not None:
        return None
    if frame.measure is None:
        return before.needs_figure()
    text = write_question(frame.measure, before.names(), frame.period_phrase(), (f"as a percentage of {other}",))
    return before.understood(text, ALL)


def _operation(bare: str, before: Before) -> Reading | None:
    """Return the reading of an operation on the figure before ("the growth", "margin", "per share")."""
    frame = before.frame
    if phrases.PER_SHARE.fullmatch(bare):
        measure = "earnings per share" if _EARNINGS.fullmatch(frame.measure or "") else f"{frame.measure} per share"
    elif phrases.MARGIN.fullmatch(bare):
        measure = f"{frame.measure} margin"
    elif (found := phrases.OPERATION.fullmatch(bare)) is not None:
        operation = (found["op"] or "change").lower()
        inner = _MOVED.sub("", frame.measure or "")
        measure = f"{operation} {'of' if operation in _SUMS else 'in'} {inner}"
    else:
        return None
    if frame.measure is None:
        return before.needs_figure()
    return before.understood(write_question(measure, before.names(), frame.period_phrase()), ALL)


def _peer(bare: str, before: Before) -> Reading | None:
    """Ask which company a phrase such as "its main competitor" means, unless documents name only one."""
    if phrases.PEER.search(bare) is None or before.find_names(bare):
        return None
    names = before.names()
    of = f" of {listed(names)}" if names else ""
    peers = before.earlier.find_peers(names) if names and _RIVAL.search(bare) else ()
    for peer in peers:
        before.learn(peer.documents)
    spans = before.find_names(before.frame.text)
    if len(peers) == 1 and spans:
        before.notes.append(f"“{bare}” is read as {peers[0].name}, the only company here that a document names as one.")
        text = replace_names(before.frame.text, spans, peers[0].name)
        return before.understood(text, (Part.SUBJECT, Part.PERIOD))
    options = [f"What about {peer.name}?" for peer in peers[:_MOST_OPTIONS]]
    return before.unclear(f"It is not clear which company{of} “{bare}” means. Write its name.", options)


def _singular(axis: str) -> str:
    if axis.endswith("ies"):
        return f"{axis[:-3]}y"
    return axis[:-1] if axis.endswith("s") and not axis.endswith("ss") else axis


_READERS = (_source, _why, _qualifier, _share, _consolidated, _operation, _peer)
