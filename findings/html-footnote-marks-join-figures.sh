#!/usr/bin/env bash
# Four converters of HTML to text or Markdown write a raised footnote mark next to its figure, so that 1,234 with
# note 1 becomes 1,2341.
#
# Hurts: net sales of 1,234 million are read as 12,341 million; html-text and trafilatura keep the mark apart.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install markitdown==0.1.9 inscriptis==2.7.6 resiliparse==2.0.1 kreuzberg==4.10.4 html-text==0.7.1 trafilatura==2.3.1
observe <<'PY'
import io
import re

import html_text
import inscriptis
import kreuzberg
import trafilatura
from markitdown import MarkItDown
from observation import compare, show_versions
from resiliparse.extract.html2text import extract_plain_text

show_versions("markitdown", "inscriptis", "resiliparse", "kreuzberg", "html-text", "trafilatura")
page = "<html><body><p>In the year 2024, net sales rose to $1,234<sup>1</sup> million.</p></body></html>"
texts = {
    "markitdown": MarkItDown().convert_stream(io.BytesIO(page.encode()), file_extension=".html").text_content,
    "inscriptis": inscriptis.get_text(page),
    "resiliparse": extract_plain_text(page),
    "kreuzberg": kreuzberg.extract_bytes_sync(page.encode(), "text/html").content,
    "html-text": html_text.extract_text(page),
    "trafilatura": trafilatura.extract(page),
}
compare(
    expected="1,234 from each",
    seen={name: re.search(r"\$([0-9,]+)", text)[1] for name, text in texts.items()},
    recorded={
        "markitdown": "1,2341",
        "inscriptis": "1,2341",
        "resiliparse": "1,2341",
        "kreuzberg": "1,2341",
        "html-text": "1,234",
        "trafilatura": "1,234",
    },
)
PY
