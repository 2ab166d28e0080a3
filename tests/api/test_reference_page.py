"""Tests the API reference page at `/docs` and the Swagger UI files that it loads."""

import hashlib
import re

import pytest

from app.web.pages import FOLDER

SWAGGER_UI = FOLDER / "static" / "swagger-ui"


@pytest.fixture(scope="module")
def shown(server):
    return server.client().get("/docs")


def test_reference_needs_no_sign_in(shown):
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith("text/html")


def test_reference_allows_no_inline_code_and_no_other_host(shown):
    policy = dict(part.strip().split(" ", 1) for part in shown.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert re.findall(r"<script(?![^>]*\bsrc=)", shown.text) == []
    assert "style=" not in shown.text


def test_reference_loads_only_files_of_the_package(server, shown):
    links = [link for link in re.findall(r'(?:href|src)="([^"]+)"', shown.text) if not link.startswith("#")]
    assert [link for link in links if not link.startswith("/") or link.startswith("//")] == []
    with server.client() as client:
        assert {client.get(link).status_code for link in links} == {200}


def test_only_the_reference_allows_data_images(server):
    assert "data:" not in server.client().get("/").headers["content-security-policy"]


def test_swagger_ui_files_equal_those_of_the_release():
    recorded = re.findall(r"`([0-9a-f]{64})` \| `([^`]+)`", (SWAGGER_UI / "README.md").read_text(encoding="utf-8"))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SWAGGER_UI.iterdir()}
    del found["README.md"]
    assert {name: digest for digest, name in recorded} == found
