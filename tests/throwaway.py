"""Settings of PostgreSQL for clusters that tests delete after use."""

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
        # Databases exist for seconds, and plans must not depend on when autovacuum or statistics run.
        "autovacuum": "off",
        "track_counts": "off",
        # By default, each connection costs client and server 4,096 hash iterations: milliseconds.
        "scram_iterations": "1",
    }
)
"""A crash of the machine can lose the cluster."""
