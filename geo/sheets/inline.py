"""Turns a folium figure into one file that needs nothing else: no address is left in it, and none could be called.

folium names its scripts by addresses on the internet; government intranets have none. Each is replaced by a file of
the folder of scripts (decision 0017), and whatever is not known here is refused rather than let through.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Element, Figure, JavascriptLink

from geo.errors import GeoError
from geo.sheets.scripts import SCRIPTS, STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.sheets.scripts import Scripts

_OWN = Path(__file__).parent
UNUSED = {
    "bootstrap", "awesome_markers", "bootstrap_css", "glyphicons_css", "awesome_markers_font_css",
    "awesome_markers_css", "awesome_rotate_css", "markerclusterdefaultcss",
}  # fmt: skip
"""What folium lists and none of the elements below needs; the clusters' two styles are one file here."""
ELEMENTS = {
    "Figure", "Map", "GeoJson", "GeoJsonTooltip", "GeoJsonPopup", "FeatureGroup", "LayerControl", "FitBounds",
    "Element", "Legend", "Search", "Script", "ElementAddToElement", "MarkerCluster", "Marker", "CircleMarker", "Popup",
    "Tooltip", "Html", "HeatMap",
}  # fmt: skip
"""Elements that a sheet may be made of. ``HeatMap`` is what folium calls a HeatMapWithTime; the plain one asks for a
script that is not among ours, and is refused by that."""
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_ADDRESSES = {"src", "href", "srcset", "action", "data", "poster", "formaction"}


class UnknownAssetError(GeoError):
    """The figure wants a script, a style or an element that this house does not have."""


def inlined(figure: Figure | Element, scripts: Scripts) -> str:
    """The whole figure as one HTML file that opens from ``file://`` with the network unplugged.

    Args:
        figure: a folium map, or the figure it stands in.
        scripts: Leaflet and its plugins.

    Raises:
        ScriptsMissingError: one of them has not been laid out.
        UnknownAssetError: something in it would have to be fetched; nothing is written.
    """
    root = figure.get_root()
    if not isinstance(root, Figure):
        raise UnknownAssetError(f"A {_kind(root)} stands in no figure.")
    for element in _all_inside(root):
        if _kind(element) not in ELEMENTS:
            raise UnknownAssetError(f"A sheet cannot hold folium's {_kind(element)}: its scripts are not among ours.")
    root.render()
    for name, child in list(_children(root.header).items()):
        if isinstance(child, JavascriptLink | CssLink):
            _replace(root, name, child, scripts)
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


def _replace(root: Figure, name: str, child: JavascriptLink | CssLink, scripts: Scripts) -> None:
    script = isinstance(child, JavascriptLink)
    known = SCRIPTS if script else STYLES
    if name == "jquery":
        text = (_OWN / "dollar.js").read_text(encoding="utf-8")
    elif name in known:
        text = scripts.text(known[name])
    elif name not in UNUSED:
        raise UnknownAssetError(f"“{name}” ({child.url}) is not among the scripts of a sheet.")
    if name in UNUSED:
        del _children(root.header)[name]
        return
    if name == "leaflet_css":
        text += (_OWN / "sheet.css").read_text(encoding="utf-8")
    tag = "script" if script else "style"
    whole = "{% raw %}" + f"<{tag}>\n{_closed(text)}\n</{tag}>" + "{% endraw %}"
    # In its own place: what folium writes after it already uses it.
    _children(root.header)[name] = Element(whole)


def _closed(text: str) -> str:
    """A script's text, so that no string in it ends the element that it stands in, or the template round it."""
    return text.replace("</script", "<\\/script").replace("{% endraw", "{ % endraw")


class _Sentry(HTMLParser):
    """Walks the finished page and refuses any address in it but data and anchors."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        for name, value in attrs:
            if name in _ADDRESSES and value and not value.startswith(("data:", "#")):
                raise UnknownAssetError(f"<{tag} {name}> points to {value[:120]}.")
