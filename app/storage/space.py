"""The floor of free disk space: below it, no further files are stored, so that the database keeps room for its rows."""

import shutil
from pathlib import Path

from app.storage.errors import StorageFullError, disk_errors_mapped


class FreeSpace:
    """The free space of the disk of `folder`, compared with the floor `min_bytes`."""

    def __init__(self, folder: Path, *, min_bytes: int) -> None:
        self._folder = folder
        self._min_bytes = min_bytes

    @property
    def is_low(self) -> bool:
        """Whether less than the floor is free. Raises StorageUnavailableError."""
        with disk_errors_mapped():
            return shutil.disk_usage(self._folder).free < self._min_bytes

    def check(self) -> None:
        """Raises StorageFullError if less than the floor is free."""
        if self.is_low:
            raise StorageFullError
