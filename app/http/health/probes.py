"""`/livez` shows whether the process runs, `/readyz` whether all parts work, and `/metrics` its metrics."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.core.errors import RETRY_AFTER, FootnoteError
from app.observability.logging import get_logger
from app.observability.metrics import CONTENT_TYPE, Metrics

Check = Callable[[], None]
"""A check returns if its part works; otherwise it raises an error. Only the message of a FootnoteError is shown."""

CHECK_SECONDS = 3.0
"""A check that takes longer has failed. Its thread ends when the operation that it waits for reaches its own limit."""

PartName = Literal["database", "migrations", "broker", "storage", "relay", "scheduler", "worker", "queues"]


class PartState(BaseModel):
    ready: bool
    detail: str = "ready"


class Readiness(BaseModel):
    """Whether all parts work, except the excluded ones, and the state of each part."""

    status: Literal["ready", "not-ready"]
    parts: dict[str, PartState]


class ReadinessChecks:
    """Runs all checks at the same time, in threads of their own: the threads of requests may all wait for a database.

    Probes that arrive during a run get its result.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._threads: anyio.CapacityLimiter | None = None
        self._running: asyncio.Task[dict[str, PartState]] | None = None

    async def run(self) -> dict[str, PartState]:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await asyncio.shield(self._running)

    async def _run(self) -> dict[str, PartState]:
        self._threads = self._threads or anyio.CapacityLimiter(len(self._checks))
        states = await asyncio.gather(*(self._check(name, check) for name, check in self._checks.items()))
        return dict(zip(self._checks, states, strict=True))

    async def _check(self, name: str, check: Check) -> PartState:
        with anyio.move_on_after(CHECK_SECONDS):
            return await run_sync(_check, name, check, abandon_on_cancel=True, limiter=self._threads)
        return PartState(ready=False, detail=f"The check did not finish within {CHECK_SECONDS:.0f} seconds.")


def probes_router() -> APIRouter:
    router = APIRouter(tags=["operations"], generate_unique_id_function=lambda route: route.name)

    @router.get("/livez", summary="Whether the process runs")
    async def get_liveness() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz",
        summary="Whether requests can be served and files processed, part by part",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "At least one part is not ready"}},
    )
    async def get_readiness(
        request: Request,
        exclude: Annotated[
            list[PartName] | None, Query(description="A part that is shown but does not count", examples=[["worker"]])
        ] = None,
    ) -> JSONResponse:
        checks: ReadinessChecks = request.app.state.readiness
        parts = await checks.run()
        ready = all(part.ready for name, part in parts.items() if name not in (exclude or ()))
        body = Readiness(status="ready" if ready else "not-ready", parts=parts)
        headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": RETRY_AFTER})
        return JSONResponse(body.model_dump(), status_code=200 if ready else 503, headers=headers)

    @router.get("/metrics", include_in_schema=False)
    async def get_metrics(request: Request) -> Response:
        metrics: Metrics = request.app.state.metrics
        return Response(await run_in_threadpool(metrics.render), headers={"Content-Type": CONTENT_TYPE})

    return router


def _check(name: str, check: Check) -> PartState:
    try:
        check()
    except FootnoteError as error:
        return PartState(ready=False, detail=error.detail)
    except Exception:  # noqa: BLE001 - one failed part must not hide the state of the others
        get_logger(__name__).warning("http.readiness.failed", part=name, exc_info=True)
        return PartState(ready=False, detail="The check failed: see the log.")
    return PartState(ready=True)
