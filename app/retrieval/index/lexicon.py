"""Lexical search: split text into terms, map terms to ids, and compute BM25 weights.

A chunk's vector has the term-frequency part of BM25, and the question's vector has the IDF; their inner product is the
score (Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, eq. 3.15).
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

import Stemmer

from app.quantities.dates import YEAR

LEXICON_VERSION = "1"
TERM_SPACE = 1_000_000
K1 = 1.2
B = 0.75
MAX_TERM_LENGTH = 80  # characters; longer tokens are encoded data, and are cut to this length

# Lucene's English stop words, and common question words.
STOP_WORDS = frozenset(
    """a an and are as at be but by for from had has have how if in into is it its me no not of on or our s such that
    the their then there these they this to was we were what when where which who will with you your""".split()  # noqa: SIM905 - a list of words reads better as one string
)

# The comma comes first, so that only commas are examined.
_NUMBER_COMMA = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_TOKEN = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:[-&'’./][^\W_]+)*")
_JOINTS = re.compile(r"[-&'’./]")
_YEAR_IN_LABEL = re.compile(rf"(?:fy|cy|h[12]|[1-4]?q[1-4]?)['’]?({YEAR}|\d\d)")
_FORM_NAME = re.compile(r"\d{1,2}-[a-z]{1,2}")


def tokenise(text: str) -> list[str]:
    """Split `text` into terms. Terms are folded (NFKC, lower case) and stemmed (Snowball English). Stop words, and the
    commas in numbers, are removed.

    "1,234.5" → "1234.5"; "10-K" → "10-k"; "FY2022" → "fy2022", "2022"; "long-term" → "long-term", "long", "term".
    """
    return list(chain.from_iterable([_terms_of(token[:MAX_TERM_LENGTH]) for token in _split(text)]))


def _split(text: str) -> list[str]:
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    tokens: list[str] = _TOKEN.findall(_NUMBER_COMMA.sub("", folded) if "," in folded else folded)
    return tokens


@lru_cache(maxsize=1 << 17)
def _terms_of(token: str) -> tuple[str, ...]:
    """Return a token's terms: the token itself, and the parts by which a question may refer to it."""
    if token in STOP_WORDS:
        return ()
    label = _YEAR_IN_LABEL.fullmatch(token)
    if label:
        year = label.group(1)
        return (token, year if len(year) == 4 else f"20{year}")
    if token.replace(".", "").isdigit() or _FORM_NAME.fullmatch(token):
        return (token,)
    return _terms_of_words([part for part in _JOINTS.split(token) if part], is_split="-" in token or "/" in token)


def _terms_of_words(parts: list[str], *, is_split: bool) -> tuple[str, ...]:
    """Return the terms of a word: "issuer's" → its stem; "U.S." → "us"; "long-term" → the whole word and its parts."""
    if len(parts) == 2 and parts[1] == "s" and len(parts[0]) > 1:
        parts = parts[:1]
    if len(parts) == 1:
        return (_stem(parts[0]),)
    if not is_split and min(map(len, parts)) == 1:
        return ("".join(parts),)
    whole = "-".join(_stem(part) for part in parts)
    return (whole, *(_stem(part) for part in parts if len(part) > 1 and part not in STOP_WORDS))


@lru_cache(maxsize=1 << 17)
def _stem(word: str) -> str:
    """Stem a word. Each call creates a stemmer, because stemmers are stateful and threads share this function."""
    return word if word.isdigit() or len(word) < 3 else str(Stemmer.Stemmer("english", 0).stemWord(word))


@lru_cache(maxsize=1 << 17)
def term_id(term: str) -> int:
    """Return the term's id, from 1 to 1,000,000. It is the same in every process. Terms whose hashes collide share an
    id.
    """
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % TERM_SPACE + 1


def term_weights(tokens: Iterable[str], *, average_length: float) -> dict[int, float]:
    """Return term id → term-frequency part of BM25: tf·(k1+1) / (tf + k1·(1 − b + b·length/average)), k1 1.2, b 0.75.

    `average_length` is the mean number of tokens of a chunk, > 0. Weights lie in (0, 2.2).
    """
    return _weights(Counter(map(term_id, tokens)), average_length)


def text_weights(text: str, *, average_length: float) -> dict[int, float]:
    """Return `term_weights` of the terms of `text`, in less time: most words occur more than once."""
    counts: dict[int, int] = {}
    for token, count in Counter(_split(text)).items():
        for term in _ids_of(token):
            counts[term] = counts.get(term, 0) + count
    return _weights(counts, average_length)


def _weights(counts: Mapping[int, int], average_length: float) -> dict[int, float]:
    norm = K1 * (1 - B + B * sum(counts.values()) / average_length)
    return {term: count * (K1 + 1) / (count + norm) for term, count in counts.items()}


@lru_cache(maxsize=1 << 17)
def _ids_of(token: str) -> tuple[int, ...]:
    return tuple([term_id(term) for term in _terms_of(token[:MAX_TERM_LENGTH])])


def idf(chunk_count: int, *, total: int) -> float:
    """Return BM25's inverse document frequency, ln(1 + (N − n + ½)/(n + ½)) ≥ 0, where n is `chunk_count` and N is
    `total`.
    """
    return math.log(1 + (total - chunk_count + 0.5) / (chunk_count + 0.5)) if total >= chunk_count else 0.0
