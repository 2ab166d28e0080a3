"""The folder of worker processes' metrics (`app.observability.metrics`), for who starts them and counts nothing."""

from pathlib import Path


def clear_metrics_folder(folder: Path) -> None:
    """Make the folder for worker processes' metrics, empty. Call it before the first of them starts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
