"""A document's pages over HTTP from a running stack: text, word boxes and the cached image."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.stack.home import ADMIN_KEY, Home

SENTENCE = "Revenue was $5 million in fiscal 2024."


@pytest.fixture
def client(running: Any) -> Iterator[httpx.Client]:
    key = Home.at(running.home).read_secret(ADMIN_KEY)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=running.announced["url"], headers=headers, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def document(running: Any, footnote: Callable[..., Any], client: httpx.Client, tmp_path: Path) -> str:
    """Ingest a PDF with one page; return the document's ID."""
    canvas = Canvas(str(tmp_path / "page.pdf"), invariant=1)
    canvas.drawString(72, 700, SENTENCE)
    canvas.save()
    words = ("ingest", str(tmp_path / "page.pdf"), "--collection", "pages", "--home", str(running.home))
    assert footnote(*words).returncode == 0
    listed = client.get("/v1/documents").json()["items"]
    return next(item["id"] for item in listed if item["filename"] == "page.pdf")


def test_page_contains_its_text_and_word_boxes(client: httpx.Client, document: str) -> None:
    page = client.get(f"/v1/documents/{document}/pages/1").json()
    assert SENTENCE in page["text"]
    words = page["words"]
    assert [page["text"][word["start"] : word["end"]] for word in words] == SENTENCE.split()
    assert all(0 <= word["x0"] < word["x1"] <= page["width"] for word in words)
    assert client.get(f"/v1/documents/{document}/pages/2").json()["code"] == "page-not-found"


def test_page_image_is_not_sent_again_if_unchanged(client: httpx.Client, document: str) -> None:
    path = f"/v1/documents/{document}/pages/1/image"
    image = client.get(path, params={"dpi": 72})
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    assert image.content.startswith(b"\x89PNG\r\n\x1a\n")
    again = client.get(path, params={"dpi": 72}, headers={"If-None-Match": image.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", image.headers["etag"])
    larger = client.get(path, params={"dpi": 144}, headers={"If-None-Match": image.headers["etag"]})
    assert larger.status_code == 200


def test_page_overlay_has_the_words_over_the_image(client: httpx.Client, document: str) -> None:
    overlay = client.get(f"/v1/documents/{document}/pages/1/overlay")
    assert (overlay.status_code, overlay.headers["content-type"]) == (200, "image/svg+xml")
    assert 'href="data:image/png;base64,iVBORw0KGgo' in overlay.text
    words = client.get(f"/v1/documents/{document}/pages/1").json()["words"]
    assert f'd="M{words[0]["x0"]:.1f} ' in overlay.text
    assert overlay.text.count("Z") >= len(words)


def test_running_stack_is_ready(client: httpx.Client) -> None:
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert {part["ready"] for part in ready.json()["parts"].values()} == {True}
