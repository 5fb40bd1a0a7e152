"""Reads GeoParquet (1.0, 1.1): the primary geometry column in WKB, row group by row group."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from geo.exchange import refusals
from geo.exchange.readers.drawn import declared
from geo.exchange.recognise import Format
from geo.exchange.sink import BATCH_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sink import Sink


def read(path: Path, sink: Sink) -> None:
    """Read one GeoParquet file.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    try:
        with pq.ParquetFile(path) as file:
            _read(file, sink)
    except MemoryError:  # Arrow has one of its own that is also an ArrowException
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise refusals.broken(sink.name, Format.PARQUET) from error


def _read(file: pq.ParquetFile, sink: Sink) -> None:
    described = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    geometry = described.get("primary_column")
    if geometry is None:
        raise refusals.refuse(
            "no-geometry",
            f"{sink.name} 是 Parquet，但没有 GeoParquet 的几何信息；请用 GDAL 或 GeoPandas 重新导出。",
            f"{sink.name} is Parquet, but not GeoParquet: it names no geometry column.",
        )
    how = described["columns"][geometry]
    if str(how.get("encoding")).upper() != "WKB":
        raise refusals.refuse(
            "encoding",
            f"{sink.name} 的几何编码为 {how.get('encoding')}；只支持 WKB。",
            f"The geometry of {sink.name} is encoded as {how.get('encoding')}; only WKB is read.",
        )
    names = [name for name in file.schema_arrow.names if name not in {geometry, "bbox"}]
    schema = pa.schema([file.schema_arrow.field(name) for name in names])
    epsg, words = _crs(how)
    with sink.layer(sink.stem, schema, epsg=epsg, crs=words) as taker:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=[*names, geometry]):
            table = pa.Table.from_batches([batch])
            taker.take(table.select(names), table.column(geometry).cast(pa.binary()).combine_chunks())


def _crs(how: dict[str, Any]) -> tuple[int | None, str]:
    """OGC:CRS84 when nothing is said, as the standard has it; null means unknown."""
    if "crs" not in how:
        return 4326, "WGS 84"
    return declared(json.dumps(how["crs"])) if how["crs"] else (None, "")
