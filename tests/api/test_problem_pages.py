"""Problems as pages: in the product's own form for browsers, with what was typed; problem documents for programs."""

import re
from contextlib import contextmanager
from html import unescape

import pytest

from app.core.errors import UnavailableError
from app.web.kept import Kept, from_text
from tests.api.test_access_pages import Browser

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TYPED = 'net\r\n"debt" <b>&amp;</b>'


def fields_of(text, action):
    """Return the hidden fields of the form with this target."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form is not None, text
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[0])
    return {unescape(name): unescape(value) for name, value in found}


@contextmanager
def authenticator(server, other):
    """Sessions are checked by another authenticator."""
    usual = server.app.state.authenticator
    server.app.state.authenticator = other
    yield
    server.app.state.authenticator = usual


@pytest.fixture
def desk(server, admin):
    return Browser(server, admin)


def test_unknown_address_is_a_page_for_browsers_only(server, desk):
    shown = desk.get("/no-such-page", headers=HTML)
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page at this address." in shown.text
    assert 'aria-label="Pages"' in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert desk.get("/no-such-page").headers["content-type"] == "application/problem+json"
    assert desk.get("/v1/no-such-page", headers=HTML).headers["content-type"] == "application/problem+json"
    assert 'aria-label="Pages"' not in server.client().get("/no-such-page", headers=HTML).text


def test_invalid_query_is_a_page_that_says_what_is_wrong(desk):
    shown = desk.get("/access/people/not-an-id", headers=HTML)
    assert (shown.status_code, shown.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "IDs are UUIDs" in shown.text


def test_lost_session_leads_back_to_the_address(server, admin, desk):
    desk.http.cookies.clear()
    sent = desk.get("/audit?action=a%20b&actor=", follow_redirects=False)
    assert sent.status_code == 303
    form = desk.get(sent.headers["location"])
    assert fields_of(form.text, "/sign-in") == {"back": "/audit?action=a%20b&actor="}
    back = desk.http.post(
        "/sign-in", data={"key": admin.key, "back": "/audit?action=a%20b&actor="}, follow_redirects=False
    )
    assert (back.status_code, back.headers["location"]) == (303, "/audit?action=a%20b&actor=")
    other = desk.http.post("/sign-in", data={"key": admin.key, "back": "//elsewhere.example"}, follow_redirects=False)
    assert other.headers["location"] == "/"


def test_form_of_a_lost_session_is_sent_after_sign_in(admin, desk):
    data = {"form_token": desk.token(), "act": "preview", "text": TYPED}
    desk.http.cookies.clear()
    ended = desk.http.post("/access/import", data=data, headers=HTML)
    assert ended.status_code == 401
    kept = fields_of(ended.text, "/sign-in")
    wrong = desk.http.post("/sign-in", data={**kept, "key": "fn_000000000000_" + "x" * 43}, headers=HTML)
    assert (wrong.status_code, fields_of(wrong.text, "/sign-in")) == (401, kept)
    resumed = desk.http.post("/sign-in", data={**kept, "key": admin.key}, headers=HTML)
    assert resumed.status_code == 200
    again = fields_of(resumed.text, "/access/import")
    assert again.pop("form_token") != data["form_token"]
    assert again == {"act": "preview", "text": TYPED}
    sent = desk.http.post("/access/import", data=fields_of(resumed.text, "/access/import"), headers=HTML)
    assert "neither JSON nor CSV" in unescape(sent.text) or sent.status_code == 200


def test_form_older_than_the_session_is_confirmed_first(server, admin, analyst, desk):
    before = desk.token()
    later = Browser(server, admin)
    shown = later.http.post("/access/import", data={"form_token": before, "text": TYPED}, headers=HTML)
    assert shown.status_code == 403
    fresh = fields_of(shown.text, "/access/import")
    assert fresh == {"form_token": later.token(), "text": TYPED}
    across = later.http.post(
        "/access/import", data={"form_token": before, "text": TYPED}, headers={**HTML, "Origin": "https://a.example"}
    )
    assert across.status_code == 403
    assert "Send what you entered?" not in across.text


def test_form_is_kept_while_the_database_is_unavailable(server, desk):
    class Down:
        def authenticate_session(self, token):
            raise UnavailableError

    data = {"form_token": desk.token(), "act": "preview", "text": TYPED}
    with authenticator(server, Down()):
        refused = desk.http.post("/access/import", data=data, headers=HTML)
        assert desk.get("/access", headers=HTML).status_code == 503
    assert refused.status_code == 503
    again = fields_of(refused.text, "/access/import")
    assert again == data
    assert desk.http.post("/access/import", data=again, headers=HTML).status_code == 200


def test_rate_limited_form_is_kept_with_its_wait(start_server):
    server = start_server(requests_per_minute=2)
    user = server.user()
    browser = server.client()
    assert browser.post("/sign-in", data={"key": user.key}).status_code == 303
    data = {"form_token": re.search(r'form_token" value="([^"]+)', browser.get("/").text)[1], "kind": "a-kind"}
    browser.get("/")
    refused = browser.post("/dead-letters/replay", data=data, headers=HTML)
    assert (refused.status_code, refused.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert int(refused.headers["retry-after"]) > 0
    assert fields_of(refused.text, "/dead-letters/replay") == data


def test_crash_is_a_page(server, desk):
    desk_token = desk.token()

    class Broken:
        def authenticate_session(self, token):
            raise ZeroDivisionError

    with authenticator(server, Broken()):
        shown = desk.get("/access", headers=HTML)
        posted = desk.http.post("/access/import", data={"form_token": desk_token, "text": TYPED}, headers=HTML)
    assert posted.status_code == 500
    assert (shown.status_code, shown.headers["content-type"]) == (500, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"action": "//a.example", "fields": []}', '{"action":"/a","fields":[1]}']
)
def test_kept_form_of_another_site_or_shape_is_dropped(text):
    assert from_text(text) is None


def test_kept_form_survives_as_text():
    kept = Kept("/a?b=c", (("x", TYPED), ("x", "")), lost_files=True)
    assert from_text(kept.to_text()) == kept
