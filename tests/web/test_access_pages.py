"""The access pages in Chromium. Users preview changes before they apply them."""

import httpx
import pytest

from app.client.api import ApiClient
from tests.web.conftest import sign_in

LINES = """change,user,group,collection,label,into,level
join,noor@example.org,,,,Credit desk,
grant,,Credit desk,Filings,,,viewer
clear,mira@example.org,,,mnpi:project-x,,
"""


@pytest.fixture(scope="module")
def filings(site):
    """Upload two documents to the analyst's collection. Create a group and a label as the administrator."""
    with ApiClient(url=site.url, key=site.key) as api:
        for path in site.documents:
            api.upload_document(path, collection="Filings")
    with ApiClient(url=site.url, key=site.admin_key) as api:
        api.create_group("Credit desk")
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.admin_key}"}) as http:
        assert http.post("/v1/labels", json={"name": "mnpi:project-x"}).status_code == 201


@pytest.mark.parametrize("width", [360, 1440])
def test_import_preview_shows_documents_and_people_affected(site, page, filings, width):
    sign_in(page, site.url, site.admin_key)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/access/import")
    page.get_by_label("Changes").fill(LINES)
    page.get_by_role("button", name="Preview changes").click()
    assert page.get_by_role("status").inner_text() == "This would open 2 documents to 1 person and close none."
    assert page.get_by_role("button", name="Apply changes").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
