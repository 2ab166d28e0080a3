"""The API application: its routers, error handlers and lifespan."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from app.access.changes.endpoints import router as access_import_router
from app.access.collections.endpoints import collections as collections_router
from app.access.collections.endpoints import grants as grants_router
from app.access.policy.endpoints import routers as policy_routers
from app.access.reports.explain_endpoints import router as explain_router
from app.access.reports.watch_endpoints import router as watch_router
from app.answers.endpoints import router as answers_router
from app.answers.service import AnswerService
from app.audit.endpoints import router as audit_router
from app.bootstrap import Container, build_container
from app.changes.endpoints import router as changes_router
from app.conversations.endpoints import router as conversations_router
from app.conversations.feedback_endpoints import router as feedback_router
from app.documents.dead_letters.endpoints import router as dead_letters_router
from app.documents.endpoints import router as documents_router
from app.documents.facets.endpoints import facets as facets_router
from app.documents.facets.endpoints import suggestions as suggestions_router
from app.documents.pages.endpoints import router as pages_router
from app.documents.pages.filed_endpoints import router as filed_router
from app.documents.uploads.endpoints import files as files_router
from app.documents.uploads.endpoints import router as uploads_router
from app.evaluations.endpoints import router as evaluations_router
from app.facts.endpoints import router as facts_router
from app.facts.formulas.endpoints import router as formulas_router
from app.facts.profile.endpoints import router as profiles_router
from app.http.body_limit import BodyLimitMiddleware
from app.http.context import RequestContextMiddleware
from app.http.health.alive import alive
from app.http.health.probes import ReadinessChecks, probes_router
from app.http.later import LaterRoutes
from app.http.openapi.catalogue import problems_router
from app.http.openapi.document import install_openapi
from app.http.problems import add_problem_handlers
from app.http.routing import check_declared
from app.identity.endpoints import router as identity_router
from app.identity.errors import REFUSALS
from app.identity.group_endpoints import router as groups_router
from app.identity.oidc.endpoints import providers as providers_router
from app.identity.oidc.errors import TOKEN_REFUSALS
from app.identity.sessions.endpoints import sessions as sessions_router
from app.identity.sessions.errors import SessionEndedError
from app.issuers.endpoints import router as issuers_router
from app.issuers.watching.endpoints import router as watched_issuers_router
from app.jobs.endpoints import router as runs_router
from app.jobs.streams import RunStreams
from app.observability.logging import configure_logging
from app.observability.tracing import Tracing, configure_tracing, instrument_app
from app.retrieval.reading.endpoints import router as reading_router
from app.review.bulk.endpoints import router as review_bulk_router
from app.review.comments.endpoints import router as review_comments_router
from app.review.earlier.endpoints import router as review_earlier_router
from app.review.exports.endpoints import router as exports_router
from app.review.fields.document_endpoints import router as document_fields_router
from app.review.fields.endpoints import router as review_fields_router
from app.review.learnt.endpoints import router as review_learnt_router
from app.review.mistakes.endpoints import router as review_mistakes_router
from app.review.policies.endpoints import router as review_policies_router
from app.review.progress.endpoints import router as review_progress_router
from app.review.revisions.endpoints import router as review_decisions_router
from app.review.saved.endpoints import router as review_views_router
from app.review.schemas.endpoints import router as schemas_router
from app.review.tasks.endpoints import router as review_tasks_router
from app.sandbox.errors import SandboxUnavailableError
from app.settings import Settings
from app.tables.endpoints import router as tables_router
from app.tables.overlay_endpoints import router as overlays_router
from app.web.endpoints import install_pages
from app.webhooks.endpoints import router as webhooks_router

API_VERSION = "1.0.0"

GC_OBJECTS = 50_000
"""New objects between two collections of the youngest ones. Responses have many objects, but no cycles."""

FINISH_SECONDS = 5.0
"""The longest time, in seconds, that a shutdown waits for answers in progress."""

_ROUTERS = (
    identity_router,
    groups_router,
    providers_router,
    sessions_router,
    collections_router,
    files_router,
    uploads_router,
    grants_router,
    *policy_routers,
    explain_router,
    watch_router,
    access_import_router,
    facets_router,  # must precede documents_router, which would read the path of a facet as a document ID
    suggestions_router,
    documents_router,
    pages_router,
    filed_router,
    reading_router,
    tables_router,
    overlays_router,
    issuers_router,
    watched_issuers_router,
    facts_router,
    formulas_router,
    profiles_router,
    schemas_router,
    review_tasks_router,
    document_fields_router,
    review_fields_router,
    review_earlier_router,
    review_decisions_router,
    review_comments_router,
    review_learnt_router,
    review_bulk_router,
    review_views_router,
    review_policies_router,
    review_progress_router,
    review_mistakes_router,
    changes_router,
    exports_router,
    webhooks_router,
    runs_router,
    dead_letters_router,
    answers_router,
    conversations_router,
    feedback_router,
    evaluations_router,
    audit_router,
)


def create_app(container: Container, *, tracing: Tracing | None = None) -> FastAPI:
    """Return the application built from `container`. It closes `container` and `tracing` when it shuts down."""
    check_declared(_ROUTERS)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with alive(
            container.marks,
            container.pulse,
            beat_seconds=container.beat_seconds,
            share_metrics=container.metrics.share,
        ):
            yield
        await container.services[RunStreams].close()
        # Wait for answers in progress, because each answer is recorded even if its client has disconnected.
        with suppress(TimeoutError):
            await asyncio.wait_for(container.services[AnswerService].finish(), FINISH_SECONDS)
        container.close()
        if tracing is not None:
            tracing.shutdown()

    app = FastAPI(
        title="Footnote",
        version=API_VERSION,
        lifespan=lifespan,
        middleware=[
            Middleware(
                RequestContextMiddleware,
                metrics=container.metrics,
                https=container.cookies.secure,
            ),
            Middleware(BodyLimitMiddleware, seconds=container.body_seconds),
        ],
        # FastAPI's own documentation pages are off, because they load scripts from a CDN; app.web serves `/docs`.
        # FastAPI's own telemetry is off, because app.observability creates the traces and metrics.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.services = dict(container.services)
    app.state.authenticator = container.authenticator
    app.state.authority = container.authority
    app.state.rate_limits = container.rate_limits
    app.state.transfers = container.transfers
    app.state.open_streams = container.open_streams
    app.state.idempotency = container.idempotency
    app.state.denials = container.denials
    app.state.metrics = container.metrics
    app.state.session_cookie = container.cookies.session
    app.state.readiness = ReadinessChecks(container.readiness)
    add_problem_handlers(app)
    app.include_router(probes_router())
    app.include_router(problems_router())
    for router in _ROUTERS:
        app.include_router(router)

    def load_provisioning() -> APIRouter:
        from app.identity.scim.endpoints import router  # noqa: PLC0415 - slow to import, and few tenants use SCIM

        check_declared([router])
        app.state.services.update(container.build_provisioning())
        return router

    app.router.routes.append(LaterRoutes(app, prefix="/scim/v2", load=load_provisioning))
    install_pages(app, container.cookies)
    install_openapi(app, refusals=(*REFUSALS, *TOKEN_REFUSALS, SessionEndedError))
    if tracing is not None and tracing.is_sent:
        instrument_app(app)  # otherwise, it would match the routes of each request again for no one
    return app


def create_app_from_environment() -> FastAPI:
    """Return the application for `uvicorn --factory app.main:create_app_from_environment`."""
    settings = Settings()
    gc.set_threshold(GC_OBJECTS)
    configure_logging(level=settings.observability.log_level)
    tracing = configure_tracing("footnote-api", settings.observability.otlp_endpoint)
    container = build_container(settings)
    with suppress(SandboxUnavailableError):  # the first page to be drawn tries again, and says why
        container.start_sandbox()
    return create_app(container, tracing=tracing)
