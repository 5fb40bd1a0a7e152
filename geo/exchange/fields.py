"""Shortens column names to the ten bytes that a .dbf allows, so that each stays itself and legible."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 10


def short_names(names: Iterable[str], encoding: str) -> dict[str, str]:
    """A short name for each: at most ten bytes in ``encoding``, whole characters, all different.

    >>> short_names(["households", "小区名称全称", "小区名称简称"], "GBK")
    {'households': 'households', '小区名称全称': '小区名称全', '小区名称简称': '小区名称简'}
    >>> short_names(["address_line_1", "address_line_2"], "UTF-8")
    {'address_line_1': 'address_li', 'address_line_2': 'address__2'}
    """
    given: dict[str, str] = {}
    for name in names:
        short, n = cut(name, MOST_BYTES, encoding), 1
        while short.lower() in {taken.lower() for taken in given.values()}:
            n += 1
            short = f"{cut(name, MOST_BYTES - len(str(n)) - 1, encoding)}_{n}"
        given[name] = short
    return given


def cut(text: str, most: int, encoding: str) -> str:
    """As many whole characters as fit into so many bytes."""
    return text.encode(encoding, "replace")[:most].decode(encoding, "ignore")
