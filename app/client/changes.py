"""The API calls of the change feed, and what they return."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from app.client.calls import Calls
from app.client.models import Response


class ApiChange(Response):
    id: str
    kind: str
    document_id: str
    object_id: str
    at: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class ApiChanges(Response):
    items: list[ApiChange] = Field(default_factory=list)
    cursor: str
    has_more: bool = False


class ChangeCalls(Calls):
    """The calls of the change feed, for `app.client.api.ApiClient`. Each raises ApiProblemError."""

    def list_changes(self, wanted: Mapping[str, object]) -> ApiChanges:
        """List the changes after a cursor: `after`, `kind` and `limit` as in `GET /v1/changes`."""
        return self._call("GET", "/v1/changes", ApiChanges, params=dict(wanted))
