"""Answer "why" with sentences that state a cause of what the question asks about."""

from app.answers.writing.choosing import choose, is_enough
from app.answers.writing.kind_writer import Reading, Written, quote, written

REASON = "reason"
_LEAST_OF_BEST = 0.6
_MOST = 3


def write_reason(reading: Reading) -> Written | None:
    """Return up to three sentences of one document with causes; None if none is surely about what the question asks."""
    chosen = choose(reading, REASON)
    if not is_enough(reading, REASON, chosen):
        return None
    best = chosen[0]
    also = [
        each.fit
        for each in chosen[1:]
        if each.sure >= _LEAST_OF_BEST * best.sure
        and each.fit.said.passage.document_id == best.fit.said.passage.document_id
    ]
    return written(REASON, best.certainty, quote(reading, [best.fit, *also][:_MOST]), best.features)
