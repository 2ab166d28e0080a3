"""Limits of CPU time, for tests that hostile input takes no more than linear time."""

import functools
import gc
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

ATTEMPTS = 3


def within_cpu_seconds(seconds: float, call: Callable[[], T]) -> T:
    """Return the result of `call`. Fail if it takes more CPU time than `seconds`.

    A virtual machine that stalls may charge the stall to the thread that ran. Therefore a call that took too long is
    measured again, with empty caches; code that is too slow takes too long each time.
    """
    for _ in range(ATTEMPTS):
        began = time.thread_time()
        result = call()
        if time.thread_time() - began < seconds:
            return result
        for cached in gc.get_objects():
            if isinstance(cached, functools._lru_cache_wrapper):
                cached.cache_clear()
    return pytest.fail(f"each of {ATTEMPTS} calls took more than {seconds:g} s of CPU time")
