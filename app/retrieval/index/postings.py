"""Packed encodings of a term's postings in one document, and of a document's chunk layout.

A posting is 6 bytes, little-endian: the chunk's ordinal (int32, in which bit 30 marks words of headings) and its BM25
weight (float16). Weights lie in (0, 2.2), so rounding to float16 changes a score by less than 0.1%.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.documents.content.statements import Statement
from app.retrieval.index.lexicon import TERM_SPACE

POSTING = np.dtype([("ordinal", "<i4"), ("weight", "<f2")])
_IN_HEADING = 1 << 30
ORDINAL_MASK = _IN_HEADING - 1
"""The bit of a stored ordinal that states that the chunk's section headings or table header have the term (postings of
earlier versions never have it), and the bits of the ordinal itself.
"""
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


def pack_postings(terms: Sequence[Mapping[int, float]], headings: Sequence[Collection[int]] = ()) -> DocumentPostings:
    """Pack the postings of one document. `terms[i]` maps the term ids of chunk `i` to their weights, and `headings[i]`
    has those of its section headings and table header.
    """
    lengths = [len(weights) for weights in terms]
    total = sum(lengths)
    term_ids = np.fromiter((term for weights in terms for term in weights), np.int64, total)
    records = np.zeros(total, POSTING)
    records["ordinal"] = np.repeat(np.arange(len(terms), dtype=np.int32), lengths)
    records["weight"] = np.fromiter((weight for weights in terms for weight in weights.values()), np.float32, total)
    own = np.asarray([chunk * TERM_SPACE + term - 1 for chunk, ids in enumerate(headings) for term in ids], np.int64)
    records["ordinal"] |= np.where(
        np.isin(records["ordinal"] * np.int64(TERM_SPACE) + term_ids - 1, own), _IN_HEADING, 0
    )
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
class Hits:
    """A term's postings in a search: positions of chunks in the scope (ascending), the term's BM25 weights in them,
    whether their headings have the term, and the term's IDF in the scope.
    """

    positions: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]
    in_heading: npt.NDArray[np.bool_]
    idf: float


def unpack_hits(
    packed: bytes,
    documents: npt.NDArray[np.int64],
    counts: Sequence[int],
    *,
    idf: float,
    offsets: npt.NDArray[np.int64],
) -> Hits:
    """Unpack a term's postings in documents. Document `documents[i]` (an index from 0, in any order) has `counts[i]` of
    them; `packed` contains them all, in the order of `documents`. `offsets` has the position of each document's first
    chunk in the scope.
    """
    records = np.frombuffer(packed, POSTING)
    positions = np.repeat(offsets[documents], counts) + (records["ordinal"] & ORDINAL_MASK)
    if np.any(np.diff(documents) < 0):  # the database returns the documents of a term in the order of its plan
        order = np.argsort(positions)
        positions, records = positions[order], records[order]
    ordinals = records["ordinal"]
    return Hits(
        positions=positions,
        weights=records["weight"].astype(np.float32),
        in_heading=ordinals >= _IN_HEADING,
        idf=idf,
    )


def score_chunks(hits: Iterable[tuple[Hits, int]], *, total: int) -> npt.NDArray[np.float32]:
    """Return the BM25 scores of all `total` chunks of the scope. Each term comes with how many times it counts."""
    scores = np.zeros(total, np.float32)
    for term, times in hits:
        scores[term.positions] += term.weights * np.float32(times * term.idf)
    return scores
