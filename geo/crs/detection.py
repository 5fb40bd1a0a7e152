"""Which datum is this file in? Lay it on what is already there, under every reading, and see which one fits.

Nothing is converted here: the answer is a ``Detection`` with its sentence, and a person presses the button.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import china, detection_text
from geo.crs.datum import Datum
from geo.crs.fit import Fit, Ground, ground_of
from geo.crs.laying import displacement, fit_of, lay
from geo.crs.metric import metric_zone
from geo.crs.reading import Reading, middle, readings_of
from geo.crs.slide import slide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.crs.shift import LonLat

AT_ZERO = 1e-6  # degrees or metres
SAME_M = 5.0  # readings that differ by less are one reading
FITS_FROM = 2.5  # spreads above the controls: the declared reading is confirmed from here on …
CONVERT_FROM = 3.0  # … and another one proposed from here on; of 270 random displacements of houses none came so high
MOST_AGREE, MANY_AGREE = 0.7, 0.4  # shares of things that agree on a displacement: against a fit, and without any
DECLARED_SUFFICES = 0.7  # of the best gain: the declared reading is kept when it reaches this much


class Verdict(StrEnum):
    """What the comparison came to."""

    FITS = "fits"
    OTHER_READING = "other-reading"
    UNKNOWN_SHIFT = "unknown-shift"
    CANNOT_TELL = "cannot-tell"
    ELSEWHERE = "elsewhere"
    NO_PLACE = "no-place"


@dataclass(frozen=True, slots=True)
class Detection:
    """What the file most probably is.

    Attributes:
        verdict: the outcome.
        reading: the reading to convert with (the declared one when nothing better is known).
        shift_m: metres between the declared and the better position; 0 when it fits.
        bearing: degrees clockwise from north in which the layer must move.
        confidence: 0..1; 0 when there was nothing to compare with.
        zh: the sentence for a Chinese page.
        en: the sentence for an English page.
    """

    verdict: Verdict
    reading: Reading
    shift_m: float
    bearing: float
    confidence: float
    zh: str
    en: str

    @property
    def datum(self) -> Datum:
        """The datum to convert from."""
        return self.reading.datum


def detect(
    imported: NDArray[np.object_], reference: NDArray[np.object_] | None = None, *, declared: Reading | None = None
) -> Detection:
    """Compare an imported layer with what is already there.

    Args:
        imported: geometries in the file's own numbers.
        reference: buildings, roads, compounds already known, degrees WGS-84; None or empty if there are none.
        declared: what the file says of itself; degrees WGS-84 when it says nothing.
    """
    said = declared or Reading()
    imported = _located(imported)
    numbers = shapely.get_coordinates(imported)
    readings = _distinct((said, *readings_of(numbers)), numbers)
    if not np.isfinite(middle(numbers)).all():
        return Detection(Verdict.NO_PLACE, said, 0.0, 0.0, 0.0, *detection_text.no_place())
    known = np.zeros(0, dtype=object) if reference is None else _located(reference)
    if not np.any(~(shapely.is_missing(known) | shapely.is_empty(known))):
        return _by_range(numbers, readings, said)
    return _by_fit(imported, ground_of(known), readings, said)


def _abroad(reading: Reading, numbers: LonLat) -> bool:
    """Whether they lie on the earth, but where no datum is shifted."""
    centre = reading.to_wgs84(np.array([middle(numbers)]))
    on_earth = np.isfinite(centre).all() and (np.abs(centre) <= [180.0, 90.0]).all()
    return bool(on_earth and china.weight(centre)[0] == 0)


def _located(imported: NDArray[np.object_]) -> NDArray[np.object_]:
    """Without what failed geocoding left at (0, 0): a heap of those would seem to agree on a displacement."""
    away = np.abs(shapely.bounds(imported)).max(axis=1, initial=0.0)
    kept: NDArray[np.object_] = imported[~(away < AT_ZERO)]
    return kept


def _distinct(readings: tuple[Reading, ...], numbers: LonLat) -> tuple[Reading, ...]:
    """Without those that put the layer where an earlier one already did (3- and 6-degree zones, datums abroad)."""
    centre = np.array([middle(numbers)])
    kept: dict[Reading, LonLat] = {}
    for reading in readings:
        place = reading.to_wgs84(centre)
        if np.isfinite(place).all() and not any(_metres(place, other) < SAME_M for other in kept.values()):
            kept[reading] = place
    return tuple(kept)


def _by_range(numbers: LonLat, readings: tuple[Reading, ...], said: Reading) -> Detection:
    """Without anything to compare with: only what the size of the numbers gives away."""
    likely = [reading for reading in readings if _in_china(reading, numbers)]
    plain = [reading for reading in likely if reading.datum not in {Datum.GCJ02, Datum.BD09}]
    if said in likely or len(plain) != 1:
        words = detection_text.cannot_tell(said, compared=False, abroad=_abroad(said, numbers))
        return Detection(Verdict.CANNOT_TELL, said, 0.0, 0.0, 0.0, *words)
    return _converted(plain[0], said, numbers, 0.8)


def _by_fit(imported: NDArray[np.object_], ground: Ground, readings: tuple[Reading, ...], said: Reading) -> Detection:
    numbers = shapely.get_coordinates(imported)
    laid = {reading: near for reading in readings if (near := lay(imported, reading, ground)) is not None}
    if not laid:
        if said not in readings or not _in_china(said, numbers):
            return _by_range(numbers, readings, said)
        return Detection(Verdict.ELSEWHERE, said, 0.0, 0.0, 0.0, *detection_text.elsewhere())
    fits = {reading: fit_of(near, ground) for reading, near in laid.items()}
    numbers = laid.get(said, next(iter(laid.values()))).numbers  # the offset of a whole city is not that of a quarter
    best = max(fits, key=lambda reading: fits[reading].stands_out.max())
    measure = int(np.argmax(fits[best].stands_out))
    accepted = fits[best].stands_out[measure] >= (FITS_FROM if best == said else CONVERT_FROM)
    if said in laid:
        places = shapely.get_coordinates(shapely.centroid(laid[said].flat))
        vector = slide(places, ground.places, share=MOST_AGREE if accepted else MANY_AGREE)
        if vector is not None and not (accepted and _agrees(vector, best, said, numbers, ground)):
            return _displaced(vector, tuple(laid), said, numbers, ground)
    if not accepted:
        return _without_fit(tuple(laid), said, numbers)
    sure = _confidence(best, fits, measure)
    if said in fits and fits[said].gain(measure) >= DECLARED_SUFFICES * fits[best].gain(measure):
        return _fitting(said, sure)
    return _converted(best, said, numbers, sure)


def _without_fit(near: tuple[Reading, ...], said: Reading, numbers: LonLat) -> Detection:
    """No reading stands out: the only one that comes near, or an honest shrug."""
    if said in near:
        words = detection_text.cannot_tell(said, compared=True)
        return Detection(Verdict.CANNOT_TELL, said, 0.0, 0.0, 0.0, *words)
    return _converted(near[0], said, numbers, 0.5)


def _displaced(
    vector: tuple[float, float], near: tuple[Reading, ...], said: Reading, numbers: LonLat, ground: Ground
) -> Detection:
    """The things themselves agree on a displacement: that of a reading, or one without a name."""
    for reading in near:
        if _agrees(vector, reading, said, numbers, ground):
            return _fitting(said, 0.6) if reading == said else _converted(reading, said, numbers, 0.6)
    shift_m, bearing = float(np.hypot(*vector)), _bearing(*vector)
    return Detection(Verdict.UNKNOWN_SHIFT, said, shift_m, bearing, 0.6, *detection_text.shifted(shift_m, bearing))


def _agrees(vector: tuple[float, float], reading: Reading, said: Reading, numbers: LonLat, ground: Ground) -> bool:
    rest = np.subtract(vector, displacement(reading, said, numbers, ground.zone))
    return bool(np.hypot(*rest) < SAME_M)


def _confidence(best: Reading, fits: Mapping[Reading, Fit], measure: int) -> float:
    """How far the best reading is ahead of the next, damped when it hardly stands out."""
    gain = fits[best].gain(measure)
    rival = max((fits[other].gain(measure) for other in fits if other != best), default=0.0)
    ahead = abs(gain - rival) / max(gain, rival, 1e-9)
    return float(ahead * (1.0 - np.exp(-fits[best].stands_out[measure] / CONVERT_FROM)))


def _in_china(reading: Reading, numbers: LonLat) -> bool:
    place = reading.to_wgs84(np.array([middle(numbers)]))
    return bool(np.isfinite(place).all() and china.weight(place)[0] > 0)


def _fitting(reading: Reading, confidence: float) -> Detection:
    return Detection(Verdict.FITS, reading, 0.0, 0.0, confidence, *detection_text.fits(reading))


def _converted(reading: Reading, said: Reading, numbers: LonLat, confidence: float) -> Detection:
    """The file fits under another reading: say how far and in which direction it moves."""
    centre = np.array([middle(numbers)])
    here, there = said.to_wgs84(centre), reading.to_wgs84(centre)
    shift_m, bearing = 0.0, 0.0
    if (np.abs(here) <= [180.0, 90.0]).all() and (np.abs(here - there) < 1.0).all():
        vector = displacement(reading, said, numbers, metric_zone(*there[0]))
        shift_m, bearing = float(np.hypot(*vector)), _bearing(*vector)
    words = detection_text.other(reading, shift_m, bearing, confidence)
    return Detection(Verdict.OTHER_READING, reading, shift_m, bearing, confidence, *words)


def _metres(a: LonLat, b: LonLat) -> float:
    """Roughly how far two places (1, 2) are apart; enough to tell 5 m from 200."""
    east, north = ((a - b) * 111_320.0)[0]
    return float(np.hypot(east * np.cos(np.radians(a[0, 1])), north))


def _bearing(east: float, north: float) -> float:
    return float(np.degrees(np.arctan2(east, north)) % 360.0)
