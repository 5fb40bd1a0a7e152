"""Writes the service's OpenAPI to web/openapi.json, from which the page's client types are generated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.main import create_app
from api.settings import ROOT, Settings

if TYPE_CHECKING:
    from pathlib import Path

TARGET = ROOT / "web" / "openapi.json"


def render() -> str:
    """The OpenAPI document as it is committed: sorted, indented, ending in a newline."""
    document = create_app(Settings()).openapi()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write(target: Path = TARGET) -> None:
    """Write the document to ``target``."""
    target.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    write()
