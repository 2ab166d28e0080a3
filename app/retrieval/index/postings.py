"""Packed encodings of a term's postings in one document, and of a document's chunk layout.

A posting is 6 bytes, little-endian: the chunk's ordinal (int32) and its BM25 weight (float16). Weights lie in (0, 2.2),
so rounding to float16 changes a score by less than 0.1%.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.documents.content.statements import Statement

POSTING = np.dtype([("ordinal", "<i4"), ("weight", "<f2")])
LAYOUT = np.dtype([("page", "<i4"), ("is_table", "u1"), *((statement.value, "u1") for statement in Statement)])
"""One record per chunk, in order: page (from 1), whether it is a table, and for each primary statement the confidence
(0 to 255) that its page has the statement.
"""
SURE = 255


def pack_layout(
    pages: Sequence[int], tables: Sequence[bool], statements: Mapping[int, Mapping[Statement, float]]
) -> bytes:
    """Pack LAYOUT records. `statements` maps page numbers to results of `StatementRecogniser.recognise`."""
    records = np.zeros(len(pages), LAYOUT)
    records["page"], records["is_table"] = pages, tables
    for statement in Statement:
        records[statement.value] = [round(SURE * statements.get(page, {}).get(statement, 0.0)) for page in pages]
    return records.tobytes()


def unpack_layout(data: bytes) -> npt.NDArray[np.void]:
    """Unpack LAYOUT records."""
    return np.frombuffer(data, LAYOUT)


@dataclass(frozen=True, slots=True)
class DocumentPostings:
    """A document's postings, sorted by term id. Term `term_ids[i]` has `counts[i]` postings, which `packed[i]`
    contains.
    """

    term_ids: list[int]
    counts: list[int]
    packed: list[bytes]


def pack_postings(terms: Sequence[Mapping[int, float]]) -> DocumentPostings:
    """Pack the postings of one document. `terms[i]` maps the term ids of chunk `i` to their weights."""
    lengths = [len(weights) for weights in terms]
    total = sum(lengths)
    term_ids = np.fromiter((term for weights in terms for term in weights), np.int64, total)
    records = np.zeros(total, POSTING)
    records["ordinal"] = np.repeat(np.arange(len(terms), dtype=np.int32), lengths)
    records["weight"] = np.fromiter((weight for weights in terms for weight in weights.values()), np.float32, total)
    order = np.argsort(term_ids, kind="stable")
    distinct, starts = np.unique(term_ids[order], return_index=True)
    ends = np.append(starts, total)[1:]
    data, size = records[order].tobytes(), POSTING.itemsize
    return DocumentPostings(
        term_ids=distinct.tolist(),
        counts=(ends - starts).tolist(),
        packed=[data[start * size : end * size] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)],
    )


@dataclass(frozen=True, slots=True)
class TermHits:
    """A term's postings in a search. Document `documents[i]` (an index from 0) has `counts[i]` of them; `packed`
    contains them all, in the order of the documents.
    """

    idf: float
    documents: npt.NDArray[np.int64]
    counts: Sequence[int]
    packed: bytes


def score_chunks(hits: Iterable[TermHits], *, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return the BM25 scores of all chunks, as a float32 array of length `offsets[-1]`.

    The score of chunk `ordinal` of document `i` is at `offsets[i] + ordinal`.
    """
    scores = np.zeros(int(offsets[-1]), np.float32)
    for hit in hits:
        records = np.frombuffer(hit.packed, POSTING)
        positions = np.repeat(offsets[hit.documents], hit.counts) + records["ordinal"]
        scores[positions] += records["weight"].astype(np.float32) * np.float32(hit.idf)
    return scores
