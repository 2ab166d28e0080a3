"""The API calls of conversations and feedback, and what they return."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from app.client.calls import Calls
from app.client.models import ApiAnswer, Response


class ApiNamed(Response):
    id: str
    name: str = ""


class ApiScope(Response):
    """Where a turn searches; everything, where a list is empty."""

    collections: list[ApiNamed] = Field(default_factory=list)
    issuers: list[str] = Field(default_factory=list)
    document_types: list[str] = Field(default_factory=list)
    fiscal_years: list[int] = Field(default_factory=list)
    periods: list[str] = Field(default_factory=list)
    documents: list[ApiNamed] = Field(default_factory=list)
    hidden: int = 0


class ApiConversation(Response):
    id: str
    title: str = ""
    changed_at: str = ""
    scope: ApiScope = Field(default_factory=ApiScope)


class ApiUnderstood(Response):
    """How a turn was understood; `asks` is a question to the user if `question` is None."""

    question: str | None = None
    carried: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    is_edited: bool = False
    asks: str | None = None
    options: list[str] = Field(default_factory=list)


class ApiTurn(Response):
    """A turn; `understood` is None if it has words of a document that the user may no longer see."""

    id: str
    conversation_id: str
    question: str = ""
    scope: ApiScope = Field(default_factory=ApiScope)
    understood: ApiUnderstood | None = None
    answer: ApiAnswer | None = None
    feedback: str | None = None


class ApiFeedbackPage(Response):
    document_id: str
    page: int


class ApiFeedback(Response):
    """Feedback on an answer; `question` is the complete question."""

    id: str
    question: str
    verdict: str
    right_answer: str = ""
    pages: list[ApiFeedbackPage] = Field(default_factory=list)


class ConversationCalls(Calls):
    """The calls of conversations, for `app.client.api.ApiClient`. Each raises ApiProblemError."""

    def create_conversation(self, scope: Mapping[str, object]) -> ApiConversation:
        return self._call("POST", "/v1/conversations", ApiConversation, json={"scope": dict(scope)})

    def list_conversations(self) -> Iterator[ApiConversation]:
        """List the user's conversations, those with the newest turn first."""
        return self._list("/v1/conversations", ApiConversation)

    def list_turns(self, conversation_id: str) -> Iterator[ApiTurn]:
        """List a conversation's turns, oldest first."""
        return self._list(f"/v1/conversations/{conversation_id}/turns", ApiTurn)

    def rename_conversation(self, conversation_id: str, title: str) -> ApiConversation:
        return self._call("PATCH", f"/v1/conversations/{conversation_id}", ApiConversation, json={"title": title})

    def delete_conversation(self, conversation_id: str) -> None:
        self._send("DELETE", f"/v1/conversations/{conversation_id}")

    def ask_turn(self, conversation_id: str, question: str, *, scope: Mapping[str, object] | None = None) -> ApiTurn:
        """Ask a question or a follow-up. `scope` replaces the conversation's."""
        body = _turn(question, scope)
        return self._call("POST", f"/v1/conversations/{conversation_id}/turns", ApiTurn, json=body)

    def understand_turn(
        self, conversation_id: str, question: str, *, scope: Mapping[str, object] | None = None
    ) -> ApiUnderstood:
        """Return how a follow-up would be understood, without asking it."""
        path = f"/v1/conversations/{conversation_id}/understandings"
        return self._call("POST", path, ApiUnderstood, json=_turn(question, scope))

    def read_file(self, document_id: str) -> bytes:
        """Return the file of a document's searchable version."""
        return self._send("GET", f"/v1/documents/{document_id}/file").content

    def list_feedback(self) -> Iterator[ApiFeedback]:
        """List the newest feedback on each answer, newest first. For engineers."""
        return self._list("/v1/feedback", ApiFeedback)


def _turn(question: str, scope: Mapping[str, object] | None) -> dict[str, Any]:
    return {"question": question} if scope is None else {"question": question, "scope": dict(scope)}
