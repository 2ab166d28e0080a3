"""Run a worker: `python -m workers.serve --queues parse,embed --concurrency 2`. Settings come from the environment.

The worker is the same as that of `celery -A workers.celery_app worker`. It starts faster, because it does not import
Celery's command line.
"""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.jobs.plan import ALL_QUEUES

GC_OBJECTS = 50_000
"""A collection of the youngest objects runs after this many new ones. Python's default of 700 takes a tenth of the time
of a stage, because a document is many objects without cycles.
"""

if TYPE_CHECKING:
    from celery import Celery


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers.serve", description="Run a worker.")
    parser.add_argument("--queues", default=ALL_QUEUES, help="queues to consume, separated by commas")
    parser.add_argument("--concurrency", type=int, default=None, help="number of worker processes")
    given = parser.parse_args(arguments)
    # Garbage collection during the imports takes a sixth of the start-up time and frees nothing.
    gc.disable()
    from workers.celery_app import app  # noqa: PLC0415 - imported while garbage collection is off

    return run_worker(app, queues=given.queues, concurrency=given.concurrency)


def run_worker(app: "Celery", *, queues: str, concurrency: int | None) -> int:
    """Run the worker until SIGTERM, and return the exit code.

    `gc.freeze` before the fork keeps the memory of loaded data shared between the processes.
    """
    worker = app.Worker(
        queues=queues,
        concurrency=concurrency,
        pool_cls="prefork",
        loglevel="INFO",
        quiet=True,  # Celery's banner is not JSON, unlike the rest of the log
        without_gossip=True,
        without_mingle=True,
    )
    gc.freeze()
    gc.set_threshold(GC_OBJECTS)
    gc.enable()
    try:
        worker.start()
    finally:
        # Python removes its signal handlers when it ends: the timer of the worker's vitals would then kill the process.
        signal.setitimer(signal.ITIMER_REAL, 0)
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
