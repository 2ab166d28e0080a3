"""An OpenID provider whose responses a test sets, and a function that signs its tokens."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.conftest import SHUTDOWN_POLL

AUDIENCE = "https://footnote.test"
ADDRESS = "127.0.0.1"


@dataclass
class OddProvider:
    """A provider whose responses a test sets. `asked` contains the paths of the requests that it received."""

    issuer: str
    keys: list[RSAKey | ECKey | OKPKey] = field(default_factory=list)
    audience: str = AUDIENCE
    metadata: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def token(self, key: Any, header: dict[str, Any] | None = None, **claims: Any) -> str:
        return signed(key, header or {}, {"iss": self.issuer, "aud": self.audience, **claims})

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/jwks":
            body: Any = {"keys": [key.as_dict(private=False) for key in self.keys]}
        elif path == "/.well-known/openid-configuration":
            body = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                **self.metadata,
            }
        else:
            return 404, {}, b"{}"
        return 200, {"Cache-Control": "max-age=600"}, json.dumps(body).encode()


def signed(key: Any, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Return a token, by default valid for one hour. Timedeltas in claims are relative to now; None removes a claim."""
    now = datetime.now(UTC)
    whole = {"sub": "ana", "iat": timedelta(), "exp": timedelta(hours=1), **claims}
    payload = {
        name: int((now + value).timestamp()) if isinstance(value, timedelta) else value
        for name, value in whole.items()
        if value is not None
    }
    algorithm = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}[key.key_type]
    head = {"alg": algorithm, "kid": key.kid, "typ": "JWT", **header}
    head = {name: value for name, value in head.items() if value is not None}
    registry = JWSRegistry(algorithms=[head["alg"]], strict_check_header=False)
    registry.max_header_length = 16_000
    return jws.serialize_compact(head, json.dumps(payload), key, registry=registry)


@contextmanager
def serving_odd_provider(used_ports: set[int]) -> Iterator[OddProvider]:
    """Serve a provider on a port that is not in `used_ports`; add the port to `used_ports`."""
    found: list[OddProvider] = []

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = found[0].answer(urlsplit(self.path).path)
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer((ADDRESS, 0), Handler)
    while server.server_port in used_ports:
        server.server_close()
        server = ThreadingHTTPServer((ADDRESS, 0), Handler)
    used_ports.add(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL,), daemon=True)
    thread.start()
    found.append(OddProvider(f"http://{ADDRESS}:{server.server_port}"))
    yield found[0]
    server.shutdown()
    server.server_close()
    thread.join()
