"""Pages are counted as the API is: each request of who is signed in, and each look-up of who is not."""

import pytest


@pytest.fixture
def small(start_server):
    return start_server(requests_per_minute=3)


def ask(client, path, times=4, **more):
    return [client.get(path, follow_redirects=False, **more).status_code for _ in range(times)]


def test_pages_and_the_api_count_together_for_who_is_signed_in(small):
    user = small.user()
    browser = small.client()
    assert browser.post("/sign-in", data={"key": user.key}).status_code == 303
    assert ask(browser, "/", times=2) == [200, 200]
    answer = browser.get("/v1/me")
    assert (answer.status_code, answer.headers["ratelimit"].split(";")[1]) == (200, "r=0")
    refused = browser.get("/access")
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (429, "rate-limited", "requests")
    assert int(refused.headers["Retry-After"]) > 0


def test_sessions_that_are_none_are_counted_by_address(small):
    cookie = {"Cookie": f"{small.app.state.session_cookie}=made-up"}
    assert ask(small.client(), "/", headers=cookie) == [200, 200, 200, 429]


def test_looking_for_organisations_is_counted_and_the_page_by_itself_is_not(small):
    client = small.client()
    assert ask(client, "/sign-in") == [200, 200, 200, 200]
    assert ask(client, "/sign-in", params={"organisation": "acme"}) == [200, 200, 200, 429]
