"""Candidate pages of a search: all chunks of each page that one of the ranked lists has a chunk of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.documents.content.statements import Statement
from app.retrieval.index.postings import LAYOUT, SURE
from app.retrieval.ranking import Positions

_PAGE_BITS = 24  # a page's key has the page number in its low bits and the document's index above them

Floats = npt.NDArray[np.float32]
Layouts = Mapping[int, npt.NDArray[np.void]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The chunks of candidate pages, by their positions in the scope in ascending order: the chunks of a page stand
    together. `is_table` and `statements` have values of the chunks; all other fields have values of the pages: the
    index of the first chunk and the number of chunks, the document's index, the page's number, the number of the
    document's last page, and a key that grows by 1 from a page to the next one.
    """

    chunks: Positions
    is_table: Floats
    statements: Mapping[Statement, Floats]
    starts: Positions
    counts: Positions
    documents: Positions
    numbers: Positions
    last: Positions
    keys: Positions

    @classmethod
    def of(cls, listed: Positions, *, offsets: Positions, layouts: Layouts) -> "Candidates":
        """Collect the pages of the listed chunks. `layouts` has at least those of the listed chunks' documents."""
        places = np.unique(np.searchsorted(offsets, listed, side="right") - 1).tolist()
        empty = np.zeros(0, np.int64)
        records = np.concatenate([np.zeros(0, LAYOUT), *(layouts[place] for place in places)])
        positions = np.concatenate([empty, *(offsets[place] + np.arange(len(layouts[place])) for place in places)])
        documents = np.repeat(np.asarray(places, np.int64), [len(layouts[place]) for place in places])
        keys = (documents << _PAGE_BITS) | records["page"]
        page = np.cumsum(np.append(0, keys[1:] != keys[:-1])[: len(keys)])
        wanted = np.zeros(len(page), bool)
        wanted[page[np.searchsorted(positions, listed)]] = True
        kept = wanted[page]
        own, of_kept = keys[kept], records[kept]
        starts = np.flatnonzero(np.concatenate(([True], own[1:] != own[:-1]))[: len(own)])
        last = {place: int(layouts[place]["page"][-1]) for place in places}
        of_pages = documents[kept][starts]
        return cls(
            chunks=positions[kept],
            is_table=of_kept["is_table"].astype(np.float32),
            statements={kind: of_kept[kind.value].astype(np.float32) / np.float32(SURE) for kind in Statement},
            starts=starts,
            counts=np.diff(np.append(starts, len(own))),
            documents=of_pages,
            numbers=of_kept["page"][starts].astype(np.int64),
            last=np.asarray([last[place] for place in of_pages.tolist()], np.int64),
            keys=own[starts],
        )

    def best(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return each page's maximum of values of the chunks (on the last axis)."""
        return np.maximum.reduceat(values, self.starts, axis=-1)

    def mean(self, values: Floats) -> Floats:
        """Return each page's mean of values of the chunks."""
        return (np.add.reduceat(values, self.starts) / self.counts).astype(np.float32)

    def second(self, values: Floats) -> Floats:
        """Return each page's second largest value of the chunks, 0 if the page has one chunk."""
        order = np.lexsort((-values, np.repeat(np.arange(len(self.starts)), self.counts)))
        after = np.minimum(self.starts + 1, len(values) - 1)
        seconds: Floats = np.where(self.counts > 1, values[order][after], np.float32(0))
        return seconds

    def beside(self, values: Floats) -> Floats:
        """Return the larger of the values of the pages before and after each page, 0 if neither is a candidate."""
        found = np.zeros(len(values), np.float32)
        for step in (-1, 1):
            at = np.minimum(np.searchsorted(self.keys, self.keys + step), len(values) - 1)
            found = np.maximum(found, np.where(self.keys[at] == self.keys + step, values[at], np.float32(0)))
        return found
