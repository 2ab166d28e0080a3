"""The style of each element: what it inherits, what its tag means, and its own declarations."""

from lxml import etree

from workers.parsing.html.styles import Look, Style, combine, inherit, parse_look
from workers.parsing.html.tags import Tag, own_declarations

_MOST = 50_000


class Cascade:
    """Computes styles of one tree. Elements that look alike share a style."""

    def __init__(self) -> None:
        self._known: dict[tuple[Style, Tag, str], tuple[Style, Look]] = {}

    def enter(self, element: etree._Element, tag: Tag, outer: Style) -> tuple[Style, Look]:
        """Return the style inside an element of `outer`, and the element's own look."""
        key = (outer, tag, own_declarations(element, tag))
        found = self._known.get(key)
        if found is None:
            look = combine(tag.look, parse_look(key[2])) if key[2] else tag.look
            linked = tag.name == "a" and (element.get("href") or "").startswith("#")
            changes = look is not tag.look or tag.look != Look() or tag.level or linked
            style = inherit(outer, look, level=tag.level, linked=linked) if changes else outer
            found = style, look
            if len(self._known) < _MOST:
                self._known[key] = found
        return found
