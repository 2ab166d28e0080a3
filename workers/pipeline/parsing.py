"""The parser of the parse stage: it parses files of the blob store in the parsing sandbox."""

from app.storage.port import BlobStore
from workers.parsing.errors import DocumentTooLargeError
from workers.parsing.reader import PARSER_VERSION, EncodedDocument, ParsingSandbox
from workers.pipeline.contract import VersionFacts


class SandboxParser:
    """Parses a version's file in a sandboxed child, which reads the decrypted file from memory."""

    version = PARSER_VERSION

    def __init__(self, *, blobs: BlobStore, sandbox: ParsingSandbox, max_pages: int) -> None:
        self._blobs = blobs
        self._sandbox = sandbox
        self._max_pages = max_pages

    def parse(self, version: VersionFacts, *, password: str | None) -> EncodedDocument:
        """Parse a version's file. Raises DocumentError, BlobMissingError, UnavailableError."""
        with self._blobs.materialise(version.tenant_id, version.content_sha256) as file:
            parsed = self._sandbox.parse_encoded(file, filename=version.filename, password=password)
        if len(parsed.document.pages) > self._max_pages:
            raise DocumentTooLargeError
        return parsed
