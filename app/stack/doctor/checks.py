"""The checks of `footnote doctor` outside the database. A result has one sentence for the user."""

import errno
import importlib.metadata
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import redis

from app.core.broker_url import is_redis
from app.http.health.readiness import write_redis
from app.llm.pacing import TRIAL_OUTPUT, TRIAL_SECONDS, TRIAL_TOKENS, can_answer, write_trial
from app.relevance.cross_encoder import check_files, find_files
from app.relevance.errors import ReaderUnavailableError
from app.settings import ChatSettings, ReaderSettings
from app.stack.home import Home
from app.stack.watchdog import find_family
from app.storage.errors import StorageKeyError
from app.storage.keyfile import load_key_file

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
MIN_FREE_BYTES = 2 * 1024**3
MIN_FREE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check: its name, whether it passed, and a sentence.

    The sentence of a failed check explains the problem and how to fix it.
    """

    check: str
    ok: bool
    sentence: str


def check_python() -> CheckResult:
    version = sys.version_info[:2]
    text = ".".join(map(str, sys.version_info[:3]))
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return CheckResult("python", True, f"Python {text}.")
    return CheckResult("python", False, f"Python {text} is not supported: use 3.11, 3.12 or 3.13.")


def check_packages() -> CheckResult:
    """Check that every package required by Footnote is installed."""
    try:
        needed = importlib.metadata.requires("footnote") or []
    except importlib.metadata.PackageNotFoundError:
        return CheckResult("packages", False, "The package footnote is not installed: run `make install`.")
    missing = []
    for requirement in needed:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return CheckResult("packages", False, f"Packages are missing ({', '.join(missing)}): run `make install`.")
    return CheckResult("packages", True, f"All {len(needed)} packages are installed.")


def check_disk(home: Home, min_free_bytes: int) -> CheckResult:
    """Check the free space of the home's disk. Below `min_free_bytes`, uploads are refused."""
    existing = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    usage = shutil.disk_usage(existing)
    free = f"{usage.free / 1024**3:.1f} GiB" if usage.free >= 1024**3 else f"{usage.free // 1024**2} MiB"
    if usage.free < min_free_bytes:
        return CheckResult(
            "disk", False, f"Only {free} are free at {existing}, so uploads are refused: free some space."
        )
    if usage.free < MIN_FREE_BYTES or usage.free < MIN_FREE_SHARE * usage.total:
        return CheckResult("disk", False, f"Only {free} are free at {existing}: free some space, or move the home.")
    return CheckResult("disk", True, f"{free} are free at {existing}.")


def check_secrets(home: Home) -> CheckResult:
    """Check that no other user can read the secrets."""
    if not home.secrets.exists():
        return CheckResult("secrets", False, f"{home.path} is not a home yet: create it with `footnote up`.")
    wide = [path for path in (home.secrets, *home.secrets.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if wide:
        names = ", ".join(path.name for path in wide)
        return CheckResult("secrets", False, f"Other users may read {names} in {home.path}: run chmod go= on them.")
    return CheckResult("secrets", True, "Secrets are readable by their owner only.")


def check_key_file(path: Path) -> CheckResult:
    try:
        load_key_file(path)
    except StorageKeyError as error:
        return CheckResult("key-file", False, f"{error.detail} ({path})")
    return CheckResult("key-file", True, "The storage key exists, and other users cannot read it.")


def check_storage(root: Path) -> CheckResult:
    """Check that a file can be written to the blobs' folder."""
    try:
        with tempfile.NamedTemporaryFile(dir=root, prefix=".doctor-") as file:
            file.write(b"footnote")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        remedy = "free some space" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "check permissions"
        return CheckResult("storage", False, f"Documents cannot be stored in {root} ({error.strerror}): {remedy}.")
    return CheckResult("storage", True, f"Documents can be stored in {root}.")


def check_broker(url: str) -> CheckResult:
    """Check that the broker accepts messages. Only Redis and Valkey are checked; any other broker passes unchecked."""
    if not is_redis(url):
        return CheckResult(
            "broker", True, "The broker is neither Redis nor Valkey: see the worker's log for its state."
        )
    try:
        write_redis(url, seconds=3)
    except redis.exceptions.OutOfMemoryError:
        return CheckResult(
            "broker", False, "The broker is full and accepts no messages: free some of its memory, or give it more."
        )
    except redis.RedisError as error:
        return CheckResult(
            "broker",
            False,
            f"The broker does not respond ({type(error).__name__}): check its URL and its log (logs/valkey.log in the "
            "home).",
        )
    return CheckResult("broker", True, "The broker responds and accepts messages.")


def check_processes(home: Home) -> Iterator[CheckResult]:
    """Check that each process that `footnote up` started is running, and that nobody has stopped it with a signal."""
    state = home.read_state()
    processes = state.get("processes")
    owner = state.get("pid")
    if not isinstance(processes, dict) or not isinstance(owner, int) or not psutil.pid_exists(owner):
        yield CheckResult("running", False, f"Footnote is not running on {home.path}: start it with `footnote up`.")
        return
    if _is_stopped(owner):
        yield CheckResult("up", False, f"`footnote up` is stopped: let it continue with `kill -CONT {owner}`.")
    for name, pid in processes.items():
        family = find_family(pid)
        stopped = [process.pid for process in family if _is_stopped(process.pid)]
        if not family:
            yield CheckResult(str(name), False, f"The {name} is not running: see {home.logs / f'{name}.log'}.")
        elif stopped:
            yield CheckResult(
                str(name), False, f"The {name} is stopped: let it continue with `kill -CONT {stopped[0]}`."
            )
        else:
            yield CheckResult(str(name), True, f"The {name} is running.")


def _is_stopped(pid: int) -> bool:
    """Return whether a signal or a debugger has stopped the process."""
    try:
        return psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    except psutil.NoSuchProcess:
        return False


def check_api(url: str) -> CheckResult:
    try:
        response = httpx.get(f"{url}/readyz", timeout=5, trust_env=False)
    except httpx.TransportError:
        return CheckResult("ready", False, f"The API does not respond at {url}: see logs/api.log in the home.")
    if response.status_code != httpx.codes.OK:
        return CheckResult("ready", False, f"The API at {url} is not ready: {_describe(response)}")
    return CheckResult("ready", True, f"The API at {url} is ready.")


def _describe(response: httpx.Response) -> str:
    """Return the readiness probe's details of the parts that are not ready."""
    try:
        parts = response.json()["parts"].items()
    except (ValueError, KeyError):
        return response.text[:300]
    return " ".join(f"{name}: {part['detail']}" for name, part in parts if not part["ready"])


_QUOTES = "While that is so, answers are quotes."


def check_model(chat: ChatSettings, *, local: str | None = None) -> CheckResult:
    """Check the chat endpoint of the settings. `local` is the address of the running home's own local model."""
    if local is not None:
        return _check_local_model(local, seconds=chat.timeout_seconds)
    if chat.base_url is None:
        return CheckResult(
            "model", True, "No model is configured: answers are quotes (the built-in extractive writer)."
        )
    headers = {"Authorization": f"Bearer {chat.api_key.get_secret_value()}"}
    try:
        response = httpx.get(f"{chat.base_url.rstrip('/')}/models", headers=headers, timeout=5)
    except httpx.HTTPError as error:
        return CheckResult(
            "model",
            False,
            f"The model endpoint {chat.base_url} does not respond ({type(error).__name__}): "
            "check FOOTNOTE_CHAT__BASE_URL. Until then, answers are quotes.",
        )
    if response.status_code in {401, 403}:
        return CheckResult("model", False, "The model endpoint rejected the key: check FOOTNOTE_CHAT__API_KEY.")
    return CheckResult("model", True, f"The model endpoint {chat.base_url} responds.")


def check_reader(settings: ReaderSettings) -> CheckResult:
    """Check the files of the built-in reader."""
    if not settings.enabled:
        return CheckResult("reader", True, "The built-in reader is turned off: words alone choose quotes for answers.")
    try:
        check_files(find_files())
    except ReaderUnavailableError as error:
        return CheckResult(
            "reader", False, f"{error.detail} Run `make install`. Until then, words alone choose quotes for answers."
        )
    return CheckResult("reader", True, "The built-in reader is installed.")


def _check_local_model(url: str, *, seconds: float) -> CheckResult:
    """Check the local model with a trial: it may respond, and be too slow to answer within `seconds`."""
    request = {"messages": [{"role": "user", "content": write_trial()}], "max_tokens": TRIAL_OUTPUT}
    began = time.monotonic()
    try:
        response = httpx.post(f"{url}/chat/completions", json=request, timeout=2 * TRIAL_SECONDS, trust_env=False)
    except httpx.TimeoutException:
        return CheckResult("model", True, f"The local model is busy. {_QUOTES}")
    except httpx.HTTPError:
        return CheckResult(
            "model", False, "The local model does not respond: start Footnote again. Until then, answers are quotes."
        )
    if response.status_code != httpx.codes.OK:
        return CheckResult("model", False, "The local model rejects requests: reinstall it with 'make local-llm'.")
    taken = time.monotonic() - began
    is_fast = can_answer(tokens_in=TRIAL_TOKENS, tokens_out=TRIAL_OUTPUT, trial_seconds=taken, seconds=seconds)
    what = "It writes short answers." if is_fast else f"It is too slow for answers within {seconds:.0f} s. {_QUOTES}"
    return CheckResult("model", True, f"The local model responds in {taken:.1f} s to a short text. {what}")


def guard(check: str, run: Callable[[], CheckResult]) -> CheckResult:
    """Run a check and return its result. If it raises OSError, return a failed result."""
    try:
        return run()
    except OSError as error:
        return CheckResult(check, False, f"This check could not run: {error}.")
