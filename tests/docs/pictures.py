"""`python -m tests.docs.pictures`: take the screenshots of the guides in Chromium, with the sample documents."""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.client.api import ApiClient
from app.client.ingestion import NoProgress, ingest_files
from app.core.principal import Role
from app.stack.founding import open_tenant_admin
from app.stack.supervisor import Stack
from evals.datasets.samples.writing import write_samples
from evals.environment.printing import find_chromium
from tests.docs.guides import ROOT
from tests.running import run_footnote

PICTURES = ROOT / "docs" / "images"
COLOURS = 128
LARGEST = 150_000  # bytes
READINGS = 120  # seconds until the machine has read the fields of a sample
QUESTION = "What were Tarnwick's net sales in 2025?"
CHANGES = """change,user,group,collection,into,level
join,mira@example.com,,,Credit desk,
grant,,Credit desk,Public filings,,viewer
grant,mira@example.com,,Deal room,,viewer
"""


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium-headless-shell")
    with (
        tempfile.TemporaryDirectory() as folder,
        run_footnote(Path(folder) / "home") as stack,
        sync_playwright() as playwright,
    ):
        key = fill(stack, write_samples(Path(folder) / "samples"))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        draw(browser, stack.url, key)
        browser.close()


def fill(stack: Stack, samples: list[Path]) -> str:
    """Create a tenant with users, a group and two collections. Upload one document to each collection. Return the
    administrator's key.
    """
    tenants, database = open_tenant_admin(stack.database_url("owner"))
    tenant_id = tenants.create_tenant(slug="pictures", name="Pictures")
    roles = [Role.ADMIN, Role.EDITOR]
    _, key = tenants.create_user(tenant_id, email="ada@example.com", name="Ada", roles=roles)
    tenants.create_user(tenant_id, email="mira@example.com", name="Mira", roles=[Role.ANALYST])
    database.close()
    with ApiClient(url=stack.url, key=key) as api:
        api.create_group("Credit desk")
        for name, path in zip(("Public filings", "Deal room"), samples, strict=True):
            collection = api.create_collection(name)
            ingest_files(api, [path], collection=collection.id, watcher=NoProgress())
    return key


def draw(browser: Browser, url: str, key: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(url)
    page.locator("#key").fill(key)
    page.locator("#key").press("Enter")
    page.locator("#files:enabled").wait_for(state="attached")
    page.goto(f"{url}/ask")
    page.locator("#question:enabled").fill(QUESTION)
    page.locator("#ask").click()
    page.locator(".claim .cite").first.wait_for()
    page.locator(".claim .cite").first.click()
    page.locator("#sheet rect").first.wait_for(state="attached")
    page.locator("#sheet img").evaluate("image => image.decode()")
    keep(page, "evidence")
    page.goto(f"{url}/access/import")
    page.locator("textarea").first.fill(CHANGES)
    page.locator("button[value=preview]").click()
    page.locator(".verdict").wait_for()
    keep(page, "access")
    page.locator("button[value=make]").click()
    page.goto(f"{url}/access")
    page.get_by_role("link", name="Deal room").click()
    keep(page, "readers")
    draw_desk(page, url)
    page.goto(f"{url}/docs")
    page.locator(".opblock").first.wait_for()
    keep(page, "reference")


def draw_desk(page: Page, url: str) -> None:
    """Draw the queue when the machine has read the fields of a document, and the first task with a quote."""
    for _ in range(READINGS):
        page.goto(f"{url}/review")
        if page.locator("a.task").count():
            break
        page.wait_for_timeout(1_000)
    page.locator("#next:enabled").wait_for()
    keep(page, "queue")
    page.locator("a.task").first.click()
    page.locator("#keys-button:enabled").wait_for()
    page.locator("#fields li", has=page.locator(".field-value:not(:text('—'))")).first.locator(".field-head").click()
    page.locator("#sheet .now").first.wait_for(state="attached")
    page.locator("#sheet img").evaluate("image => image.decode()")
    keep(page, "review")


def keep(page: Page, name: str) -> None:
    """Store a screenshot as a PNG with few colours. It is a third as large as the original."""
    with Image.open(BytesIO(page.screenshot())) as shot:
        drawn = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = PICTURES / f"{name}.png"
    drawn.save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size} bytes: {LARGEST} at most.")


if __name__ == "__main__":
    main()
