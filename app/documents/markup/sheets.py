"""Applies a file's style sheets (`style` elements, CSS Syntax Level 3) to its elements.

Only the properties of a Look are applied, and only by rules for the screen. Nothing is fetched.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2
from lxml import etree

from app.core.errors import DocumentError
from app.documents.markup.declarations import read_declarations
from app.documents.markup.selectors import Selectors, TooManyTestsError

_MAX_LENGTH = 4 << 20
_MAX_NESTING = 4
_CONDITIONAL = frozenset({"media", "supports", "layer"})


class HtmlSheetsTooLargeError(DocumentError):
    code = "html-style-sheets-too-large"
    title = "The HTML's style sheets are too large to be applied: save it again, or send it as PDF."


def apply_sheets(root: etree._Element, properties: frozenset[str]) -> None:
    """Write the declarations of the tree's style sheets into the `style` of each element, before its own. Others than
    `properties` are left out.

    Raises HtmlSheetsTooLargeError.
    """
    sheets = ["".join(map(str, sheet.itertext())) for sheet in root.iter("style", "{*}style")]
    if sum(map(len, sheets)) > _MAX_LENGTH:
        raise HtmlSheetsTooLargeError
    selectors = Selectors()
    for sheet in sheets:
        rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
        for prelude, css in _rules(rules, 0, properties):
            selectors.add(prelude, css)
    if not selectors:
        return
    try:
        found = selectors.match(root)
    except TooManyTestsError as error:
        raise HtmlSheetsTooLargeError from error
    for element, css in found:
        own = element.get("style")
        element.set("style", f"{css};{own}" if own else css)


def _rules(rules: Sequence[Any], depth: int, properties: frozenset[str]) -> Iterator[tuple[Sequence[Any], str]]:
    """Yield each rule's selectors, and its declarations that matter."""
    for rule in rules:
        if rule.type == "at-rule" and rule.content is not None and depth < _MAX_NESTING and _applies(rule):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _rules(inner, depth + 1, properties)
        elif rule.type == "qualified-rule":
            css = ";".join(f"{name}:{value}" for name, value in read_declarations(rule.content) if name in properties)
            if css:
                yield rule.prelude, css


def _applies(rule: Any) -> bool:
    """Return whether a conditional rule applies on every screen."""
    if rule.lower_at_keyword != "media":
        return rule.lower_at_keyword in _CONDITIONAL
    words = {token.lower_value for token in rule.prelude if token.type == "ident"}
    return "not" not in words and "and" not in words and bool(words & {"screen", "all"})
