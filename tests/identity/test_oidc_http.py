"""A provider that takes its time, in its headers or its body, is cut off when the time is up."""

import socket
import threading
import time

import pytest

from app.identity.oidc import http as oidc_http
from app.identity.oidc.errors import IdentityProviderUnavailableError
from app.identity.oidc.http import LOOPBACK, ProviderHttp

LIMIT = 0.4  # seconds
GIVES_UP = 4.0  # seconds after which the provider ends of itself
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def trickle():
    """Starts a provider that answers with a beginning, and then goes on byte by byte; tells its address."""
    listening = socket.create_server(("127.0.0.1", 0))
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
            except OSError:  # it was cut off
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
def test_a_provider_that_trickles_is_cut_off_when_its_time_is_up(trickle, monkeypatch, beginning, byte):
    monkeypatch.setattr(oidc_http, "MAX_SECONDS", LIMIT)
    start, left = trickle
    url = start(beginning, byte)
    began = time.monotonic()
    with pytest.raises(IdentityProviderUnavailableError):
        ProviderHttp(plain_hosts=LOOPBACK).get_json(url)
    assert time.monotonic() - began < GIVES_UP / 2
    # The connection was ended, not left to whoever holds it.
    assert byte == b"" or left.wait(GIVES_UP / 2)


def test_an_answer_that_is_packed_is_not_unpacked(odd):
    odd.answers["/x"] = (200, {"Content-Encoding": "gzip"}, b"{}")
    assert ProviderHttp(plain_hosts=LOOPBACK).get_json(f"{odd.issuer}/x").body == {}
