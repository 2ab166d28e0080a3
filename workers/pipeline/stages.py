"""The stages before publishing. A stage's output depends only on its inputs, so it never becomes outdated."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from app.documents.content.chunks import ChunkDraft
from app.documents.content.parsed import ParsedDocument
from app.documents.content.parsed_codec import decode_document
from app.documents.metadata import DocumentMetadata
from app.facts.codec import encode_facts
from app.facts.model import Fact
from app.jobs.plan import StageName
from app.llm.port import Embedder
from app.retrieval.index.lexicon import LEXICON_VERSION
from app.storage.errors import BlobDamagedError, BlobMissingError
from app.storage.port import BlobStore
from app.tables.codec import encode_table
from app.tables.model import Table
from workers.parsing.errors import EmptyFileError
from workers.parsing.reader import EncodedDocument
from workers.pipeline.codecs import (
    ChunkVectors,
    Extraction,
    decode_drafts,
    decode_extraction,
    encode_drafts,
    encode_extraction,
    encode_vectors,
)
from workers.pipeline.contract import Encoded, StageContext, StageInputs, StageResult, VersionFacts, output_key
from workers.pipeline.errors import FileDamagedError, FileMissingError


class Parser(Protocol):
    """Parses files safely: no file can crash the worker."""

    @property
    def version(self) -> str:
        """The parser's version. It must change whenever the result for any file changes."""

    def parse(self, version: VersionFacts, *, password: str | None) -> EncodedDocument:
        """Parse the file. Raises DocumentError, UnavailableError; BlobMissingError or BlobDamagedError for the file."""


class ValidateStage:
    """Checks that the file exists and is not empty. The parser determines its format."""

    name = StageName.VALIDATE
    version = "1"

    def __init__(self, *, blobs: BlobStore) -> None:
        self._blobs = blobs

    def key(self, inputs: StageInputs) -> str:
        return output_key(self, inputs.version.content_sha256)

    def run(self, context: StageContext) -> StageResult:
        version = context.inputs.version
        if version.size_bytes == 0:
            raise EmptyFileError
        if not self._blobs.exists(version.tenant_id, version.content_sha256):
            raise FileMissingError
        return StageResult()


class ParseStage:
    """Parses the file into a ParsedDocument."""

    name = StageName.PARSE

    def __init__(self, *, parser: Parser, unseal: Callable[[UUID, bytes], str]) -> None:
        self._parser = parser
        self._unseal = unseal

    @property
    def version(self) -> str:
        return self._parser.version

    def key(self, inputs: StageInputs) -> str:
        version = inputs.version
        # No other version may reuse the output of an encrypted file, because the file must fail without its password.
        owner = str(version.version_id) if version.sealed_password is not None else ""
        return output_key(self, version.content_sha256, params={"suffix": version.suffix(), "owner": owner})

    def run(self, context: StageContext) -> StageResult:
        version = context.inputs.version
        sealed = version.sealed_password
        password = None if sealed is None else self._unseal(version.tenant_id, sealed)
        try:
            parsed = self._parser.parse(version, password=password)
        except BlobMissingError as error:
            raise FileMissingError from error
        except BlobDamagedError as error:
            raise FileDamagedError from error
        # The child's own encoding is stored: encoding a large document again takes as long as decoding it.
        return StageResult(output=Encoded(parsed.data, parsed.document), pages_total=len(parsed.document.pages))


class ExtractStage:
    """Extracts metadata, tables and facts from the ParsedDocument."""

    name = StageName.EXTRACT

    def __init__(
        self,
        *,
        read_metadata: Callable[[ParsedDocument, str], DocumentMetadata],
        read_tables: Callable[[ParsedDocument, DocumentMetadata], Sequence[Table]],
        read_facts: Callable[[ParsedDocument, Sequence[Table], DocumentMetadata], Sequence[Fact]],
        version: str,
    ) -> None:
        self._read_metadata = read_metadata
        self._read_tables = read_tables
        self._read_facts = read_facts
        self._version = version

    @property
    def version(self) -> str:
        return self._version

    def key(self, inputs: StageInputs) -> str:
        return output_key(self, inputs.key_of(StageName.PARSE), params={"filename": inputs.version.filename})

    def run(self, context: StageContext) -> StageResult:
        parsed = context.load(StageName.PARSE, decode_document)
        metadata = self._read_metadata(parsed, context.inputs.version.filename)
        texts = {page.number: page.text for page in parsed.pages}
        tables = self._read_tables(parsed, metadata)
        extraction = Extraction(
            metadata,
            tables=tuple(encode_table(table, texts) for table in tables),
            facts=encode_facts(self._read_facts(parsed, tables, metadata)),
        )
        return StageResult(output=Encoded(encode_extraction(extraction), extraction))


class ChunkStage:
    """Cuts the ParsedDocument into chunks. Each chunk's heading contains the issuer, document type and period."""

    name = StageName.CHUNK

    def __init__(
        self,
        *,
        chunk: Callable[[ParsedDocument, DocumentMetadata], tuple[ChunkDraft, ...]],
        version: str,
    ) -> None:
        self._chunk = chunk
        self._version = version

    @property
    def version(self) -> str:
        return self._version

    def key(self, inputs: StageInputs) -> str:
        return output_key(self, inputs.key_of(StageName.PARSE), inputs.key_of(StageName.EXTRACT))

    def run(self, context: StageContext) -> StageResult:
        parsed = context.load(StageName.PARSE, decode_document)
        metadata = context.load(StageName.EXTRACT, decode_extraction).metadata
        drafts = self._chunk(parsed, metadata)
        return StageResult(output=Encoded(encode_drafts(drafts), drafts), pages_total=len(parsed.pages))


class EmbedStage:
    """Computes the chunks' vectors and term weights."""

    name = StageName.EMBED

    def __init__(self, *, embedder: Embedder, weigh: Callable[[str], dict[int, float]]) -> None:
        self._embedder = embedder
        self._weigh = weigh

    @property
    def version(self) -> str:
        return LEXICON_VERSION

    def key(self, inputs: StageInputs) -> str:
        space = self._embedder.space
        params = {"model": space.model, "dimensions": space.dimensions, "version": space.version}
        return output_key(self, inputs.key_of(StageName.CHUNK), params=params)

    def run(self, context: StageContext) -> StageResult:
        texts = [draft.indexed_text() for draft in context.load(StageName.CHUNK, decode_drafts)]
        vectors = ChunkVectors(
            space=self._embedder.space,
            embeddings=self._embedder.embed_documents(texts),
            terms=tuple(self._weigh(text) for text in texts),
        )
        return StageResult(output=Encoded(encode_vectors(vectors), vectors))
