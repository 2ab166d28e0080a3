"""Matches the selectors of style sheets against a tree, in one pass over its elements.

cssselect2 tests an element against one compound selector ("td.total"). Combinators (Selectors Level 4 §15) are matched
here from the left to the right, because its tests of them take time beyond all bounds on deep trees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cssselect2
from lxml import etree

MAX_TESTS = 20_000_000
"""A test takes about 1 µs. Sheets that need more tests would use up the time for the file."""

_MAX_RULES = 100
_MAX_STEPS = 8
_MAX_LENGTH = 300
_SLOW = frozenset(
    {"has", "lang", "dir", "first-of-type", "last-of-type", "only-of-type", "nth-child", "nth-last-child",
     "nth-of-type", "nth-last-of-type"}
)  # fmt: skip


class TooManyTestsError(Exception):
    """The selectors need more than MAX_TESTS tests."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The part of a selector that ends with one compound. `combinator` leads to it from the step before."""

    rule: int
    number: int
    combinator: str
    test: Any
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    specificity: tuple[int, int, int]
    css: str


@dataclass(slots=True)
class _Place:
    """What is known about the steps that match around an element: its ancestors, its parent, its earlier siblings."""

    children: Iterator[Any]
    above: frozenset[tuple[int, int]]
    parent: frozenset[tuple[int, int]]
    before: set[tuple[int, int]]
    last: frozenset[tuple[int, int]]


class Selectors:
    """The selectors of a document's style sheets, in their order, each with its declarations."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._by_class: dict[str, list[_Step]] = {}
        self._by_id: dict[str, list[_Step]] = {}
        self._by_name: dict[str, list[_Step]] = {}
        self._other: list[_Step] = []
        self._tests = 0

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, prelude: Sequence[Any], css: str) -> None:
        """Add the selectors of a rule. Those that can't be read are left out."""
        for tokens in _split(prelude, ","):
            steps = _compounds(tokens)
            if not steps or len(steps) > _MAX_STEPS:
                continue
            specificity = tuple(sum(parts) for parts in zip(*(step.specificity for _, step in steps), strict=True))
            rule = len(self._rules)
            self._rules.append(_Rule((specificity[0], specificity[1], specificity[2]), css))
            for number, (combinator, compound) in enumerate(steps):
                step = _Step(rule, number, combinator, compound.test, number == len(steps) - 1)
                if compound.id is not None:
                    self._by_id.setdefault(compound.id, []).append(step)
                elif compound.class_name is not None:
                    self._by_class.setdefault(compound.class_name, []).append(step)
                elif compound.lower_local_name is not None:
                    self._by_name.setdefault(compound.lower_local_name, []).append(step)
                else:
                    self._other.append(step)

    def match(self, root: etree._Element) -> list[tuple[etree._Element, str]]:
        """Return the elements that rules match, with the declarations of these, the strongest last.

        Raises TooManyTestsError.
        """
        wrapper = cssselect2.ElementWrapper
        top = wrapper.from_xml_root(root) if "}" in str(root.tag) else wrapper.from_html_root(root)
        found: list[tuple[etree._Element, str]] = []
        nothing: frozenset[tuple[int, int]] = frozenset()
        stack = [_Place(iter([top]), nothing, nothing, set(), nothing)]
        while stack:
            place = stack[-1]
            element = next(place.children, None)
            if element is None:
                stack.pop()
                continue
            matched, css = self._match(element, place)
            if css:
                found.append((element.etree_element, css))
            place.last = matched
            place.before |= matched
            above = place.above | matched if matched else place.above
            stack.append(_Place(element.iter_children(), above, matched, set(), nothing))
        return found

    def _match(self, element: Any, place: _Place) -> tuple[frozenset[tuple[int, int]], str]:
        matched: list[tuple[int, int]] = []
        ended: list[int] = []
        for step in self._candidates(element):
            if step.number:
                around = {" ": place.above, ">": place.parent, "+": place.last, "~": place.before}[step.combinator]
                if (step.rule, step.number - 1) not in around:
                    continue
            if step.test(element):
                if step.is_last:
                    ended.append(step.rule)
                else:
                    matched.append((step.rule, step.number))
        ended.sort(key=lambda rule: (self._rules[rule].specificity, rule))
        return frozenset(matched), ";".join(self._rules[rule].css for rule in ended[-_MAX_RULES:])

    def _candidates(self, element: Any) -> Iterator[_Step]:
        lists = [self._other, self._by_name.get(element.local_name.lower(), ())]
        if element.id is not None:
            lists.append(self._by_id.get(element.id, ()))
        lists.extend(self._by_class.get(name, ()) for name in element.classes)
        self._tests += 1 + sum(map(len, lists))
        if self._tests > MAX_TESTS:
            raise TooManyTestsError
        for steps in lists:
            yield from steps


def _split(tokens: Sequence[Any], mark: str) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _compounds(tokens: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return the compounds of one selector, each with the combinator before it; nothing if it can't be read."""
    parts: list[tuple[str, list[Any]]] = [("", [])]
    for token in tokens:
        is_mark = token.type == "literal" and token.value in (">", "+", "~")
        if not is_mark and token.type != "whitespace":
            parts[-1][1].append(token)
        elif not parts[-1][1]:
            parts[-1] = (token.value if is_mark else parts[-1][0], [])
        else:
            parts.append((token.value if is_mark else " ", []))
    if len(parts) > 1 and not parts[-1][1] and parts[-1][0] == " ":
        parts.pop()
    if (
        len(tokens) > _MAX_LENGTH
        or parts[0][0] not in ("", " ")
        or not all(map(_is_quick, (part for _, part in parts)))
    ):
        return []
    try:
        found = [(combinator, cssselect2.compile_selector_list(part)) for combinator, part in parts]
    except (cssselect2.SelectorError, RecursionError):
        return []
    if any(len(compiled) != 1 or compiled[0].never_matches or compiled[0].pseudo_element for _, compiled in found):
        return []
    return [(combinator, compiled[0]) for combinator, compiled in found]


def _is_quick(compound: Sequence[Any]) -> bool:
    """Return whether the test of a compound looks at its element only."""
    if not compound:
        return False
    for token in compound:
        if token.type == "ident" and token.lower_value in _SLOW:
            return False
        if token.type == "function" and (
            token.lower_name not in ("not", "is", "where")
            or any(part.type not in ("ident", "literal", "hash", "[] block") for part in token.arguments)
            or any(part.type == "literal" and part.value in (">", "+", "~") for part in token.arguments)
        ):
            return False
    return True
