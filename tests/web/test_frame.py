"""The frame of all pages, over HTTP: navigation by role, the theme, and addresses that forms send back."""

from contextlib import contextmanager

import httpx
import pytest

from app.web.addresses import local_address


@contextmanager
def open_session(site, key):
    with httpx.Client(base_url=site.url) as client:
        assert client.post("/sign-in", data={"key": key}).status_code == 303
        yield client


@pytest.fixture(scope="module")
def analyst(site):
    with open_session(site, site.key) as client:
        yield client


def test_navigation_shows_places_of_the_role(site, analyst):
    with open_session(site, site.admin_key) as admin:
        shown = admin.get("/access").text
        assert '<a href="/access" aria-current="page">Access</a>' in shown
    assert 'href="/access"' not in analyst.get("/issuers").text
    assert '<a href="/issuers" aria-current="page">Issuers</a>' in analyst.get("/issuers").text


def test_chosen_theme_is_rendered_until_the_system_decides_again(analyst):
    assert "data-theme=" not in analyst.get("/issuers").text.split("<body>")[0]
    chosen = analyst.post("/theme", data={"theme": "dark", "back": "/issuers?name=A"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/issuers?name=A")
    assert "samesite=lax" in chosen.headers["set-cookie"].lower()
    assert '<html lang="en" data-theme="dark">' in analyst.get("/issuers").text
    analyst.post("/theme", data={"theme": "system"})
    assert "data-theme=" not in analyst.get("/issuers").text.split("<body>")[0]


def test_theme_of_another_site_is_refused(analyst):
    refused = analyst.post("/theme", data={"theme": "dark"}, headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "text",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "access", "/a\nb", "/\t/b.example"],
)
def test_address_of_another_site_is_not_returned_to(text):
    assert local_address(text) == "/"


def test_own_address_is_kept_with_its_query():
    assert local_address("/issuers?name=A%20B") == "/issuers?name=A%20B"
