"""Answer "why" with sentences that state a cause of what the question asks about."""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.answers.directions import Direction, find_direction
from app.answers.writing.kind_writer import Reading, Written, quote, written
from app.answers.writing.said import Fit, Said

CAUSE = re.compile(
    r"\bdue (?:primarily |mainly |largely |partly |principally |in (?:large )?part |entirely )?to\b"
    r"|\bdriven (?:\w+ )?by\b|\battribut\w+ to\b"
    r"|\bbecause\b|\bas a result of\b|\bresult(?:ed|ing|s) (?:\w+ )?from\b|\breflect(?:s|ed|ing)\b|\bcaused by\b"
    r"|\bowing to\b"
    r"|\bthanks to\b|\bled (?:\w+ )?by\b|\bon account of\b|\bstemm\w+ from\b|\bin response to\b|\boffset by\b"
    r"|\bhelped by\b"
    r"|\b(?:the|main|primary) (?:reason|driver|cause)s?\b|\bwhich (?:more than )?(?:made up|offset|raised"
    r"|reduced|lowered)\b"
    r"|\bbenefit(?:ed|ing|s)? from\b|\bhurt by\b|\bimpacted by\b|\baffected by\b|, as (?:\w+ ){1,3}\w+(?:ed|ew"
    r"|ose|ell|ut|es?)\b|\bsince\b|\bto (?:fund|support|finance)\b",
    re.IGNORECASE,
)
EXPLAINS = re.compile(
    r"\b(?:explain(?:s|ed)?|account(?:s|ed)? for|contributed to|made up|added|raised|lowered|reduced|drove"
    r"|caused|led to)\b"
    r"|\b(?:there was|were) no\b|\bcompared (?:to|with) (?:no|none|zero|nil)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(r"\bmay\b|\bcould\b|\bmight\b|\bif\b|\brisk", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"^(?:the|this|that|these|such) (?:\w+ ){0,2}?(?:increase|decrease|decline|change|growth|improvement"
    r"|reduction|rise|fall|drop|gain|loss)s?\b"
    r"|^(?:it|this|these|they|both)\b",
    re.IGNORECASE,
)
_WITHOUT_CAUSE = 0.4
_POSSIBLE = 0.5
_OTHER_WAY = 0.7
_OF_BEFORE = 0.8
_LEAST = 0.4
_LEAST_COVERAGE = 0.5
_LEAST_OF_BEST = 0.8
_MOST = 3


def write_reason(reading: Reading) -> Written | None:
    """Return up to three sentences with causes; None if none is about what the question asks."""
    ranked = sorted(_rescored(reading), key=lambda fit: -fit.score)
    causal = [fit for fit in ranked if CAUSE.search(fit.said.text) or EXPLAINS.search(fit.said.text)]
    if not causal or causal[0].score < _LEAST or causal[0].coverage < _LEAST_COVERAGE:
        return None
    best = causal[0]
    others = [
        fit
        for fit in causal[1:]
        if fit.score >= _LEAST_OF_BEST * best.score and fit.said.passage.document_id == best.said.passage.document_id
    ]
    features = {
        "coverage": best.coverage,
        "rank": float(best.said.passage.rank),
        "same_way": float(_fits_direction(reading, best)),
    }
    return written("reason", best.score, quote(reading, [best, *others][:_MOST]), features)


def _rescored(reading: Reading) -> Iterator[Fit]:
    """Yield the fits again. A sentence such as "The increase was due to …" is about what the one before it is about."""
    fits = {(id(fit.said.passage), fit.said.start): fit for fit in reading.ranked}
    seen = set()
    for fit in reading.ranked:
        said = fit.said
        for following in _next(reading, fit):
            key = (id(following.passage), following.start)
            if key not in fits and key not in seen:
                seen.add(key)
                yield replace(fit, said=following, score=fit.score * _OF_BEFORE)
        before = reading.texts.before(said)
        score, coverage = fit.score, fit.coverage
        if before is not None and _POINTS_BACK.search(said.text):
            earlier = fits.get((id(before.passage), before.start))
            if earlier is not None and earlier.coverage > coverage:
                score, coverage = max(score, _OF_BEFORE * earlier.score), earlier.coverage
        is_cause = CAUSE.search(said.text) or EXPLAINS.search(said.text)
        score *= 1.0 if is_cause else _WITHOUT_CAUSE
        score *= _POSSIBLE if _WEAK.search(said.text) else 1.0
        score *= 1.0 if _fits_direction(reading, fit) else _OTHER_WAY
        yield Fit(said, coverage, score)


def _next(reading: Reading, fit: Fit) -> Iterator[Said]:
    following = next(reading.texts.after(fit.said), None)
    if following is None or following.paragraph != fit.said.paragraph:
        return
    is_cause = CAUSE.search(following.text) is not None or EXPLAINS.search(following.text) is not None
    if is_cause or _POINTS_BACK.search(following.text):
        yield following


def _fits_direction(reading: Reading, fit: Fit) -> bool:
    asked: Direction | None = reading.asked.direction
    stated = find_direction(fit.said.text)
    return asked is None or stated is None or asked is stated
