"""What leaves the house: areas as an Excel table, cells and areas as a GeoPackage, a map that needs no network."""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.heat import count
from api.heat.service import look, notes_of, read_areas
from geo.heat.lattice import corners

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import AreasRead, NoteRead, Question
    from api.heat.watch import Watch

SHAPES = {
    "community": text("SELECT id::text AS id, ST_AsBinary(geometry) AS shape FROM community WHERE id = ANY(:ids)"),
    "compound": text("SELECT id::text AS id, ST_AsBinary(geometry) AS shape FROM compound WHERE id = ANY(:ids)"),
}
HEADINGS = ("名称 name", "件数 issues", "户数 households", "每百户 per 100 households", "状态 state")


async def as_xlsx(session: AsyncSession, watch: Watch, asked: Question) -> bytes:
    """Communities and compounds, a sheet each, and what was left out."""
    levels = [await read_areas(session, watch, asked, level) for level in ("community", "compound")]
    return await asyncio.to_thread(_workbook, levels)


def _workbook(levels: list[AreasRead]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only who exports pays for it

    out = io.BytesIO()
    # Names come from the store: a text that begins with "=" stays a text.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, rate = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        for areas in levels:
            sheet = book.add_worksheet({"community": "社区", "compound": "小区"}[areas.level])
            sheet.write_row(0, 0, HEADINGS, bold)
            sheet.set_column(0, 0, 28)
            sheet.set_column(1, 4, 16)
            sheet.freeze_panes(1, 0)
            for row, area in enumerate(areas.areas, 1):
                sheet.write_row(row, 0, [area.name, area.count, area.households])
                if area.rate is not None:
                    sheet.write_number(row, 3, area.rate, rate)
                sheet.write_string(row, 4, area.state)
        _notes_sheet(book, levels[0].notes)
    return out.getvalue()


def _notes_sheet(book: Any, notes: list[NoteRead]) -> None:
    sheet = book.add_worksheet("说明 notes")
    sheet.set_column(0, 1, 60)
    for row, note in enumerate(notes):
        sheet.write_row(row, 0, [note.zh, note.en])


async def _frames(session: AsyncSession, watch: Watch, asked: Question) -> dict[str, Any]:
    """Cells and areas with their shapes, as geopandas frames in WGS 84."""
    looked = await look(session, watch, asked)
    cells, counts = count.by_cell(looked.facts, looked.sieve)
    areas = {level: await read_areas(session, watch, asked, level) for level in ("community", "compound")}
    shapes = {}
    for level, read in areas.items():
        rows = await session.execute(SHAPES[level], {"ids": [a.id for a in read.areas]})
        shapes[level] = {r.id: bytes(r.shape) for r in rows}
    return await asyncio.to_thread(_as_frames, cells, counts, areas, shapes)


def _as_frames(
    cells: Any, counts: Any, areas: dict[str, AreasRead], shapes: dict[str, dict[str, bytes]]
) -> dict[str, Any]:
    import geopandas  # noqa: PLC0415 - only who exports pays for it
    import shapely  # noqa: PLC0415

    west, south, east, north = corners(cells).T
    frames = {
        "cells": geopandas.GeoDataFrame(
            {"cell": cells, "issues": counts}, geometry=shapely.box(west, south, east, north), crs=4326
        )
    }
    for level, read in areas.items():
        kept = [a for a in read.areas if str(a.id) in shapes[level]]
        columns = {
            "name": [a.name for a in kept],
            "issues": [a.count for a in kept],
            "households": [a.households for a in kept],
            "per_100": [a.rate for a in kept],
            "state": [a.state for a in kept],
        }
        own = shapely.from_wkb([shapes[level][str(a.id)] for a in kept])
        frames[level] = geopandas.GeoDataFrame(columns, geometry=own, crs=4326)
    return frames


async def as_gpkg(session: AsyncSession, watch: Watch, asked: Question) -> bytes:
    """Three layers: cells, communities, compounds."""
    frames = await _frames(session, watch, asked)
    return await asyncio.to_thread(_geopackage, frames)


def _geopackage(frames: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mq-heat-") as folder:
        path = Path(folder) / "heat.gpkg"
        for name, frame in frames.items():
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        return path.read_bytes()


async def as_html(session: AsyncSession, watch: Watch, asked: Question) -> str:
    """A folium map in one file: cells by their number, communities and compounds by rate, with search."""
    frames = await _frames(session, watch, asked)
    looked = await look(session, watch, asked)
    notes = ";".join(n.zh for n in notes_of(looked, asked))
    return await asyncio.to_thread(_sheet, frames, f"{asked.since or ''}–{asked.until or ''} {notes}")


def _sheet(frames: dict[str, Any], note: str) -> str:
    import numpy as np  # noqa: PLC0415 - folium takes a second to import
    import pyarrow as pa  # noqa: PLC0415

    from geo.exchange.layer import Layer  # noqa: PLC0415
    from geo.sheets.standalone_map import Choropleth, Look, Stratum, standalone_map  # noqa: PLC0415

    def layer(name: str) -> Layer:
        frame = frames[name]
        table = pa.Table.from_pandas(frame.drop(columns="geometry"), preserve_index=False)
        return Layer(name, table, np.asarray(frame.geometry, dtype=object), 4326)

    per_hundred = Choropleth("per_100", "每百户件数", (1, 3, 6, 12))
    said = {"name": "名称", "issues": "件数", "per_100": "每百户"}
    strata = [
        Stratum(layer("community"), "社区(每百户)", said, choropleth=per_hundred),
        Stratum(layer("compound"), "小区(每百户)", said, shown=False, choropleth=per_hundred),
        Stratum(
            layer("cells"),
            "方格(件数)",
            {"cell": "编号", "issues": "件数"},
            Look(width=0.3, fill_opacity=0.7),
            choropleth=Choropleth("issues", "方格件数", (1, 3, 8, 20)),
        ),
    ]
    return standalone_map("民情热力图", strata, note=note)
