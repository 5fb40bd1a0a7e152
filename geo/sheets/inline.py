"""Turns a folium figure into one file that needs nothing else: no address is left in it, and none could be called.

folium names its scripts by addresses on the internet; government intranets have none. Each is replaced by a file of
this house, and whatever is not known here is refused rather than let through. Leaflet itself is in none of our
packages, so ``leaf/`` draws what our sheets use under Leaflet's names (decision 0017).
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Element, Figure, JavascriptLink

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAF = Path(__file__).parent / "leaf"
SCRIPTS = {"leaflet": ("1-shapes.js", "2-map.js", "3-controls.js")}
"""folium's names of scripts, and the files that stand in for them."""
STYLES = {"leaflet_css": ("sheet.css",)}
UNUSED = {
    "jquery", "bootstrap", "awesome_markers", "bootstrap_css", "glyphicons_css", "awesome_markers_font_css",
    "awesome_markers_css", "awesome_rotate_css",
}  # fmt: skip
"""What folium lists on every map and none of the elements below needs."""
ELEMENTS = {
    "Figure", "Map", "GeoJson", "GeoJsonTooltip", "GeoJsonPopup", "FeatureGroup", "LayerControl", "FitBounds",
    "Element", "Legend", "Search", "Script", "ElementAddToElement",
}  # fmt: skip
"""Elements that a sheet may be made of; others would need scripts that are not here."""
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_ADDRESSES = {"src", "href", "srcset", "action", "data", "poster", "formaction"}


class UnknownAssetError(GeoError):
    """The figure wants a script, a style or an element that this house does not have."""


def inlined(figure: Figure | Element) -> str:
    """The whole figure as one HTML file that opens from ``file://`` with the network unplugged.

    Args:
        figure: a folium map, or the figure it stands in.

    Raises:
        UnknownAssetError: something in it would have to be fetched; nothing is written.
    """
    root = figure.get_root()
    if not isinstance(root, Figure):
        raise UnknownAssetError(f"A {_kind(root)} stands in no figure.")
    for element in _all_inside(root):
        if _kind(element) not in ELEMENTS:
            raise UnknownAssetError(
                f"A sheet cannot hold folium's {_kind(element)}: its scripts are not in this house."
            )
    root.render()
    for name, child in list(_children(root.header).items()):
        if isinstance(child, JavascriptLink | CssLink):
            _replace(root, name, child)
    page = str(_template(root).render(this=root, kwargs={}))
    page = page.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">', 1)
    _Sentry().feed(page)
    return page


def _kind(element: Element) -> str:
    return str(element._name)  # noqa: SLF001 - branca has no other word for it


def _children(element: Element) -> dict[str, Element]:
    return element._children  # noqa: SLF001 - branca has no way to take a child out


def _template(figure: Figure) -> Any:
    return figure._template  # noqa: SLF001 - ``render`` would put the links back


def _all_inside(element: Element) -> Iterator[Element]:
    yield element
    parts = [getattr(element, part) for part in ("header", "html", "script")] if isinstance(element, Figure) else []
    for child in [*_children(element).values(), *parts]:
        yield from _all_inside(child)


def _replace(root: Figure, name: str, child: JavascriptLink | CssLink) -> None:
    script = isinstance(child, JavascriptLink)
    known = SCRIPTS if script else STYLES
    if name not in known and name not in UNUSED:
        raise UnknownAssetError(f"“{name}” ({child.url}) is not among the files of this house.")
    del _children(root.header)[name]
    if name in UNUSED:
        return
    tag = "script" if script else "style"
    text = "\n".join((_LEAF / file).read_text(encoding="utf-8") for file in known[name])
    root.header.add_child(Element("{% raw %}" + f"<{tag}>\n{text}\n</{tag}>" + "{% endraw %}"), name=name)


class _Sentry(HTMLParser):
    """Walks the finished page and refuses any address in it but data and anchors."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        for name, value in attrs:
            if name in _ADDRESSES and value and not value.startswith(("data:", "#")):
                raise UnknownAssetError(f"<{tag} {name}> points to {value[:120]}.")
