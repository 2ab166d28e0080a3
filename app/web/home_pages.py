"""The home page by role at `/`, and the page to ask at `/ask`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from app.access.collections.service import AccessService
from app.core.pagination import MAX_LIMIT, PageRequest
from app.core.principal import Permission, Principal, Role
from app.evaluations.metrics import Better, MetricSpec
from app.evaluations.records import EvalRunStatus, RunManifest
from app.evaluations.service import EvaluationService
from app.evaluations.wording import figure_of, signed
from app.http.dependencies import service
from app.issuers.watching.service import IssuerWatchService
from app.review.comments.mentions import MentionService
from app.review.progress.schemas import DealOut
from app.review.progress.service import ProgressService
from app.review.tasks.schemas import TaskOut
from app.review.tasks.service import TaskService
from app.review.tasks.views import TaskFilters
from app.web.access_pages import AccessDesk
from app.web.admin_pages import Overview

Access = Annotated[AccessService, Depends(service(AccessService))]
Watches = Annotated[IssuerWatchService, Depends(service(IssuerWatchService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]
Mentions = Annotated[MentionService, Depends(service(MentionService))]
Progress = Annotated[ProgressService, Depends(service(ProgressService))]
Evaluations = Annotated[EvaluationService, Depends(service(EvaluationService))]

WATCHED = 12
TASKS = 8
DEALS = 12
MENTIONS = 20
RUNS = 60
FIGURES = 4


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure of a run, and its change against the run before; `tone` is good, bad or nothing."""

    name: str
    text: str
    change: str
    tone: str


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """The newest run of a suite. `before` is the run before it on the same data, if there is one."""

    run: RunManifest
    before: RunManifest | None
    figures: tuple[ShownFigure, ...]

    @property
    def is_failed(self) -> bool:
        return self.run.status is not EvalRunStatus.DONE


def home_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the home page, which is the page to sign in without a session, and of the page to ask."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def show_home(
        request: Request,
        access: Access,
        watches: Watches,
        tasks: Tasks,
        progress: Progress,
        evaluations: Evaluations,
        overview: Annotated[Overview, Depends()],
        mentions: Mentions,
    ) -> HTMLResponse:
        principal = desk.pages.find_principal(request)
        if principal is None:
            return desk.pages.show(request, "sign_in.html", {})
        values: dict[str, object] = {
            "sections": list_sections(principal),
            "collections": access.list_collections(principal, PageRequest(limit=MAX_LIMIT)).items,
            "watched": [],
        }
        if principal.may(Permission.DOCUMENTS_READ):
            values["watched"] = watches.list_watched(principal)[:WATCHED]
        if principal.may(Permission.REVIEW_WRITE):
            page = PageRequest(limit=TASKS)
            mine = tasks.list_tasks(principal, page, TaskFilters(state="open", mine=True)).items
            free = tasks.list_tasks(principal, page, TaskFilters(state="open", unclaimed=True)).items
            values["mine"] = [TaskOut.of(view, principal) for view in mine]
            values["free"] = [TaskOut.of(view, principal) for view in free]
            unread = mentions.list_mentions(principal, PageRequest(limit=MENTIONS), unread=True)
            count = str(len(unread.items)) if unread.items else ""
            values["mentions"] = f"more than {MENTIONS}" if unread.next_cursor is not None else count
            values["deals"] = [DealOut.of(deal) for deal in progress.list_deals(principal)[:DEALS]]
        if principal.may(Permission.EVALS_READ):
            runs = evaluations.list_runs(principal, PageRequest(limit=RUNS)).items
            values["suites"] = newest_runs([run.manifest for run in runs])
        if principal.may(Permission.USERS_MANAGE):
            values["glance"] = overview.get_glance(principal)
        return desk.pages.show(request, "home.html", values)

    @router.get("/ask")
    def show_ask(request: Request) -> Response:
        def show(principal: Principal) -> Response:
            return desk.show(request, principal, "ask.html")

        return desk.answer(request, Permission.QUESTIONS_ASK, show)

    return router


def list_sections(principal: Principal) -> list[str]:
    """Return the sections of a user's home: those of the roles in a fixed order; asking comes last for users without
    the role of an analyst.
    """
    asks = ["ask"] if principal.may(Permission.QUESTIONS_ASK) else []
    others = [
        section
        for section, permission in (
            ("editor", Permission.REVIEW_WRITE),
            ("engineer", Permission.EVALS_READ),
            ("admin", Permission.USERS_MANAGE),
        )
        if principal.may(permission)
    ]
    return [*asks, *others] if Role.ANALYST in principal.roles else [*others, *asks]


def newest_runs(runs: Sequence[RunManifest]) -> list[SuiteRun]:
    """Return the newest run of each suite with its first figures, against the run before on the same data. `runs` are
    sorted by time, newest first.
    """
    newest: dict[str, SuiteRun] = {}
    for index, run in enumerate(runs):
        if run.suite not in newest:
            before = next((other for other in runs[index + 1 :] if _is_comparable(run, other)), None)
            shown = [metric for metric in run.metrics if metric.name in run.figures][:FIGURES]
            newest[run.suite] = SuiteRun(run, before, tuple(_figure(metric, run, before) for metric in shown))
    return sorted(newest.values(), key=lambda suite: (not suite.is_failed, suite.run.suite))


def _is_comparable(run: RunManifest, other: RunManifest) -> bool:
    is_same_data = run.conditions.data_digest == other.conditions.data_digest and run.selection == other.selection
    return run.suite == other.suite and is_same_data and other.status is EvalRunStatus.DONE


def _figure(metric: MetricSpec, run: RunManifest, before: RunManifest | None) -> ShownFigure:
    value = run.figures[metric.name]
    old = None if before is None else before.figures.get(metric.name)
    text = figure_of(value, metric)
    if old is None or old == value:
        return ShownFigure(metric.name, text, "" if old is None else "same", "")
    difference = value - old
    change = f"{difference:+,.0f}" if metric.is_count and float(difference).is_integer() else signed(difference)
    tone = (
        ""
        if metric.better is Better.NEITHER
        else "good"
        if (difference > 0) == (metric.better is Better.HIGHER)
        else "bad"
    )
    return ShownFigure(metric.name, text, change, tone)
