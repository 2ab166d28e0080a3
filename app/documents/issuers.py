"""Issuer names: one key for all spellings of a legal name, and its short forms."""

import re
import unicodedata

# Legal forms that are often omitted from company names (a selection from ISO 20275, entity legal forms).
_LEGAL_FORMS = frozenset(
    """inc incorporated corp corporation co company companies cos ltd limited llc lp llp plc sa nv bv ag se spa ab asa
    oyj kgaa gmbh sarl sas group holding holdings trust bancorp""".split()  # noqa: SIM905 - a list of words reads better as one string
)
# Trades: if the second word of a name is one of these, the first word alone names the company ("Example Properties").
_TRADES = frozenset(
    """properties realty reit financial pharmaceuticals pharmaceutical pharma therapeutics biosciences laboratories labs
    technologies technology systems software semiconductor semiconductors networks communications telecom wireless media
    entertainment energy petroleum oil resources gas utilities power electric water works airlines airways railway
    motors motor automotive aerospace industries materials chemicals chemical steel paper packaging foods food brands
    beverages stores retail markets beauty apparel health healthcare medical insurance bancshares bank capital partners
    solutions services logistics international global platforms interactive""".split()  # noqa: SIM905 - a list of words reads better as one string
)
# Common first words of names: alone, they do not identify an issuer.
_TOO_PLAIN = frozenset(
    """first national general american united international global north south east west pacific atlantic public
    standard financial bank energy capital royal western eastern southern northern central federal advanced applied
    universal health home food digital smart consolidated allied associated great best golden power water electric
    community peoples citizens liberty premier summit alliance new""".split()  # noqa: SIM905 - a list of words reads better as one string
)
_STATE_SUFFIX = re.compile(r"[/\\](?:[a-z]{2}|new|adr|fi)[/\\]?\s*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOINED_LETTERS = re.compile(r"\b(?:[a-z]\.){2,}")
_APOSTROPHE = re.compile(r"['’]")


def normalise_issuer(name: str) -> str:
    """Return one key for all spellings of an issuer, without case, accents, punctuation, legal form and "The".

    "The Example Company, Inc." → "example". A name that consists entirely of such words keeps its first word.
    """
    decomposed = unicodedata.normalize("NFKD", _STATE_SUFFIX.sub("", name)).casefold()
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    folded = _JOINED_LETTERS.sub(lambda match: match.group().replace(".", "") + " ", folded).replace("&", " and ")
    words = [_APOSTROPHE.sub("", word) for word in _WORD.findall(re.sub(r"\.com\b", "com", folded))]
    kept = words[1:] if len(words) > 1 and words[0] == "the" else words
    while len(kept) > 1 and (kept[-1] in _LEGAL_FORMS or kept[-1] == "and"):
        kept = kept[:-1]
    return " ".join(kept)


def issuer_aliases(name: str, *, tickers: tuple[str, ...] = (), short_names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return normalised names of the issuer that a question may use, longest first.

    These are the key, the key without spaces or hyphens, the first word before a trade ("Example Properties"), the
    initials if there are three to five, the key without "and", `tickers`, and the document's own `short_names`. If the
    name has a hyphen, the name without it and its first word are included. One-letter names are excluded.
    """
    key = normalise_issuer(name)
    words = key.split()
    forms = {key, *(normalise_issuer(short) for short in short_names), *(ticker.casefold() for ticker in tickers)}
    if 1 < len(words) <= 3 and len("".join(words)) >= 6:
        forms.add("".join(words))
    unhyphened = normalise_issuer(re.sub(r"(?<=\w)-(?=\w)", "", name))
    if unhyphened != key:
        forms.update({unhyphened, unhyphened.split(" ")[0]})
    if len(words) > 1 and len(words[0]) >= 4 and words[0] not in _TOO_PLAIN and words[1] in _TRADES:
        forms.add(words[0])
    initials = "".join(word[0] for word in words if word not in {"and", "of", "the"})
    if 3 <= len(initials) <= 5:
        forms.add(initials)
    if "and" in words:
        forms.add(" ".join(word for word in words if word != "and"))
    return tuple(sorted((form for form in forms if len(form) >= 2), key=lambda form: (-len(form), form)))
