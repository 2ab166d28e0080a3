"""The composition root of the API: it builds every part of the API from the settings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from app.access.collections.service import AccessService
from app.answers.computing.proposing import FormulaProposer
from app.answers.proposals import ProposedFigures
from app.answers.service import AnswerService
from app.answers.usage import UsageService
from app.answers.writing.by_kind import BuiltInWriter
from app.answers.writing.drafting import Drafter
from app.answers.writing.model_writer import ModelWriter
from app.answers.writing.section_writer import SectionWriter
from app.audit.denials import DenialLog
from app.audit.log import AuditLog
from app.composition import build_blobs, build_configured_embedder, build_database, build_sealer
from app.conversations.feedback import FeedbackService
from app.conversations.proposing import FollowUpProposer
from app.conversations.service import ConversationService
from app.core.clock import Clock, SystemClock
from app.db.connections import Liveness
from app.db.session import Database
from app.desk import build_desk
from app.documents.dead_letters.service import DeadLetterService
from app.documents.facets.service import FacetService
from app.documents.pages.filed import FiledPages
from app.documents.pages.images import PageImages
from app.documents.pages.rendering import page_sandbox
from app.documents.service import DocumentService
from app.documents.uploads.service import UploadService
from app.evaluations.comparing import ComparisonService
from app.evaluations.service import EvaluationService
from app.governance import build_governance
from app.http.authority import Authority
from app.http.denials import Denials
from app.http.dependencies import Authenticator
from app.http.health.probes import Check
from app.http.health.readiness import broker_check, database_check, migrations_check, storage_check
from app.http.idempotency.claims import ClaimRenewer
from app.http.idempotency.keys import Idempotency
from app.http.limits import RateLimits
from app.http.open_streams import OpenStreams
from app.http.transfers import TransferLimits, Transfers
from app.identity.authentication import Authentication
from app.identity.data_keys import PostgresDataKeys
from app.identity.groups import GroupService
from app.identity.oidc.addresses import public_outside
from app.identity.oidc.bearer import TokenAuthenticator
from app.identity.oidc.directory import ProviderDirectory
from app.identity.oidc.http import LOOPBACK, ProviderHttp
from app.identity.oidc.providers import ProviderService
from app.identity.oidc.sign_in import SignInService
from app.identity.oidc.users import ProviderUsers
from app.identity.service import IdentityService, TenantAdmin
from app.identity.sessions.service import SessionService
from app.identity.users import UserService
from app.issuers.finding import IssuerFinder
from app.jobs.health import WorkLimits, build_work_reader, work_checks
from app.jobs.listening import Listener
from app.jobs.plan import RUN_CHANNEL
from app.jobs.service import RunService
from app.jobs.state import build_state_reader
from app.jobs.streams import RunStreams
from app.library.service import LibraryService
from app.llm.factory import build_chat, load_built_in_embedder
from app.llm.metering import MeteredChat, MeteredEmbedder
from app.llm.pacing import Pace, PacedChat
from app.llm.port import ChatModel, Embedder
from app.llm.prompts import PromptLibrary
from app.observability.metrics import Metrics
from app.observability.pulse import Marks, Pulse
from app.relevance.cross_encoder import built_in_reader
from app.relevance.errors import ReaderUnavailableError
from app.relevance.port import Reader
from app.research import build_research
from app.retrieval.reading.service import ReadingService
from app.retrieval.service import RetrievalService
from app.settings import IdentitySettings, LimitSettings, ReaderSettings, Settings
from app.tables.service import TableService
from app.web.session import Cookies

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Container:
    """All parts of the API. `services` maps a type to the service of that type.

    `build_provisioning` returns the services that only `/scim/v2` needs. `start_sandbox` starts the process that draws
    pages: the first page need not wait for it. `close` stops the threads and processes and closes the connections.
    """

    services: Mapping[type, Any]
    build_provisioning: Callable[[], Mapping[type, Any]]
    authenticator: Authenticator
    authority: Authority
    rate_limits: RateLimits
    transfers: Transfers
    body_seconds: float
    open_streams: OpenStreams
    idempotency: Idempotency
    cookies: Cookies
    denials: Denials
    metrics: Metrics
    readiness: Mapping[str, Check]
    marks: Marks
    pulse: Pulse
    beat_seconds: float
    start_sandbox: Callable[[], None]
    close: Callable[[], None]


def build_container(settings: Settings, *, clock: Clock | None = None) -> Container:
    """Build the API's parts.

    Raises StorageKeyError, StorageUnavailableError, and ValueError if the api role has no URL.
    """
    clock = clock or SystemClock()
    liveness = Liveness()
    database = build_database(settings.database, role="api", liveness=liveness)
    data_keys = PostgresDataKeys(database=database)
    blobs = build_blobs(settings.storage, data_keys=data_keys)
    sealer = build_sealer(settings.storage, data_keys=data_keys)
    identity = IdentityService(database=database, clock=clock)
    sessions = SessionService(
        database=database,
        identity=identity,
        clock=clock,
        idle=timedelta(minutes=settings.web.session_idle_minutes),
        lifetime=timedelta(hours=settings.web.session_hours),
    )
    provider_http = build_provider_http(settings.identity)
    directory = ProviderDirectory(http=provider_http, clock=clock)
    provider_users = ProviderUsers(database=database, clock=clock)
    tokens = TokenAuthenticator(database=database, directory=directory, users=provider_users, clock=clock)
    runs = RunService(database=database, clock=clock, wake_again_seconds=settings.jobs.wake_again_seconds)
    read_work = build_work_reader(database)
    metrics_dir = settings.observability.metrics_dir
    metrics = Metrics(
        read_state=build_state_reader(database, read_work),
        workers=metrics_dir,
        shared=metrics_dir if settings.web.processes > 1 else None,
    )
    broker_url = settings.broker.url.get_secret_value()
    access = AccessService(database=database)
    evaluations = EvaluationService(database=database, clock=clock)
    sandbox = page_sandbox()
    model = build_model(settings, metrics)
    answers = build_answers(settings, database=database, clock=clock, metrics=metrics, model=model)
    proposer = None if model is None else FollowUpProposer(chat=model.chat, prompts=model.prompts)
    services: list[object] = [
        identity,
        UserService(database=database, clock=clock),
        GroupService(database=database, clock=clock),
        sessions,
        ProviderService(database=database, sealer=sealer, http=provider_http, clock=clock),
        SignInService(
            database=database,
            http=provider_http,
            directory=directory,
            users=provider_users,
            sealer=sealer,
            clock=clock,
            public_url=settings.web.public_url,
        ),
        access,
        *build_governance(database=database, clock=clock),
        runs,
        RunStreams(
            runs=runs,
            listener=Listener(database=database, channel=RUN_CHANNEL),
            recheck_seconds=settings.jobs.stream_recheck_seconds,
        ),
        DocumentService(database=database, blobs=blobs, clock=clock, issuers=IssuerFinder()),
        DeadLetterService(database=database, runs=runs),
        FacetService(database=database, issuers=IssuerFinder()),
        PageImages(database=database, blobs=blobs, sealer=sealer, sandbox=sandbox),
        ReadingService(database=database),
        FiledPages(database=database, blobs=blobs, sandbox=sandbox),
        TableService(database=database),
        *build_research(database=database, clock=clock),
        *build_desk(settings, database=database, sealer=sealer, clock=clock),
        UploadService(
            database=database,
            access=access,
            runs=runs,
            blobs=blobs,
            sealer=sealer,
            clock=clock,
            max_bytes=settings.limits.upload_bytes,
        ),
        answers,
        ConversationService(database=database, answers=answers, clock=clock, proposer=proposer),
        FeedbackService(database=database, clock=clock),
        evaluations,
        ComparisonService(evaluations=evaluations),
        AuditLog(database=database),
        UsageService(database=database),
        LibraryService(database=database, search=answers.search),
    ]

    denials = DenialLog(database=database)
    # Renewals have their own connection, so they never wait for requests that use all other connections.
    renewer = ClaimRenewer(
        database=build_database(settings.database, role="api", pool_size=1, liveness=liveness),
        lease_seconds=settings.limits.idempotency_lease_seconds,
    )
    idempotency = Idempotency(database=database, sealer=sealer, renewer=renewer)
    marks = Marks()
    pulse = Pulse(
        url=database.url,
        instance=settings.health.instance,
        list_beats=marks.list_beats,
        liveness=liveness,
        beat_seconds=settings.health.beat_seconds,
        silence_seconds=settings.health.silence_seconds,
    )

    def close() -> None:
        pulse.close()
        denials.close()
        idempotency.close()
        sandbox.close()
        database.close()

    return Container(
        services=_by_type(services),
        build_provisioning=lambda: build_provisioning(database, clock),
        authenticator=Authentication(identity=identity, tokens=tokens, sessions=sessions),
        authority=Authority(seconds=settings.limits.recheck_seconds),
        rate_limits=build_rate_limits(settings.limits, broker_url=broker_url),
        idempotency=idempotency,
        transfers=build_transfers(settings.limits),
        body_seconds=settings.limits.body_seconds,
        open_streams=OpenStreams(
            per_key=settings.limits.streams_per_key, per_tenant=settings.limits.streams_per_tenant
        ),
        cookies=Cookies(secure=settings.web.public_url.startswith("https://")),
        denials=denials,
        metrics=metrics,
        readiness={
            "database": database_check(database),
            "migrations": migrations_check(database),
            "broker": broker_check(broker_url),
            "storage": storage_check(blobs, settings.storage.root / ".partial"),
            **work_checks(
                read_work,
                WorkLimits(
                    frozen_seconds=settings.health.frozen_seconds, stalled_seconds=settings.health.stalled_seconds
                ),
            ),
        },
        marks=marks,
        pulse=pulse,
        beat_seconds=settings.health.beat_seconds,
        start_sandbox=sandbox.start,
        close=close,
    )


def build_provisioning(database: Database, clock: Clock) -> Mapping[type, Any]:
    """Return the services of the SCIM endpoints. Their modules are imported only when this function is called."""
    from app.identity.scim.groups import GroupProvisioning  # noqa: PLC0415 - slow to import, and few tenants use SCIM
    from app.identity.scim.users import UserProvisioning  # noqa: PLC0415 - only SCIM needs it

    return _by_type(
        [UserProvisioning(database=database, clock=clock), GroupProvisioning(database=database, clock=clock)]
    )


def build_rate_limits(settings: LimitSettings, *, broker_url: str | None) -> RateLimits:
    return RateLimits(
        per_minute={
            "requests": settings.requests_per_minute,
            "uploads": settings.uploads_per_minute,
            "questions": settings.questions_per_minute,
            "refusals": settings.requests_per_minute,
            "sign-ins": settings.requests_per_minute,
        },
        broker_url=broker_url,
    )


def build_transfers(settings: LimitSettings) -> Transfers:
    return Transfers(
        limits=TransferLimits(
            seconds=settings.upload_seconds,
            bytes_per_second=settings.upload_bytes_per_second,
            rate_seconds=settings.upload_rate_seconds,
            open_per_key=settings.uploads_open,
        )
    )


@dataclass(frozen=True, slots=True)
class ConfiguredModel:
    """The configured chat model with its prompts. `pace` is set if it answers one request at a time."""

    chat: ChatModel
    prompts: PromptLibrary
    pace: Pace | None


def build_model(settings: Settings, metrics: Metrics) -> ConfiguredModel | None:
    """Return the configured chat model; None without one."""
    chat = build_chat(
        base_url=settings.chat.base_url,
        api_key=settings.chat.api_key.get_secret_value(),
        model=settings.chat.model,
        price_in=settings.chat.price_in,
        price_out=settings.chat.price_out,
    )
    if chat is None:
        return None
    pace = Pace() if settings.chat.one_at_a_time else None
    paced = chat if pace is None else PacedChat(chat, pace=pace)
    return ConfiguredModel(MeteredChat(paced, meter=metrics), PromptLibrary(folder=settings.prompts_dir), pace)


def build_answers(
    settings: Settings, *, database: Database, clock: Clock, metrics: Metrics, model: ConfiguredModel | None
) -> AnswerService:
    """Return the answer service. Without a model, it uses only the extractive writer."""
    writer = sections = proposed = None
    if model is not None:
        chat, prompts, most = model.chat, model.prompts, settings.chat.max_output_tokens
        writer = ModelWriter(chat=chat, prompts=prompts, max_output_tokens=most, pace=model.pace)
        at_once = settings.chat.summary_requests
        sections = SectionWriter(chat=chat, prompts=prompts, max_output_tokens=most, at_once=at_once, pace=model.pace)
        proposed = ProposedFigures(database=database, proposer=FormulaProposer(chat=chat, prompts=prompts))
    local = load_built_in_embedder()
    reader = find_reader(settings.reader)
    return AnswerService(
        database=database,
        search=build_retrieval(settings, database=database, local=local, metrics=metrics),
        drafter=Drafter(
            extractive=BuiltInWriter(reader=reader, embedder=local),
            model=writer,
            sections=sections,
            timeout_seconds=settings.chat.timeout_seconds,
            summary_seconds=settings.chat.summary_seconds,
        ),
        clock=clock,
        metrics=metrics,
        proposed=proposed,
    )


def find_reader(settings: ReaderSettings) -> Reader | None:
    """Load the built-in reader, and return it; None if it is turned off, or its files are not as expected."""
    if not settings.enabled:
        return None
    reader = built_in_reader()
    try:
        reader.warm()
    except ReaderUnavailableError as error:
        log.warning("reader.unavailable", detail=error.detail)
        return None
    return reader


def build_retrieval(settings: Settings, *, database: Database, metrics: Metrics, local: Embedder) -> RetrievalService:
    """Return the search service for the configured embedding space.

    `local` is the built-in embedder. The caller passes it, so that it is loaded only once.
    """
    embedder = local if settings.embedding.base_url is None else build_configured_embedder(settings.embedding)
    return RetrievalService(database=database, embedder=MeteredEmbedder(embedder, meter=metrics))


def build_provider_http(settings: IdentitySettings) -> ProviderHttp:
    """Return the HTTP client for sign-in providers. Unless the settings allow more, it requires TLS and a public
    address.
    """
    return ProviderHttp(
        plain_hosts=LOOPBACK if settings.loopback_providers else frozenset(),
        may_call=None if settings.private_providers else public_outside(settings.closed_networks),
    )


def build_tenant_admin(settings: Settings, *, clock: Clock | None = None) -> TenantAdmin:
    """Return the service that creates tenants. It connects as the database owner, so only operator commands use it."""
    return TenantAdmin(owner=build_database(settings.database, role="owner"), clock=clock or SystemClock())


def _by_type(parts: Iterable[object]) -> dict[type, Any]:
    return {type(part): part for part in parts}
