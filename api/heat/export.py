"""What leaves the house: areas as an Excel table, cells and areas as a GeoPackage, a map that needs no network."""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from api.errors import InvalidError
from api.heat import count
from api.heat.areas import read_areas
from api.heat.service import CATEGORIES, look, notes_of
from api.heat.sheet import Drawn, written
from geo.errors import InvalidInputError
from geo.heat.lattice import centres, corners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import AreaRead, AreasRead, Base, Level, NoteRead, Question
    from api.heat.service import Looked
    from api.heat.watch import Watch

LEVELS: tuple[Level, ...] = ("district", "subdistrict", "community", "compound", "micro_grid")
NAMES = {"district": "区县", "subdistrict": "街道", "community": "社区", "compound": "小区", "micro_grid": "微网格"}
SHAPES = {
    level: text(f"SELECT id::text AS id, ST_AsBinary(geometry) AS shape FROM {level} WHERE id = ANY(:ids)")  # noqa: S608 - names of tables, written here
    for level in LEVELS
}
WEEK = 7
MOST_HEAT, MOST_CASES = 60_000, 3_000
"""How many entries of heat and how many single issues a map in one file carries."""
HEADINGS = (
    "名称 name",
    "英文名 English name",
    "件数 issues",
    "户数 households",
    "每百户 per 100 households",
    "状态 state",
)
BY_HOUR = (*HEADINGS[:4], "巡查小时 hours of patrol", "每小时 per hour", "状态 state")


async def as_xlsx(session: AsyncSession, watch: Watch, asked: Question, base: Base = "households") -> bytes:
    """The areas of every level, a sheet each (of micro-grids those with issues), and what was left out."""
    levels = [await read_areas(session, watch, asked, level, base) for level in LEVELS]
    return await asyncio.to_thread(_workbook, levels, base)


def _workbook(levels: list[AreasRead], base: Base) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only who exports pays for it

    out = io.BytesIO()
    # Names come from the store: a text that begins with "=" stays a text.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, rate = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        for areas in levels:
            sheet = book.add_worksheet(NAMES[areas.level])
            sheet.write_row(0, 0, HEADINGS if base == "households" else BY_HOUR, bold)
            sheet.set_column(0, 1, 28)
            sheet.set_column(2, 6, 16)
            sheet.freeze_panes(1, 0)
            for row, area in enumerate(areas.areas, 1):
                _area_row(sheet, row, area, rate)
        _notes_sheet(book, _once(note for areas in levels for note in areas.notes))
    return out.getvalue()


def _area_row(sheet: Any, row: int, area: AreaRead, as_rate: Any) -> None:
    sheet.write_row(row, 0, [area.name, area.name_en, area.count, area.households])
    values = ([] if area.hours is None else [area.hours]) + [area.rate]
    for column, value in enumerate(values, 4):
        if value is not None:
            sheet.write_number(row, column, value, as_rate)
    sheet.write_string(row, 4 + len(values), area.state)


def _once(notes: Iterable[NoteRead]) -> list[NoteRead]:
    """Each sentence once, in the order in which they come."""
    return list({note.zh: note for note in notes}.values())


def _notes_sheet(book: Any, notes: list[NoteRead]) -> None:
    sheet = book.add_worksheet("说明 notes")
    sheet.set_column(0, 1, 60)
    for row, note in enumerate(notes):
        sheet.write_row(row, 0, [note.zh, note.en])


async def _frames(session: AsyncSession, watch: Watch, asked: Question) -> dict[str, Any]:
    """Cells and areas with their shapes, as geopandas frames in WGS 84."""
    looked = await look(session, watch, asked)
    cells, counts = count.by_cell(looked.facts, looked.sieve)
    areas = {level: await read_areas(session, watch, asked, level) for level in LEVELS}
    shapes: dict[str, dict[str, bytes]] = {}
    for level, read in areas.items():
        rows = await session.execute(SHAPES[level], {"ids": [a.id for a in read.areas]})
        shapes[level] = {r.id: bytes(r.shape) for r in rows if r.shape is not None}
    return await asyncio.to_thread(_as_frames, cells, counts, areas, shapes)


def _as_frames(
    cells: Any, counts: Any, areas: Mapping[Level, AreasRead], shapes: dict[str, dict[str, bytes]]
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
        columns: dict[str, list[Any]] = {
            "name": [a.name for a in kept],
            "name_en": [a.name_en for a in kept],
            "issues": [a.count for a in kept],
            "households": [a.households for a in kept],
            "per_100": [a.rate for a in kept],
            "state": [a.state for a in kept],
        }
        own = shapely.from_wkb([shapes[level][str(a.id)] for a in kept])
        frames[level] = geopandas.GeoDataFrame(columns, geometry=own, crs=4326)
    return frames


async def as_gpkg(session: AsyncSession, watch: Watch, asked: Question) -> bytes:
    """A layer of cells, and one of each level of areas that has any; a micro-grid that has issues."""
    frames = await _frames(session, watch, asked)
    return await asyncio.to_thread(_geopackage, frames)


def _geopackage(frames: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mq-heat-") as folder:
        path = Path(folder) / "heat.gpkg"
        for name, frame in frames.items():
            if name != "cells" and not len(frame):
                continue
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        return path.read_bytes()


async def as_html(session: AsyncSession, watch: Watch, asked: Question, scripts: Path) -> str:
    """A folium map in one file: cells, communities and compounds, the weeks as heat, the cases in clusters, search.

    Raises:
        InvalidError: the map's scripts have not been laid out.
    """
    frames = await _frames(session, watch, asked)
    looked = await look(session, watch, asked)
    notes = " · ".join(f"{n.zh} / {n.en}" for n in notes_of(looked, asked))
    film = count.film(looked.facts, looked.sieve, WEEK, most=MOST_HEAT)
    words = {r.code: r.zh for r in await session.execute(CATEGORIES)}
    cases = _cases(looked, words) if looked.sight.sees_cases else []
    period = f"{asked.since or ''}–{asked.until or ''} " if asked.since or asked.until else ""
    note = f"{period}{notes}"
    try:
        return await asyncio.to_thread(written, Drawn(frames, film, cases, note), scripts)
    except InvalidInputError as error:
        raise InvalidError(f"无法导出:{error}", f"This cannot be exported: {error}") from error


def _cases(looked: Looked, words: dict[str, str]) -> list[tuple[float, float, str]]:
    """The latest issues, each in the middle of its cell: longitude, latitude, category and day."""
    cell, category, day = count.chosen(looked.facts, looked.sieve, "cell", "category", "day")
    latest = np.argsort(-day, kind="stable")
    latest = latest[cell[latest] >= 0][:MOST_CASES]
    places, days = centres(cell[latest]).tolist(), day[latest].astype("datetime64[D]").astype(str).tolist()
    names = [looked.watch.name.get(no, "") for no in category[latest].tolist()]
    return [
        (lon, lat, f"{words.get(code, code)} {when}")
        for (lon, lat), code, when in zip(places, names, days, strict=True)
    ]
