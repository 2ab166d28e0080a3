"""`/v1/eval-runs` and `/v1/eval-comparisons`.

The case id is a query parameter, not a path segment, because it may be any line of text, even with `/`, `#` or `..`.
"""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.evaluations.comparing import ComparisonService
from app.evaluations.comparison import RunsNotComparableError
from app.evaluations.errors import (
    ComparisonsBusyError,
    ComparisonTooLargeError,
    EngineerRequiredError,
    PublishedCaseNotFoundError,
    PublishedRunNotFoundError,
    RunInvalidError,
    RunPublishedBeforeError,
    RunTooLargeError,
    RunUnfinishedError,
)
from app.evaluations.receiving import MAX_RUN_BYTES, receive_run
from app.evaluations.records import RunRecord
from app.evaluations.schemas import EXAMPLE_RUN, CaseOut, ComparisonOut, ListedCaseOut, PublishedRunOut
from app.evaluations.service import EvaluationService
from app.http.dependencies import CurrentPrincipal, service
from app.http.errors import MediaTypeNotTakenError
from app.http.openapi.document import json_body, problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import UPLOAD, api_router, needs
from app.http.text import LINE_PATTERN, Line
from app.http.transfers import UPLOAD_PROBLEMS, Transfer, Transfers

JSON = "application/json"
RUN_PATTERN = "^[a-z0-9][a-z0-9.-]{0,99}$"

router = api_router(prefix="/v1", tag="evaluations")

Evaluations = Annotated[EvaluationService, Depends(service(EvaluationService))]
Comparisons = Annotated[ComparisonService, Depends(service(ComparisonService))]
RunId = Annotated[str, Path(pattern=RUN_PATTERN, examples=["20260301-101500-answers-0a1b"])]
RunQuery = Annotated[str, Query(pattern=RUN_PATTERN, examples=["20260301-101500-answers-0a1b"])]
Name = Query(max_length=300, pattern=LINE_PATTERN)


@router.put(
    "/eval-runs/{run_id}",
    status_code=201,
    summary="Publish a whole run (engineers)",
    response_model=PublishedRunOut,
    responses={200: {"model": PublishedRunOut, "description": "The same run was published before."}},
    openapi_extra={
        **needs(Permission.EVALS_WRITE),
        UPLOAD: True,
        **json_body(RunRecord, EXAMPLE_RUN),
        **problems(
            EngineerRequiredError,
            RunInvalidError,
            RunUnfinishedError,
            RunTooLargeError,
            RunPublishedBeforeError,
            *UPLOAD_PROBLEMS,
        ),
    },
)
async def publish_run(
    run_id: RunId, request: Request, response: Response, principal: CurrentPrincipal, evaluations: Evaluations
) -> PublishedRunOut:
    """Publish the record that `footnote eval run` wrote, up to 32 MiB. Publishing it again has no effect."""
    transfers: Transfers = request.app.state.transfers
    with transfers.open(request, principal) as transfer:
        content = await _receive(request, transfer)
    received = await run_in_threadpool(receive_run, content, run_id)
    principal = await transfer.authorise()
    run, created = await run_in_threadpool(evaluations.publish, principal, received)
    response.status_code = 201 if created else 200
    return PublishedRunOut.of(run)


@router.get("/eval-runs", openapi_extra=needs(Permission.EVALS_READ) | problems(InvalidCursorError))
def list_eval_runs(
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    evaluations: Evaluations,
    page: RequestedPage,
    suite: Annotated[str | None, Name] = None,
    q: Annotated[
        Line | None, Query(description="Words of the ID, the suite, the purpose, the commit, the data or the model.")
    ] = None,
) -> Page[PublishedRunOut]:
    """List the published runs that you may see, sorted by start time, newest first."""
    found = evaluations.list_runs(principal, page, suite=suite, words=q or "")
    return page_out(request, response, found, PublishedRunOut.of, Page[PublishedRunOut])


@router.get("/eval-runs/{run_id}", openapi_extra=needs(Permission.EVALS_READ) | problems(PublishedRunNotFoundError))
def get_eval_run(run_id: RunId, principal: CurrentPrincipal, evaluations: Evaluations) -> PublishedRunOut:
    """Get a run: its conditions, and its figures over all cases and by kind."""
    return PublishedRunOut.of(evaluations.get_run(principal, run_id))


@router.get(
    "/eval-runs/{run_id}/cases",
    openapi_extra=needs(Permission.EVALS_READ) | problems(PublishedRunNotFoundError, InvalidCursorError),
)
def list_eval_cases(
    run_id: RunId,
    request: Request,
    response: Response,
    principal: CurrentPrincipal,
    evaluations: Evaluations,
    page: RequestedPage,
    kind: Annotated[str | None, Name] = None,
) -> Page[ListedCaseOut]:
    """List a run's cases, in the run's order, without traces."""
    found = evaluations.list_cases(principal, run_id, page, kind=kind)
    return page_out(request, response, found, ListedCaseOut.of, Page[ListedCaseOut])


@router.get(
    "/eval-runs/{run_id}/case", openapi_extra=needs(Permission.EVALS_READ) | problems(PublishedCaseNotFoundError)
)
def get_eval_case(
    run_id: RunId,
    principal: CurrentPrincipal,
    evaluations: Evaluations,
    case_id: Annotated[
        str, Query(alias="id", max_length=300, pattern=LINE_PATTERN, description="The case's id.", examples=["q-1"])
    ],
) -> CaseOut:
    """Get a case with its trace, which explains its score."""
    return CaseOut.of(evaluations.get_case(principal, run_id, case_id))


@router.get(
    "/eval-comparisons",
    openapi_extra=needs(Permission.EVALS_READ)
    | problems(PublishedRunNotFoundError, RunsNotComparableError, ComparisonTooLargeError, ComparisonsBusyError),
)
def compare_eval_runs(
    principal: CurrentPrincipal, comparisons: Comparisons, before: RunQuery, after: RunQuery
) -> ComparisonOut:
    """Compare two runs of a suite, paired by cases: differences, intervals, p-values, verdicts and flips."""
    return ComparisonOut.of(comparisons.compare(principal, before, after).comparison)


async def _receive(request: Request, transfer: Transfer) -> bytes:
    """Return the body. Raises MediaTypeNotTakenError; RunTooLargeError as soon as the size exceeds the limit."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
        raise MediaTypeNotTakenError
    declared = request.headers.get("Content-Length", "")
    size = int(declared) if declared.isascii() and declared.isdigit() else 0
    received = bytearray()
    if size <= MAX_RUN_BYTES:
        async for piece in transfer.pieces():
            received += piece
            if len(received) > MAX_RUN_BYTES:
                break
        else:
            return bytes(received)
    raise RunTooLargeError(headers={"Connection": "close"})
