"""Follow-ups that are whole sentences: complete in themselves, or with an issuer or a period left out."""

import re

from app.conversations.following import phrases
from app.conversations.following.before import ALL, Before, Reading
from app.conversations.following.context import Part, Unclear, Understood
from app.conversations.following.frames import Frame
from app.conversations.following.moved import with_periods
from app.conversations.following.names import listed, unknown_issuer_names
from app.conversations.following.periods import Wanted, insert_last, mentions_of, read_wanted

_LONGEST_PERIOD = 8
_VERB = re.compile(r"\b(?:did|does|do|has|have|had|was|were|is|are|will|can)\b", re.IGNORECASE)


def read_sentence(words: str, bare: str, before: Before) -> Reading | None:
    """Return the reading of a sentence; None if it is only a phrase, such as "why is that".

    `words` are the user's own, `bare` is the sentence without the words that only lead to it.
    """
    if phrases.WHY.fullmatch(bare) or phrases.SOURCE.fullmatch(bare) or phrases.COMPARE.match(bare):
        return None
    if (share := phrases.SHARE.fullmatch(bare)) is not None and share["what"]:
        return None
    text = f"{bare[:1].upper()}{bare[1:]}?"
    if (short := _short(bare, before)) is not None:
        return short
    if phrases.OF_ALL.search(text):
        return Understood(words)
    refers = phrases.OWNER.search(text) or phrases.ACTOR.search(text) or phrases.IT_MOVES.search(text)
    if before.find_names(text) or (not refers and unknown_issuer_names(text)):
        return _complete_but_period(words, text, before)
    return _completed(words, text, before)


def _short(bare: str, before: Before) -> Reading | None:
    """Return the reading of a sentence that leaves out what it asks about."""
    frame = before.frame
    if (them := phrases.THEM.fullmatch(bare)) is not None:
        topic = frame.measure or frame.topic
        if topic is None:
            return before.unclear(f"What do you mean by “{bare}”? Name it.")
        return before.understood(f"{them['verb'].capitalize()} the {topic}{before.of_names()}.", ALL)
    names = before.names()
    if (which := phrases.WHICH_IS.fullmatch(bare)) is not None and frame.measure is not None and len(names) > 1:
        either = f"{', '.join(names[:-1])} or {names[-1]}"
        text = f"Which company had the {which['more'].lower()} {frame.measure} {frame.period_phrase()}, {either}?"
        return before.understood(" ".join(text.split()).replace(" ,", ","), ALL)
    if (count := phrases.COUNT_ONLY.fullmatch(bare)) is not None and not _VERB.search(count["things"]) and names:
        periods = f" {frame.period_phrase()}" if frame.periods else ""
        text = f"How many {count['things']} did {listed(names)} have{periods}?"
        return before.understood(text, (Part.ISSUER, Part.PERIOD))
    return None


def _complete_but_period(words: str, text: str, before: Before) -> Reading:
    """Return a sentence with its own issuer. Only words such as "that year" refer to the question before."""
    if phrases.THERE.search(text) and before.frame.periods and not mentions_of(text):
        return before.understood(_then(text, before), (Part.PERIOD,))
    return Understood(words)


def _completed(words: str, text: str, before: Before) -> Reading:
    frame = before.frame
    carried: list[Part] = []
    relative = None if mentions_of(text) else _relative_end(text)
    if relative is not None:
        text = f"{text[: relative[0]].rstrip(' ,?')}?"
    if phrases.NO_OBJECT.match(text) and frame.measure is not None and not phrases.IT_MOVES.search(text):
        text = phrases.NO_OBJECT.sub(lambda found: f"{found.group()} {frame.measure}", text)
        carried.append(Part.SUBJECT)
    moved = phrases.IT_MOVES.search(text) or phrases.IT_THING.search(text)
    subject = frame.measure or frame.topic
    if moved is not None and subject is not None:
        text = f"{text[: moved.start('it')]}{subject}{before.of_names()}{text[moved.end('it') :]}"
        carried += [Part.SUBJECT, Part.ISSUER]
    elif names := before.names():
        text = _with_issuer(text, listed(names))
        carried.append(Part.ISSUER)
    if relative is not None:
        phrase = frame.period_phrase()
        made = with_periods(insert_last(text, phrase) if phrase else text, relative[1], before)
        if isinstance(made, Unclear):
            return made
        return before.understood(made, carried)
    if frame.periods and not mentions_of(text):
        text = _with_period(text, before, carried)
    return before.understood(text, carried) if carried else Understood(words)


def _with_issuer(text: str, names: str) -> str:
    """Put issuers in the place of a pronoun, or else at the end."""
    owned = phrases.OWNER.sub(lambda _: f"{names}'s", text, count=1)
    if owned != text:
        return owned
    acted = phrases.ACTOR.sub(lambda _: names, text, count=1)
    return acted if acted != text else insert_last(text, f"for {names}")


def _with_period(text: str, before: Before, carried: list[Part]) -> str:
    """Return a sentence without a period of its own with that of the question before, if it asks for a figure."""
    frame = before.frame
    if phrases.THERE.search(text):
        carried.append(Part.PERIOD)
        return _then(text, before)
    if Frame.of(text, before.find_names).measure is None and not text.lower().startswith(
        ("did", "how much", "how many")
    ):
        return text
    carried.append(Part.PERIOD)
    return insert_last(text, frame.period_phrase())


def _then(text: str, before: Before) -> str:
    return phrases.THERE.sub(lambda _: before.frame.period_phrase(), text, count=1)


def _relative_end(text: str) -> tuple[int, Wanted] | None:
    """Return where a sentence ends with a period that depends on the one before, and that period."""
    words = [(found.start(), found.group()) for found in re.finditer(r"[^\s?]+", text)]
    for at in range(max(1, len(words) - _LONGEST_PERIOD), len(words)):
        wanted = read_wanted(" ".join(word for _, word in words[at:]))
        if wanted is not None:
            return words[at][0], wanted
    return None
