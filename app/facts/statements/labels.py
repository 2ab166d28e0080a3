"""Labels of rows in one plain form."""

import re
from functools import lru_cache

_LONGEST = 500  # longer labels are prose
_NOTE = re.compile(r"\((?:see\s+)?notes?\s[^)]*\)|\((?:\d{1,2}|[a-z])\)|\bnotes?\s\d+[a-z]?$")
_ALTERNATIVE = re.compile(r"\s*/?\s*\([^)]*\)\s*/?\s*")
_OWN_UNITS = re.compile(r"\((?:in|shares|dollars)\b[^)]*\)|,? in (?:thousands|millions|shares)\b")


@lru_cache(maxsize=16_384)
def plain_label(label: str) -> str:
    """Normalise a label: lower case, without notes, units and bracketed alternatives ("income (loss)")."""
    text = label[:_LONGEST].casefold().replace("’", "'").replace("&", " and ")
    # Collapse white space first: the following patterns take cubic time on long runs of it.
    text = " ".join(re.sub(r"[–—−]", "-", text).split())
    text = _OWN_UNITS.sub(" ", _NOTE.sub(" ", text))
    text = _ALTERNATIVE.sub(" ", text)
    text = re.sub(r"^(?:less|add|plus|deduct):?\s+", "", " ".join(text.split()))
    return re.sub(r"\s+([,:])", r"\1", text).strip(" ,:;.*-")
