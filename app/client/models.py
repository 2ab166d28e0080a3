"""What the API answers, as far as the command line reads it.

Other members are kept, so that `--json` shows them.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item", bound=BaseModel)


class _Answered(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Failure(_Answered):
    """Why a run failed: a stable code and a sentence."""

    code: str
    detail: str


class Run(_Answered):
    """An ingestion: `status` is queued, running, ready or failed."""

    id: str
    status: str
    stage: str = ""
    document_id: str | None = None
    error: Failure | None = None

    @property
    def is_finished(self) -> bool:
        return self.status in {"ready", "failed"}


class Document(_Answered):
    """A document; `status` is its newest version's: processing, ready or failed."""

    id: str
    title: str = ""
    status: str = ""


class Uploaded(_Answered):
    """What an upload made or found; there is no run when the same bytes were there already and are done."""

    document: Document
    run: Run | None = None


class Collection(_Answered):
    id: str
    name: str


class Group(_Answered):
    id: str
    name: str


class Key(_Answered):
    """A key; `state` is active, rotated, expired or revoked."""

    id: str
    name: str = ""
    prefix: str = ""
    state: str = ""
    scopes: list[str] | None = None
    expires_at: str | None = None


class CreatedKey(_Answered):
    """A new key with its secret, which is shown this once."""

    id: str
    secret: str


class Citation(_Answered):
    document_title: str = ""
    page_number: int = 0
    quote: str = ""


class Claim(_Answered):
    text: str
    citations: list[Citation] = Field(default_factory=list)


class Answer(_Answered):
    """An answer: `outcome` tells answered from not-found, `writer` who wrote the draft; `notice` says so to readers."""

    id: str = ""
    question: str = ""
    outcome: str = ""
    writer: str = ""
    notice: str | None = None
    degraded: bool = False
    dropped: int = 0
    claims: list[Claim] = Field(default_factory=list)


class Listed(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None
