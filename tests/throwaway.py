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
        # Databases exist only for seconds. Query plans must not depend on when an autovacuum runs.
        "autovacuum": "off",
        "track_counts": "off",
        # With the default of 4,096 hash iterations, client and server need milliseconds per connection.
        "scram_iterations": "1",
    }
)
"""With these settings, a crash of the machine can destroy the cluster."""
