"""The home page of an administrator."""


def test_administrator_sees_the_overview_on_the_home_page(server, admin):
    browser = server.client(follow_redirects=True)
    answer = browser.post("/sign-in", data={"key": admin.key})
    assert answer.status_code == 200
    assert "At a glance" in answer.text
