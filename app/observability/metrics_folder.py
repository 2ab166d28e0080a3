"""Prepares the folder for the metrics of worker processes. This module avoids the slow import of prometheus_client."""

from pathlib import Path


def clear_metrics_folder(folder: Path) -> None:
    """Create the folder for the metrics of worker processes, or empty it. Call this before the first worker starts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
