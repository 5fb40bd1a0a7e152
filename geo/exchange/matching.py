"""Which delivered row is which place that we know? By the key it came with, its code, its name, and where it lies.

A second delivery of a layer shows what was added, what has changed and what is gone; places keep their identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs.metric import metric_zone_of
from geo.exchange.checks.naming import key as spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.exchange.delivery import Delivery

NONE = -1
LIKE = 0.5  # of the union that two outlines share: the same thing drawn twice
NAMED_NEAR_M = 300.0  # things of one name count as one when they lie no farther apart
POINTS_NEAR_M = 5.0
AREA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Places of the store, degrees WGS-84; all of the same length.

    ``keys`` is what the same source called them when they came ("" for others), ``ours`` whether they came from it.
    """

    keys: Sequence[str]
    codes: Sequence[str]
    names: Sequence[str]
    shapes: NDArray[np.object_]

    def __len__(self) -> int:
        """Places."""
        return len(self.shapes)


def match(delivery: Delivery, known: Known) -> NDArray[np.intp]:
    """For each row the known place that it is, or -1; no place is taken twice.

    The surer ways go first: the source's own key, the official code, nearly the same outline, the same name nearby.
    """
    found = np.full(len(delivery), NONE, dtype=np.intp)
    taken: set[int] = set()
    if not len(known):
        return found
    _by_word(found, taken, delivery.keys, known.keys)
    _by_word(found, taken, delivery.codes, known.codes)
    open_rows = np.flatnonzero((found == NONE) & ~_absent(delivery.shapes))
    there = np.flatnonzero(~_absent(known.shapes))
    places = np.array([p for p in there.tolist() if p not in taken], dtype=np.intp)
    if len(open_rows) and len(places):
        _by_shape(found, taken, delivery.shapes, known.shapes, open_rows, places)
        _by_name(found, taken, delivery, known)
    return found


def _absent(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    gone: NDArray[np.bool_] = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return gone


def _by_word(found: NDArray[np.intp], taken: set[int], said: Sequence[str], known: Sequence[str]) -> None:
    """Words that stand once on either side."""
    once = {word: place for place, word in enumerate(known) if word}
    twice = _repeated(known) | _repeated(said)
    for row, word in enumerate(said):
        place = once.get(word, NONE) if word and word not in twice else NONE
        if found[row] == NONE and place != NONE and place not in taken:
            found[row] = place
            taken.add(place)


def _repeated(words: Sequence[str]) -> set[str]:
    seen: set[str] = set()
    return {word for word in words if word in seen or seen.add(word)}  # type: ignore[func-returns-value] # add tells nothing


def _by_shape(  # noqa: PLR0917 - what one table of rows is made from
    found: NDArray[np.intp],
    taken: set[int],
    shapes: NDArray[np.object_],
    known: NDArray[np.object_],
    rows: NDArray[np.intp],
    places: NDArray[np.intp],
) -> None:
    """Outlines that share more than half of their union, the best pairs first; points within a few metres."""
    zone = metric_zone_of(shapes[rows])
    ours, theirs = shapely.make_valid(zone.to_metres(shapes[rows])), zone.to_metres(known[places])
    row, place = shapely.STRtree(theirs).query(ours, predicate="dwithin", distance=POINTS_NEAR_M)
    areas = (shapely.get_dimensions(ours[row]) == AREA) & (shapely.get_dimensions(theirs[place]) == AREA)
    points = (shapely.get_dimensions(ours[row]) == 0) & (shapely.get_dimensions(theirs[place]) == 0)
    likeness = np.zeros(len(row))
    common = shapely.area(shapely.intersection(ours[row[areas]], theirs[place[areas]]))
    whole = shapely.area(ours[row[areas]]) + shapely.area(theirs[place[areas]]) - common
    likeness[areas] = common / np.maximum(whole, 1e-9)
    likeness[points] = 1.0 - shapely.distance(ours[row[points]], theirs[place[points]]) / (2 * POINTS_NEAR_M)
    for pair in np.argsort(-likeness, kind="stable"):
        at, to = int(rows[row[pair]]), int(places[place[pair]])
        if likeness[pair] >= LIKE and found[at] == NONE and to not in taken:
            found[at] = to
            taken.add(to)


def _by_name(found: NDArray[np.intp], taken: set[int], delivery: Delivery, known: Known) -> None:
    """Names that stand once on either side, in any spelling, no farther apart than a block."""
    rows = [r for r in np.flatnonzero(found == NONE) if delivery.shapes[r] is not None]
    places = [p for p in range(len(known)) if p not in taken and known.shapes[p] is not None]
    if not rows or not places:
        return
    ours, theirs = [spelling(delivery.names[r]) for r in rows], [spelling(known.names[p]) for p in places]
    twice = _repeated(ours) | _repeated(theirs)
    where = {word: place for word, place in zip(theirs, places, strict=True) if word not in twice}
    for word, row in zip(ours, rows, strict=True):
        place = where.get(word, NONE) if word not in twice and not word.isdigit() else NONE
        if place != NONE and _metres(delivery.shapes[row], known.shapes[place]) <= NAMED_NEAR_M:
            found[row] = place
            taken.add(place)


def _metres(one: shapely.Geometry, other: shapely.Geometry) -> float:
    zone = metric_zone_of([one, other])
    return float(shapely.distance(zone.to_metres(one), zone.to_metres(other)))
