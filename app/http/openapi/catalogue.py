"""`/problems/{code}`: explains a kind of problem. The `type` of a problem document is such an address."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from app.core.errors import FootnoteError, NotFoundError
from app.http.openapi.document import problems
from app.http.problems import list_kinds


class ProblemKind(BaseModel):
    """A kind of problem. All problems of a kind have the same title."""

    code: str = Field(examples=["not-found"])
    status: int
    title: str


class ProblemKindNotFoundError(NotFoundError):
    code = "problem-kind-not-found"
    title = "There is no problem with that code."


def problems_router() -> APIRouter:
    router = APIRouter(tags=["operations"], generate_unique_id_function=lambda route: route.name)

    @router.get(
        "/problems/{code}", summary="Explain a problem's code", openapi_extra=problems(ProblemKindNotFoundError)
    )
    def get_problem_kind(code: Annotated[str, Path(max_length=100, examples=["not-found"])]) -> ProblemKind:
        for kind in list_kinds(FootnoteError):
            if kind.code == code:
                return ProblemKind(code=kind.code, status=kind.status, title=kind.title)
        raise ProblemKindNotFoundError

    return router
