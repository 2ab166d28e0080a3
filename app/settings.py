"""Settings in nested groups. The composition root reads them once, from the variables `FOOTNOTE_<group>__<name>`."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CONCURRENCY = 2
"""The default number of worker processes: one a core of a small machine. A third one costs more than it gains there."""

API_PROCESSES = max(1, min(4, os.cpu_count() or 1))
"""The default number of API processes of `footnote up`: one a core, at most four, because PostgreSQL needs the rest."""


class DatabaseSettings(BaseModel):
    """One URL per database role (`postgresql+psycopg://…`). A process receives only the URLs that it needs.

    `context_secret` signs the tenant and user of a transaction (`app.db.context`). By default, the URL's password
    signs them.

    A statement ends after `statement_timeout_ms`; it waits for a lock for at most a third of this time. A request waits
    for a connection of the pool for at most `pool_timeout_seconds`.
    """

    api_url: SecretStr | None = None
    worker_url: SecretStr | None = None
    relay_url: SecretStr | None = None
    owner_url: SecretStr | None = None
    context_secret: SecretStr | None = None
    pool_size: int = Field(default=10, ge=1)
    pool_timeout_seconds: float = Field(default=10.0, gt=0)
    statement_timeout_ms: int = Field(default=30_000, ge=100)


class BrokerSettings(BaseModel):
    """The message broker for wake-up messages: `redis://`, `rediss://`, `redis+socket://` or `amqp://`."""

    url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    concurrency: int = Field(default=CONCURRENCY, ge=1)
    max_memory_per_child_mib: int = Field(default=700, ge=128)


class StorageSettings(BaseModel):
    """Blob storage.

    A blob that nothing refers to is deleted when it is older than `grace_hours`. The stage outputs of a deleted or
    reprocessed version are deleted when they are older than `keep_outputs_days`. If the disk of `root` has less than
    `min_free_bytes` of free space, uploads are refused and ingestion waits.
    """

    kind: Literal["local", "s3"] = "local"
    root: Path = Path("blobs")
    key_file: Path = Path("keys.json")
    grace_hours: float = Field(default=24.0, ge=1)
    keep_outputs_days: float = Field(default=30.0, ge=0)
    min_free_bytes: int = Field(default=512 * 1024 * 1024, ge=0)
    s3_bucket: str = ""
    s3_endpoint_url: str | None = None
    s3_region: str = "us-east-1"
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None


class EmbeddingSettings(BaseModel):
    """The embedding endpoint. Without `base_url`, the built-in embeddings are used.

    `version` distinguishes embedding spaces of models with the same name. `send_dimensions` asks the endpoint to
    shorten its vectors to `dimensions`. If the vector of a question takes longer than `query_seconds`, the question is
    answered without it.
    """

    base_url: str | None = None
    api_key: SecretStr = SecretStr("none")
    model: str = "wordllama-l2-supercat"
    dimensions: int = Field(default=256, ge=1, le=4_000)  # pgvector's maximum for an indexed halfvec
    version: str = "1"
    send_dimensions: bool = False
    query_seconds: float = Field(default=1.5, gt=0)


class ChatSettings(BaseModel):
    """The chat endpoint. Without `base_url`, the extractive writer is used.

    `price_in` and `price_out` are in US dollars per million tokens. `one_at_a_time` states that the endpoint answers
    one request at a time, such as the local model: then requests wait for each other, and only what it can answer
    within `timeout_seconds` is sent. A summary of sections may take `summary_seconds`, with up to `summary_requests`
    requests at once.
    """

    base_url: str | None = None
    api_key: SecretStr = SecretStr("none")
    model: str = ""
    timeout_seconds: float = Field(default=30.0, gt=0)
    summary_seconds: float = Field(default=60.0, gt=0)
    summary_requests: int = Field(default=4, ge=1)
    max_output_tokens: int = 800
    one_at_a_time: bool = False
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)


class ReaderSettings(BaseModel):
    """The built-in reader, which chooses the sentences of answers without a language model. If it is not `enabled`,
    the words of questions alone choose them.
    """

    enabled: bool = True


class LimitSettings(BaseModel):
    """Limits of one request or one file.

    A request in progress renews its claim of an Idempotency-Key. If its process is killed, the claim expires within
    `idempotency_lease_seconds`.

    An upload may take `upload_seconds`, and must bring `upload_bytes_per_second` on average over each
    `upload_rate_seconds` that the server waits for it. Each key, or each user without a key, may have `uploads_open`
    uploads open at each API process. Any other body must arrive within `body_seconds`.

    A request that is still running is authorised again every `recheck_seconds`. If its caller's right has ended, the
    request ends too, after at most twice this time. Event streams of runs have their own interval
    (`JobSettings.stream_recheck_seconds`), and are authorised before each event.

    `streams_per_key` and `streams_per_tenant` limit the event streams that are open at once in one API process. Streams
    of users who signed in without a key count for the user.
    """

    upload_bytes: int = 200 * 1024 * 1024
    upload_seconds: float = Field(default=1_800.0, gt=0)
    upload_bytes_per_second: int = Field(default=8 * 1024, ge=0)
    upload_rate_seconds: float = Field(default=30.0, gt=0)
    uploads_open: int = Field(default=16, ge=1)
    body_seconds: float = Field(default=30.0, gt=0)
    recheck_seconds: float = Field(default=2.0, gt=0)
    pages: int = 5_000
    requests_per_minute: int = 600
    uploads_per_minute: int = 300
    questions_per_minute: int = 240
    idempotency_lease_seconds: float = Field(default=10.0, gt=0)
    streams_per_key: int = Field(default=100, ge=1)
    streams_per_tenant: int = Field(default=400, ge=1)
    parse_memory_bytes: int = 900 * 1024 * 1024
    parse_cpu_seconds: int = 300
    parse_wall_seconds: float = 420.0
    parse_output_bytes: int = 64 * 1024 * 1024


class JobSettings(BaseModel):
    """Durations for leases, stages and periodic jobs, in seconds.

    If no worker claims a pending stage, its message is sent again after `wake_again_seconds`. Every
    `checkpoint_seconds`, the audit chains with new events are signed. Every `purge_seconds`, expired records of
    idempotency keys are deleted. Every `reembed_seconds`, a task is queued for each tenant with documents in another
    embedding space than the current one. Every `stream_recheck_seconds`, event streams of runs read their runs and
    authorise their readers again, even if nothing has changed. A stage that exceeds its soft limit is recorded as a
    failed attempt. A stage that exceeds its hard limit is stopped by killing its process.

    After the death of a worker, its stage runs in quarantine: in a process of its own, which may allocate
    `quarantine_memory_mib`. If that process dies `max_crashes` times while its worker survives, the file fails. A stage
    also fails after the deaths of `max_deaths` workers.
    """

    lease_seconds: float = 60.0
    heartbeat_seconds: float = 15.0
    sweep_seconds: float = 5.0
    collect_seconds: float = 6 * 3600.0
    checkpoint_seconds: float = 300.0
    purge_seconds: float = 600.0
    reembed_seconds: float = Field(default=30.0, gt=0)
    wake_again_seconds: float = 30.0
    poll_seconds: float = 1.0
    stream_recheck_seconds: float = Field(default=10.0, gt=0)
    backoff_seconds: float = 2.0
    max_attempts: int = 5
    max_crashes: int = Field(default=3, ge=1)
    max_outages: int = 60
    max_deaths: int = Field(default=60, ge=1)
    quarantine_memory_mib: int = Field(default=2_048, ge=128)
    soft_limit_seconds: float = 840.0
    hard_limit_seconds: float = 900.0


class HealthSettings(BaseModel):
    """When a process or the database counts as frozen, in seconds.

    Each process records a heartbeat every `beat_seconds`. A process without one for `frozen_seconds` is not ready, and
    `footnote up` replaces it. If the database does not respond to a heartbeat within `silence_seconds`, requests are
    refused at once until it responds. A queue is stalled if a stage has waited for `stalled_seconds` and no worker has
    worked on the queue for as long. `instance` names this process in heartbeats; by default, its host and process id
    do.
    """

    beat_seconds: float = Field(default=2.0, gt=0)
    frozen_seconds: float = Field(default=20.0, gt=0)
    silence_seconds: float = Field(default=5.0, gt=0)
    stalled_seconds: float = Field(default=120.0, gt=0)
    instance: str | None = None


class ObservabilitySettings(BaseModel):
    """Logs, traces and metrics. Worker processes store their metrics in `metrics_dir`, and the API reads them there."""

    metrics_dir: Path | None = None
    log_level: str = "INFO"
    otlp_endpoint: str | None = None


class StackSettings(BaseModel):
    """The home of a single machine.

    The home holds `reserve_bytes` of disk space, which its database gets when the disk is full. A log of more than
    `log_bytes` is rotated; `logs_kept` older logs are kept.
    """

    reserve_bytes: int = Field(default=128 * 1024 * 1024, ge=0)
    log_bytes: int = Field(default=20_000_000, ge=1)
    logs_kept: int = Field(default=3, ge=1)


class WebSettings(BaseModel):
    """`public_url` is the base of links and redirects. If it starts with https, cookies are marked as secure.

    A session expires `session_hours` after sign-in, or after `session_idle_minutes` without a request. The API has
    `processes`; `footnote up` starts `API_PROCESSES`. Several processes need `ObservabilitySettings.metrics_dir`, or
    `/metrics` has those of one of them.
    """

    processes: int = Field(default=1, ge=1, le=64)
    public_url: str = "http://127.0.0.1:8000"
    session_hours: int = Field(default=12, ge=1)
    session_idle_minutes: int = Field(default=60, ge=2)


class IdentitySettings(BaseModel):
    """`loopback_providers` permits sign-in providers on this machine without TLS. Use it for tests and trials only.

    `private_providers` also permits providers at private addresses, and calls providers through the proxies that the
    environment configures. It lets the administrators of every tenant send requests from this machine to its own
    network.

    `closed_networks` lists public address ranges that Footnote never calls: for example, those of internal hosts with
    public addresses, or the network's NAT64 prefix. It has no effect with `private_providers`.
    """

    loopback_providers: bool = False
    private_providers: bool = False
    closed_networks: list[IPvAnyNetwork] = []


class WebhookSettings(BaseModel):
    """`open_hosts` may get webhooks at any address, and without TLS. Use it for tests and trials only. Other hosts need
    https and a public address outside of `IdentitySettings.closed_networks`.
    """

    open_hosts: list[str] = []


class Settings(BaseSettings):
    """All settings. Unknown `FOOTNOTE_…` names are ignored; invalid values are rejected at start."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", env_nested_delimiter="__", extra="ignore")

    database: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    storage: StorageSettings = StorageSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    chat: ChatSettings = ChatSettings()
    reader: ReaderSettings = ReaderSettings()
    limits: LimitSettings = LimitSettings()
    jobs: JobSettings = JobSettings()
    health: HealthSettings = HealthSettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    stack: StackSettings = StackSettings()
    web: WebSettings = WebSettings()
    identity: IdentitySettings = IdentitySettings()
    webhooks: WebhookSettings = WebhookSettings()
    prompts_dir: Path | None = None
