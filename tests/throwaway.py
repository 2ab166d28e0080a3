"""Settings of PostgreSQL for clusters that no test keeps."""

from collections.abc import Mapping
from types import MappingProxyType

from app.stack.servers.postgres import SETTINGS

THROWAWAY_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        **SETTINGS,
        "shared_buffers": "128MB",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "off",
        # Databases live for seconds, and plans must not depend on when a background process looked at them.
        "autovacuum": "off",
        "track_counts": "off",
        # Hashing a password 4,096 times costs both sides milliseconds a connection; these are made for one run.
        "scram_iterations": "1",
    }
)
"""A crash of the machine may lose the cluster."""
