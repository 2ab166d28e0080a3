"""The words of labels and names, for comparing them."""

import re
from functools import lru_cache

_LONGEST_LABEL = 500  # longer labels are prose
_WORD = re.compile(r"[a-z0-9%]+")
_NOTE = re.compile(r"\((?:see )?notes? [^()]{0,20}\)|\(\d{1,2}\)")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_POSSESSIVE = re.compile(r"['’]s?\b")


@lru_cache(maxsize=1 << 14)
def label_words(label: str) -> tuple[str, ...]:
    """Return the words of a label in lower case, without notes, punctuation and possessive endings."""
    text = " ".join(label[:_LONGEST_LABEL].casefold().replace("&", " and ").split())
    return tuple(_WORD.findall(_POSSESSIVE.sub("", _NOTE.sub(" ", text))))


@lru_cache(maxsize=1 << 12)
def member_words(member: str) -> tuple[str, ...]:
    """Return the words of a dimension's axis or member: "aapl:IPhoneMember" and "IPhone" have the same."""
    name = member.rpartition(":")[2]
    for ending in ("Member", "Axis", "[Member]", "[Axis]"):
        name = name.removesuffix(ending).rstrip()
    return label_words(_CAPITAL.sub(" ", name))
