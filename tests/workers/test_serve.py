"""The end of a worker's main process."""

import signal
from types import SimpleNamespace

import pytest

from workers.serve import run_worker


@pytest.mark.parametrize("error", [None, RuntimeError("the broker vanished")])
def test_timer_of_the_vitals_is_off_when_the_worker_has_ended(error):
    """Python removes its signal handlers at its end. A timer's signal would then kill the process."""

    def start():
        signal.setitimer(signal.ITIMER_REAL, 30, 30)
        if error is not None:
            raise error

    app = SimpleNamespace(Worker=lambda **_: SimpleNamespace(start=start, exitcode=0))
    try:
        if error is None:
            assert run_worker(app, queues="parse", concurrency=1) == 0
        else:
            with pytest.raises(RuntimeError):
                run_worker(app, queues="parse", concurrency=1)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
