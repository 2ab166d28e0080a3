"""Walking a chain: finds what was changed, removed, put in or moved, and says which. Memory does not grow with the log.

What a chain alone can't tell is told by checkpoints: a tail that was cut off, or written anew with hashes that fit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.audit.chain.checkpoints import Checkpoint, PublicKeys
from app.audit.chain.hashing import Link, ToldEvent, hash_event, hash_genesis, hash_link
from app.audit.chain.reading import open_log
from app.db.session import Database

MOST_PROBLEMS = 1_000
"""Told one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was recorded; `sequence` is the link's, where there is one."""

    code: str
    sentence: str
    sequence: int | None = None
    event_id: UUID | None = None


@dataclass(slots=True)
class Findings:
    """What was checked, and what was found."""

    tenant_id: UUID
    links: int = 0
    waiting: int = 0
    checkpoints: int = 0
    problems: list[Problem] = field(default_factory=list)
    untold: int = 0

    @property
    def intact(self) -> bool:
        return not self.problems

    def add(self, code: str, sentence: str, *, sequence: int | None = None, event_id: UUID | None = None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, sentence, sequence, event_id))
        else:
            self.untold += 1


class ChainWalk:
    """Takes links in their order, with the event of each; `checkpoints` are in order, too.

    `first` is the sequence to begin with: 1, or that of a part of a chain, whose first link is taken on trust.
    """

    def __init__(self, findings: Findings, *, checkpoints: Iterator[Checkpoint], first: int = 1) -> None:
        self._findings = findings
        self._checkpoints = checkpoints
        self._next_checkpoint = next(checkpoints, None)
        self._expected = first
        self._before: bytes | None = hash_genesis(findings.tenant_id) if first == 1 else None
        self._held = 0  # the last signed link that is as it was signed

    def take(self, link: Link, event: ToldEvent | None) -> None:
        found, number, event_id = self._findings, link.sequence, link.event_id
        found.links += 1
        if number != self._expected:
            found.add("links-missing", f"links {self._expected} to {number - 1} are missing", sequence=self._expected)
        elif self._before is not None and link.previous_hash != self._before:
            found.add(
                "order",
                f"link {number} (id {event_id}) does not follow the link before it",
                sequence=number,
                event_id=event_id,
            )
        if link.hash != hash_link(found.tenant_id, number, link.previous_hash, link.event_hash):
            found.add(
                "link-changed",
                f"link {number} (id {event_id}) is not what was made of its parts",
                sequence=number,
                event_id=event_id,
            )
        if event is None:
            found.add(
                "removed", f"row {number} (id {event_id}) was removed from the log", sequence=number, event_id=event_id
            )
        elif hash_event(event) != link.event_hash:
            found.add(
                "changed", f"row {number} (id {event_id}) is not what was chained", sequence=number, event_id=event_id
            )
        self._compare(link)
        self._expected, self._before = number + 1, link.hash

    def finish(self) -> None:
        """The chain has ended: what was signed beyond its end was cut off."""
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
                self._held = link.sequence
            else:
                self._findings.add(
                    "not-as-signed",
                    f"row {checkpoint.sequence} is not what was signed at {checkpoint.signed_at:%Y-%m-%d %H:%M:%S}Z: "
                    f"the chain was written anew somewhere after row {self._held}",
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
    """Check a tenant's whole log as the database's owner, at one moment.

    `keys`: whose signatures count. `kept`: the checkpoints that were kept outside the database, by sequence.
    `unreadable`: the names of what was kept there and is no checkpoint (any more).
    """
    findings = Findings(tenant_id)
    _tell_unreadable(findings, unreadable)
    outside = _by_sequence(findings, kept)
    with open_log(owner, tenant_id) as log:
        for name in log.list_disabled_guards():
            findings.add("guard-off", f"the trigger {name}, which refuses changes, is off")
        told = _check_signatures(findings, _with_kept(findings, log.stream_checkpoints(), outside), keys)
        walk = ChainWalk(findings, checkpoints=told)
        for link, event in log.stream_links():
            walk.take(link, event)
        walk.finish()
        for event in log.stream_unlinked():
            findings.add("unlinked", f"event {event.id} is in no link: it was put in past the chain", event_id=event.id)
        for event_id, event_hash, waiting in log.stream_waiting():
            findings.waiting += 1
            if waiting is None or hash_event(waiting) != event_hash:
                findings.add("changed", f"the waiting event {event_id} is not what was recorded", event_id=event_id)
    return findings


def report_removed_tenant(tenant_id: UUID, *, kept: int, unreadable: Iterable[str] = ()) -> Findings:
    """What is found of a tenant of whom checkpoints were kept, and whom the database does not have."""
    findings = Findings(tenant_id)
    findings.add("tenant-removed", f"the database has no such tenant, of whom {kept} checkpoints are kept outside it")
    _tell_unreadable(findings, unreadable)
    return findings


def check_checkpoints(findings: Findings, checkpoints: Iterable[Checkpoint], keys: PublicKeys) -> Iterator[Checkpoint]:
    """Those of the tenant that are truly signed, by sequence; of the others it is told what is wrong with them."""
    ours = [checkpoint for checkpoint in checkpoints if checkpoint.tenant_id == findings.tenant_id]
    return _check_signatures(findings, iter(sorted(ours, key=lambda item: item.sequence)), keys)


def _tell_unreadable(findings: Findings, names: Iterable[str]) -> None:
    for name in names:
        findings.add("copy-unreadable", f"the copy {name} is not the checkpoint that was kept under that name")


def _by_sequence(findings: Findings, kept: Iterable[Checkpoint]) -> dict[int, Checkpoint]:
    outside: dict[int, Checkpoint] = {}
    for checkpoint in kept:
        if checkpoint.tenant_id != findings.tenant_id:
            continue
        if outside.setdefault(checkpoint.sequence, checkpoint) != checkpoint:
            findings.add(
                "copies-differ",
                f"two different checkpoints of row {checkpoint.sequence} were kept outside the database",
                sequence=checkpoint.sequence,
            )
    return outside


def _with_kept(findings: Findings, stored: Iterator[Checkpoint], kept: dict[int, Checkpoint]) -> Iterator[Checkpoint]:
    """The stored ones, and in their places those that were kept and are not, or not alike, in the database."""
    missing = iter(sorted(kept))
    due = next(missing, None)
    for checkpoint in stored:
        while due is not None and due < checkpoint.sequence:
            yield _tell_missing(findings, kept[due])
            due = next(missing, None)
        if due == checkpoint.sequence:
            copy = kept[checkpoint.sequence]
            due = next(missing, None)
            if copy != checkpoint:
                findings.add(
                    "checkpoint-changed",
                    f"the checkpoint of row {copy.sequence} is not the one that was kept outside the database",
                    sequence=copy.sequence,
                )
                yield copy
        yield checkpoint
    while due is not None:
        later = next(missing, None)
        # It is copied first and stored then: the signer of the last may be just there, or have been ended there.
        yield kept[due] if later is None else _tell_missing(findings, kept[due])
        due = later


def _tell_missing(findings: Findings, checkpoint: Checkpoint) -> Checkpoint:
    findings.add(
        "checkpoint-removed",
        f"the checkpoint of row {checkpoint.sequence}, kept outside the database, is not in it",
        sequence=checkpoint.sequence,
    )
    return checkpoint


def _check_signatures(findings: Findings, told: Iterator[Checkpoint], keys: PublicKeys) -> Iterator[Checkpoint]:
    for checkpoint in told:
        findings.checkpoints += 1
        key = keys.get(checkpoint.key_id)
        if key is not None and checkpoint.is_signed_by(key):
            yield checkpoint
            continue
        why = "is not signed by the key that it names" if key else f"names the key {checkpoint.key_id}, not known here"
        findings.add(
            "checkpoint-unsigned", f"the checkpoint of row {checkpoint.sequence} {why}", sequence=checkpoint.sequence
        )
