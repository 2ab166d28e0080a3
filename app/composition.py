"""Builds databases, blob stores and embedders for the composition roots of the API, the workers and the commands.

This module imports only what all three need.
"""

from pydantic import SecretStr

from app.db.connections import Liveness
from app.db.session import Database, build_engine
from app.identity.oidc.addresses import public_outside
from app.llm.factory import build_embedder
from app.llm.port import Embedder, EmbeddingSpaceSpec
from app.settings import DatabaseSettings, EmbeddingSettings, Settings, StorageSettings
from app.storage.factory import build_backend, build_blob_store, build_keyring
from app.storage.keyring import DataKeyRepository
from app.storage.port import BlobStore, ObjectBackend
from app.storage.sealing import Sealer
from app.webhooks.sending import WebhookHttp


def build_database(
    settings: DatabaseSettings, *, role: str, pool_size: int | None = None, liveness: Liveness | None = None
) -> Database:
    """Return a database that connects as `role`: api, worker, relay or owner.

    While `liveness` says that the database does not respond, its transactions fail at once. Raises ValueError if the
    settings have no URL for the role.
    """
    url = getattr(settings, f"{role}_url")
    if url is None:
        raise ValueError(f"The database URL of the role {role} is not set: set FOOTNOTE_DATABASE__{role.upper()}_URL.")
    return Database(
        engine=build_engine(
            url.get_secret_value(),
            pool_size=pool_size or settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
            application_name=f"footnote-{role}",
            pool_timeout_seconds=settings.pool_timeout_seconds,
            liveness=liveness,
        ),
        context_secret=_secret(settings.context_secret),
        liveness=liveness,
    )


def build_blobs(settings: StorageSettings, *, data_keys: DataKeyRepository) -> BlobStore:
    """Return the configured blob store. Raises StorageKeyError, StorageUnavailableError."""
    return build_blob_store(
        kind=settings.kind,
        root=settings.root,
        key_file=settings.key_file,
        data_keys=data_keys,
        min_free_bytes=settings.min_free_bytes,
        bucket=settings.s3_bucket or None,
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        access_key_id=_secret(settings.s3_access_key),
        secret_access_key=_secret(settings.s3_secret_key),
    )


def build_objects(settings: StorageSettings) -> ObjectBackend:
    """Return the backend of the blob store, for objects that are not blobs. Raises StorageUnavailableError."""
    return build_backend(
        kind=settings.kind,
        root=settings.root,
        bucket=settings.s3_bucket or None,
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        access_key_id=_secret(settings.s3_access_key),
        secret_access_key=_secret(settings.s3_secret_key),
    )


def build_sealer(settings: StorageSettings, *, data_keys: DataKeyRepository) -> Sealer:
    """Return the sealer that encrypts small secrets with each tenant's data key. Raises StorageKeyError."""
    return Sealer(keyring=build_keyring(key_file=settings.key_file, data_keys=data_keys))


def build_webhook_http(settings: Settings) -> WebhookHttp:
    """Return the HTTP client for webhooks."""
    return WebhookHttp(
        open_hosts=frozenset(settings.webhooks.open_hosts), may_call=public_outside(settings.identity.closed_networks)
    )


def build_configured_embedder(settings: EmbeddingSettings) -> Embedder:
    """Return the configured embedder, or the built-in one if no endpoint is configured."""
    return build_embedder(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        space=EmbeddingSpaceSpec(settings.model, settings.dimensions, settings.version),
        send_dimensions=settings.send_dimensions,
        query_seconds=settings.query_seconds,
    )


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()
