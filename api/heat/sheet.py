"""Draws what passes the filters as a folium map in one file: areas by rate, cells, heat by week, cases in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.heat.lattice import centres

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.heat.bins import Slices
    from geo.sheets.standalone_map import Film, Stratum

BREAKS_RATE, BREAKS_CELL = (1, 3, 6, 12), (1, 3, 8, 20)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What goes into the file: frames with shapes, a film, places with words, and a line below the legend."""

    frames: dict[str, Any]
    film: Slices
    cases: Sequence[tuple[float, float, str]]
    note: str


def written(drawn: Drawn, scripts: Path) -> str:
    """The HTML.

    Raises:
        InvalidInputError: nothing has a place, or the scripts have not been laid out.
    """
    from geo.sheets.scripts import Scripts  # noqa: PLC0415 - folium takes a second to import
    from geo.sheets.standalone_map import Points, Words, standalone_map  # noqa: PLC0415

    return standalone_map(
        "民情热力图 / heat map",
        _strata(drawn.frames),
        Scripts(scripts),
        words=Words(drawn.note, "搜索社区、小区 / search…"),
        points=Points("事件聚合 / cases in clusters", drawn.cases),
        film=_film(drawn.film),
    )


def _strata(frames: dict[str, Any]) -> list[Stratum]:
    import pyarrow as pa  # noqa: PLC0415

    from geo.exchange.layer import Layer  # noqa: PLC0415
    from geo.sheets.standalone_map import Choropleth, Look, Stratum  # noqa: PLC0415

    def layer(name: str) -> Layer:
        frame = frames[name]
        table = pa.Table.from_pandas(frame.drop(columns="geometry"), preserve_index=False)
        return Layer(name, table, np.asarray(frame.geometry, dtype=object), 4326)

    said = {
        "name": "名称 / name",
        "issues": "件数 / issues",
        "households": "户数 / households",
        "per_100": "每百户 / per 100",
    }
    rate, nobody = "每百户件数 / per 100 households", "无住户 / nobody lives here"
    rates = [value for name in ("community", "compound") for value in frames[name]["per_100"] if value]
    by_rate = Choropleth("per_100", rate, breaks_of(rates), step=0, unknown=nobody)
    cells = Choropleth("issues", "方格件数 / issues in a square", BREAKS_CELL)
    return [
        Stratum(layer("community"), "社区每百户 / communities", said, choropleth=by_rate),
        Stratum(layer("compound"), "小区每百户 / compounds", said, shown=False, choropleth=by_rate),
        Stratum(
            layer("cells"),
            "方格件数 / squares",
            {"cell": "编号 / no.", "issues": "件数 / issues"},
            Look(width=0.3, fill_opacity=0.7),
            shown=False,
            choropleth=cells,
        ),
    ]


def breaks_of(rates: Sequence[float]) -> tuple[float, ...]:
    """Where the five colours part: each has a fifth of the areas, at numbers one can say; a year is not a week.

    >>> breaks_of([1.04, 2.11, 2.9, 7.0, 11.3, 40.2]), breaks_of([])
    ((2.1, 2.9, 7.0, 11.0), (1, 3, 6, 12))
    """
    known = np.asarray([rate for rate in rates if np.isfinite(rate)])
    if not len(known):
        return BREAKS_RATE
    fifths = np.quantile(known, (0.2, 0.4, 0.6, 0.8), method="nearest")
    said = tuple(float(f"{value:.2g}") for value in fifths)
    return said if all(low < high for low, high in pairwise(said)) else BREAKS_RATE


def _film(film: Slices) -> Film | None:
    """Each step's cells as weighted points; the heaviest hundredth weighs full, so that one address owns no colour."""
    from geo.sheets.standalone_map import Film  # noqa: PLC0415 - see above

    if not len(film.at):
        return None
    places = centres(film.cells)
    weight = np.clip(film.count / max(1.0, float(np.quantile(film.count, 0.99))), 0.05, 1.0)
    steps = []
    for k in range(len(film.start) - 1):
        own = slice(int(film.start[k]), int(film.start[k + 1]))
        rows = [(*places[at].tolist(), float(w)) for at, w in zip(film.at[own], weight[own], strict=True)]
        day = np.datetime64(film.first + k * max(film.step, 1), "D")
        steps.append((f"{day} ({film.step} 天 / days)", rows))
    return Film("每周热力 / heat by week", steps)
