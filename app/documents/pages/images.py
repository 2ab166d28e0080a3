"""Page images: authorised under the user's permissions, then drawn in a sandbox without an open transaction."""

from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.errors import PageNotFoundError
from app.documents.models import PASSWORD_PURPOSE, DocumentVersion
from app.documents.pages.rendering import PageNotDrawableError, render_page_png
from app.documents.repository import DocumentRepository
from app.sandbox import Sandbox
from app.storage.port import BlobStore
from app.storage.sealing import Sealer

_PDF = "application/pdf"
_DRAWING = 1
"""A version number in every image's tag. Increment it when the drawing of pages changes."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page image that the principal may see and that is not drawn yet. `tag` is its ETag."""

    version: DocumentVersion
    number: int
    dpi: int

    @property
    def tag(self) -> str:
        return f'"{self.version.content_sha256[:32]}-{self.number}-{self.dpi}-{_DRAWING}"'


def has_images(version: DocumentVersion) -> bool:
    """Return whether pages of the version can be drawn."""
    return version.media_type == _PDF


class PageImages:
    """Authorises and draws page images."""

    def __init__(self, *, database: Database, blobs: BlobStore, sealer: Sealer, sandbox: Sandbox) -> None:
        self._database = database
        self._blobs = blobs
        self._sealer = sealer
        self._sandbox = sandbox
        self._drawing = Lock()

    def get_image(
        self, principal: Principal, document_id: UUID, version_id: UUID | None, number: int, *, dpi: int
    ) -> PageImage:
        """Check access to a page image, and record the read.

        Raises DocumentNotFoundError, VersionNotFoundError, PageNotFoundError; PageNotDrawableError if the file is not a
        PDF.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            version = repository.get_version(document_id, version_id)
            if version.page_count is None or number > version.page_count:
                raise PageNotFoundError
            if not has_images(version):
                raise PageNotDrawableError
            record(
                session,
                principal,
                "documents.page.viewed",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id), "page": number},
            )
        return PageImage(version=version, number=number, dpi=dpi)

    def draw(self, image: PageImage) -> bytes:
        """Draw the image as PNG. Raises PageNotDrawableError, SandboxUnavailableError, BlobMissingError."""
        version = image.version
        password = None
        if version.sealed_password is not None:
            sealed = bytes(version.sealed_password)
            password = self._sealer.open(version.tenant_id, PASSWORD_PURPOSE, sealed).decode()
        # The sandbox draws one image at a time. Waiting requests must not have their files in memory.
        with self._drawing, self._blobs.materialise(version.tenant_id, version.content_sha256) as file:
            return render_page_png(self._sandbox, file, image.number, dpi=image.dpi, password=password)
