"""Verify an export without the database. Its lines are the events and links of one section of a chain."""

from collections.abc import Iterable, Sequence

from app.audit.chain.checkpoints import Checkpoint, PublicKeys
from app.audit.chain.hashing import Link
from app.audit.chain.verification import ChainWalk, Findings, check_checkpoints
from app.audit.errors import ExportFormatError
from app.audit.ocsf import has_unhashed_changes, parse_line

_MAX_UNREADABLE = 1_000
"""Maximum number of unreadable lines before the first readable one; a file with more is rejected."""


def verify_lines(lines: Iterable[str], *, keys: PublicKeys, kept: Sequence[Checkpoint] = ()) -> Findings:
    """Check the hashes and the order of an export's lines, and compare its links with the checkpoints in `kept`.

    `keys` are the trusted keys. An unreadable line is reported, and the other lines are checked. If the export does not
    start with link 1, its first link is trusted. A truncated end is not detected, because an export does not contain
    its length. Raises ExportFormatError if no line is readable.
    """
    findings: Findings | None = None
    walk: ChainWalk | None = None
    unreadable: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            link, event = parse_line(line)
            has_changes = has_unhashed_changes(line, link, event)
        except ExportFormatError:
            unreadable.append(number)
            if findings is not None:
                _report_unreadable(findings, unreadable)
            elif len(unreadable) > _MAX_UNREADABLE:
                raise
            continue
        if findings is None or walk is None:
            findings = Findings(event.tenant_id)
            walk = _begin(findings, link, keys, kept)
            _report_unreadable(findings, unreadable)
        if event.tenant_id != findings.tenant_id:
            findings.add(
                "tenant", f"line {number} belongs to another tenant", sequence=link.sequence, event_id=event.id
            )
        else:
            walk.check(link, event)
            if has_changes:
                findings.add(
                    "retold",
                    f"line {number} (row {link.sequence}, id {event.id}) contains fields that differ from its event",
                    sequence=link.sequence,
                    event_id=event.id,
                )
    if findings is None:
        raise ExportFormatError("The file contains no event.")
    return findings


def _report_unreadable(findings: Findings, unreadable: list[int]) -> None:
    for number in unreadable:
        findings.add("unreadable", f"line {number} is not a valid line of an export")
    unreadable.clear()


def _begin(findings: Findings, link: Link, keys: PublicKeys, kept: Sequence[Checkpoint]) -> ChainWalk:
    within = [checkpoint for checkpoint in kept if checkpoint.sequence >= link.sequence]
    return ChainWalk(findings, checkpoints=check_checkpoints(findings, within, keys), first=link.sequence)
