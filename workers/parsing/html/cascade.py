"""The style of each element: what it inherits, what its tag means, and its own declarations."""

from lxml import etree

from workers.parsing.html.styles import Look, Style, inherit, parse_look
from workers.parsing.html.tags import Tag, combine, has_hints, hints

_MOST = 50_000
_PLAIN = Look()


class Cascade:
    """Computes the styles of one tree. Elements that look alike share a style."""

    def __init__(self, root: etree._Element) -> None:
        self._has_hints = has_hints(root)
        self._known: dict[tuple[Style, Tag, str | None], tuple[Style, Look]] = {}

    def enter(self, element: etree._Element, tag: Tag, outer: Style) -> tuple[Style, Look]:
        """Return the style inside an element of `outer`, and the element's own look."""
        css = element.get("style")
        if self._has_hints:
            before = hints(element, tag)
            if before:
                css = before + (css or "")
        if tag.name == "a" and (element.get("href") or "").startswith("#"):
            return self._look(tag, css, outer, linked=True)
        found = self._known.get((outer, tag, css))
        if found is None:
            found = self._look(tag, css, outer, linked=False)
            if len(self._known) < _MOST:
                self._known[outer, tag, css] = found
        return found

    def _look(self, tag: Tag, css: str | None, outer: Style, *, linked: bool) -> tuple[Style, Look]:
        look = combine(tag, parse_look(css)) if css else tag.look
        if look == _PLAIN and not tag.level and not linked:
            return outer, look
        return inherit(outer, look, level=tag.level, linked=linked), look
