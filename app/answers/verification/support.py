"""Check that a claim says no more than its quotes: its words, its negations, and the directions of change.

Every content word of a claim occurs in its quotes, in the given texts (the question, the issuers' names), or is a word
of reporting. A word is content unless it is a stop word or a number: numbers are checked by value.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from app.documents.content.sentences import find_sentences
from app.documents.issuers import normalise_issuer
from app.quantities.mentions import NumberMention, find_numbers
from app.quantities.printing import UNKNOWN_SCALE
from app.retrieval.index.lexicon import tokenise

_MARKUP = re.compile(r"!\[|\]\(|</?[a-z]|```|\w+://\S+|\bwww\.\S+|[^\s@]+@[^\s@]+\.\w+", re.IGNORECASE)

# Words that report, compare, count or date a fact. They name no subject, so they need no support.
_REPORTING = frozenset(
    tokenise(
        """
        state stated states stating amount amounted came come comes stand stands stood report reported reports record
        recorded recognised recognized show shows shown list listed lists name named disclose disclosed describe
        described describes describing give given gives say says said mention mentions mentioned note noted include
        includes included including consist consists comprise comprises comprised total totals totalled totaled equal
        equals according respectively following follows compute computed calculate calculated
        compare compared comparison versus vs against than difference change changed changes
        approximately about around roughly nearly almost over under above below more less fewer most least higher lower
        larger smaller greater both each every all any some other also only however while whereas because since due
        during between among within through until before after per from within without
        year years quarter quarters month months week weeks day days half fiscal financial period periods annual
        annually quarterly date dated end ended ends ending begin beginning year-over-year year-on-year prior previous
        earlier later latest last first next same current recent today
        company issuer group registrant filing document page
        million millions billion billions thousand thousands trillion trillions lakh crore percent percentage per cent
        cents point points bps times share shares nil zero scale unit one two three four five six seven eight nine ten
        eleven twelve once twice
        yes being does did do done doing having may might can could would should must shall he she we his her him them
        those whose why ago either
        """
    )
)
_UP = frozenset(
    tokenise("increase increased rise rose risen grow grew grown growth gain climb climbed up improve improved")
)
_DOWN = frozenset(
    tokenise("decrease decreased decline declined fall fell fallen drop dropped reduce reduced reduction down shrink")
)
_PLAIN = _REPORTING | _UP | _DOWN
_TWO = 2
_NEGATION = re.compile(r"\b(?:not?|never|none|nor|neither|without|cannot|nothing)\b|n['’]t\b", re.IGNORECASE)
_ANSWER_WORD = re.compile(r"^\W*(?:yes|no)\b[\s,:;.–—-]*", re.IGNORECASE)
_FROM_TO = re.compile(r"\bfrom\b([^;]{1,80}?)\bto\b([^;]{1,80})", re.IGNORECASE)
_TO_FROM = re.compile(r"\bto\b([^;]{1,80}?)\bfrom\b([^;]{1,80})", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;:,]\s|\s(?:but|however|although|while|whereas|except)\s", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:or|between|among|either|both|which of|versus|vs)\b", re.IGNORECASE)
_LEAST_SHARED = 0.5
"""Clauses with at least this share of a claim's content words are about the same."""

# Other forms of irregular verbs of business, which a stemmer doesn't join: form → verb.
_VERBS = {
    form: verb
    for verb, forms in {
        "pay": "paid", "sell": "sold", "buy": "bought", "hold": "held", "make": "made", "lead": "led", "lend": "lent",
        "spend": "spent", "build": "built", "begin": "began begun", "choose": "chose chosen", "write": "wrote written",
        "take": "took taken", "lose": "lost", "win": "won", "meet": "met", "become": "became", "know": "known knew",
        "bear": "bore borne", "draw": "drew drawn", "seek": "sought", "undertake": "undertook undertaken",
        "understand": "understood", "withdraw": "withdrew withdrawn", "arise": "arose arisen",
    }.items()
    for form in forms.split()
}  # fmt: skip
_MONTHS = {
    month[:length]: tokenise(month)[0]
    for month in (
        "january", "february", "march", "april", "june", "july", "august", "september", "october", "november",
        "december",
    )
    for length in (3, 4)
}  # fmt: skip
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w’'-]*")


def only_repeats(text: str, question: str) -> bool:
    """Return whether a claim is a phrase of the question, such as the issuer's name, and no choice that it offers."""
    if len(text) > len(question) or any(map(str.isdigit, text)):
        return False
    said, asked = normalise_issuer(text), normalise_issuer(question)
    return said != asked and f" {said} " in f" {asked} " and _CHOICE.search(question) is None


def says_more(text: str, quotes: Sequence[str], given: Collection[str]) -> bool:
    """Return whether a claim says more than its quotes, or the opposite. `given` are terms (see `find_terms`) that
    it may also use.

    Web addresses and markup must occur in the quotes as they are.
    """
    quoted = "\n".join(quotes)
    if any(mark.casefold() not in quoted.casefold() for mark in _MARKUP.findall(text)):
        return True
    words = frozenset(find_terms(quoted))
    known = words.union(given)
    stated = text.replace(UNKNOWN_SCALE, "")
    sentences = [stated[start:end] for start, end in find_sentences(stated)]
    if list_unknown_words(stated, known):
        return True
    return any(_turns_direction(sentence, words, given) or _turns_negation(sentence, quotes) for sentence in sentences)


def list_unknown_words(text: str, known: Collection[str]) -> list[str]:
    """List the content words of a text that are neither `known` terms nor words of reporting."""
    return [word for start, end in find_sentences(text) for word in _unknown_words(text[start:end], known)]


def _unknown_words(sentence: str, known: Collection[str]) -> Iterator[str]:
    """Yield the content words of a sentence that are not known. A word with a hyphen is known by its parts, too."""
    for word in sentence.split():
        whole, *parts = find_terms(word) or [""]
        if not whole or whole[0].isdigit() or whole in known or whole in _PLAIN:
            continue
        if parts and all(part in known or part in _PLAIN or part[0].isdigit() for part in parts):
            continue
        yield word
    for name in _NAME.findall(sentence):  # a name that is a word of reporting elsewhere ("Point", "First")
        terms = find_terms(name)
        if terms and not any(term in known or term in _CALENDAR for term in terms):
            yield name


def _turns_direction(sentence: str, quoted: Collection[str], given: Collection[str]) -> bool:
    """Return whether a sentence states a rise where its quotes state only a fall, or the reverse.

    Without a word of direction in quotes or `given`, it needs the two amounts.
    """
    terms = frozenset(tokenise(sentence))
    rises, falls = not terms.isdisjoint(_UP), not terms.isdisjoint(_DOWN)
    if rises == falls:
        return False
    if _moves_otherwise(sentence, rises=rises):
        return True
    same, opposite = (_UP, _DOWN) if rises else (_DOWN, _UP)
    if not same.isdisjoint(quoted):
        return False
    amounts = {mention.amount() for mention in find_numbers(sentence).mentions if not mention.is_year()}
    return not opposite.isdisjoint(quoted) or (same.isdisjoint(given) and len(amounts) < _TWO)


def _moves_otherwise(sentence: str, *, rises: bool) -> bool:
    """Return whether the two amounts of "from … to …" move in the other direction than the sentence says."""
    for pattern, is_reversed in ((_FROM_TO, False), (_TO_FROM, True)):
        if (found := pattern.search(sentence)) is None:
            continue
        ends = [_only_amount(part) for part in (found.groups()[::-1] if is_reversed else found.groups())]
        first, last = ends
        if first is None or last is None or (first.unit, first.currency) != (last.unit, last.currency):
            return False
        if first.negative or last.negative:  # a loss that falls is less negative
            return False
        if first.scale is None and last.scale is not None:  # "from $1.4 to $1.2 billion"
            first = replace(first, scale=last.scale)
        moved = last.value.scaleb(last.scale or 0) - first.value.scaleb(first.scale or 0)
        return moved < 0 if rises else moved > 0
    return False


def _only_amount(text: str) -> NumberMention | None:
    amounts = [mention for mention in find_numbers(text).mentions if not mention.is_year()]
    return amounts[0] if len(amounts) == 1 else None


def _turns_negation(sentence: str, quotes: Sequence[str]) -> bool:
    """Return whether every clause of the quotes about the same is negated and the sentence isn't, or the reverse."""
    stated = _ANSWER_WORD.sub("", sentence)
    content = {term for term in find_terms(stated) if term not in _PLAIN and not term[0].isdigit()}
    if not content:
        return False
    alike = [
        clause
        for quote in quotes
        for clause in _clauses(quote)
        if len(content.intersection(find_terms(clause))) >= _LEAST_SHARED * len(content)
    ]
    negated = _NEGATION.search(stated) is not None
    return bool(alike) and all((_NEGATION.search(clause) is not None) != negated for clause in alike)


def _clauses(quote: str) -> Iterator[str]:
    """Yield the sentences of a quote and their clauses."""
    for start, end in find_sentences(quote):
        sentence = quote[start:end]
        clauses = _CLAUSE_END.split(sentence)
        yield from clauses
        if len(clauses) > 1 and len({_NEGATION.search(clause) is None for clause in clauses}) == 1:
            yield sentence


def find_terms(text: str) -> list[str]:
    """Return the terms of a text, with irregular verbs and short months in one form."""
    return [_one_form(term) for term in tokenise(text)]


def _one_form(term: str) -> str:
    verb = _VERBS.get(term)
    return verb if verb is not None else _MONTHS.get(term, term)


_CALENDAR = frozenset(
    find_terms("january february march april may june july august september october november december q")
)
