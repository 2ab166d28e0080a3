"""Repeats requests that an outage of the server interrupted, such as a restart of the API.

A repeat is safe: every POST has an idempotency key, and PUT, DELETE and GET are idempotent (RFC 9110 §9.2.2).
"""

import random
import threading
import time
from collections.abc import Callable

import httpx

from app.client.errors import ApiProblemError

RETRY_SECONDS = 120.0
"""How long a request is repeated by default. A restart of the whole stack takes 10 to 40 s."""

RATE_LIMIT_RETRIES = 5
LONGEST_WAIT = 60.0
FIRST_WAIT, LONGEST_BACKOFF = 0.2, 5.0

INTERRUPTED = (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError)
"""The errors of httpx that a restart of the server causes."""

_FROM_PROXIES = frozenset({502, 504})
_TEMPORARY = frozenset({"unknown", "unavailable", "database-unavailable", "broker-unavailable", "storage-unavailable"})
"""The codes of 503 responses to temporary problems. A proxy's 503 has no code; the client calls it "unknown"."""


class Retries:
    """The retries of one client; its threads share them.

    If the server has never responded, requests do not wait for it. After `seconds` without a response, all requests of
    the client fail at their first attempt, until one succeeds. `notify` receives a sentence at the start of each
    outage.
    """

    def __init__(self, *, seconds: float, notify: Callable[[str], None]) -> None:
        self.seconds = seconds
        self._notify = notify
        self._lock = threading.Lock()
        self._reached = False
        self._down_since: float | None = None
        self._stopped = threading.Event()

    @property
    def reached(self) -> bool:
        """Whether the server has ever responded."""
        return self._reached

    def stop(self) -> None:
        """End all waits. The waiting requests fail."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait. Return False if the client was closed meanwhile."""
        return not self._stopped.wait(seconds)

    def note_up(self) -> None:
        with self._lock:
            self._reached, self._down_since = True, None

    def note_down(self, *, reached: bool) -> float:
        """Record a failed attempt. Return for how many seconds the server has been down."""
        with self._lock:
            self._reached |= reached
            now = time.monotonic()
            is_new = self._down_since is None
            since = self._down_since = now if self._down_since is None else self._down_since
        if is_new and self._reached:
            self._notify(f"The server is not available. Trying again for up to {self.seconds:.0f} seconds")
        return now - since


class Attempts:
    """The attempts of one request. Each method waits and returns True if the request should be repeated."""

    def __init__(self, retries: Retries) -> None:
        self._retries = retries
        self._failing_since: float | None = None
        self._failures = 0
        self._rate_limited = 0

    def again_after_error(self, error: httpx.TransportError) -> bool:
        refused = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
        if not isinstance(error, INTERRUPTED) or (refused and not self._retries.reached):
            return False
        return self._again(self._retries.note_down(reached=not refused))

    def again_after_problem(self, problem: ApiProblemError, retry_after: float | None) -> bool:
        """`retry_after` is the response's Retry-After in seconds."""
        status = problem.problem_status
        if status == httpx.codes.TOO_MANY_REQUESTS:
            self._retries.note_up()
            self._rate_limited += 1
            wait = 1.0 if retry_after is None else retry_after
            return self._rate_limited <= RATE_LIMIT_RETRIES and self._retries.wait(min(wait, LONGEST_WAIT))
        if problem.problem_code == "idempotency-in-progress":
            # The process that claimed the key was killed, or still works on the interrupted request.
            self._retries.note_up()
            return self._again(0.0, retry_after)
        is_outage = status in _FROM_PROXIES or (
            status == httpx.codes.SERVICE_UNAVAILABLE
            and (retry_after is not None or problem.problem_code in _TEMPORARY)
        )
        if not is_outage:
            self._retries.note_up()
            return False
        if retry_after is None and not self._retries.reached:
            return False
        return self._again(self._retries.note_down(reached=retry_after is not None), retry_after)

    def _again(self, down: float, retry_after: float | None = None) -> bool:
        now = time.monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        left = self._retries.seconds - max(down, now - self._failing_since)
        if left <= 0:
            return False
        backoff = min(FIRST_WAIT * 2**self._failures, LONGEST_BACKOFF) * random.uniform(0.5, 1.0)  # noqa: S311  not a secret
        self._failures += 1
        return self._retries.wait(min(backoff if retry_after is None else min(retry_after, LONGEST_WAIT), left))
