"""Adds up the metrics of several processes."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_CREATED = "_created"


class Merged(Collector):
    """The sums of the samples of `families`, which are counters and histograms of any number of processes.

    The times at which counters were created have no sum, and are left out.
    """

    def __init__(self, families: Iterable[Metric]) -> None:
        self._merged: dict[str, Metric] = {}
        sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        owners: dict[tuple[str, tuple[tuple[str, str], ...]], Metric] = {}
        for family in families:
            if family.name.endswith(_CREATED):
                continue
            metric = self._merged.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            for sample in family.samples:
                if sample.name.endswith(_CREATED):
                    continue
                key = (sample.name, tuple(sorted(sample.labels.items())))
                sums[key] = sums.get(key, 0.0) + sample.value
                owners[key] = metric
        for key, value in sums.items():
            owners[key].add_sample(key[0], dict(key[1]), value)

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._merged.values()
