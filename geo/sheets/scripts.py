"""The scripts and styles that a sheet carries inside: files of one folder, laid out by whoever builds the pages.

A sheet is made from Leaflet and the plugins that folium calls. They are no part of this package: the folder is an
argument, and a sheet whose folder lacks a file is not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = {
    "leaflet": "leaflet.js",
    "markerclusterjs": "markercluster.js",
    "Leaflet.Search.js": "search.js",
    "iso8601": "iso8601.js",
    "leaflet.timedimension.min.js": "timedimension.js",
    "heatmap.min.js": "heatmap.js",
    "leaflet-heatmap.js": "leaflet-heatmap.js",
}
"""folium's names of scripts, and the files that they are."""
STYLES = {
    "leaflet_css": "leaflet.css",
    "markerclustercss": "markercluster.css",
    "Leaflet.Search.css": "search.css",
    "leaflet.timedimension.control.min.css": "timedimension.css",
}


class ScriptsMissingError(InvalidInputError):
    """The folder of scripts has not been laid out."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """The folder with Leaflet and its plugins."""

    folder: Path

    def text(self, name: str) -> str:
        """What one file holds.

        Raises:
            ScriptsMissingError: it is not there.
        """
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise ScriptsMissingError(
                f"离线地图所需的脚本 {name} 不在 {self.folder.name} 文件夹里,请先构建网页"
                f" / the map's script {name} is not in the folder {self.folder.name}: build the pages first"
            ) from error
