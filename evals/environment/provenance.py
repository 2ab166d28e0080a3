"""The provenance of a run: digests of code and data, the commit, and the number of cores."""

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "workers", "evals", "prompts", "migrations")


def digest_files(files: Iterable[Path], *, root: Path) -> str:
    """Return the SHA-256 (hex) over the files' names (relative to `root`) and contents, in the order of the names."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def digest_folder(folder: Path) -> str:
    """Return the digest of all files inside `folder`."""
    return digest_files((path for path in folder.rglob("*") if path.is_file()), root=folder)


def digest_schema() -> str:
    """Return the digest of the migrations, which define the schema."""
    return digest_files(
        (path for path in (ROOT / "migrations").rglob("*") if path.suffix in (".py", ".sql")), root=ROOT
    )


def digest_code() -> str:
    """Return the digest of the running code and prompts, including uncommitted changes."""
    files = (path for part in CODE for path in (ROOT / part).rglob("*") if path.suffix in (".py", ".sql", ".yaml"))
    return digest_files(files, root=ROOT)


def find_commit() -> str:
    """Return the commit of the running code, with "+changes" if files differ from it; "unknown" outside a checkout."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit + ("+changes" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  fixed arguments
