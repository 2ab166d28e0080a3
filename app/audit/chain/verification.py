"""Verify a chain, and report rows that were changed, removed, inserted or moved. Links are streamed, so that a long
chain needs no more memory than a short one.

Checkpoints also reveal two changes that leave the chain consistent: a truncated end, and a tail that was rewritten with
matching hashes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.audit.chain.checkpoints import Checkpoint, PublicKeys
from app.audit.chain.hashing import Link, StoredEvent, hash_event, hash_genesis, hash_link
from app.audit.chain.log_reader import open_log
from app.db.session import Database

MAX_PROBLEMS = 1_000
"""Maximum number of problems listed; further problems are only counted."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A problem found in a chain; `sequence` is the number of the affected link, if any."""

    code: str
    sentence: str
    sequence: int | None = None
    event_id: UUID | None = None


@dataclass(slots=True)
class Findings:
    """The problems found in a chain, and the number of links and checkpoints checked."""

    tenant_id: UUID
    links: int = 0
    waiting: int = 0
    checkpoints: int = 0
    problems: list[ChainFault] = field(default_factory=list)
    omitted: int = 0

    @property
    def intact(self) -> bool:
        return not self.problems

    def add(self, code: str, sentence: str, *, sequence: int | None = None, event_id: UUID | None = None) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(ChainFault(code, sentence, sequence, event_id))
        else:
            self.omitted += 1


class ChainWalk:
    """Checks links in order, each with its event. `checkpoints` must be sorted by sequence.

    `first` is the sequence of the first link. If it is greater than 1, only a section of the chain is checked, and its
    first link is trusted.
    """

    def __init__(self, findings: Findings, *, checkpoints: Iterator[Checkpoint], first: int = 1) -> None:
        self._findings = findings
        self._checkpoints = checkpoints
        self._next_checkpoint = next(checkpoints, None)
        self._expected = first
        self._before: bytes | None = hash_genesis(findings.tenant_id) if first == 1 else None
        self._last_confirmed = 0  # the last signed link that matches its checkpoint

    def check(self, link: Link, event: StoredEvent | None) -> None:
        findings, number, event_id = self._findings, link.sequence, link.event_id
        findings.links += 1
        if number != self._expected:
            findings.add(
                "links-missing", f"links {self._expected} to {number - 1} are missing", sequence=self._expected
            )
        elif self._before is not None and link.previous_hash != self._before:
            findings.add(
                "order",
                f"link {number} (id {event_id}) does not follow the link before it",
                sequence=number,
                event_id=event_id,
            )
        if link.hash != hash_link(findings.tenant_id, number, link.previous_hash, link.event_hash):
            findings.add(
                "link-changed",
                f"link {number} (id {event_id}) has a hash that does not match its contents",
                sequence=number,
                event_id=event_id,
            )
        if event is None:
            findings.add(
                "removed", f"row {number} (id {event_id}) was removed from the log", sequence=number, event_id=event_id
            )
        elif hash_event(event) != link.event_hash:
            findings.add(
                "changed",
                f"row {number} (id {event_id}) was changed after it was linked",
                sequence=number,
                event_id=event_id,
            )
        self._compare(link)
        self._expected, self._before = number + 1, link.hash

    def finish(self) -> None:
        """Call this after the last link. It reports checkpoints of later links, because these links were removed."""
        while (checkpoint := self._next_checkpoint) is not None:
            self._findings.add(
                "cut-off",
                f"the chain ends with row {self._expected - 1}, and row {checkpoint.sequence} was signed at "
                f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S}Z: rows were removed from its end",
                sequence=checkpoint.sequence,
            )
            self._next_checkpoint = next(self._checkpoints, None)

    def _compare(self, link: Link) -> None:
        while (checkpoint := self._next_checkpoint) is not None and checkpoint.sequence <= link.sequence:
            if checkpoint.sequence == link.sequence and checkpoint.hash == link.hash:
                self._last_confirmed = link.sequence
            else:
                self._findings.add(
                    "not-as-signed",
                    f"row {checkpoint.sequence} differs from its checkpoint "
                    f"of {checkpoint.signed_at:%Y-%m-%d %H:%M:%S}Z: "
                    f"the chain was rewritten after row {self._last_confirmed}",
                    sequence=checkpoint.sequence,
                )
            self._next_checkpoint = next(self._checkpoints, None)


def verify_tenant(
    owner: Database,
    tenant_id: UUID,
    *,
    keys: PublicKeys,
    kept: Iterable[Checkpoint] = (),
    unreadable: Iterable[str] = (),
) -> Findings:
    """Check a tenant's whole log in one snapshot, as the database owner.

    `keys` are the trusted keys. `kept` are the copies of checkpoints outside the database. `unreadable` are the names
    of stored objects that are not valid copies.
    """
    findings = Findings(tenant_id)
    _report_unreadable(findings, unreadable)
    outside = _by_sequence(findings, kept)
    with open_log(owner, tenant_id) as log:
        for name in log.list_disabled_guards():
            findings.add("guard-off", f"the trigger {name}, which rejects changes, is disabled")
        signed = _check_signatures(findings, _with_kept(findings, log.stream_checkpoints(), outside), keys)
        walk = ChainWalk(findings, checkpoints=signed)
        for link, event in log.stream_links():
            walk.check(link, event)
        walk.finish()
        for event in log.stream_unlinked():
            findings.add(
                "unlinked", f"event {event.id} is in no link: it was inserted without linking", event_id=event.id
            )
        for event_id, event_hash, waiting in log.stream_waiting():
            findings.waiting += 1
            if waiting is None or hash_event(waiting) != event_hash:
                findings.add(
                    "changed", f"the waiting event {event_id} was changed after it was recorded", event_id=event_id
                )
    return findings


def report_removed_tenant(tenant_id: UUID, *, kept: int, unreadable: Iterable[str] = ()) -> Findings:
    """Report a tenant that is missing in the database although copies of its checkpoints exist."""
    findings = Findings(tenant_id)
    findings.add(
        "tenant-removed", f"the tenant is missing in the database, but has {kept} checkpoint copies outside it"
    )
    _report_unreadable(findings, unreadable)
    return findings


def check_checkpoints(findings: Findings, checkpoints: Iterable[Checkpoint], keys: PublicKeys) -> Iterator[Checkpoint]:
    """Report the tenant's checkpoints with invalid signatures, and yield the others, sorted by sequence."""
    ours = [checkpoint for checkpoint in checkpoints if checkpoint.tenant_id == findings.tenant_id]
    return _check_signatures(findings, iter(sorted(ours, key=lambda item: item.sequence)), keys)


def _report_unreadable(findings: Findings, names: Iterable[str]) -> None:
    for name in names:
        findings.add("copy-unreadable", f"the copy {name} is not a valid copy of a checkpoint")


def _by_sequence(findings: Findings, kept: Iterable[Checkpoint]) -> dict[int, Checkpoint]:
    outside: dict[int, Checkpoint] = {}
    for checkpoint in kept:
        if checkpoint.tenant_id != findings.tenant_id:
            continue
        if outside.setdefault(checkpoint.sequence, checkpoint) != checkpoint:
            findings.add(
                "copies-differ",
                f"two different checkpoint copies of row {checkpoint.sequence} exist outside the database",
                sequence=checkpoint.sequence,
            )
    return outside


def _with_kept(findings: Findings, stored: Iterator[Checkpoint], kept: dict[int, Checkpoint]) -> Iterator[Checkpoint]:
    """Yield the database's checkpoints. If a copy's checkpoint is missing or different in the database, report this and
    also yield the copy.
    """
    missing = iter(sorted(kept))
    due = next(missing, None)
    for checkpoint in stored:
        while due is not None and due < checkpoint.sequence:
            yield _report_missing(findings, kept[due])
            due = next(missing, None)
        if due == checkpoint.sequence:
            copy = kept[checkpoint.sequence]
            due = next(missing, None)
            if copy != checkpoint:
                findings.add(
                    "checkpoint-changed",
                    f"the checkpoint of row {copy.sequence} differs from its copy outside the database",
                    sequence=copy.sequence,
                )
                yield copy
        yield checkpoint
    while due is not None:
        later = next(missing, None)
        # The signer writes the copy before the database row. A missing row for the last copy is not a fault, because
        # the signer may not have written it yet, or may have crashed before.
        yield kept[due] if later is None else _report_missing(findings, kept[due])
        due = later


def _report_missing(findings: Findings, checkpoint: Checkpoint) -> Checkpoint:
    findings.add(
        "checkpoint-removed",
        f"the checkpoint of row {checkpoint.sequence} is missing in the database, but has a copy outside it",
        sequence=checkpoint.sequence,
    )
    return checkpoint


def _check_signatures(findings: Findings, checkpoints: Iterator[Checkpoint], keys: PublicKeys) -> Iterator[Checkpoint]:
    for checkpoint in checkpoints:
        findings.checkpoints += 1
        key = keys.get(checkpoint.key_id)
        if key is not None and checkpoint.is_signed_by(key):
            yield checkpoint
            continue
        why = "is not signed by the key that it names" if key else f"names the unknown key {checkpoint.key_id}"
        findings.add(
            "checkpoint-unsigned", f"the checkpoint of row {checkpoint.sequence} {why}", sequence=checkpoint.sequence
        )
