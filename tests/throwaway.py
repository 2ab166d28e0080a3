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
    }
)
"""A crash of the machine may lose the cluster."""
