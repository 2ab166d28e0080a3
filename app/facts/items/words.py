"""The words of labels in one form: case, plural, spelling, notes and figures do not count."""

import re
from functools import lru_cache

_LONGEST = 300  # characters; longer labels are prose
_NOTE = re.compile(r"\((?:see )?(?:notes?|ref)\b[^()]{0,40}\)|\((?:\d{1,2}|[a-z])\)|\bnotes? \d[\da-z,. and]{0,20}$")
_SHARES = re.compile(
    r"[,;:(]? ?(?:\$ ?[\d.]+ )?par value\b.*|[,;:] ?(?:authorized|issued|shares)\b.*|[,;] ?(?:at cost)?,? ?[\d,.]{5,}.*"
)
_WORD = re.compile(r"[a-z][a-z']*")
_IGNORED = frozenset({"the", "a", "an", "our", "its", "of", "and", "or"})
_KEPT = frozenset({"less", "gross", "loss", "business", "access", "process", "excess", "this", "gas", "us", "plus"})
_SPELLINGS = {
    "amortisation": "amortization",
    "capitalised": "capitalized",
    "recognised": "recognized",
    "realised": "realized",
    "unrealised": "unrealized",
    "labour": "labor",
    "earning": "income",
    "profit": "income",
    "stockholder": "shareholder",
    "shareowner": "shareholder",
    "stockowner": "shareholder",
    "stock": "share",
    "common": "common",
    "ordinary": "common",
    "noncurrent": "non-current",
    "minority": "noncontrolling",
    "buyback": "repurchase",
    "taxation": "tax",
    "turnover": "revenue",
    "debtor": "receivable",
    "creditor": "payable",
    "fiscal": "year",
    "quarter": "period",
    "year": "period",
}


@lru_cache(maxsize=16_384)
def words_of(label: str) -> tuple[str, ...]:
    """Return a label's words in order, singular and in one spelling, without notes and what follows a par value."""
    text = " ".join(label[:_LONGEST].casefold().replace("’", "'").split())
    text = text.replace("&", " and ").replace("non-", "non").replace("pre-tax", "pretax")
    text = _SHARES.sub(" ", _NOTE.sub(" ", text))
    return tuple(plain for word in _WORD.findall(text) if (plain := _plain(word)) and plain not in _IGNORED)


@lru_cache(maxsize=8_192)
def _plain(word: str) -> str:
    word = singular(word.removesuffix("'s").strip("'"))
    return _SPELLINGS.get(word, word)


def singular(word: str) -> str:
    """Return a word's singular, by its ending."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in _KEPT:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1]
