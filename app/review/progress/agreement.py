"""Cohen's kappa of blind readings (Cohen 1960, Educational and Psychological Measurement 20, 37-46)."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PairedReading:
    """Two blind readings of one field: whose they are, and what they say (equal words are equal answers)."""

    field_key: str
    first: UUID
    second: UUID
    first_answer: str
    second_answer: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `readings` pairs, the share `observed` agrees. `kappa` is that beyond chance: 1 is always, 0 is as by chance;
    None if all answers are the same, so that chance alone agrees.
    """

    readings: int
    observed: float
    kappa: float | None


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Return the agreement of pairs, of which there is at least one."""
    count = len(pairs)
    observed = sum(first == second for first, second in pairs) / count
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    expected = sum(firsts[each] * seconds[each] for each in firsts) / count**2
    kappa = None if expected == 1 else (observed - expected) / (1 - expected)
    return Agreement(count, observed, kappa)


def by_field(readings: Iterable[PairedReading]) -> Mapping[str, Agreement]:
    """Return the agreement by key of the field."""
    return _grouped((each.field_key, (each.first_answer, each.second_answer)) for each in readings)


def by_pair(readings: Iterable[PairedReading]) -> Mapping[tuple[UUID, UUID], Agreement]:
    """Return the agreement by pair of readers, the smaller ID first. Answers of different fields are never the same."""

    def ordered(each: PairedReading) -> tuple[tuple[UUID, UUID], tuple[Hashable, Hashable]]:
        first, second = (each.first, each.first_answer), (each.second, each.second_answer)
        (one, one_says), (other, other_says) = sorted([first, second])
        return (one, other), ((each.field_key, one_says), (each.field_key, other_says))

    return _grouped(map(ordered, readings))


def _grouped(pairs: Iterable[tuple[Key, tuple[Hashable, Hashable]]]) -> Mapping[Key, Agreement]:
    grouped: dict[Key, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for key, pair in pairs:
        grouped[key].append(pair)
    return {key: agreement(found) for key, found in grouped.items()}
