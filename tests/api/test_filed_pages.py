"""Pages as they were filed over HTTP: their frames, headers, marks, audit and errors."""

import re

import pytest
from sqlalchemy import text

from app.db.session import system_principal
from app.documents.content.parsed_codec import encode_words
from app.documents.models import Page
from workers.parsing.html.document import parse_html

FILING = b"""<html><body><table><tr><td>Net sales</td><td>3,614.0</td></tr></table>
<hr style="page-break-after:always"><p onclick="x()">Debt is due in 2031.</p><script>x()</script></body></html>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("filings")


@pytest.fixture
def filing(server, editor, folder):
    path = folder / "filing.html"
    path.write_bytes(FILING)
    made = editor.upload(editor.collection(), FILING, "filing.html")
    ids = {kind: made[kind]["id"] for kind in ("document", "version")}
    pages = parse_html(path).pages
    with server.database.worker.transaction(system_principal(editor.tenant_id)) as session:
        for page in pages:
            session.add(
                Page(version_id=ids["version"], number=page.number, tenant_id=editor.tenant_id,
                     document_id=ids["document"], width=0, height=0, text=page.text, words=encode_words(page.words))
            )  # fmt: skip
        session.execute(
            text("UPDATE document_versions SET status = 'ready', media_type = 'text/html', page_count = :count "
                 "WHERE id = :version"),
            {"count": len(pages), "version": ids["version"]},
        )  # fmt: skip
    return f"/v1/documents/{ids['document']}/versions/{ids['version']}/pages"


def test_page_is_a_frame_for_our_own_pages_with_marked_quotes(editor, filing):
    answer = editor.http.get(f"{filing}/1/filed?mark=0-17")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'; sandbox allow-same-origin" in policy
    assert "script" not in policy
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", answer.text) == ["Net sales", "3,614.0"]
    second = editor.http.get(f"{filing}/2/filed").text
    assert "Debt is due in 2031." in second
    assert "x()" not in second


def test_reads_are_recorded_with_their_pages(server, editor, filing):
    editor.http.get(f"{filing}/2/filed")
    with server.database.owner.transaction(system_principal(editor.tenant_id)) as session:
        query = "SELECT detail FROM audit_events WHERE action = 'documents.page.viewed'"
        assert [row.detail["page"] for row in session.execute(text(query))] == [2]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("9/filed", 404, "page-not-found"), ("1/filed?mark=5", 422, None), ("1/filed?mark=9-999999", 200, None)],
)
def test_addresses_of_no_page_or_passage_are_refused(editor, filing, address, status, code):
    answer = editor.http.get(f"{filing}/{address}")
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code


def test_hidden_document_has_no_filed_pages(stranger, filing):
    assert stranger.http.get(f"{filing}/1/filed").json()["code"] == "document-not-found"


def test_words_are_found_on_their_pages(editor, filing):
    version = filing.removesuffix("/pages")
    found = editor.http.get(f"{version}/passages", params={"q": "due  IN 2031"}).json()
    assert [(hit["page"], hit["found"], hit["before"]) for hit in found["items"]] == [(2, "due in 2031", "Debt is ")]
    assert found["more"] is False
    assert editor.http.get(f"{version}/passages", params={"q": "100%_"}).json()["items"] == []


def test_page_says_whether_it_can_be_shown_as_filed(editor, filing):
    assert editor.http.get(f"{filing}/1").json()["filed"] is True
    outline = editor.http.get(f"{filing.removesuffix('/pages')}/outline").json()
    assert (outline["headings"], outline["printed"]) == ([], {})
