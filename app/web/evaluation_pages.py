"""Pages of published evaluation runs at `/evaluations…`: the list, one run, a comparison of two runs, and one case."""

from collections.abc import Callable, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.core.errors import FootnoteError, InvalidInputError, NotFoundError, UnavailableError
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.evaluations.comparing import ComparisonService
from app.evaluations.comparison import Comparison, Flip, Verdict
from app.evaluations.records import RunManifest
from app.evaluations.service import EvaluationService, PublishedRun
from app.evaluations.traces import Trace
from app.evaluations.wording import verdict_sentence
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.web.pages import Pages, moment
from app.web.queue_pages import Choice
from app.web.sign_in_pages import sign_in_first

Evaluations = Annotated[EvaluationService, Depends(service(EvaluationService))]
Comparisons = Annotated[ComparisonService, Depends(service(ComparisonService))]
Offset = Annotated[int, Query(alias="from", ge=0, le=1_000_000)]

RUNS_A_PAGE = 25
CASES_A_PAGE = 100
FLIPS_A_PAGE = 10  # a low number, because the page shows two full traces for each flip
OTHER_RUNS = 50
_SIGNS = {Verdict.WORSE: "▼ worse", Verdict.BETTER: "▲ better"}


def evaluation_pages(pages: Pages) -> APIRouter:
    """Return the routes. They redirect to sign-in without a session, and show "not found" without the permission."""
    router = APIRouter(prefix="/evaluations", include_in_schema=False)

    def answer(request: Request, show: Callable[[Principal], Response]) -> Response:
        principal = pages.find_principal(request)
        if principal is None:
            return sign_in_first(request)
        if not principal.may(Permission.EVALS_READ):
            return refuse(request, NotFoundError())
        try:
            return show(principal)
        except (NotFoundError, InvalidInputError, UnavailableError) as error:
            return refuse(request, error)

    def refuse(request: Request, error: FootnoteError) -> Response:
        record_denial_blocking(request, error)
        return pages.show_problem(request, error)

    @router.get("")
    def show_runs(
        request: Request,
        evaluations: Evaluations,
        suite: Annotated[str | None, Choice] = None,
        q: Annotated[str, Query(max_length=200)] = "",
        cursor: str | None = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            found = evaluations.list_runs(
                principal, PageRequest(limit=RUNS_A_PAGE, cursor=cursor), suite=suite, words=q
            )
            kept = {"suite": suite, "q": q or None}
            values = {
                "runs": found.items,
                "suite": suite,
                "suites": evaluations.list_suites(principal),
                "q": q,
                "older": found.next_cursor and f"/evaluations{_query(**kept, cursor=found.next_cursor)}",
                "newest": cursor and f"/evaluations{_query(**kept)}",
            }
            return pages.show(request, "evaluations.html", values)

        return answer(request, show)

    @router.get("/compare")
    def show_comparison(
        request: Request,
        evaluations: Evaluations,
        comparisons: Comparisons,
        before: str = "",
        after: str = "",
        start: Offset = 0,
    ) -> Response:
        def show(principal: Principal) -> Response:
            compared = comparisons.compare(principal, before, after)
            comparison = compared.comparison
            flips = comparison.flips[start : start + FLIPS_A_PAGE]
            values = {
                "comparison": comparison,
                "sentence": verdict_sentence(comparison),
                "signs": _SIGNS,
                "before": compared.before,
                "after": compared.after,
                "flips": _traced(evaluations, principal, comparison, flips),
                **_page_links(start, FLIPS_A_PAGE, len(comparison.flips), before=before, after=after),
            }
            return pages.show(request, "comparison.html", values)

        return answer(request, show)

    @router.get("/{run_id}")
    def show_run(
        request: Request,
        evaluations: Evaluations,
        run_id: str,
        kind: str | None = None,
        start: Offset = 0,
    ) -> Response:
        def show(principal: Principal) -> Response:
            run = evaluations.get_run(principal, run_id)
            cases, counts = evaluations.list_lowest(principal, run_id, kind=kind, offset=start, limit=CASES_A_PAGE)
            total = sum(counts.values()) if kind is None else counts.get(kind, 0)
            others = evaluations.list_runs(principal, PageRequest(limit=OTHER_RUNS), suite=run.manifest.suite).items
            values = {
                "run": run,
                "manifest": run.manifest,
                "conditions": _conditions(run),
                "observations": evaluations.count_observations(principal, run_id),
                "cases": cases,
                "counts": counts,
                "kinds": sorted(counts),
                "kind": kind,
                "others": [other.manifest for other in others if other.manifest.id != run_id],
                **_page_links(start, CASES_A_PAGE, total, kind=kind),
            }
            return pages.show(request, "evaluation.html", values)

        return answer(request, show)

    @router.get("/{run_id}/case")
    def show_case(
        request: Request,
        evaluations: Evaluations,
        run_id: str,
        case_id: Annotated[str, Query(alias="case")] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            case = evaluations.get_case(principal, run_id, case_id)
            values = {
                "run_id": run_id,
                "case": case.record,
                "timing": case.timing,
                "trace": Trace.of(case.record),
            }
            return pages.show(request, "evaluation_case.html", values)

        return answer(request, show)

    return router


def _traced(
    evaluations: EvaluationService, principal: Principal, comparison: Comparison, flips: Sequence[Flip]
) -> list[dict[str, object]]:
    """Return each flip (a case whose score changed) with its traces in both runs."""
    ids = [flip.after.id for flip in flips]
    first, second = (
        {case.record.id: Trace.of(case.record) for case in evaluations.list_whole(principal, run_id, ids)}
        for run_id in (comparison.before, comparison.after)
    )
    return [
        {
            "id": flip.after.id,
            "change": flip.change,
            "question": second[flip.after.id].question,
            "sides": (
                ("before", comparison.before, flip.before, first[flip.after.id]),
                ("after", comparison.after, flip.after, second[flip.after.id]),
            ),
        }
        for flip in flips
    ]


def _conditions(run: PublishedRun) -> list[tuple[str, str]]:
    """Return (name, value) pairs: the conditions of a run that can change its figures, then its duration and cost."""
    manifest = run.manifest
    conditions = manifest.conditions
    rows = [
        ("started", moment(manifest.started_at)),
        ("published", moment(run.published_at)),
        ("commit", f"{conditions.commit[:12]}{' (uncommitted changes)' if conditions.dirty else ''}"),
        ("data", f"{conditions.data_name} ({conditions.data_digest[:12]})"),
        ("cases", _describe_selection(manifest)),
        ("settings", conditions.settings_digest[:12]),
        ("embeddings", conditions.embedding_space),
        ("model", conditions.model or "none"),
        ("parameters", ", ".join(f"{name} {value}" for name, value in conditions.parameters.items())),
        ("prompts", ", ".join(f"{name} {digest[:12]}" for name, digest in conditions.prompts.items())),
        (
            "duration",
            f"{manifest.wall_seconds:,.1f} s, {manifest.cpu_seconds:,.1f} s of CPU time, {conditions.cores} cores",
        ),
        ("tokens", f"{manifest.tokens_in:,} in, {manifest.tokens_out:,} out, ${manifest.cost_usd}"),
    ]
    return [(name, value) for name, value in rows if value]


def _describe_selection(manifest: RunManifest) -> str:
    selection = manifest.selection
    parts = [f"{manifest.n:,}"]
    if manifest.unscored:
        parts.append(f"{manifest.unscored:,} unscored")
    if selection.only is not None:
        parts.append(f"only {selection.only}")
    if selection.sample is not None:
        parts.append(f"a sample of {selection.sample:,} (seed {selection.seed})")
    if selection.repeat > 1:
        parts.append(f"each repeated {selection.repeat} times")
    parts.extend(selection.options)
    return ", ".join(parts)


def _page_links(start: int, size: int, total: int, **kept: str | None) -> dict[str, object]:
    """Return the positions of a page's first and last row, and the query strings of the pages before and after it.

    The page has up to `size` rows from index `start` on. The list has `total` rows.
    """
    end = min(start + size, total)
    return {
        "first": start + 1,
        "last": end,
        "total": total,
        "previous": _query(**kept, **{"from": str(max(0, start - size))}) if start else None,
        "next": _query(**kept, **{"from": str(end)}) if end < total else None,
    }


def _query(**values: str | None) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value is not None})
