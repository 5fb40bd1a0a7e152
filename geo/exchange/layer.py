"""One layer of a file as it came: columns, shapes, and what the file says of its coordinates.

It crosses from the confined reading process as an Arrow stream, never as pickle: bytes from a stranger's file
may only ever become numbers and text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GEOMETRY = "__geometry__"
"""The column of WKB in the Arrow form; no file's own column may take this name."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A frozen layer.

    Attributes:
        name: the layer's, sheet's or file's name.
        table: the columns, without geometry; as many rows as ``geometry``.
        geometry: shapely geometries in the file's own numbers; None where a row has none.
        epsg: the EPSG code that the file declares, or None.
        crs: what the file declares in words (a name or WKT), "" if nothing.
        encoding: how its text was decoded.
        source: the file's name as the user knows it.
    """

    name: str
    table: pa.Table
    geometry: NDArray[np.object_]
    epsg: int | None = None
    crs: str = ""
    encoding: str = "utf-8"
    source: str = ""

    def __post_init__(self) -> None:
        if self.table.num_rows != len(self.geometry):
            raise InvalidInputError(
                f"Layer {self.name}: {self.table.num_rows} rows, but {len(self.geometry)} geometries."
            )

    def __len__(self) -> int:
        """Rows."""
        return len(self.geometry)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in the file's order."""
        return tuple(self.table.column_names)

    def column(self, name: str) -> list[Any]:
        """The values of one column as plain Python values, None where empty."""
        values: list[Any] = self.table.column(name).to_pylist()
        return values

    def with_geometry(self, geometry: NDArray[np.object_], *, epsg: int | None) -> Layer:
        """The same rows with other shapes."""
        return Layer(self.name, self.table, geometry, epsg, "", self.encoding, self.source)

    def with_table(self, table: pa.Table) -> Layer:
        """The same shapes with other columns."""
        return Layer(self.name, table, self.geometry, self.epsg, self.crs, self.encoding, self.source)

    def take(self, rows: NDArray[np.intp]) -> Layer:
        """Some of the rows, in the given order."""
        table = self.table.take(pa.array(rows))
        return Layer(self.name, table, self.geometry[rows], self.epsg, self.crs, self.encoding, self.source)

    def write(self, path: Path) -> None:
        """To an Arrow IPC file; ``Layer.read`` reads it back."""
        described = {
            "name": self.name, "epsg": self.epsg, "crs": self.crs, "encoding": self.encoding, "source": self.source
        }  # fmt: skip
        table = self.table.append_column(GEOMETRY, pa.array(shapely.to_wkb(self.geometry), pa.binary()))
        table = table.replace_schema_metadata({"layer": json.dumps(described)})
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    @staticmethod
    def read(path: Path) -> Layer:
        """From an Arrow IPC file; every value is checked, whoever wrote it."""
        with pa.memory_map(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate(full=True)
        described = json.loads((table.schema.metadata or {}).get(b"layer", b"{}"))
        wkb = table.column(GEOMETRY).to_numpy(zero_copy_only=False)
        return Layer(
            name=str(described["name"]),
            table=table.drop_columns([GEOMETRY]).replace_schema_metadata(None),
            geometry=np.asarray(shapely.from_wkb(wkb), dtype=object),
            epsg=described["epsg"],
            crs=str(described["crs"]),
            encoding=str(described["encoding"]),
            source=str(described["source"]),
        )
