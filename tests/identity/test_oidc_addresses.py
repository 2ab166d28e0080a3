"""Providers are called at public addresses only, even if DNS answers change before the call."""

import asyncio
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import RSAKey

from app.bootstrap import build_provider_http
from app.core.clock import SystemClock
from app.identity.oidc import addresses as oidc_addresses
from app.identity.oidc import http as oidc_http
from app.identity.oidc.addresses import is_public, look_up
from app.identity.oidc.directory import ProviderDirectory
from app.identity.oidc.errors import (
    IdentityProviderNotPublicError,
    IdentityProviderUnavailableError,
    IssuerNotPublicError,
)
from app.identity.oidc.http import LOOPBACK, ProviderHttp
from app.settings import IdentitySettings, Settings
from tests.conftest import SHUTDOWN_POLL
from tests.identity.odd_provider import signed

NAME = "login.example.com"
HERE, ELSEWHERE = ip_address("127.0.0.2"), ip_address("127.0.0.3")

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "192.168.1.1",
    "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "192.0.0.1", "192.0.0.9", "192.0.0.255", "3fff::1", "3fff:fff::1", "::ffff:192.0.0.8",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_non_public_address_is_rejected(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_accepted(address):
    assert is_public(ip_address(address))


def test_configured_networks_are_blocked(monkeypatch):
    monkeypatch.setenv("FOOTNOTE_IDENTITY__CLOSED_NETWORKS", '["2606:4700::/32", "93.184.215.0/24"]')
    http = build_provider_http(Settings().identity)
    http.check_address("https://1.1.1.1/")
    for host in (
        "93.184.215.14",
        "[2606:4700:4700::1111]",
        "[::ffff:93.184.215.14]",
        "[64:ff9b::93.184.215.14]",
        "10.0.0.1",
    ):
        with pytest.raises(IssuerNotPublicError):
            http.check_address(f"https://{host}/")


class NamelessServer(ThreadingHTTPServer):
    """A server that skips the lookup of its own host name. The lookup can take 5 s."""

    def server_bind(self):
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address


@pytest.fixture
def provider(tmp_path, monkeypatch):
    """Serve a provider over TLS on loopback; return its port and its requests as (path, host, TLS server name)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("localhost"), x509.IPAddress(HERE)]), False
        )
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    pem, plain = certificate.public_bytes(encoding), serialization.NoEncryption()
    (tmp_path / "certificate.pem").write_bytes(pem)
    (tmp_path / "both.pem").write_bytes(pem + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    asked, names = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"], names[-1]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            """Log nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    context.sni_callback = lambda _socket, given, _context: names.append(given)
    server = NamelessServer((str(HERE), 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(SHUTDOWN_POLL,), daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def names(monkeypatch):
    """Return a function that replaces the name server. The new one gives each answer once, then repeats the last one.

    The function returns the list of names that are looked up.
    """

    def serve(*answers):
        left = list(answers)

        async def answer(host, port):
            looked_up.append(host)
            return left.pop(0) if len(left) > 1 else left[0]

        looked_up = []
        monkeypatch.setattr(oidc_addresses, "look_up", answer)
        return looked_up

    return serve


def test_call_uses_only_checked_address(provider, names):
    """This prevents DNS rebinding: a second lookup could return an address that is not checked."""
    port, asked = provider
    looked_up = names([HERE], [ELSEWHERE])
    http = ProviderHttp(may_call={HERE}.__contains__)
    assert http.get_json(f"https://{NAME}:{port}/x").status == 200
    assert (asked, looked_up) == ([("/x", f"{NAME}:{port}", NAME)], [NAME])
    with pytest.raises(IdentityProviderNotPublicError):
        http.get_json(f"https://{NAME}:{port}/x")
    assert len(asked) == 1


def test_permitted_addresses_are_tried_in_order(provider, names):
    port, asked = provider
    names([ip_address("10.0.0.1"), ELSEWHERE, HERE])
    assert ProviderHttp(may_call={HERE, ELSEWHERE}.__contains__).get_json(f"https://{NAME}:{port}/x").status == 200
    assert len(asked) == 1


def test_certificate_is_checked_for_requested_name(provider, names):
    port, asked = provider
    names([HERE])
    http = ProviderHttp(may_call={HERE}.__contains__)
    with pytest.raises(IdentityProviderUnavailableError) as refused:
        http.get_json(f"https://another.example.com:{port}/x")
    assert "CERTIFICATE_VERIFY_FAILED" in str(refused.value.__cause__)
    assert asked == []
    assert http.get_json(f"https://{HERE}:{port}/x").status == 200


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706434", "0x7f.0.0.2", "127.0.0.2", "[::ffff:7f00:2]"])
def test_loopback_host_is_never_called_in_any_notation(provider, host):
    port, asked = provider
    with pytest.raises(IdentityProviderNotPublicError):
        ProviderHttp().get_json(f"https://{host}:{port}/x")
    assert asked == []


def test_error_does_not_reveal_internal_names(names, monkeypatch):
    async def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    messages = []
    for answer in (None, [ip_address("10.0.0.1")], []):
        if answer is None:
            monkeypatch.setattr(oidc_addresses, "look_up", unknown)
        else:
            names(answer)
        with pytest.raises(IdentityProviderNotPublicError) as refused:
            ProviderHttp().get_json("https://inner.example.com/x")
        messages.append(refused.value.detail)
    assert len(set(messages)) == 1


def test_unresponsive_name_server_counts_as_outage(monkeypatch):
    async def silent(host, port):
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(oidc_addresses, "look_up", silent)
    with pytest.raises(IdentityProviderUnavailableError) as failed:
        ProviderHttp().get_json("https://login.example.com/x")
    assert failed.value.code == "identity-provider-unavailable"


def test_lookup_uses_system_resolver():
    found = asyncio.run(look_up("localhost", 443))
    assert found
    assert all(address.is_loopback for address in found)


def test_setting_permits_providers_at_private_addresses(provider, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    port, asked = provider
    http = build_provider_http(IdentitySettings(private_providers=True))
    http.check_address("https://10.0.0.1/")
    assert http.get_json(f"https://{HERE}:{port}/x").status == 200
    assert len(asked) == 1
    with pytest.raises(IssuerNotPublicError):
        build_provider_http(IdentitySettings()).check_address("https://10.0.0.1/")


@pytest.mark.parametrize("host", ["10.0.0.1", "[::ffff:10.0.0.1]", "169.254.169.254", "[fe80::1%25eth0]"])
def test_configuring_issuer_at_private_address_is_rejected(tenant, host):
    body = {"name": "x", "issuer": f"https://{host}/", "client_id": "x"}
    refused = tenant.http.post("/v1/identity-providers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "issuer-not-public")


def test_sign_in_reports_issuer_resolving_to_private_address(tenant, browser):
    staff = tenant.provide("https://127.1:9", audience=tenant.audience)
    key = RSAKey.generate_key(2048, {"kid": "one"})
    for _ in range(2):  # the second round uses the cached failure
        begun = browser.begin(staff)
        assert begun.status_code == 503
        assert "has no known public address" in begun.text
        answer = tenant.site.me(signed(key, {}, {"iss": "https://127.1:9", "aud": tenant.audience}))
        assert (answer.status_code, answer.json()["code"]) == (503, "identity-provider-not-public")


def test_lookup_is_abandoned_at_time_limit(monkeypatch):
    answers = threading.Event()

    def blocks(*asked, **more):
        answers.wait()
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", blocks)
    monkeypatch.setattr(oidc_http, "MAX_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ProviderHttp().get_json, "https://login.example.com/x")
        try:
            failure = answer.exception(timeout=20)
        finally:
            answers.set()
    assert isinstance(failure, IdentityProviderUnavailableError)
    assert not isinstance(failure, IdentityProviderNotPublicError)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
def test_metadata_with_internal_address_raises_not_public(odd, name):
    odd.metadata[name] = "https://10.0.0.1/x"
    directory = ProviderDirectory(http=ProviderHttp(plain_hosts=LOOPBACK), clock=SystemClock())
    for _ in range(2):
        with pytest.raises(IdentityProviderNotPublicError):
            directory.get_metadata(odd.issuer)
