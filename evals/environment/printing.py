"""Prints web pages to PDF with Chromium, offline."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UnavailableError

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_SECONDS = 300


class PrintingFailedError(UnavailableError):
    code = "printing-failed"
    title = "Chromium did not print the page: run the suite again."


def find_chromium() -> str | None:
    """Return the path of Chromium, if it is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@dataclass(frozen=True, slots=True)
class PdfPrinter:
    """Prints with the Chromium at `program`, in a separate profile without network access."""

    program: str

    def print_page(self, page: bytes, to: Path) -> None:
        """Write an XHTML page as PDF to `to`, completely or not at all. Raises PrintingFailedError."""
        with tempfile.TemporaryDirectory(prefix="footnote-print-") as folder:
            # Because of the extension, Chromium reads the file as XHTML. In HTML, an element like <p/> would stay open.
            source, made = Path(folder) / "page.xhtml", Path(folder) / "page.pdf"
            source.write_bytes(page)
            command = [self.program, *self._switches(folder), f"--print-to-pdf={made}", source.as_uri()]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603  fixed arguments
            except (subprocess.SubprocessError, OSError) as error:
                raise PrintingFailedError from error
            if not made.is_file():
                raise PrintingFailedError
            part = to.with_suffix(".part")
            shutil.copyfile(made, part)
            part.replace(to)

    def _switches(self, folder: str) -> list[str]:
        switches = [
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--no-pdf-header-footer",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
        ]
        # Chromium's sandbox does not work as root, for instance in a container.
        return [*switches, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else switches
