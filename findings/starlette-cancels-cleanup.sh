#!/usr/bin/env bash
# If a client closes a stream, starlette and sse-starlette also cancel an await in the `finally` of the stream's
# generator.
#
# Hurts: the cost of an answer that a user stopped reading is never recorded, although the code records it in `finally`.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install starlette==1.10.0 sse-starlette==3.7.0 uvicorn==0.54.0
observe <<'PY'
import asyncio
import socket
import threading
import time
import urllib.request

import uvicorn
from observation import compare, show_versions
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

show_versions("starlette", "sse-starlette", "uvicorn")
steps = {"StreamingResponse": [], "EventSourceResponse": []}
ended = threading.Semaphore(0)


async def words(of, count):
    try:
        for _ in range(count):
            yield "word\n"
            await asyncio.sleep(0.02)
    finally:
        of.append("cleanup begins")
        try:
            await asyncio.sleep(0.02)  # stands for a write to a database
            of.append("cleanup ends")
        finally:
            ended.release()


async def stream(request):
    kind = {each.__name__: each for each in (StreamingResponse, EventSourceResponse)}[request.path_params["kind"]]
    return kind(words(steps[kind.__name__], int(request.path_params["count"])))


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
app = Starlette(routes=[Route("/{kind}/{count}", stream)])
server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
thread.start()
while not server.started:
    time.sleep(0.05)


def ask(count, read):
    for kind, taken in steps.items():
        taken.clear()
        with urllib.request.urlopen(f"http://127.0.0.1:{listener.getsockname()[1]}/{kind}/{count}") as answer:
            answer.read(read)
        ended.acquire(timeout=10)
    return {kind: list(taken) for kind, taken in steps.items()}


whole, left = ask(2, read=None), ask(500, read=5)
server.should_exit = True
thread.join()
both = ["cleanup begins", "cleanup ends"]
compare(expected="both steps, if the client reads all", seen=whole, recorded=dict.fromkeys(steps, both))
compare(
    expected="both steps, if the client leaves after a word",
    seen=left,
    recorded=dict.fromkeys(steps, ["cleanup begins"]),
)
PY
