"""What a user posted with a form that was not carried out, so that the next page can send it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.core.errors import FootnoteError
from app.web.addresses import LONGEST, local_address

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OWN_FIELDS = frozenset({"form_token"})
_NOT_KEPT = ("/sign-in", "/sign-out", "/theme")
MOST_FIELDS = 1_000


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: str
    fields: list[tuple[str, str]]
    lost_files: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The target of a form and its fields in order. `lost_files` states that it also had files, which are gone."""

    action: str
    fields: Sequence[tuple[str, str]]
    lost_files: bool = False

    def to_text(self) -> str:
        """Return it as text, for a hidden field of the sign-in form."""
        stored = _Stored(action=self.action, fields=list(self.fields), lost_files=self.lost_files)
        return stored.model_dump_json()


def from_text(text: str) -> Kept | None:
    """Return what `to_text` returned. None if there is nothing, or if it is not a form of this site."""
    try:
        stored = _Stored.model_validate_json(text)
    except ValidationError:
        return None
    if local_address(stored.action, otherwise="") != stored.action or len(stored.fields) > MOST_FIELDS:
        return None
    return Kept(stored.action, tuple(stored.fields), stored.lost_files)


async def read_kept(request: Request) -> Kept | None:
    """Return the form of a POST; None for other requests, and for sign-in forms, whose fields are secrets."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    path = request.url.path
    if request.method != "POST" or kind not in _FORMS or path in _NOT_KEPT or len(request.url.query) > LONGEST:
        return None
    try:
        form = await request.form()
    except (HTTPException, FootnoteError, ClientDisconnect, RuntimeError):
        return None  # the body is broken, too large, or was read before
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in _OWN_FIELDS]
    has_files = any(isinstance(value, UploadFile) and value.filename for _, value in form.multi_items())
    action = f"{path}?{request.url.query}" if request.url.query else path
    return Kept(local_address(action), fields, has_files)
