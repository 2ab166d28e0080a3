"""`/livez` shows whether the process runs, `/readyz` whether it can serve requests, and `/metrics` its metrics."""

from collections.abc import Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.core.errors import FootnoteError
from app.observability.logging import get_logger
from app.observability.metrics import CONTENT_TYPE, Metrics

Check = Callable[[], None]
"""A check returns if its part works; otherwise it raises an error. Only the message of a FootnoteError is shown."""


class PartState(BaseModel):
    ready: bool
    detail: str = "ready"


class Readiness(BaseModel):
    """Whether requests can be served, and the state of each part."""

    status: Literal["ready", "not-ready"]
    parts: dict[str, PartState]


def probes_router() -> APIRouter:
    router = APIRouter(tags=["operations"], generate_unique_id_function=lambda route: route.name)

    @router.get("/livez", summary="Whether the process runs")
    async def get_liveness() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz",
        summary="Whether requests can be served, part by part",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "At least one part is not ready"}},
    )
    async def get_readiness(request: Request) -> JSONResponse:
        checks: Mapping[str, Check] = request.app.state.readiness
        parts = await run_in_threadpool(_check_all, checks)
        ready = all(part.ready for part in parts.values())
        body = Readiness(status="ready" if ready else "not-ready", parts=parts)
        return JSONResponse(body.model_dump(), status_code=200 if ready else 503, headers={"Cache-Control": "no-store"})

    @router.get("/metrics", include_in_schema=False)
    async def get_metrics(request: Request) -> Response:
        metrics: Metrics = request.app.state.metrics
        return Response(await run_in_threadpool(metrics.render), headers={"Content-Type": CONTENT_TYPE})

    return router


def _check_all(checks: Mapping[str, Check]) -> dict[str, PartState]:
    return {name: _check(name, check) for name, check in checks.items()}


def _check(name: str, check: Check) -> PartState:
    try:
        check()
    except FootnoteError as error:
        return PartState(ready=False, detail=error.detail)
    except Exception:  # noqa: BLE001 - one failed part must not hide the state of the others
        get_logger(__name__).warning("http.readiness.failed", part=name, exc_info=True)
        return PartState(ready=False, detail="The check failed: see the log.")
    return PartState(ready=True)
