"""Pages of HTML filings as they were filed: authorised under the user's permissions, then made in a sandbox without an
open transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.documents.errors import PageNotFoundError
from app.documents.markup.framing import Frame, Passage, frame_page
from app.documents.markup.rendering import Filing, FilingNotShownError, render_filing
from app.documents.models import DocumentVersion
from app.documents.pages.filed_cache import FilingCache
from app.documents.repository import DocumentRepository
from app.sandbox import Sandbox
from app.storage.port import BlobStore

_HTML = "text/html"
_MOST_PAGES = 5_000
"""Pages of the longest filing that is shown as it was filed."""


def is_filed_as_html(version: DocumentVersion) -> bool:
    """Return whether pages of the version can be shown as they were filed."""
    return version.media_type == _HTML


@dataclass(frozen=True, slots=True)
class FiledView:
    """A page that the principal may see, and that is not drawn yet. `texts` are the texts of all pages, or None if the
    filing is kept.
    """

    version: DocumentVersion
    number: int
    text: str
    texts: Sequence[str] | None
    filing: Filing | None


class FiledPages:
    """Authorises and draws pages of HTML filings."""

    def __init__(self, *, database: Database, blobs: BlobStore, sandbox: Sandbox) -> None:
        self._database = database
        self._blobs = blobs
        self._sandbox = sandbox
        self._cache = FilingCache()
        self._drawing = Lock()

    def get_page(self, principal: Principal, document_id: UUID, version_id: UUID | None, number: int) -> FiledView:
        """Check access to a page, and record the read.

        Raises DocumentNotFoundError, VersionNotFoundError, PageNotFoundError; FilingNotShownError if the file is not
        HTML.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = DocumentRepository(session)
            version = repository.get_version(document_id, version_id)
            if version.page_count is None or number > version.page_count:
                raise PageNotFoundError
            if not is_filed_as_html(version) or version.page_count > _MOST_PAGES:
                raise FilingNotShownError
            text = repository.get_page(version.id, number).text
            filing = self._cache.find(_key(version))
            texts = None if filing is not None else repository.list_page_texts(version.id, limit=_MOST_PAGES)
            record(
                session,
                principal,
                "documents.page.viewed",
                object_type="document",
                object_id=document_id,
                detail={"version_id": str(version.id), "page": number},
            )
        return FiledView(version, number, text, texts, filing)

    def draw(self, view: FiledView, passages: Sequence[Passage]) -> Frame:
        """Return the page as a document for a frame, with these passages marked.

        Raises FilingNotShownError, SandboxUnavailableError, BlobMissingError, StorageUnavailableError.
        """
        filing = view.filing or self._draw_all(view)
        if view.number > len(filing.pages):
            raise FilingNotShownError
        page = filing.pages[view.number - 1]
        return frame_page(page, filing.sheet, view.text, passages, is_strict=filing.is_strict)

    def _draw_all(self, view: FiledView) -> Filing:
        version = view.version
        # The sandbox reads one file at a time. Another request may have stored this filing meanwhile.
        with self._drawing:
            kept = self._cache.find(_key(version))
            if kept is not None:
                return kept
            with self._blobs.materialise(version.tenant_id, version.content_sha256) as file:
                filing = render_filing(self._sandbox, file, list(view.texts or ()))
            self._cache.keep(_key(version), filing)
            return filing


def _key(version: DocumentVersion) -> tuple[UUID, str]:
    return version.id, "" if version.published_at is None else version.published_at.isoformat()
