#!/usr/bin/env bash
# markitdown and kreuzberg write a row under a cell that spans two rows from the first column on, so that its
# figures stand one column too far left.
#
# Hurts: the figure of 2024 is under the row's label, and that of 2023 is under 2024.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install markitdown==0.1.9 kreuzberg==4.10.4
observe <<'PY'
import io

import kreuzberg
from markitdown import MarkItDown
from observation import compare, show_versions

show_versions("markitdown", "kreuzberg")
page = """<html><body><table>
<tr><th>Segment</th><th>Region</th><th>2024</th><th>2023</th></tr>
<tr><td rowspan="2">Pumps</td><td>Europe</td><td>7</td><td>8</td></tr>
<tr><td>Asia</td><td>9</td><td>10</td></tr>
</table></body></html>"""
markdown = MarkItDown().convert_stream(io.BytesIO(page.encode()), file_extension=".html").text_content
table = kreuzberg.extract_bytes_sync(page.encode(), "text/html").tables[0]
compare(
    expected="the row of Asia as ['', 'Asia', '9', '10'], or with 'Pumps' repeated",
    seen={
        "markitdown": [cell.strip() for cell in markdown.strip().splitlines()[-1].strip("|").split("|")],
        "kreuzberg": table.cells[-1],
    },
    recorded={"markitdown": ["Asia", "9", "10"], "kreuzberg": ["Asia", "9", "10", ""]},
)
PY
