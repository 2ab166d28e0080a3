"""Encodes and decodes stage outputs: one msgpack value in a zstd frame (RFC 8878). Parsed documents have a codec of
their own (`app.documents.content.parsed_codec`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zstandard

from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.metadata import (
    DocumentMetadata,
    DocumentType,
    FieldSource,
    FiscalPeriod,
    NameKind,
    NameReading,
    Origin,
    Party,
    PartyRole,
)
from app.facts.codec import StoredLine
from app.llm.port import EmbeddingSpaceSpec, Vectors
from app.quantities.unit_mentions import Scale
from app.tables.codec import StoredTable
from app.tables.model import ListedTable

_LEVEL = 1  # fast, because an output is read only once or twice


@dataclass(frozen=True, slots=True)
class ChunkVectors:
    """The output of the embed stage for n chunks: `embeddings`, float32 (n, dimensions), and term weights per chunk."""

    space: EmbeddingSpaceSpec
    embeddings: Vectors
    terms: tuple[dict[int, float], ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The output of the extract stage: metadata, and the tables and facts as publish stores them, in the document's
    order.
    """

    metadata: DocumentMetadata
    tables: tuple[StoredTable, ...] = ()
    facts: tuple[StoredLine, ...] = ()


def encode_drafts(drafts: Sequence[ChunkDraft]) -> bytes:
    return _seal(
        [
            [
                draft.kind.value,
                draft.page_number,
                draft.char_start,
                draft.char_end,
                draft.heading,
                draft.table_header,
                draft.text,
                draft.section_path,
                draft.token_count,
            ]
            for draft in drafts
        ]
    )


def decode_drafts(data: bytes) -> tuple[ChunkDraft, ...]:
    return tuple(
        ChunkDraft(ordinal, ChunkKind(kind), page, start, end, heading, header, text, tuple(path), tokens)
        for ordinal, (kind, page, start, end, heading, header, text, path, tokens) in enumerate(_open(data))
    )


def encode_vectors(vectors: ChunkVectors) -> bytes:
    """Encode embeddings as half floats, as the database stores them, and term weights as flat arrays."""
    counts = np.array([len(terms) for terms in vectors.terms], dtype="<i4")
    ids = np.array([term for terms in vectors.terms for term in terms], dtype="<i4")
    weights = np.array([weight for terms in vectors.terms for weight in terms.values()], dtype="<f4")
    space = vectors.space
    return _seal(
        [
            [space.model, space.dimensions, space.version],
            vectors.embeddings.astype("<f2").tobytes(),
            counts.tobytes(),
            ids.tobytes(),
            weights.tobytes(),
        ]
    )


def decode_vectors(data: bytes) -> ChunkVectors:
    space, embeddings, counts, ids, weights = _open(data)
    spec = EmbeddingSpaceSpec(*space)
    ends = np.cumsum(np.frombuffer(counts, "<i4")).tolist()
    flat_ids, flat_weights = np.frombuffer(ids, "<i4").tolist(), np.frombuffer(weights, "<f4").tolist()
    matrix: npt.NDArray[np.float16] = np.frombuffer(embeddings, "<f2").reshape(len(ends), spec.dimensions)
    return ChunkVectors(
        space=spec,
        embeddings=matrix.astype(np.float32),
        terms=tuple(
            dict(zip(flat_ids[start:end], flat_weights[start:end], strict=True))
            for start, end in zip([0, *ends], ends, strict=False)
        ),
    )


def encode_extraction(extraction: Extraction) -> bytes:
    tables = [
        [listed.number, listed.pages, listed.title, listed.units_line, listed.rows, listed.columns, table.data]
        for table in extraction.tables
        for listed in (table.listed,)
    ]
    facts = [
        [
            line.number,
            line.first_end.toordinal(),
            line.last_end.toordinal(),
            line.statement,
            line.item,
            line.concept,
            line.path,
            line.data,
        ]
        for line in extraction.facts
    ]
    return _seal([_pack_metadata(extraction.metadata), tables, facts])


def decode_extraction(data: bytes) -> Extraction:
    metadata, tables, facts = _open(data)
    return Extraction(
        metadata=_unpack_metadata(metadata),
        tables=tuple(
            StoredTable(ListedTable(number, tuple(pages), *rest), data) for number, pages, *rest, data in tables
        ),
        facts=tuple(
            StoredLine(number, date.fromordinal(first), date.fromordinal(last), *rest)
            for number, first, last, *rest in facts
        ),
    )


def _pack_metadata(metadata: DocumentMetadata) -> dict[str, Any]:
    sources = {
        name: [source.origin.value, source.confidence, source.quote, source.page, source.start, source.end]
        for name, source in metadata.sources.items()
    }
    return {
        "title": metadata.title,
        "issuer": metadata.issuer,
        "issuer_aliases": metadata.issuer_aliases,
        "document_type": metadata.document_type.value,
        "fiscal_year": metadata.fiscal_year,
        "fiscal_period": metadata.fiscal_period and metadata.fiscal_period.value,
        "period_end": metadata.period_end and metadata.period_end.isoformat(),
        "filing_date": metadata.filing_date and metadata.filing_date.isoformat(),
        "currency": metadata.currency,
        "scale": metadata.scale and metadata.scale.value,
        "sources": sources,
        "names": [
            [name.name, name.kind.value, name.page, name.start, name.end, name.confidence] for name in metadata.names
        ],
        "parties": [
            [party.name, party.role.value, party.quote, party.page, party.start, party.end, party.confidence]
            for party in metadata.parties
        ],
    }


def _unpack_metadata(value: dict[str, Any]) -> DocumentMetadata:
    return DocumentMetadata(
        title=value["title"],
        issuer=value["issuer"],
        issuer_aliases=tuple(value["issuer_aliases"]),
        document_type=DocumentType(value["document_type"]),
        fiscal_year=value["fiscal_year"],
        fiscal_period=value["fiscal_period"] and FiscalPeriod(value["fiscal_period"]),
        period_end=value["period_end"] and date.fromisoformat(value["period_end"]),
        filing_date=value["filing_date"] and date.fromisoformat(value["filing_date"]),
        currency=value["currency"],
        scale=value["scale"] and Scale(value["scale"]),
        sources={name: FieldSource(Origin(origin), *rest) for name, (origin, *rest) in value["sources"].items()},
        names=tuple(NameReading(name, NameKind(kind), *rest) for name, kind, *rest in value.get("names", ())),
        parties=tuple(Party(name, PartyRole(role), *rest) for name, role, *rest in value.get("parties", ())),
    )


def _seal(value: object) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(msgpack.packb(value))


def _open(data: bytes) -> Any:
    return msgpack.unpackb(zstandard.ZstdDecompressor().decompress(data))
