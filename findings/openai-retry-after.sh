#!/usr/bin/env bash
# The openai client waits for the time in Retry-After, up to two minutes, even if its timeout is shorter.
#
# Hurts: a call with a timeout of half a second returns after more than two seconds, and in the worst case after
# minutes.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install openai==3.54.0
observe <<'PY'
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import openai
from observation import compare, show_versions

show_versions("openai")
calls = []


class Busy(BaseHTTPRequestHandler):
    def do_POST(self):
        calls.append(time.monotonic())
        self.send_response(429)
        self.send_header("Retry-After", self.path.split("/")[1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(retry_after):
    calls.clear()
    client = openai.OpenAI(
        api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/{retry_after}", timeout=0.5, max_retries=1
    )
    began = time.monotonic()
    try:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hello"}])
    except openai.RateLimitError:
        return [len(calls), time.monotonic() - began > 2]


compare(expected="Retry-After 2 s and timeout 0.5 s: the call ends within 2 s", seen=ask(2), recorded=[2, True])
compare(
    expected="with a Retry-After of 1 hour, a second attempt after the usual pause, or none",
    seen=ask(3600),
    recorded=[1, False],
)
PY
