"""Find the names in a question that are of no visible issuer, and what each name is to the question."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.retrieval.questions.common_words import (
    is_acronym_of_finance,
    is_never_an_issuer,
    is_place,
    is_plural_of_common_word,
)
from app.retrieval.questions.issuers import NamedIssuers
from app.retrieval.questions.spans import QuestionWords, singular

_CODE = re.compile(r"\b(?!(?:19|20)\d\d-)[A-Z0-9]{2,}-\d[\w-]*")  # a contract or product number
_LETTERS = re.compile(r"[^\W_]+")
_WITH_DIGIT = re.compile(r"\d{1,3}[A-Za-z]{1,4}|[A-Za-z]{1,4}\d{1,3}")
# Periods, forms, generations of networks, ranks and clauses, such as "2H23", "10K", "5G", "401k", "1st", "Ba1".
_NO_NAME_WITH_DIGIT = re.compile(
    r"[1-4][qh]\d*|[qh][1-4]|(?:fy|cy|ye)\d+|(?:6|9|12|18|24)m|10[kqd]|8k|20f|40f|6k|[sf]-?\d+|[2-6]g|40[13][akb]|"
    r"\d+(?:st|nd|rd|th|x|bps?|yr|years?|days?|weeks?)|(?:p|aaa?|baa?|caa?|level|tier|note|item|part|cet|at|t|l|d)\d+",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d+(?:k|m|mm|mn|b|bn|t|tn|d|w|y)", re.IGNORECASE)
_SAME_PLURAL = ("ss", "us", "is", "ies", "ses", "xes", "zes", "ches", "shes")  # no owner without its apostrophe
_LEAST_OWNER = 5
_ENDS_SUBJECT = frozenset("in for during at as since over last this on".split())  # noqa: SIM905 - a list of words
_HEADS = frozenset("ceo cfo coo auditor auditors headcount employees work works".split())  # noqa: SIM905 - a list of words
_ENTITIES = frozenset({"partnership", "trust", "foundation", "subsidiary"})
_MOST_NAMES = 8
_JOINTS = frozenset({"", "&", "of"})
_COMPARES = re.compile(
    r"\b(?:compar\w+|versus|vs\.?|than|differ\w*|between|both|higher|lower|larger|smaller|better|worse|against|"
    r"relative to|or)\b",
    re.IGNORECASE,
)
_INVERTED = frozenset("did does do is was are were has have had will can could would should".split())  # noqa: SIM905 - a list of words
_COORDINATORS = frozenset("and or vs versus with to than from against".split())  # noqa: SIM905 - a list of words
_SETS_AGAINST = frozenset({"than", "versus", "vs", "with", "from"})
_PERSON_BEFORE = frozenset("mr ms mrs dr ceo cfo coo chairman chairwoman chair president director officer".split())  # noqa: SIM905 - a list of words
_STATED = frozenset("reported issued disclosed earned recorded generated stated filed posted booked guided".split())  # noqa: SIM905 - a list of words
# "The acquisition of Example" asks about the acquirer.
_DEALS = frozenset(
    """acquisition purchase sale divestiture disposal disposition takeover spin-off spinoff separation merger
    integration launch approval use development impact effect adoption stake share shares ownership rest
    office city state kingdom territory""".split()  # noqa: SIM905 - a list of words reads better as one string
)
# What such a word ends or follows is no company with statements of its own.
_THINGS = frozenset(
    """segment segments division divisions business businesses brand brands product products plant plants facility
    facilities mine project projects site note notes bond bonds debenture debentures loan loans agreement agreements act
    rule rules law laws program programme plan plans acquisition merger transaction deal lawsuit litigation case cases
    trial trials drug platform model models aircraft jet vaccine contract contracts matter investigation settlement
    region unit units store stores service services app apps device devices committee index exchange standard topic
    update tranche trust foundation partnership subsidiary credit indenture lease building campus tower hotel casino
    property properties field basin pipeline fund chapter section schedule exhibit bank-notes""".split()  # noqa: SIM905 - a list of words reads better as one string
)
# Parts and people of any issuer: "Customers' deposits" and "the Parent's debt" are of no company of that name.
_PARTS = frozenset(
    """segment division unit product brand customer employee shareholder stockholder holder investor member partner
    director officer chairman president manager owner lender borrower lessor lessee landlord tenant agent trustee
    sponsor guarantor servicer seller buyer purchaser supplier vendor competitor peer industry sector market government
    state country parent subsidiary affiliate fund trust plan team people man woman men women child children tomorrow
    week month growth demand world""".split()  # noqa: SIM905 - a list of words reads better as one string
)
# What only a company does: "How much debt does Example have?"
_ACTS = frozenset(
    """have report earn generate make pay own owe spend record post book issue sell employ acquire repurchase
    lose raise cut hold borrow hire""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_GENERIC = frozenset("company group board corporation issuer borrower management year quarter today".split())  # noqa: SIM905 - a list of words


class Role(StrEnum):
    """What a name is to a question: whose figures are asked for, one of those compared, or anything else."""

    SUBJECT = "subject"
    COMPARED = "compared"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question: its words, its text, and its place in words.

    `is_certain` is false for a name in small letters or of common words, which is a name only if no document has it.
    `is_loose` states that only its place in the question shows a name: documents that have the word must call it a
    company.
    """

    words: tuple[str, ...]
    text: str
    start: int
    stop: int
    role: Role
    is_certain: bool = True
    is_loose: bool = False


def find_mentions(
    words: QuestionWords, taken: Sequence[NamedIssuers], is_metric: Callable[[str], bool]
) -> tuple[Mention, ...]:
    """Return the names outside those of issuers, in order.

    Metrics, periods, forms, places and acronyms of finance are no names, even with capitals.
    """
    held = {at for match in taken for at in range(match.start, match.stop)}
    found: list[Mention] = []
    for start, stop in _runs(words, held, is_metric) if words.shows_names or not words.is_upper else ():
        role = _role(words, start, stop, taken, found)
        span = words.words[start:stop]
        text = words.text[span[0].start : span[-1].start + len(span[-1].text)]
        is_known = _is_known(words, start, stop)
        if is_known and not _is_name_of_known_words(words, start, stop, role, is_metric):
            continue
        if stop - start == 1 and singular(text.casefold()) in _PARTS:
            continue
        is_certain = not is_known or (stop - start == 1 and _is_owner_without_apostrophe(words, start, is_metric))
        found.append(Mention(tuple(word.text for word in span), text, start, stop, role, is_certain=is_certain))
    found.extend(_codes(words))
    for find in (_with_digits, _in_small_letters):
        held |= {at for one in found for at in range(one.start, one.stop)}
        found.extend(find(words, held, is_metric))
    if not words.shows_names:
        held |= {at for one in found for at in range(one.start, one.stop)}
        found.extend(_compared_in_small_letters(words, held, taken, found))
    return tuple(sorted(found, key=lambda one: one.start)[:_MOST_NAMES])


def _runs(words: QuestionWords, held: set[int], is_metric: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield the places of words with capitals that stand together, without those that begin a sentence or measure."""
    at = 0
    while at < len(words):
        if at in held or not _has_capital(words, at):
            at += 1
            continue
        stop = at + 1
        while stop < len(words) and stop not in held and not words.words[stop - 1].is_owner:
            ahead = stop
            between = words.text[words.words[stop - 1].end : words.words[stop].start].strip()
            if between == "" and words.words[stop].text == "of" and stop + 1 < len(words):
                ahead = stop + 1
            if ahead in held or between not in _JOINTS or not _has_capital(words, ahead) or words.words[ahead].is_first:
                break
            stop = ahead + 1
        yield from _trimmed(words, at, stop, is_metric)
        at = stop


def _has_capital(words: QuestionWords, at: int) -> bool:
    word = words.words[at]
    if not word.text[:1].isalpha() or not word.is_capital or any(map(str.isdigit, word.text)):
        return False
    if word.text.isupper() and is_acronym_of_finance(word.text):
        return False
    return not (words.functional[at] and (word.is_first or not word.is_owner))


def _trimmed(
    words: QuestionWords, start: int, stop: int, is_metric: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    if words.words[start].is_first and words.common[start] and not (stop - start == 1 and words.words[start].is_owner):
        start += 1
    while stop > start and is_metric(words.words[stop - 1].text):
        stop -= 1
    texts = [word.text for word in words.words[start:stop]]
    if not texts or is_never_an_issuer(texts) or is_metric(" ".join(texts)) or len("".join(texts)) < 2:
        return
    if len(texts) == 1 and f"({texts[0]})" in words.text:  # an acronym that the question defines
        return
    yield start, stop


def _is_known(words: QuestionWords, start: int, stop: int) -> bool:
    """Return whether all words are common words or places."""
    return all(words.common[at] or is_place(words.words[at].text) for at in range(start, stop))


def _is_name_of_known_words(
    words: QuestionWords, start: int, stop: int, role: Role, is_metric: Callable[[str], bool]
) -> bool:
    """Return whether common words with capitals are a name ("Harbour Mills", "Lantern's") and no term of finance
    ("Operating Margin") or place.
    """
    span = words.words[start:stop]
    if span[-1].text.casefold() in _ENTITIES and span[-1].is_owner:
        return True
    is_owner_at_first = len(span) == 1 and span[0].is_first and span[0].is_owner
    if (
        role is Role.OTHER
        or not (words.shows_names or is_owner_at_first)
        or (is_place(span[-1].text) and len(span) == 1)
    ):
        return False
    if words.before(start) in ("the", "a", "an", "this", "its") and not span[-1].is_owner:
        return False
    if len(span) == 1:
        return _is_name_of_one_word(words, start, is_metric)
    return span[-1].text.casefold() not in _GENERIC


def _is_name_of_one_word(words: QuestionWords, at: int, is_metric: Callable[[str], bool]) -> bool:
    """Return whether a common word with a capital stands where a company does: "Lantern's", "does Lantern have". At the
    beginning of a sentence, a metric must follow.
    """
    word, after = words.words[at], [one.text.casefold() for one in words.words[at + 1 : at + 4]]
    if word.text.casefold() in _GENERIC:
        return False
    if word.is_owner:
        return not word.is_first or is_metric(" ".join(after))
    if _is_owner_without_apostrophe(words, at, is_metric):
        return True
    return words.before(at) in _INVERTED and after[:1] != [] and after[0] in _ACTS


def _role(words: QuestionWords, start: int, stop: int, taken: Sequence[NamedIssuers], found: Sequence[Mention]) -> Role:
    before = words.before(start)
    after = words.words[stop].text.casefold() if stop < len(words) and not words.words[stop].is_first else ""
    is_thing = words.words[stop - 1].text.casefold() in _THINGS and stop - start > 1
    if is_thing or before in _PERSON_BEFORE or (after in _THINGS and not words.words[stop - 1].is_owner):
        return Role.OTHER
    if _is_compared(words, start, stop, taken, found):
        return Role.COMPARED
    if words.words[stop - 1].is_owner or words.words[start].is_first:
        return Role.SUBJECT
    at = start - 1 - (before == "the")
    if before == "the" and at >= 0:
        before = words.words[at].text.casefold()
    if before in _INVERTED:
        return Role.SUBJECT if "who" not in (word.text.casefold() for word in words.words[:2]) else Role.OTHER
    head = words.words[at - 1].text.casefold() if at > 0 else ""
    is_subject = (before in ("of", "for") and head not in _DEALS) or before in ("at", "compare", "between")
    is_subject = is_subject or (before == "that" and after.isalpha())
    return Role.SUBJECT if is_subject or (before == "by" and head in _STATED) else Role.OTHER


def _is_compared(
    words: QuestionWords, start: int, stop: int, taken: Sequence[NamedIssuers], found: Sequence[Mention]
) -> bool:
    """Return whether a name is joined to an issuer's, or to another subject's, in a question that compares."""
    if not _COMPARES.search(words.text):
        return False
    ends = {match.stop for match in taken} | {one.stop for one in found if one.role is not Role.OTHER}
    before = words.before(start)
    if before in _COORDINATORS and (start - 1 in ends or (ends and before in _SETS_AGAINST)):
        return True
    joins = stop < len(words) and words.words[stop].text.casefold() in _COORDINATORS
    follows = stop + 1 if joins else stop
    return any(match.start == follows for match in taken) or start in ends


def _codes(words: QuestionWords) -> Iterator[Mention]:
    for match in _CODE.finditer(words.text):
        at = next((index for index, word in enumerate(words.words) if word.end > match.start()), 0)
        if not is_acronym_of_finance(match.group()):
            yield Mention((match.group(),), match.group(), at, at + 1, Role.OTHER)


def _with_digits(words: QuestionWords, held: set[int], is_metric: Callable[[str], bool]) -> Iterator[Mention]:
    """Yield words of digits and letters where a company stands: "7R's revenue", "did 7R earn", "7R net sales"."""
    for at, word in enumerate(words.words):
        if at in held or not _WITH_DIGIT.fullmatch(word.text) or _NO_NAME_WITH_DIGIT.fullmatch(word.text):
            continue
        if is_acronym_of_finance(word.text) or is_metric(word.text):
            continue
        is_first = at == 0 and not _AMOUNT.fullmatch(word.text) and is_metric(_next_words(words, at))
        if word.is_owner or _is_acting(words, at) or is_first:
            yield Mention((word.text,), word.text, at, at + 1, Role.SUBJECT, is_certain=False, is_loose=True)


def _in_small_letters(words: QuestionWords, held: set[int], is_metric: Callable[[str], bool]) -> Iterator[Mention]:
    """Yield uncommon words without a capital that stand where a company does: they own something, begin a question of a
    few words, or act.
    """
    if words.shows_names:
        return
    for at, word in enumerate(words.words):
        is_owner = _is_owner_without_apostrophe(words, at, is_metric)
        if at in held or words.functional[at] or any(map(str.isdigit, word.text)):
            continue
        if (words.common[at] and not is_owner) or is_never_an_issuer([word.text]) or is_metric(word.text):
            continue
        if len(word.text) < 3 or singular(word.text.casefold()) in _PARTS:
            continue
        if word.is_owner or (at == 0 and is_metric(_next_words(words, at))):
            yield Mention((word.text,), word.text, at, at + 1, Role.SUBJECT, is_certain=False)
        elif is_owner or _is_acting(words, at) or _is_at_end(words, at, is_metric):
            yield Mention((word.text,), word.text, at, at + 1, Role.SUBJECT, is_certain=False, is_loose=True)


def _compared_in_small_letters(
    words: QuestionWords, held: set[int], taken: Sequence[NamedIssuers], found: Sequence[Mention]
) -> Iterator[Mention]:
    """Yield uncommon words that "and", "or" or "versus" joins to an issuer in a question that compares."""
    ends = {match.stop for match in taken} | {one.stop for one in found if one.role is not Role.OTHER}
    starts = {match.start for match in taken} | {one.start for one in found if one.role is not Role.OTHER}
    if not ends or not _COMPARES.search(words.text):
        return
    for at, word in enumerate(words.words):
        if at in held or words.common[at] or words.functional[at] or len(word.text) < 3:
            continue
        if is_never_an_issuer([word.text]) or singular(word.text.casefold()) in _PARTS:
            continue
        follows = at + 1 < len(words) and words.words[at + 1].text.casefold() in _COORDINATORS and at + 2 in starts
        if (words.before(at) in _COORDINATORS and at - 1 in ends) or follows:
            yield Mention((word.text,), word.text, at, at + 1, Role.COMPARED, is_certain=False, is_loose=True)


def _next_words(words: QuestionWords, at: int) -> str:
    return " ".join(one.text for one in words.words[at + 1 : at + 4])


def _is_owner_without_apostrophe(words: QuestionWords, at: int, is_metric: Callable[[str], bool]) -> bool:
    """Return whether a word that is no plural of a common one stands before a measure: "what was Lanternes revenue"."""
    text = words.words[at].text.casefold()
    if len(text) < _LEAST_OWNER or not text.endswith("s") or text.endswith(_SAME_PLURAL):
        return False
    if words.before(at) not in _INVERTED | {""} or is_plural_of_common_word(text):
        return False
    return any(is_metric(" ".join(_next_words(words, at).split()[:count])) for count in (1, 2))


def _is_acting(words: QuestionWords, at: int) -> bool:
    """Return whether a word does what only a company does: "how much did quillon earn"."""
    after = words.words[at + 1].text.casefold() if at + 1 < len(words) else ""
    asks_who = any(word.text.casefold() == "who" for word in words.words[:2])
    return words.before(at) in _INVERTED - {"do"} and after in _ACTS and not asks_who


def _is_at_end(words: QuestionWords, at: int, is_metric: Callable[[str], bool]) -> bool:
    """Return whether a measure is asked "of" a word, at the end or before a period: "the gross margin of quillon"."""
    after = words.words[at + 1] if at + 1 < len(words) else None
    if after is not None and not (after.is_first or after.text[:1].isdigit() or after.text.casefold() in _ENDS_SUBJECT):
        return False
    if words.before(at) not in ("of", "for", "at") or at < 2:
        return False
    before = [word.text.casefold() for word in words.words[max(0, at - 4) : at - 1]]
    return before[-1] in _HEADS or any(is_metric(" ".join(before[-count:])) for count in (1, 2, 3))


def find_other_entity(core: str, names: Sequence[Sequence[str]], forms: Iterable[str]) -> str | None:
    """Return the name of an entity beside the issuers that the question names ("Example Operating Partnership"); None
    without one. Its figures are not the issuer's, and rows that mention it are none of its own.

    `forms` are the names of the issuers.
    """
    own = {word for form in forms for word in _LETTERS.findall(form.casefold())}
    for words in names if own else ():
        folded, name = [word.casefold() for word in words], " ".join(words)
        is_owner = re.search(rf"{re.escape(name)}['’]", core) is not None
        if folded[-1] in _ENTITIES and folded[-1] not in own and (folded[0] in own or is_owner):
            return name
    return None
