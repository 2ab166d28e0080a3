"""Pages of earlier questions at `/questions`: find one by words, and open it as it was answered."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.answers.claims import CitedSpan
from app.answers.events import AnswerStatus, ShownClaim
from app.answers.past.service import PastService
from app.answers.service import AnswerService
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.web.access_pages import AccessDesk

Answers = Annotated[AnswerService, Depends(service(AnswerService))]
Past = Annotated[PastService, Depends(service(PastService))]

QUESTIONS_A_PAGE = 50
STATUS_WORDS = {
    AnswerStatus.ANSWERED: "",
    AnswerStatus.NOT_FOUND: "not found",
    AnswerStatus.WITHDRAWN: "withdrawn",
}


def cited_pages(claim: ShownClaim) -> list[CitedSpan]:
    """Return the first citation of each page that a claim cites."""
    first: dict[tuple[UUID, int], CitedSpan] = {}
    for span in claim.citations:
        first.setdefault(span.page_key(), span)
    return list(first.values())


def past_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(prefix="/questions", include_in_schema=False)

    @router.get("")
    def show_questions(
        request: Request,
        answers: Answers,
        past: Past,
        q: Annotated[str, Query(max_length=200)] = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            page = PageRequest(limit=QUESTIONS_A_PAGE, cursor=cursor)
            words = q.strip()
            found = past.search(principal, words, page) if words else answers.list_questions(principal, page)
            kept = {"q": words} if words else {}
            more = None
            if found.next_cursor is not None:
                more = "/questions?" + urlencode({**kept, "cursor": found.next_cursor})
            return desk.show(
                request,
                principal,
                "questions.html",
                questions=found.items,
                status_words=STATUS_WORDS,
                q=words,
                more=more,
                first="/questions?" + urlencode(kept) if cursor else None,
            )

        return desk.answer(request, Permission.QUESTIONS_READ, show)

    @router.get("/{question_id}")
    def show_question(request: Request, answers: Answers, question_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            view = answers.get_question(principal, question_id)
            return desk.show(request, principal, "question.html", answer=view, status=AnswerStatus, cited=cited_pages)

        return desk.answer(request, Permission.QUESTIONS_READ, show)

    return router
