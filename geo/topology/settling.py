"""Settles every face of a compound on one unit: footprints first, then what can be reached from them on foot.

A face that the half-way lines give to a unit from which it is cut off (round the corner of an L-shaped compound,
behind a wall) goes to the neighbour with whom it shares most border. A pocket with no way in but over a fence is
annexed: it completes the tiling, but nobody becomes a neighbour through it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.late import connected_components, coo_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.faces import Faces


def settle(
    drawn: Faces,
    *,
    shut: NDArray[np.bool_],
    home: NDArray[np.intp],
    unit: NDArray[np.intp],
    block: NDArray[np.intp],
    nearest: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The unit of each face, and whether it was annexed over a fence.

    Args:
        drawn: the faces.
        shut: which shared segments lie on a barrier.
        home: compound of each face.
        unit: unit whose footprint part the face belongs to, or -1.
        block: footprint where nobody lives to which the face belongs, or -1; it stays whole.
        nearest: unit of the same compound nearest to the face.
    """
    lump = _lumps(block)
    same = home[drawn.pair[:, 0]] == home[drawn.pair[:, 1]]
    pair, length, fence = lump[drawn.pair[same]], drawn.length_m[same], shut[same]
    owner = _by_area(lump, nearest, drawn)
    fixed = _most(lump, unit)
    _keep_reachable(owner, fixed, pair[~fence])
    annexed = np.zeros(len(owner), dtype=bool)
    while (owner < 0).any():
        if _grow(owner, annexed, pair[~fence], length[~fence]):
            continue
        before = owner < 0
        if not _grow(owner, annexed, pair, length):
            break
        annexed |= before & (owner >= 0)
    cut_off = owner[lump] < 0
    settled = np.where(cut_off, nearest, owner[lump])
    return settled, annexed[lump] | cut_off


def _lumps(block: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number the faces so that all faces of one block share a number."""
    label = np.where(block >= 0, block, block.max(initial=-1) + 1 + np.arange(len(block)))
    return np.asarray(np.unique(label, return_inverse=True)[1])


def _by_area(lump: NDArray[np.intp], nearest: NDArray[np.intp], drawn: Faces) -> NDArray[np.intp]:
    """The unit that is nearest to the largest face of each lump."""
    owner = np.full(lump.max(initial=-1) + 1, -1, dtype=np.intp)
    size = shapely.area(drawn.polygons)
    order = np.argsort(size, kind="stable")
    owner[lump[order]] = nearest[order]
    return owner


def _most(lump: NDArray[np.intp], unit: NDArray[np.intp]) -> NDArray[np.intp]:
    fixed = np.full(lump.max(initial=-1) + 1, -1, dtype=np.intp)
    fixed[lump[unit >= 0]] = unit[unit >= 0]
    return fixed


def _keep_reachable(owner: NDArray[np.intp], fixed: NDArray[np.intp], pair: NDArray[np.intp]) -> None:
    """Set free (-1) every lump that is cut off from its owner's footprint."""
    own = pair[owner[pair[:, 0]] == owner[pair[:, 1]]]
    links = coo_array((np.ones(len(own)), (own[:, 0], own[:, 1])), shape=(len(owner), len(owner)))
    _, piece = connected_components(links, directed=False)
    rooted = np.zeros(piece.max(initial=-1) + 1, dtype=bool)
    rooted[piece[fixed >= 0]] = True
    owner[~rooted[piece]] = -1


def _grow(
    owner: NDArray[np.intp], annexed: NDArray[np.bool_], pair: NDArray[np.intp], length: NDArray[np.float64]
) -> bool:
    """Give each free lump that touches a settled one to the unit with most common border; False when none does."""
    both = np.concatenate((pair, pair[:, ::-1]))
    weight = np.concatenate((length, length))
    edge = (owner[both[:, 0]] < 0) & (owner[both[:, 1]] >= 0)
    if not edge.any():
        return False
    free, settled = both[edge].T
    taker = owner[settled]
    claim, row = np.unique(np.column_stack((free, taker)), axis=0, return_inverse=True)
    share = np.bincount(row.ravel(), weights=weight[edge])
    order = np.lexsort((-claim[:, 1], share))
    owner[claim[order, 0]] = claim[order, 1]
    behind = np.zeros(len(owner), dtype=bool)
    behind[free[annexed[settled]]] = True
    annexed |= behind & _only_behind(free, settled, annexed, len(owner))
    return True


def _only_behind(
    free: NDArray[np.intp], settled: NDArray[np.intp], annexed: NDArray[np.bool_], count: int
) -> NDArray[np.bool_]:
    """Lumps all of whose settled neighbours were annexed: the pocket continues."""
    through = np.zeros(count, dtype=bool)
    through[free[~annexed[settled]]] = True
    return ~through
