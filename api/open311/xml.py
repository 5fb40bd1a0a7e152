"""Plain data as the XML that GeoReport v2 asks for: a list of ``request`` in ``service_requests``, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, tostring  # only written here, never read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ITEM_OF = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
}


def as_xml(root: str, value: Any) -> bytes:
    """A value under a root element; lists repeat the element that their name stands for.

    >>> as_xml("services", [{"service_code": "a", "metadata": False}]).split(b"?>")[1].strip()
    b'<services><service><service_code>a</service_code><metadata>false</metadata></service></services>'
    """
    element = Element(root)
    _fill(element, value)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(element, encoding="unicode").encode()


def _fill(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        _fill_each(element, value)
    elif isinstance(value, list):
        _fill_all(element, value)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))


def _fill_each(element: Element, value: Mapping[str, Any]) -> None:
    for name, inner in value.items():
        _fill(SubElement(element, name), inner)


def _fill_all(element: Element, values: Sequence[Any]) -> None:
    name = ITEM_OF.get(element.tag, "item")
    for inner in values:
        _fill(SubElement(element, name), inner)
