"""Request and response schemas of uploads."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.documents.metadata import DocumentType
from app.documents.schemas import DocumentOut, Source, VersionOut
from app.documents.service import DocumentView
from app.documents.uploads.service import Uploaded
from app.http.text import Line, Lines
from app.jobs.plan import Priority
from app.jobs.schemas import RunOut


class UploadedOut(BaseModel):
    """The uploaded document and its ingestion run. `created` is false if the file was already stored."""

    created: bool
    document: DocumentOut
    version: VersionOut
    run: RunOut | None

    @staticmethod
    def of(uploaded: Uploaded) -> "UploadedOut":
        return UploadedOut(
            created=uploaded.is_new,
            document=DocumentOut.of(DocumentView(uploaded.document, uploaded.version)),
            version=VersionOut.of(uploaded.version),
            run=None if uploaded.run is None else RunOut.of(uploaded.run),
        )


class VersionFields(BaseModel):
    """The text fields of a version upload."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[Lines, StringConstraints(max_length=500)] | None = None
    priority: Priority = Priority.BULK


class UploadFields(VersionFields):
    """The text fields of a document upload."""

    collection: Line | None = None
    title: Line | None = None
    document_type: DocumentType | None = None
    source: Source | None = None
