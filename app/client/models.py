"""Response bodies of the API. They declare the fields that the command line uses.

Undeclared fields are kept, so that `--json` prints them.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item", bound=BaseModel)


class Response(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Failure(Response):
    """Why a run failed: a stable code and a message."""

    code: str
    detail: str


class ApiRun(Response):
    """An ingestion run; `status` is queued, running, ready or failed."""

    id: str
    status: str
    stage: str = ""
    document_id: str | None = None
    error: Failure | None = None

    @property
    def is_finished(self) -> bool:
        return self.status in {"ready", "failed"}


class ApiDeadLetter(Response):
    """A document whose last run failed; `id` is the id of that run, and `kind` is the code of the failure."""

    id: str
    filename: str = ""
    kind: str = ""
    reason: str = ""
    stage: str = ""
    attempts: int = 0
    failed_at: str = ""


class ApiReplayed(Response):
    """The number of dead letters that a call replayed. `next_cursor` continues with older ones."""

    replayed: int
    next_cursor: str | None = None


class ApiVersion(Response):
    """A version of a document: its number, and the digest of its file."""

    number: int = 0
    content_sha256: str = ""


class ApiDocument(Response):
    """A document; `status` is the status of its newest version: processing, ready or failed."""

    id: str
    title: str = ""
    status: str = ""
    filename: str = ""
    newest_version: ApiVersion | None = None


class ApiTable(Response):
    """A table of a document, without its cells."""

    number: int
    pages: list[int]
    rows: int
    columns: int
    title: str | None = None
    units_line: str | None = None


class ApiUploaded(Response):
    """The result of an upload. `run` is None if the same bytes were uploaded before and are already processed."""

    document: ApiDocument
    run: ApiRun | None = None


class ApiCollection(Response):
    id: str
    name: str


class ApiGroup(Response):
    id: str
    name: str


class Key(Response):
    """A key; `state` is active, rotated, expired or revoked."""

    id: str
    name: str = ""
    prefix: str = ""
    state: str = ""
    scopes: list[str] | None = None
    expires_at: str | None = None


class ApiCreatedKey(Response):
    """A new key with its secret, which the API returns only once."""

    id: str
    secret: str


class ApiCitation(Response):
    document_title: str = ""
    page_number: int = 0
    quote: str = ""


class ApiSubject(Response):
    """The issuer and the period that a claim is about."""

    issuer: str | None = None
    period: str | None = None


class ApiClaim(Response):
    """A claim; `part` is answer, support or related."""

    text: str
    part: str = "answer"
    subject: ApiSubject = Field(default_factory=ApiSubject)
    citations: list[ApiCitation] = Field(default_factory=list)


class ApiGridCell(Response):
    text: str
    claim: int | None = None


class ApiGridRow(Response):
    label: str
    cells: list[ApiGridCell]


class ApiGrid(Response):
    """A comparison of issuers or periods."""

    columns: list[str]
    rows: list[ApiGridRow]


class ApiAnswer(Response):
    """An answer. `outcome` is answered or not-found. `writer` is what wrote the draft. `notice` is a note for users."""

    id: str = ""
    question: str = ""
    outcome: str = ""
    writer: str = ""
    notice: str | None = None
    degraded: bool = False
    degraded_reason: str | None = None
    dropped: int = 0
    claims: list[ApiClaim] = Field(default_factory=list)
    related: list[ApiClaim] = Field(default_factory=list)
    grid: ApiGrid | None = None


class ApiListed(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None


class ApiIssuerPlace(Response):
    document_id: str
    kind: str
    page: int | None = None


class ApiIssuerName(Response):
    """A name of an issuer: its role, the kinds of places that give it, and some places."""

    name: str
    role: str
    kinds: list[str] = []
    places: list[ApiIssuerPlace] = []


class ApiIssuerDocument(Response):
    id: str
    title: str
    issuer: str | None = None


class ApiIssuerEdit(Response):
    """An editor's change of an issuer."""

    id: str
    kind: str
    made_at: str
    name: str | None = None
    documents: int = 0


class ApiIssuer(Response):
    """An issuer. Lists leave out `names`, `listed_documents` and `edits`. `tag` is the ETag of the response."""

    id: str
    name: str
    cik: str | None = None
    tickers: list[str] = []
    documents: int = 0
    names: list[ApiIssuerName] = []
    listed_documents: list[ApiIssuerDocument] = []
    edits: list[ApiIssuerEdit] = []
    tag: str = Field(default="*", exclude=True)


class ApiNewDocument(Response):
    """A document of a watched issuer that became searchable since the last visit."""

    id: str
    title: str
    document_type: str | None = None


class ApiWatchedIssuer(Response):
    """An issuer that the user watches, with its new documents, newest first."""

    id: str
    name: str
    seen_at: str
    new: list[ApiNewDocument] = []


class ApiWatchedIssuers(Response):
    items: list[ApiWatchedIssuer] = []


class ApiIssuerEffect(Response):
    """What a change does, or undid: the documents that move, and the issuers afterwards."""

    documents: list[ApiIssuerDocument] = []
    facts: int = 0
    names: list[ApiIssuerName] = []
    issuers: list[ApiIssuer] = []
    edit_id: str | None = None
