"""The same counts in H3 hexagons, for those who compare cities: each cell goes to where its middle is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from api.heat import count
from api.heat.schemas import HexagonsRead
from api.heat.service import look, notes_of
from geo.heat.lattice import centres

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.heat.schemas import HexagonsQuestion
    from api.heat.watch import Watch

Ring = list[tuple[float, float]]


async def read_hexagons(session: AsyncSession, watch: Watch, asked: HexagonsQuestion) -> HexagonsRead:
    """The hexagons that have any issue."""
    looked = await look(session, watch, asked)
    cells, counts = count.by_cell(looked.facts, looked.sieve)
    names, rings, sums, within = await asyncio.to_thread(gathered, cells, counts, asked.resolution)
    return HexagonsRead(
        seen=looked.seen,
        version=watch.version,
        resolution=asked.resolution,
        cells=names,
        rings=rings,
        counts=sums,
        within=within,
        notes=notes_of(looked, asked),
    )


def gathered(
    cells: NDArray[np.int64], counts: NDArray[np.int64], resolution: int
) -> tuple[list[str], list[Ring], list[int], list[int]]:
    """Names, rings and counts of the hexagons that these cells' middles lie in, and which of them each cell lies in."""
    import h3  # type: ignore[import-untyped] # noqa: PLC0415 - untyped; only who asks for hexagons pays for it

    own = [h3.latlng_to_cell(lat, lon, resolution) for lon, lat in centres(cells).tolist()]
    names, at = np.unique(np.array(own, dtype="U15"), return_inverse=True)
    sums = np.bincount(at, counts, len(names)).astype(np.int64).tolist()
    rings = [[(round(lon, 6), round(lat, 6)) for lat, lon in h3.cell_to_boundary(str(name))] for name in names]
    return names.tolist(), rings, sums, at.tolist()
