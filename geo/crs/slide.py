"""Two layers of the same things, one displaced as a whole: by how much? Found by counting pairs, without any datum.

Old surveys (Beijing 1954, Xi'an 1980, a city's own grid) lie 50-150 m off and fit no datum of today. Every pair
(new place, known place) votes for its own displacement; the true one gets a vote from each thing both layers have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from geo.crs.shift import LonLat

REACH_M = 1000.0
BIN_M = 4.0
MOST = 600  # new places that vote
LEAST_VOTES = 12


def slide(places: LonLat, ground: LonLat, *, share: float) -> tuple[float, float] | None:
    """The displacement (east, north) in metres that brings ``places`` onto ``ground``, or None when none stands out.

    Args:
        places: shape (n, 2), metres, the middle of each new thing.
        ground: shape (m, 2), metres, the middle of each known thing.
        share: of the new things, how many must agree; rows of equal houses agree by half on a wrong answer.
    """
    voters = places[:: max(len(places) // MOST, 1)]
    pairs = cKDTree(voters).query_ball_tree(cKDTree(ground), REACH_M)
    votes = np.vstack([ground[found] - voter for voter, found in zip(voters, pairs, strict=True)])
    if len(votes) < LEAST_VOTES:
        return None
    edges = np.arange(-REACH_M, REACH_M + BIN_M, BIN_M)
    counts, _, _ = np.histogram2d(votes[:, 0], votes[:, 1], bins=(edges, edges))
    pooled = counts[:-1, :-1] + counts[1:, :-1] + counts[:-1, 1:] + counts[1:, 1:]
    column, row = np.unravel_index(int(np.argmax(pooled)), pooled.shape)
    by_chance = np.pi * 4 * BIN_M**2 / (np.pi * REACH_M**2) * len(votes) * 4
    if pooled[column, row] < max(LEAST_VOTES, len(voters) * share, 3 * by_chance):
        return None
    peak = np.array([edges[column + 1], edges[row + 1]])
    close = votes[np.abs(votes - peak).max(axis=1) <= BIN_M]
    east, north = np.median(close, axis=0)
    return (float(east), float(north))
