"""Wait for a condition, with a time limit that is long enough for a busy machine."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def wait_for(condition: Callable[[], T], *, seconds: float = 30.0, what: str = "the condition") -> T:
    """Return the first true result of `condition`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    return pytest.fail(f"{what} was not met within {seconds:g} s")
