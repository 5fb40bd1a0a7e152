"""How many households does a house hold, when nobody has counted? From its floors, its footprint and its use.

The 2020 census found 41.8 m² a head and 2.62 heads a household in towns, so a household takes about 110 m² of floor
with its share of stairs and walls. An estimate stays marked as one until a person confirms it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs.metric import metric_zone_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROSS_M2_A_HOUSEHOLD = 110.0
USUAL_FLOORS = 6
AREA = 2

_SHARE = {
    0.0: ("学校", "医院", "厂", "仓库", "车库", "商场", "办公", "公共", "school", "hospital", "industrial", "warehouse",
          "garage", "garages", "retail", "office", "commercial", "public", "church", "kindergarten", "university"),
    0.7: ("商住", "商住楼", "综合", "mixed"),
}  # fmt: skip
"""The share of the floor that people live on, by words in the use; 1 where none fits."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some houses; arrays and tuple of the same length.

    Attributes:
        footprints: degrees WGS-84; points have no area and get no estimate.
        floors: NaN where unknown.
        uses: what each is for, in whatever words; None where unknown.
    """

    footprints: NDArray[np.object_]
    floors: NDArray[np.float64]
    uses: tuple[str | None, ...]


def households(known: Known) -> NDArray[np.float64]:
    """Estimated households (n,), whole numbers; NaN where there is no footprint to go by.

    Floors that are missing or absurd count as six.
    """
    areas = _areas_m2(known.footprints)
    sound = np.isfinite(known.floors) & (known.floors >= 1) & (known.floors <= 130)  # noqa: PLR2004 - floors
    floors = np.where(sound, known.floors, USUAL_FLOORS)
    lived = np.array([lived_share(use) for use in known.uses])
    estimate = areas * floors * lived / GROSS_M2_A_HOUSEHOLD
    rounded: NDArray[np.float64] = np.where(lived > 0, np.maximum(np.round(estimate), 1.0), np.round(estimate))
    return rounded


def lived_share(use: str | None) -> float:
    """The share of the floor that people live on.

    >>> lived_share("住宅"), lived_share("商住楼"), lived_share("school"), lived_share(None)
    (1.0, 0.7, 0.0, 1.0)
    """
    said = (use or "").lower()
    return next((share for share, words in reversed(_SHARE.items()) if any(word in said for word in words)), 1.0)


def _areas_m2(footprints: NDArray[np.object_]) -> NDArray[np.float64]:
    areas = np.full(len(footprints), np.nan)
    known = (shapely.get_dimensions(footprints) == AREA) & ~shapely.is_empty(footprints)
    if known.any():
        areas[known] = shapely.area(metric_zone_of(footprints[known]).to_metres(footprints[known]))
    return areas
