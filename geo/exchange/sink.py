"""Takes rows from a reader batch by batch, counts them against the limits, and writes them out as Arrow files.

Streaming keeps a million rows within the memory of one batch.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from geo.exchange import refusals
from geo.exchange.layer import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.exchange.limits import Limits

BATCH_ROWS = 20_000


class Sink:
    """Where readers leave their layers. The only mutable thing in this package: it is a door."""

    def __init__(self, folder: Path, name: str, limits: Limits) -> None:
        self.folder, self.name, self.limits = folder, name, limits
        self.written: list[Path] = []
        self.rows = 0
        self._opened = 0

    @property
    def stem(self) -> str:
        """The file's name without its endings, to call a layer by."""
        return self.name.rsplit("/", 1)[-1].split(".", 1)[0]

    def scratch(self, name: str) -> Path:
        """A fresh folder beside the file."""
        path = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        path.mkdir()
        return path

    @contextmanager
    def layer(
        self, name: str, schema: pa.Schema, *, epsg: int | None = None, crs: str = "", encoding: str = "utf-8"
    ) -> Iterator[LayerSink]:
        """Open a layer; a layer without rows leaves nothing behind."""
        self._admit(name, schema)
        described = {"name": name, "epsg": epsg, "crs": crs, "encoding": encoding, "source": self.name}
        full = schema.append(pa.field(GEOMETRY, pa.binary())).with_metadata({"layer": json.dumps(described)})
        path = self.folder / f"{self._opened:03d}.arrow"
        self._opened += 1
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, full) as writer:
            taker = LayerSink(self, name, writer, full)
            yield taker
        if taker.rows:
            self.written.append(path)
            self.rows += taker.rows

    def _admit(self, name: str, schema: pa.Schema) -> None:
        if self._opened >= self.limits.layers:
            raise refusals.too_large("图层数", "Layers", self._opened + 1, self.limits.layers)
        if len(schema) > self.limits.columns:
            raise refusals.too_large(f"图层 {name} 的列数", f"Columns of {name}", len(schema), self.limits.columns)


class LayerSink:
    """One open layer."""

    def __init__(self, sink: Sink, name: str, writer: pa.ipc.RecordBatchFileWriter, schema: pa.Schema) -> None:
        self.sink, self.name, self.writer, self.schema = sink, name, writer, schema
        self.rows = 0
        self.vertices = 0

    def take(self, columns: pa.RecordBatch | pa.Table, wkb: pa.Array) -> None:
        """Add rows: the columns of the schema, and WKB (null where a row has no shape or an unreadable one)."""
        limits = self.sink.limits
        if self.rows + columns.num_rows > limits.rows:
            raise refusals.too_large(
                f"图层 {self.name} 的行数", f"Rows of {self.name}", self.rows + columns.num_rows, limits.rows
            )
        shapes = shapely.from_wkb(np.asarray(wkb.to_numpy(zero_copy_only=False)), on_invalid="ignore")
        self._count(shapely.get_num_coordinates(shapes))
        flat = pa.array(shapely.to_wkb(shapely.force_2d(shapes)), pa.binary())
        table = pa.Table.from_arrays(
            [*(columns.column(name) for name in self.schema.names[:-1]), flat], schema=self.schema
        )
        self.writer.write_table(table)
        self.rows += columns.num_rows

    def _count(self, vertices: NDArray[np.signedinteger]) -> None:
        limits = self.sink.limits
        self.vertices += int(vertices.sum())
        if len(vertices) and vertices.max() > limits.vertices_each:
            row = self.rows + int(vertices.argmax()) + 1
            raise refusals.too_large(
                f"图层 {self.name} 第 {row} 行的顶点数",
                f"Vertices in row {row} of {self.name}",
                int(vertices.max()),
                limits.vertices_each,
            )
        if self.vertices > limits.vertices:
            raise refusals.too_large(
                f"图层 {self.name} 的顶点数", f"Vertices of {self.name}", self.vertices, limits.vertices
            )
