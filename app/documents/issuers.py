"""Issuers' names: one key for all spellings of a legal name, and the short forms by which people call it."""

import re
import unicodedata

# Legal forms and fillers that people leave out of a company's name (ISO 20275 entity legal forms, the frequent ones).
_LEGAL_FORMS = frozenset(
    "inc incorporated corp corporation co company companies ltd limited llc lp llp plc sa nv bv ag se spa ab asa oyj kgaa "
    "gmbh sarl sas group holding holdings trust bancorp cos".split()
)
_STATES = re.compile(r"[/\\](?:[a-z]{2}|new|adr|fi)[/\\]?\s*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOINED_LETTERS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WEAK = frozenset({"group", "holding", "holdings", "trust", "bancorp", "companies", "cos"})
_TOO_PLAIN = frozenset(
    "the first national general american united international global new us u.s. north south east west pacific atlantic "
    "public standard financial bank energy capital royal western eastern southern northern central federal industries "
    "advanced applied universal".split()
)


def normalise_issuer(name: str) -> str:
    """The key under which spellings of one issuer meet: folded case, no accents, no punctuation, no legal form, no "The".

    "The Example Company, Inc." → "example"; a name made of nothing but such words keeps them.
    """
    folded = unicodedata.normalize("NFKD", _STATES.sub("", name)).casefold()
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    folded = _JOINED_LETTERS.sub(lambda match: match.group().replace(".", "") + " ", folded).replace("&", " and ")
    folded = re.sub(r"['’.]com\b", "com", folded)
    words = [re.sub(r"['’]", "", word) for word in _WORD.findall(folded)]
    kept = words[1:] if len(words) > 1 and words[0] == "the" else words
    while len(kept) > 1 and (kept[-1] in _LEGAL_FORMS or kept[-1] == "and"):
        kept = kept[:-1]
    return " ".join(kept)


def issuer_aliases(name: str, *, tickers: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Normalised short forms by which a question may name the issuer, longest first: the key, its parts, initials, tickers.

    Parts that are plain words of many names ("American", "General") are left out; so are forms shorter than 2 letters.
    """
    key = normalise_issuer(name)
    words = key.split()
    forms = {key}
    trimmed = list(words)
    while len(trimmed) > 1 and trimmed[-1] in _LEGAL_FORMS | _WEAK:
        trimmed.pop()
    forms.add(" ".join(trimmed))
    compact = re.sub(r"[^a-z0-9]", "", "".join(words))
    if 1 < len(words) <= 3 and len(compact) >= 6:
        forms.add(compact)
    joined = normalise_issuer(re.sub(r"(?<=\w)-(?=\w)", "", name)).split()
    if joined != words:
        forms.update({" ".join(joined), joined[0]})
    if len(words) > 1 and len(words[0]) >= 4 and words[0] not in _TOO_PLAIN:
        forms.add(words[0])
    letters = "".join(word[0] for word in words if word not in {"and", "of", "the"})
    if 3 <= len(letters) <= 5:
        forms.add(letters)
    if "and" in words:
        forms.add(" ".join(word for word in words if word != "and"))
    forms.update(ticker.casefold() for ticker in tickers)
    return tuple(sorted((form for form in forms if len(form) >= 2), key=lambda form: (-len(form), form)))
