"""Rate limits of pages. A signed-in user has one limit for pages and API. Other limits apply to other visitors."""

import pytest


@pytest.fixture
def limited_server(start_server):
    return start_server(requests_per_minute=3)


def get_statuses(client, path, times=4, **more):
    return [client.get(path, follow_redirects=False, **more).status_code for _ in range(times)]


def test_pages_and_api_share_the_rate_of_a_signed_in_user(limited_server):
    user = limited_server.user()
    browser = limited_server.client()
    assert browser.post("/sign-in", data={"key": user.key}).status_code == 303
    assert get_statuses(browser, "/", times=2) == [200, 200]
    answer = browser.get("/v1/me")
    assert (answer.status_code, answer.headers["ratelimit"].split(";")[1]) == (200, "r=0")
    refused = browser.get("/access")
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (429, "rate-limited", "requests")
    assert int(refused.headers["Retry-After"]) > 0


def test_requests_with_invalid_sessions_are_limited_by_address(limited_server):
    cookie = {"Cookie": f"{limited_server.app.state.session_cookie}=made-up"}
    assert get_statuses(limited_server.client(), "/", headers=cookie) == [200, 200, 200, 429]


def test_organisation_look_ups_are_limited_and_the_sign_in_page_is_not(limited_server):
    client = limited_server.client()
    assert get_statuses(client, "/sign-in") == [200, 200, 200, 200]
    assert get_statuses(client, "/sign-in", params={"organisation": "acme"}) == [200, 200, 200, 429]
