"""Reduce a question to its subject, without its instructions on the form of the answer."""

import re

from app.quantities.fiscal_labels import QUARTER_CODE
from app.quantities.unit_mentions import SCALE_WORD
from app.retrieval.index.lexicon import tokenise

_SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[\"“(]?[A-Z])")
_FORM = re.compile(
    r"^\W*(?:please\s+)?(?:answer|round|respond|reply|state|explain|express|report|present|provide|give|format|quote|cite|"
    r"keep|limit|assume|pretend|act|think|use|show|return|be|do not|don['’]t)\b"
    r"|^\W*if\b.*\b(?:say|state|explain|tell|mention|note|indicate|write|answer|respond)\b[^?]*$"
    r"|^\W*(?:thanks?|thank you|hello|hi)\b",
    re.IGNORECASE | re.DOTALL,
)

_PERIOD_OR_UNIT = re.compile(
    rf"(?:fy|cy)?\d{{1,4}}|{QUARTER_CODE}|end|year|fiscal|quarter|compani|{SCALE_WORD}|usd|dollar"
)

# Conversational words. A filing that contains them is not more relevant to the question.
_TALK_WORDS = """
    answer answers question questions ask asked asking tell show give list describe explain state summarise summarize
    calculate compute define defined determine provide provided please help want need round rounded rounding decimal
    decimals place places unit units analyst metric metrics useful relevant using utilising utilizing based basing
    according information detail details shown clearly primarily solely only any does did do done is was has have
    about also than versus vs much many compare compared you could would should can
"""
_TALK = frozenset(tokenise(_TALK_WORDS))


def get_core(question: str) -> str:
    """Remove sentences such as "Answer in millions."; returns the whole question if no other sentence is left."""
    sentences = _SENTENCE.split(question.strip())
    kept = [sentence for sentence in sentences if not _FORM.search(sentence) or sentence.rstrip().endswith("?")]
    return " ".join(kept) if kept else question


def search_terms(core: str) -> list[str]:
    """Return the terms to search for. Conversational words are removed, unless there are no other words."""
    terms = tokenise(core)
    return [term for term in terms if term not in _TALK] or terms


def key_terms(core: str) -> frozenset[str]:
    """Return the search terms without terms of periods and units."""
    return frozenset(term for term in search_terms(core) if not _PERIOD_OR_UNIT.fullmatch(term))
