"""Metadata is accepted only if it names the requested issuer. Its URLs are called only if they are permitted."""

import threading

import pytest

from app.core.clock import SystemClock
from app.identity.oidc import directory as oidc_directory
from app.identity.oidc.directory import ProviderDirectory
from app.identity.oidc.errors import IdentityProviderUnavailableError
from app.identity.oidc.http import LOOPBACK, ProviderHttp

METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def directory():
    return ProviderDirectory(http=ProviderHttp(plain_hosts=LOOPBACK), clock=SystemClock())


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"{}"),
        (404, {}, b"{}"),
        (302, {"Location": "/elsewhere"}, b"{}"),
        (200, {}, b"<html>"),
        (200, {}, b"[1]"),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"x": "' + b"x" * 600_000 + b'"}'),
        (200, {}, b'{"issuer": "https://another.example"}'),
    ],
    ids=["down", "absent", "redirect", "page", "list", "deep", "long", "another"],
)
def test_invalid_metadata_counts_as_outage_and_delays_next_call(directory, odd, answer):
    odd.answers[METADATA] = answer
    for _ in range(3):
        with pytest.raises(IdentityProviderUnavailableError):
            directory.get_metadata(odd.issuer)
    assert odd.asked == [METADATA]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize("address", ["http://169.254.169.254/x", "file:///etc/passwd", "javascript:alert(1)", "//x"])
def test_forbidden_addresses_in_metadata_are_rejected(directory, odd, name, address):
    odd.metadata[name] = address
    with pytest.raises(IdentityProviderUnavailableError):
        directory.get_metadata(odd.issuer)


def test_metadata_is_cached_by_cache_control(directory, odd):
    assert directory.get_metadata(odd.issuer).jwks_uri == f"{odd.issuer}/jwks"
    directory.get_metadata(odd.issuer)
    assert odd.asked == [METADATA]


def test_concurrent_requests_do_not_wait_long_for_one_call(directory, odd, monkeypatch):
    monkeypatch.setattr(oidc_directory, "LONGEST_WAIT_SECONDS", 0.05)
    called, answers = threading.Event(), threading.Event()
    answer = odd.answer

    def wait_and_answer(path):
        called.set()
        answers.wait(7)
        return answer(path)

    monkeypatch.setattr(odd, "answer", wait_and_answer)
    first = threading.Thread(target=directory.get_metadata, args=(odd.issuer,))
    first.start()
    try:
        assert called.wait(7)
        with pytest.raises(IdentityProviderUnavailableError):
            directory.get_metadata(odd.issuer)
        assert first.is_alive()
    finally:
        answers.set()
        first.join()
    assert directory.get_metadata(odd.issuer).issuer == odd.issuer
