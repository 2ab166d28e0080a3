"""Reads CSS declarations (CSS Syntax Level 3) with tinycss2."""

from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2


def plain_css(css: str) -> str:
    """Return declarations without comments and escapes."""
    return ";".join(f"{name}:{value}" for name, value in read_declarations(css))


def read_declarations(content: str | Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield each property in lower case with its value, which ends with "!important" if it is. Others are left out."""
    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            try:
                value = tinycss2.serialize(item.value).strip()
            except RecursionError:
                continue  # endless brackets, which no browser takes for a value
            yield item.lower_name, value + ("!important" if item.important else "")
