"""The reader over HTTP: frames of filings, quotes, words, tables, pages and errors, without a browser."""

import re
from html import unescape

import pytest

from tests.api.test_filed_pages import filing, folder  # noqa: F401 - fixtures


@pytest.fixture
def reader(server, editor, filing):  # noqa: F811
    """A signed-in client and the addresses of the reader of the filing and of its version."""
    client = server.client()
    assert client.post("/sign-in", data={"key": editor.key}).status_code in (200, 303)
    document, version = re.findall(r"[0-9a-f-]{36}", filing)
    return client, f"/documents/{document}/pages", version


def show(reader, address):
    client, base, _ = reader
    answer = client.get(f"{base}{address}")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_filing_is_shown_in_a_frame_without_scripts_at_its_quote(reader):
    html = show(reader, f"/1?version={reader[2]}&start=0&end=17")
    frame = re.search(r"<iframe[^>]*>", html).group()
    assert 'sandbox="allow-same-origin"' in frame
    assert f"/versions/{reader[2]}/pages/1/filed?mark=0-17" in frame
    assert "<mark>Net sales" in html  # in the text that was read


def test_pages_have_neighbours_and_can_be_jumped_to(reader):
    client, base, version = reader
    first, second = show(reader, "/1"), show(reader, "/2")
    assert re.findall(r'rel="(prev|next)"', first) == ["next"]
    assert re.findall(r'rel="(prev|next)"', second) == ["prev"]
    assert "of 2" in first
    jump = client.get(base, params={"number": 2, "version": version}, follow_redirects=False)
    assert (jump.status_code, jump.headers["location"]) == (303, f"{base}/2?version={version}")


def test_words_are_listed_with_links_to_their_places(reader):
    html = show(reader, "/1?find=due+in")
    assert "1 place with “due in”" in html
    link = re.search(r'<ol class="reader-hits"><li><a href="([^"]+)"', html).group(1)
    assert "/pages/2?" in link
    assert "start=8&end=14" in link
    assert "Nothing in this document has these words" in show(reader, "/1?find=nowhere+at+all")


def test_pages_allow_frames_of_our_own_only(reader):
    client, base, _ = reader
    policy = client.get(f"{base}/1").headers["content-security-policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/9", "/1?version=00000000-0000-7000-8000-000000000000"])
def test_absent_pages_and_versions_are_not_found(reader, address):
    client, base, _ = reader
    assert client.get(f"{base}{address}").status_code == 404


def test_reader_of_a_hidden_document_is_not_found(server, stranger, reader):
    client = server.client()
    client.post("/sign-in", data={"key": stranger.key})
    assert client.get(f"{reader[1]}/1").status_code == 404
    assert client.get(reader[1], params={"number": 1}, follow_redirects=False).status_code == 404
