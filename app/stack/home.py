"""The layout of a home: the folder with all data of one single-machine Footnote.

home/
├── secrets/    0700: passwords, the storage key, the API keys for the CLI
├── postgres/   the database cluster
├── valkey/     the broker's configuration; it stores no data
├── blobs/      the documents, encrypted
├── run/        sockets
├── logs/       one log per process
├── metrics/    the workers' metrics since the stack started
├── reserve     disk space for the database when the disk is full
└── footnote.lock, stack.json   locked and written by the running `footnote up`
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.stack.errors import HomeDamagedError

ADMIN_KEY = "admin-key"
"""The name of the secret with the administrator's key."""


def default_home() -> Path:
    """Return the folder `footnote` in the user's data folder, as XDG or the operating system defines it."""
    return Path(platformdirs.user_data_dir("footnote"))


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one home's parts. `ensure()` creates the folders."""

    path: Path

    @staticmethod
    def at(path: Path | str | None = None) -> "Home":
        chosen = default_home() if path is None else Path(path)
        return Home(chosen.expanduser().resolve())

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def scratch(self) -> Path:
        """The folder in which earlier versions stored decrypted files. `footnote up` deletes it."""
        return self.path / "scratch"

    @property
    def storage_key(self) -> Path:
        return self.secrets / "storage-keys.json"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def metrics(self) -> Path:
        """The folder with the metrics of worker processes, which the API's `/metrics` reads."""
        return self.path / "metrics"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        return self.path / "footnote.lock"

    @property
    def state(self) -> Path:
        """The file with the running stack's address and process ids (JSON)."""
        return self.path / "stack.json"

    def ensure(self) -> None:
        """Create the folders. Raises HomeDamagedError if they cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for folder in (self.secrets, self.valkey, self.blobs, self.run, self.logs):
                folder.mkdir(mode=0o700, exist_ok=True)
            self.secrets.chmod(0o700)
        except OSError as error:
            raise HomeDamagedError(
                f"The home {self.path} cannot be written ({error.strerror}): choose another with --home."
            ) from error

    def read_secret(self, name: str) -> str | None:
        """Return a secret's text, or None if it does not exist yet."""
        try:
            return (self.secrets / name).read_text().strip()
        except FileNotFoundError:
            return None

    def write_secret(self, name: str, value: str) -> None:
        """Write a secret atomically, to a file that only its owner can read."""
        write_private(self.secrets / name, value + "\n")

    def ensure_password(self, name: str) -> str:
        """Return the password with this name. At its first use, generate it (256 bits, URL-safe)."""
        known = self.read_secret(name)
        if known:
            return known
        password = secrets.token_urlsafe(32)
        self.write_secret(name, password)
        return password

    def read_state(self) -> dict[str, object]:
        """Return the state that the last `footnote up` wrote; empty if there is none."""
        try:
            state = json.loads(self.state.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}


def write_state(home: Home, state: Mapping[str, object]) -> None:
    """Write the state that `Home.read_state` returns, atomically."""
    write_private(home.state, json.dumps(state) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600 and flush it to disk. A rename makes the write atomic."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
