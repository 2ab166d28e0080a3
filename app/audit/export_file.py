"""Checking an export by itself: its lines are the events and links of one stretch of a chain."""

from collections.abc import Iterable, Sequence

from app.audit.chain.checkpoints import Checkpoint, PublicKeys
from app.audit.chain.hashing import Link
from app.audit.chain.verification import ChainWalk, Findings, check_checkpoints
from app.audit.errors import ExportFormatError
from app.audit.ocsf import parse_line, tells_otherwise

_MOST_UNREAD = 1_000
"""Lines before the first event: a file of more is none of ours."""


def verify_lines(lines: Iterable[str], *, keys: PublicKeys, kept: Sequence[Checkpoint] = ()) -> Findings:
    """Check the hashes and the order of an export's lines, and what was signed within them.

    A line that can't be read is a finding, and the rest is checked. Where it does not begin with link 1, its first
    link is taken on trust. What was cut off its end is not found, as nobody says how far an export goes. Raises
    ExportFormatError when there is no line to go by.
    """
    findings: Findings | None = None
    walk: ChainWalk | None = None
    unread: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            link, event = parse_line(line)
            otherwise = tells_otherwise(line, link, event)
        except ExportFormatError:
            unread.append(number)
            if findings is not None:
                _tell_unread(findings, unread)
            elif len(unread) > _MOST_UNREAD:
                raise
            continue
        if findings is None or walk is None:
            findings = Findings(event.tenant_id)
            walk = _begin(findings, link, keys, kept)
            _tell_unread(findings, unread)
        if event.tenant_id != findings.tenant_id:
            findings.add("tenant", f"line {number} is of another tenant", sequence=link.sequence, event_id=event.id)
        else:
            walk.take(link, event)
            if otherwise:
                findings.add(
                    "retold",
                    f"line {number} (row {link.sequence}, id {event.id}) tells otherwise than its event",
                    sequence=link.sequence,
                    event_id=event.id,
                )
    if findings is None:
        raise ExportFormatError("The file holds no event.")
    return findings


def _tell_unread(findings: Findings, unread: list[int]) -> None:
    for number in unread:
        findings.add("unreadable", f"line {number} is not an event of an export")
    unread.clear()


def _begin(findings: Findings, link: Link, keys: PublicKeys, kept: Sequence[Checkpoint]) -> ChainWalk:
    within = [checkpoint for checkpoint in kept if checkpoint.sequence >= link.sequence]
    return ChainWalk(findings, checkpoints=check_checkpoints(findings, within, keys), first=link.sequence)
