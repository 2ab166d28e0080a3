"""Wait for a condition, with a time limit that is long enough for a busy machine."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

POLL_SECONDS = 0.02
LONGEST_POLL = 1.0
"""A longer time between two polls counts as this many seconds: the machine stalled, and so did what is awaited."""


def wait_for(condition: Callable[[], T], *, seconds: float = 60.0, what: str = "the condition") -> T:
    """Return the first true result of `condition`; fail after `seconds`."""
    waited, at = 0.0, time.monotonic()
    while waited < seconds:
        answer = condition()
        if answer:
            return answer
        time.sleep(POLL_SECONDS)
        now = time.monotonic()
        waited, at = waited + min(now - at, LONGEST_POLL), now
    return pytest.fail(f"{what} was not met within {seconds:g} s")
