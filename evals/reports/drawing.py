"""Draws matplotlib figures as SVG inside a page, with the page's colours and fonts.

Figures are drawn in placeholder colours. These become CSS variables, so that one drawing fits light and dark
backgrounds. The same figure always gives the same bytes: ids are hashed with a fixed salt, and no date is written.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from cycler import cycler
from lxml import etree
from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH = 4.0
"""Inches. At 72 points per inch, text stays readable when a phone shrinks the drawing to its width."""
LONGEST_LABEL, SHORT_LABEL = 26, 18

INK, SOFT, LINE, BAND, GOOD, BAD = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
SERIES = tuple(f"#0701{number:02x}" for number in range(1, 9))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""There is one marker fewer than colours, so that 56 series have distinct pairs of colour and marker."""

_VARIABLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    BAND: "var(--band)",
    GOOD: "var(--good)",
    BAD: "var(--bad)",
} | {colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, 1)}

_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a "$" in a name is not mathematical notation
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=SERIES),
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with a title and a note. `alternative` is its content in words, for readers who cannot see it."""

    name: str
    title: str
    alternative: str
    svg: Markup
    note: str = ""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The drawing area: a figure with one or more axes above each other."""

    name: str
    figure: Figure
    axes: tuple[Axes, ...]

    def svg(self) -> Markup:
        """Return the drawing as SVG. The surrounding page element must contain a description in words."""
        written = BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message="Glyph"
            )  # a missing glyph is harmless, because the browser draws the text
            self.figure.savefig(written, format="svg", metadata=_NO_METADATA)
        return Markup(_for_page(written.getvalue(), self.name))  # noqa: S704  this module's own SVG; lxml escapes its texts


@contextmanager
def open_canvas(name: str, *, height: float, rows: tuple[float, ...] = (1.0,)) -> Iterator[Canvas]:
    """Open a canvas of that height (inches), with axes in the proportions `rows`.

    Inside the block, Footnote's style applies, and the user's own matplotlib style is ignored.
    """
    with style.context({**_STYLE, "svg.hashsalt": name}, after_reset=True):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        grid = figure.subplots(len(rows), 1, squeeze=False, height_ratios=rows)
        yield Canvas(name, figure, tuple(grid[:, 0]))


def label(text: str) -> str:
    """Shorten a name for a plot. Characters that are not printable become spaces, because XML forbids some of them."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = f" {plain}" if plain.startswith("_") else plain  # matplotlib omits names with a leading "_" from legends
    return plain if len(plain) <= LONGEST_LABEL else plain[: LONGEST_LABEL - 1] + "…"


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Label the rows of a plot, with the first row at the top."""
    axes.set_yticks(range(len(names)), [label(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    for row in range(0, len(names), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=BAND, linewidth=0, zorder=-1)


def add_legend(canvas: Canvas) -> None:
    """Add a legend of the first axes above the whole drawing, in two columns if names are short."""
    handles, labels = canvas.axes[0].get_legend_handles_labels()
    columns = 2 if len(labels) > 1 and max(map(len, labels)) <= SHORT_LABEL else 1
    canvas.figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.2)


def colour_of(place: int) -> str:
    """Return the colour of the series with that index."""
    return SERIES[place % len(SERIES)]


def marker_of(place: int) -> str:
    """Return the marker of the series with that index."""
    return MARKERS[place % len(MARKERS)]


def _for_page(written: bytes, name: str) -> str:
    """Remove parts that only a file needs (prologue, namespaces, size) or that affect the page (style, plain ids)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(written, parser)
    for element in list(root.iter(etree.Element)):
        element.tag = etree.QName(element).localname
        if element.tag == "style":
            _remove(element)
        _rename(element, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, "")
    root.set("class", "plot")
    root.set("aria-hidden", "true")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _rename(element: etree._Element, name: str) -> None:
    """Use the page's colours and fonts. Make ids unique to this drawing, because a page contains several drawings."""
    attributes = [(str(key), str(value)) for key, value in element.attrib.items()]
    element.attrib.clear()
    for key, value in attributes:
        plain = etree.QName(key).localname
        if plain == "id":
            if element.tag != "g":  # group ids are matplotlib's names of parts; nothing refers to them
                element.set("id", f"{name}-{value}")
        elif plain == "href":
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        elif plain == "style":
            element.set("style", _point(_style(value), name))
        else:
            element.set(plain, _point(value, name))


def _point(value: str, name: str) -> str:
    return value.replace("url(#", f"url(#{name}-")


def _style(declared: str) -> str:
    kept = [part.strip() for part in declared.split(";") if not part.strip().startswith("font-family")]
    style = "; ".join(part for part in kept if part)
    for colour, variable in _VARIABLES.items():
        style = style.replace(colour, variable)
    return style
