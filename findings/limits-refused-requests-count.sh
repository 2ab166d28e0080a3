#!/usr/bin/env bash
# limits: a request that FixedWindowRateLimiter refuses still uses up the quota; the two other strategies do not count
# it.
#
# Hurts: a question that is too large for the rest of a token budget blocks all smaller questions until the window ends.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install limits==5.8.0
observe <<'PY'
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from observation import compare, show_versions

show_versions("limits")
budget = RateLimitItemPerHour(10)


def costs_7_7_3(strategy):
    limiter = strategy(MemoryStorage())
    return [limiter.hit(budget, "ana", cost=cost) for cost in (7, 7, 3)]


strategies = (FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter)
compare(
    expected="with a budget of 10, a cost of 7 is allowed, a second 7 is refused, and then 3 is allowed",
    seen={strategy.__name__: costs_7_7_3(strategy) for strategy in strategies},
    recorded={
        "FixedWindowRateLimiter": [True, False, False],
        "MovingWindowRateLimiter": [True, False, True],
        "SlidingWindowCounterRateLimiter": [True, False, True],
    },
)
PY
