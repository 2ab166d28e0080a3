"""A receiver of webhooks on this machine."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """Stores the messages that it gets, and responds with `statuses` one after the other, then with 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [message["webhook-id"] for message in self.messages]

    @property
    def kinds(self) -> list[str]:
        return [message["body"]["type"] for message in self.messages]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            stored = {name.lower(): value for name, value in self.headers.items()}
            receiver.paths.append(self.path)
            receiver.messages.append({**stored, "content": content, "body": json.loads(content)})
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def is_signed(message: dict[str, Any], secret: str) -> bool:
    """Return whether one of the message's signatures is of this secret, by the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message['webhook-id']}.{message['webhook-timestamp']}.".encode() + message["content"]
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    return wanted in message["webhook-signature"].split(" ")
