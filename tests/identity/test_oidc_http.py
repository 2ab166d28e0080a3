"""A slow response of a provider, in headers or body, is cut off at the time limit."""

import socket
import threading
import time

import pytest

from app.identity.oidc import http as oidc_http
from app.identity.oidc.errors import IdentityProviderUnavailableError
from app.identity.oidc.http import LOOPBACK, ProviderHttp

LIMIT = 0.4  # the time limit in seconds
GIVES_UP = 60.0  # seconds after which the provider ends its response; much longer than a machine stalls
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def trickle():
    """Return a function that starts a slow provider, and an event that is set when the client closes the connection.

    The provider sends a prefix, and then the same byte every 20 ms. The function returns its URL.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(GIVES_UP)  # otherwise, the thread would wait forever if the client does not connect
    left = threading.Event()
    threads = []

    def answer(beginning: bytes, byte: bytes) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(beginning)
            ends = time.monotonic() + GIVES_UP
            try:
                while time.monotonic() < ends and not left.wait(0.02):
                    connection.sendall(byte)
            except OSError:  # the client closed the connection
                left.set()

    def start(beginning: bytes, byte: bytes) -> str:
        threads.append(threading.Thread(target=answer, args=(beginning, byte)))
        threads[0].start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/x"

    yield start, left
    left.set()
    for thread in threads:
        thread.join()
    listening.close()


@pytest.mark.parametrize(
    ("beginning", "byte"),
    [
        (b"", b"H"),
        (HEAD + b"X-Slow: ", b"x"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Content-Length: 9\r\n\r\n", b""),
    ],
    ids=["status", "header", "body", "chunks", "silence"],
)
def test_slow_response_is_cut_off_at_time_limit(trickle, monkeypatch, beginning, byte):
    monkeypatch.setattr(oidc_http, "MAX_SECONDS", LIMIT)
    start, left = trickle
    url = start(beginning, byte)
    began = time.monotonic()
    with pytest.raises(IdentityProviderUnavailableError):
        ProviderHttp(plain_hosts=LOOPBACK).get_json(url)
    assert time.monotonic() - began < GIVES_UP / 2
    # The connection is closed, not leaked.
    assert byte == b"" or left.wait(GIVES_UP / 2)


def test_compressed_response_is_not_decompressed(odd):
    odd.answers["/x"] = (200, {"Content-Encoding": "gzip"}, b"{}")
    assert ProviderHttp(plain_hosts=LOOPBACK).get_json(f"{odd.issuer}/x").body == {}
